import type { Client } from "../api/client";
import { Refused } from "../api/errors";
import type { ChannelNow } from "../api/types";
import type { Saved } from "./saved";

/** Some browsers never answer when their maker's push service can't be reached, as in mainland China. */
const SUBSCRIBE_MS = 20_000;
/** Nobody waits longer than this for push to end before they are signed out. */
const LEAVE_MS = 5_000;

/** Why push can't be switched on. */
export type PushTrouble = "unsupported" | "forbidden" | "unreachable";

/** What the browser gives; handed in by tests. */
export interface PushBrowser {
  /** Null where the browser has no push at all (a phone's page over plain http, an old messenger's browser). */
  registration(): Promise<ServiceWorkerRegistration | null>;
  permit(): Promise<NotificationPermission>;
  name(): string;
}

/** Push to this browser: whether it is on, and switching it. */
export class PushSwitch {
  state = $state<"asking" | "on" | "off">("asking");
  busy = $state(false);
  trouble = $state<PushTrouble | null>(null);

  constructor(
    private readonly client: Pick<Client, "addPush" | "removeChannel">,
    private readonly saved: Saved,
    private readonly browser: PushBrowser = theBrowser,
    private readonly patienceMs = SUBSCRIBE_MS,
  ) {}

  /** Find out how it stands; the cloud's list says whether it still knows this browser. */
  async look(channels: readonly ChannelNow[]): Promise<void> {
    const registration = await this.browser.registration();
    if (!registration) {
      this.trouble = "unsupported";
      this.state = "off";
      return;
    }
    const subscription = await registration.pushManager.getSubscription();
    const known = channels.some(
      (one) => one.kind === "push" && one.channel === this.saved.get("pushChannel"),
    );
    this.state = subscription && known ? "on" : "off";
  }

  /** Switch on; raises NoAnswer or Refused when the cloud does not take it. */
  async on(key: string): Promise<void> {
    await this.working(async () => {
      const registration = await this.browser.registration();
      if (!registration) return this.fail("unsupported");
      if ((await this.browser.permit()) !== "granted") return this.fail("forbidden");
      const subscription = await this.subscribed(registration, key);
      if (!subscription) return this.fail("unreachable");
      const channel = await this.client.addPush(subscription.toJSON(), this.browser.name());
      this.saved.put("pushChannel", channel.channel);
      this.state = "on";
    });
  }

  /** Switch off; raises NoAnswer or Refused when the cloud could not be told. */
  async off(): Promise<void> {
    await this.working(async () => {
      await this.tellCloud();
      await this.unsubscribe();
      this.state = "off";
    });
  }

  /** Switch off because the person signs out: the phone may be somebody else's next. Never raises, nor takes long. */
  async leave(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, LEAVE_MS));
    await Promise.race([this.end().catch(() => undefined), late]);
  }

  private async end(): Promise<void> {
    try {
      await this.tellCloud();
    } catch (error) {
      // Without the cloud nobody is signed out either; a channel that it no longer knows is as good as removed.
      if (!(error instanceof Refused)) throw error;
    }
    await this.unsubscribe();
  }

  private async tellCloud(): Promise<void> {
    const channel = this.saved.get("pushChannel");
    if (channel !== null) await this.client.removeChannel(channel);
  }

  private async unsubscribe(): Promise<void> {
    const registration = await this.browser.registration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  }

  private async subscribed(
    registration: ServiceWorkerRegistration,
    key: string,
  ): Promise<PushSubscription | null> {
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const late = new Promise<null>((resolve) => setTimeout(resolve, this.patienceMs, null));
    const subscribed = registration.pushManager.subscribe(options).catch(() => null);
    return Promise.race([subscribed, late]);
  }

  private async working(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.trouble = null;
    try {
      await work();
    } finally {
      this.busy = false;
    }
  }

  private fail(trouble: PushTrouble): void {
    this.trouble = trouble;
  }
}

const theBrowser: PushBrowser = {
  async registration() {
    if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window))
      return null;
    return (await navigator.serviceWorker.getRegistration()) ?? null;
  },
  permit: () => Notification.requestPermission(),
  name() {
    const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(navigator.userAgent)?.[0] ?? "";
    const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(navigator.userAgent)?.[0] ?? "";
    return (
      [browser.replace("Edg", "Edge").replace("OPR", "Opera"), system].filter(Boolean).join(", ") || "Henwise"
    );
  },
};
