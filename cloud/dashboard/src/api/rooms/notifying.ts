import { farmAddress } from "../addresses";
import { Alerts } from "./alerts";
import type {
  ChannelNow,
  ChannelsNow,
  Escalating,
  EscalationNow,
  NotificationNow,
  Notifying,
} from "../types";

/** Who is told of alerts, over which channels, and what was told. */
export class NotifyingPeople extends Alerts {
  /** Who is told after whom on a farm. */
  escalation(farm: string): Promise<EscalationNow> {
    return this.ask("GET", `${farmAddress(farm)}/escalation`);
  }

  setEscalation(farm: string, wanted: Escalating): Promise<EscalationNow> {
    return this.ask("PUT", `${farmAddress(farm)}/escalation`, wanted);
  }

  notifying(): Promise<Notifying> {
    return this.ask("GET", "/me/notifying");
  }

  setNotifying(wanted: Notifying): Promise<Notifying> {
    return this.ask("PUT", "/me/notifying", wanted);
  }

  channels(): Promise<ChannelsNow> {
    return this.ask("GET", "/me/channels");
  }

  addChannel(address: string, label: string): Promise<ChannelNow> {
    return this.ask("POST", "/me/channels", { address, label });
  }

  /** Make a browser's push subscription a channel. */
  addPush(subscription: PushSubscriptionJSON, label: string): Promise<ChannelNow> {
    return this.ask("POST", "/me/push", { ...subscription, label });
  }

  removeChannel(channel: number): Promise<undefined> {
    return this.ask("DELETE", `/me/channels/${channel}`);
  }

  /** Send a real message over a channel. */
  testChannel(channel: number): Promise<NotificationNow> {
    return this.ask("POST", `/me/channels/${channel}/test`);
  }

  /** What this person was told lately, and how far it got. */
  notifications(): Promise<NotificationNow[]> {
    return this.ask("GET", "/me/notifications");
  }

  /** The group chats of a farm. */
  farmChannels(farm: string): Promise<ChannelsNow> {
    return this.ask("GET", `${farmAddress(farm)}/channels`);
  }

  addFarmChannel(farm: string, address: string, label: string): Promise<ChannelNow> {
    return this.ask("POST", `${farmAddress(farm)}/channels`, { address, label });
  }

  removeFarmChannel(farm: string, channel: number): Promise<undefined> {
    return this.ask("DELETE", `${farmAddress(farm)}/channels/${channel}`);
  }

  testFarmChannel(farm: string, channel: number): Promise<NotificationNow> {
    return this.ask("POST", `${farmAddress(farm)}/channels/${channel}/test`);
  }

  /** What people were told about a farm lately. */
  farmNotifications(farm: string): Promise<NotificationNow[]> {
    return this.ask("GET", `${farmAddress(farm)}/notifications`);
  }
}
