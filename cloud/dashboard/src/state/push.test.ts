import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NoAnswer, Refused } from "../api/errors";
import { MemoryStorage } from "../testing/browser";
import { PushSwitch } from "./push.svelte";
import { Saved } from "./saved";

/** A phone with push on, as channel 7. */
function phone(removeChannel: (channel: number) => Promise<undefined>) {
  const saved = new Saved(new MemoryStorage());
  saved.put("user", "wang");
  saved.put("pushChannel", 7);
  const told = vi.fn(removeChannel);
  const unsubscribe = vi.fn(() => Promise.resolve(true));
  const registration = { pushManager: { getSubscription: () => Promise.resolve({ unsubscribe }) } };
  const browser = {
    registration: () => Promise.resolve(registration as unknown as ServiceWorkerRegistration),
    permit: () => Promise.resolve<NotificationPermission>("granted"),
    name: () => "Chrome",
  };
  const client = { removeChannel: told, addPush: () => Promise.reject(new NoAnswer("away")) };
  return { told, unsubscribe, push: new PushSwitch(client, saved, browser) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("push, when the person signs out", () => {
  it("ends at the cloud and in the browser", async () => {
    const { told, unsubscribe, push } = phone(() => Promise.resolve(undefined));
    await push.leave();
    expect(told).toHaveBeenCalledExactlyOnceWith(7);
    expect(unsubscribe).toHaveBeenCalledOnce();
  });

  it("ends in the browser when the cloud no longer knows the channel", async () => {
    const { unsubscribe, push } = phone(() => Promise.reject(new Refused(404, "no_such_channel", "")));
    await push.leave();
    expect(unsubscribe).toHaveBeenCalledOnce();
  });

  it("holds nobody up: neither without a cloud, which signs nobody out, nor by a browser that never answers", async () => {
    const away = phone(() => Promise.reject(new NoAnswer("away")));
    await away.push.leave();
    expect(away.unsubscribe).not.toHaveBeenCalled();

    const { unsubscribe, push } = phone(() => Promise.resolve(undefined));
    unsubscribe.mockReturnValue(new Promise(() => undefined));
    const left = vi.fn();
    void push.leave().then(left);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(left).toHaveBeenCalledOnce();
  });
});
