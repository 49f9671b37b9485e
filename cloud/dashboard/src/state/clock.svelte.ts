/** The phone's clock, one tick a second while somebody looks. */
export class Clock {
  nowMs = $state(Date.now());

  /** Begin to tick; returns what ends it. */
  start(): () => void {
    const tick = () => {
      if (!document.hidden) this.nowMs = Date.now();
    };
    const timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }
}
