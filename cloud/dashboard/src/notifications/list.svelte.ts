import type { Client } from "../api/client";
import { ApiError } from "../api/errors";
import type { ChannelNow, ChannelsNow, DeliveryNow } from "../api/types";

const LOOK_MS = 1500;
/** As long as somebody looks at the answer of a test. */
const LOOKS = 20;

/** What is asked of the cloud about one owner's channels. */
export type ChannelQuestions = Pick<
  Client,
  "channels" | "addChannel" | "removeChannel" | "testChannel" | "notifications"
>;

/** The questions about one's own channels. */
export function ownChannels(client: Client): ChannelQuestions {
  return client;
}

/** The same about the group chats of a farm. */
export function farmChannels(client: Client, farm: string): ChannelQuestions {
  return {
    channels: () => client.farmChannels(farm),
    addChannel: (address, label) => client.addFarmChannel(farm, address, label),
    removeChannel: (channel) => client.removeFarmChannel(farm, channel),
    testChannel: (channel) => client.testFarmChannel(farm, channel),
    notifications: () => client.farmNotifications(farm),
  };
}

/** A person's or a farm's channels, and the tests that were sent over them. */
export class ChannelList {
  known = $state.raw<ChannelsNow | null>(null);
  problem = $state.raw<ApiError | null>(null);
  /** Channel -> how far its last test got. */
  tests = $state<Record<number, DeliveryNow>>({});

  constructor(
    private readonly client: ChannelQuestions,
    private readonly pause: () => Promise<void> = () =>
      new Promise((resolve) => setTimeout(resolve, LOOK_MS)),
  ) {}

  load(): Promise<boolean> {
    return this.told(async () => {
      this.known = await this.client.channels();
    });
  }

  /** True when it was added. */
  add(address: string, label: string): Promise<boolean> {
    return this.told(async () => {
      await this.client.addChannel(address, label);
      this.known = await this.client.channels();
    });
  }

  remove(channel: ChannelNow): Promise<boolean> {
    return this.told(async () => {
      await this.client.removeChannel(channel.channel);
      this.known = await this.client.channels();
    });
  }

  /** Send a real message and follow it until the channel's service has taken or refused it. */
  test(channel: ChannelNow): Promise<boolean> {
    return this.told(async () => {
      const { notification, deliveries } = await this.client.testChannel(channel.channel);
      if (deliveries[0]) this.tests[channel.channel] = deliveries[0];
      for (let look = 0; look < LOOKS && this.tests[channel.channel]?.state === "pending"; look++) {
        await this.pause();
        const sent = (await this.client.notifications()).find((one) => one.notification === notification);
        if (sent?.deliveries[0]) this.tests[channel.channel] = sent.deliveries[0];
      }
      this.known = await this.client.channels();
    });
  }

  private async told(work: () => Promise<void>): Promise<boolean> {
    this.problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
      return false;
    }
  }
}
