/** Where things are in the cloud's interface, below its root. */
import type { Place } from "./types";

export const ROOT = "/api/v1";

/** Where the live stream of a house is; it begins after the event `since`, or with the whole house. */
export function liveAddress(place: Place, since: string): string {
  const address = `${ROOT}${houseAddress(place)}/live`;
  return since ? `${address}?since=${encodeURIComponent(since)}` : address;
}

/** A picture with at most so many pixels across: at a glance, on a line with one bar, that is enough. */
export function narrowed(picture: string, width: 320 | 640): string {
  return `${picture}?width=${width}`;
}

export function farmAddress(farm: string): string {
  return `/farms/${encodeURIComponent(farm)}`;
}

export function houseAddress({ farm, house }: Place): string {
  return `/houses/${encodeURIComponent(farm)}/${encodeURIComponent(house)}`;
}

export function commandsAddress(place: Place, device: string): string {
  return `${houseAddress(place)}/devices/${encodeURIComponent(device)}/commands`;
}

export function eventAddress(place: Place, flock: string, event: string): string {
  return `${houseAddress(place)}/flocks/${encodeURIComponent(flock)}/events/${encodeURIComponent(event)}`;
}

export function entryAddress(place: Place, entry: string): string {
  return `${houseAddress(place)}/log/${encodeURIComponent(entry)}`;
}
