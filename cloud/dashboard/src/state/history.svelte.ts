import type { Client } from "../api/client";
import type { GatesAnswer, HouseNow, Place, SeriesAnswer, WeightHistory } from "../api/types";
import type { Saved } from "./saved";

const TEMPERATURE = "temperature_celsius";
const ACTIVITY = "activity_lengths_per_min";
const DAY_MS = 24 * 3_600_000;
/** Past days don't change and a day's curve moves slowly. */
const REFRESH_MS = 3 * 60_000;
const RETRY_MS = 15_000;
/** More lines than this can't be told apart on a phone. */
const LINES_MAX = 4;

type Source = Pick<SeriesAnswer, "device" | "source">;

/** What a house was like: the flock's weights by day, the last 24 hours' temperature and activity by source. */
export class HouseHistory {
  weights = $state.raw<WeightHistory | null>(null);
  temperatures = $state.raw<SeriesAnswer[] | null>(null);
  activities = $state.raw<SeriesAnswer[] | null>(null);
  gates = $state.raw<GatesAnswer | null>(null);
  private askedMs = -Infinity;
  private askedSources = "";

  constructor(
    private readonly place: Place,
    private readonly client: Pick<Client, "weights" | "series" | "gates">,
    private readonly saved: Saved,
  ) {
    const known = saved.get(this.key);
    this.weights = known?.weights ?? null;
    this.temperatures = known?.temperatures ?? null;
    this.activities = known?.activities ?? null;
    this.gates = known?.gates ?? null;
  }

  /** Ask again when it is time, or when an instrument came or went. `nowMs` is the service's clock. */
  async refreshWhenDue(house: HouseNow, nowMs: number): Promise<void> {
    const [air, cameras] = [temperatureSources(house), activitySources(house)];
    const names = JSON.stringify([air, cameras]);
    if (nowMs - this.askedMs < REFRESH_MS && names === this.askedSources) return;
    this.askedMs = nowMs;
    this.askedSources = names;
    // What can't be had now stays as it was, with its own dates on the axis.
    const asked = await Promise.allSettled([
      this.askWeights(),
      this.askDay(TEMPERATURE, air, nowMs).then((answers) => (this.temperatures = answers)),
      this.askDay(ACTIVITY, cameras, nowMs).then((answers) => (this.activities = answers)),
      this.client
        .gates(this.place, new Date(nowMs - DAY_MS), new Date(nowMs))
        .then((answer) => (this.gates = answer)),
    ]);
    if (asked.some((one) => one.status === "rejected")) this.askedMs = nowMs - REFRESH_MS + RETRY_MS;
    this.keep();
  }

  private keep(): void {
    const { weights, temperatures, activities, gates } = this;
    this.saved.put(this.key, { weights, temperatures, activities, gates });
  }

  private get key(): `history ${string}` {
    return `history ${this.place.farm}/${this.place.house}`;
  }

  /** Ask for the weights now: somebody has just told one. */
  async refreshWeights(): Promise<void> {
    await this.askWeights();
    this.keep();
  }

  private async askWeights(): Promise<void> {
    this.weights = await this.client.weights(this.place);
  }

  private askDay(quantity: string, sources: Source[], nowMs: number): Promise<SeriesAnswer[]> {
    const [from, to] = [new Date(nowMs - DAY_MS), new Date(nowMs)];
    const ask = (source: Source) =>
      this.client.series(this.place, { quantity, ...source, from, to, points: 288 });
    return Promise.all(sources.map(ask));
  }
}

function temperatureSources(house: HouseNow): Source[] {
  return house.climate
    .filter((row) => row.values[TEMPERATURE] !== undefined)
    .map((row) => ({ device: row.device, source: row.instrument }))
    .slice(0, LINES_MAX);
}

function activitySources(house: HouseNow): Source[] {
  return house.wellness.map((row) => ({ device: row.device, source: row.camera })).slice(0, LINES_MAX);
}
