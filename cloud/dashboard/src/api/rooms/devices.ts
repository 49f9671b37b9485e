import { commandsAddress, farmAddress, houseAddress } from "../addresses";
import { Flocks } from "./flocks";
import type {
  CodeMade,
  CommandNow,
  CommandReport,
  CommandWanted,
  Decision,
  EnrolledDevice,
  PictureNow,
  Place,
} from "../types";

/** Devices: letting them speak, and telling them what to do. */
export class Devices extends Flocks {
  /** Devices that were ever heard of on a farm; those that wait come first. */
  enrolled(farm: string): Promise<EnrolledDevice[]> {
    return this.ask("GET", `${farmAddress(farm)}/devices`);
  }

  /** Let a device speak, or no longer. */
  decide(farm: string, { house, device }: EnrolledDevice, state: Decision["state"]): Promise<Decision> {
    const address = `${farmAddress(farm)}/devices/${encodeURIComponent(house)}`;
    return this.ask("PUT", `${address}/${encodeURIComponent(device)}`, { state });
  }

  /** A code with which one device enrols, once; a code that was made before for it is void. */
  makeCode(farm: string, house: string, device: string): Promise<CodeMade> {
    const address = `${farmAddress(farm)}/devices/${encodeURIComponent(house)}`;
    return this.ask("POST", `${address}/${encodeURIComponent(device)}/code`);
  }

  /** Have a camera take a picture now. */
  takePicture(place: Place, { device, camera }: Pick<PictureNow, "device" | "camera">): Promise<CommandNow> {
    const address = `${houseAddress(place)}/cameras/${encodeURIComponent(camera)}/picture`;
    return this.ask("POST", address, { device });
  }

  /** Tell a device to do something; the same again, while it is on its way, is the same command. */
  tellDevice(place: Place, device: string, wanted: CommandWanted): Promise<CommandNow> {
    return this.ask("POST", commandsAddress(place, device), wanted);
  }

  /** A command with what it asked for. */
  commandReport(place: Place, device: string, command: string): Promise<CommandReport> {
    return this.ask("GET", `${commandsAddress(place, device)}/${encodeURIComponent(command)}`);
  }

  /** Versions of the edge agent that devices can be told to take. */
  versions(): Promise<string[]> {
    return this.ask("GET", "/updates");
  }
}
