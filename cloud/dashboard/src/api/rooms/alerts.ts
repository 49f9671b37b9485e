import { houseAddress } from "../addresses";
import { Telling } from "./telling";
import type {
  AlertHistory,
  AlertNow,
  AlertPage,
  HouseSettings,
  Place,
  ReplayAnswer,
  Thresholds,
} from "../types";

/** Alerts, and the limits they come from. */
export class Alerts extends Telling {
  /** Say that one has seen an alert and looks after it; said again, it changes nothing. */
  acknowledge(place: Place, { alert }: Pick<AlertNow, "alert">): Promise<AlertNow> {
    return this.ask("POST", `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}/acknowledge`);
  }

  /** Put an alert off until then (RFC 3339); null takes that back. */
  snooze(place: Place, { alert }: Pick<AlertNow, "alert">, until: string | null): Promise<AlertNow> {
    const address = `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}/snooze`;
    return until === null ? this.ask("DELETE", address) : this.ask("POST", address, { until });
  }

  /** Say who looks after an alert; null: nobody in particular. */
  assign(place: Place, { alert }: Pick<AlertNow, "alert">, to: string | null): Promise<AlertNow> {
    return this.ask("PUT", `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}/assignment`, { to });
  }

  /** One alert with all that happened to it. */
  alertHistory(place: Place, alert: string): Promise<AlertHistory> {
    return this.ask("GET", `${houseAddress(place)}/alerts/${encodeURIComponent(alert)}`);
  }

  /** Alerts of a house that are over, the newest first; `after` is `next` of the page before. */
  pastAlerts(place: Place, after: string | null): Promise<AlertPage> {
    const more = after ? `&after=${encodeURIComponent(after)}` : "";
    return this.ask("GET", `${houseAddress(place)}/alerts?state=resolved&limit=20${more}`);
  }

  /** The house's limits. */
  thresholds(place: Place): Promise<Thresholds> {
    return this.ask("GET", `${houseAddress(place)}/thresholds`);
  }

  /** Set all limits at once; a rule that is left out is as shipped again. Refused when somebody was quicker. */
  changeThresholds(place: Place, settings: HouseSettings, version: number): Promise<Thresholds> {
    return this.ask("PUT", `${houseAddress(place)}/thresholds`, settings, `"${version}"`);
  }

  /** What would have rung on the past `days` with these limits. */
  replay(place: Place, settings: HouseSettings, rules: string[], days: number): Promise<ReplayAnswer> {
    return this.ask("POST", `${houseAddress(place)}/thresholds/replay`, { settings, rules, days });
  }
}
