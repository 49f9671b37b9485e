import type { AlertNow } from "../api/types";
import { isWaiting } from "../judge/alerts";

/** Two tones, a second apart each: heard over fans, and no melody to get used to. */
const TONES_HZ = [880, 660, 880, 660];
const TONE_S = 0.25;
const LOUDNESS = 0.4;

/** A sound for a severe alert that nobody looks after, once for each, while the page is open. */
export class Chime {
  private readonly heard = new Set<string>();

  constructor(
    private readonly wanted: () => boolean,
    private readonly ring: () => void = ringOut,
  ) {}

  /** Ring when one of these alerts is severe, waits, and was not rung for yet. */
  hear(alerts: AlertNow[]): void {
    const fresh = alerts.filter(
      (alert) => alert.level === "severe" && isWaiting(alert) && !this.heard.has(alert.alert),
    );
    for (const { alert } of fresh) this.heard.add(alert);
    if (fresh.length > 0 && this.wanted()) this.ring();
  }
}

/** Play it; a browser that allows no sound before the first touch stays silent. */
function ringOut(): void {
  const context = new AudioContext();
  if (context.state === "suspended") return void context.close();
  const gain = new GainNode(context, { gain: LOUDNESS });
  gain.connect(context.destination);
  TONES_HZ.forEach((frequency, index) => {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(context.currentTime + index * TONE_S);
    tone.stop(context.currentTime + (index + 1) * TONE_S);
    if (index === TONES_HZ.length - 1) tone.onended = () => void context.close();
  });
}
