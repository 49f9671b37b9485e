/** Open alerts beside what the page sees for itself: one cause, one sentence. Pure. */
import type { AlertNow } from "../api/types";
import type { Finding, Level } from "./findings";

/** Put the house's open alerts to the findings they are about, the most urgent first. */
export function withAlerts(findings: Finding[], alerts: AlertNow[]): Finding[] {
  const left = [...alerts];
  const told = findings.map((finding): Finding => {
    const at = left.findIndex((alert) => isAbout(alert, finding));
    const [alert] = at < 0 ? [] : left.splice(at, 1);
    return alert ? { ...finding, alert } : finding;
  });
  const own = left.map((alert): Finding => ({ kind: "alert", level: levelOf(alert), alert }));
  return [...told, ...own].sort((a, b) => urgency(a) - urgency(b));
}

/** True while nobody looks after an alert. */
export function isWaiting(alert: AlertNow): boolean {
  return alert.acknowledged_by === null && alert.snoozed_until === null;
}

function levelOf(alert: AlertNow): Level {
  return alert.level === "severe" ? "bad" : "warn";
}

/** True when the page says by itself what the alert is about; its own sentence knows more. */
function isAbout({ rule, device, source }: AlertNow, finding: Finding): boolean {
  switch (finding.kind) {
    case "heat_stress":
      return rule === "heat-stress";
    case "device_offline":
      return rule === "device-silent" && device === finding.device;
    case "part_silent":
      return rule === "source-silent" && source === finding.part;
    case "no_data":
      return rule === "source-silent" && source === finding.source;
    case "no_count":
      return (rule === "camera-blind" || rule === "camera-dark") && source === finding.camera;
    case "not_back":
      return rule === "not-back" && device === finding.call.device;
    case "found":
      return rule === finding.found.kind.replaceAll("_", "-") && source === finding.found.camera;
    default:
      return false;
  }
}

/** 0 is the most urgent; what somebody looks after already can wait behind what nobody has seen. */
export function urgency({ level, alert }: Finding): number {
  if (alert && !isWaiting(alert)) return 4;
  if (alert?.level === "severe") return 0;
  if (level === "bad") return 1;
  return alert?.level === "watch" ? 3 : 2;
}
