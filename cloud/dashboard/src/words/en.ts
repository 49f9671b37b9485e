import type { Cause, FindingKind, Reason, VerdictNow } from "../api/types";
import type { Age } from "../format/age";
import type { Language } from "./language";

const UNITS: Record<Age["unit"], string> = { now: "", seconds: "s", minutes: "min", hours: "h", days: "d" };

function span(age: Age): string {
  return age.unit === "now" ? "a moment" : `${age.count} ${UNITS[age.unit]}`;
}

/** English; its shape is what every other language must fill. */
export const en = {
  language: "en" as Language,

  // Frame
  appName: "Henwise",
  otherLanguage: "中文",
  switchLanguage: "切换到中文",
  signOut: "Sign out",
  signedInAs: (name: string) => `Signed in as ${name}`,
  allHouses: "All houses",
  housesTitle: "Houses",
  places: "Where to",
  alertsTab: "Alerts",
  logTab: "Log",
  flocksTab: "Flocks",
  moreTab: "More",
  alertsWaiting: (count: string) => `${count} waiting`,
  logOfWhich: "Which house?",
  noHouses: "No house has reported yet. Start the edge agent in a house; it appears here by itself.",
  loading: "Asking for the first numbers…",
  houseUnknown: "This house is not known here. Choose one from the list.",
  failed: "Something went wrong on this page.",
  reload: "Load again",

  refusals: {
    provider_failed: "Signing in through the provider did not work. Try again.",
    not_invited: "Nobody has invited this account yet. Ask an owner of the farm for an invitation.",
    no_such_invitation: "This link was used already, has expired or was withdrawn. Ask for a new one.",
    name_taken: "Somebody has this name already. Choose another one, or sign in first.",
    wrong_password: "User name or password is wrong. Check both and try again.",
    too_many_attempts: "Too many attempts. Wait a few minutes, then try again.",
    not_allowed: "Your role here does not allow this. Ask an owner of the farm.",
    no_such_farm: "There is no such farm.",
    bad_address: "This address can't be used. Compare it with the example.",
    host_not_allowed: "Messages may not go to that host. Ask whoever runs the service.",
    no_mail_server: "This service has no mail server of its own. Ask whoever runs it, or choose another way.",
    too_many_streams: "Too many live pages are open. Close some.",
    too_many_channels: "There are too many channels already. Remove one first.",
    too_many_tests: "That were many test messages. Wait a minute, then try again.",
    no_such_channel: "This channel is not there any more. Load the page again.",
    no_such_house: "There is no such house.",
    no_such_alert: "This alert is not known any more. Load the page again.",
    alert_over: "This alert is over already.",
    no_such_finding: "This finding is not known any more. Load the page again.",
    no_such_device: "This device is not known here. Ask your technician.",
    no_such_camera: "This camera is not known here. Ask your technician.",
    which_device: "Two devices have a camera of this name. Ask your technician to rename one.",
    birds_out_of_range: "This number can't be right. Enter how many birds you count in the picture.",
    weighed_out_of_range: "This can't be right. Enter the mean of at least 10 birds, in grams.",
    not_yet_weighed: "This day has not come yet. Enter the day you weighed the birds.",
    too_far_apart: "This is too far from what the scale said that day. Check both scales, and the unit.",
    no_flock: "No flock is entered for that day. Ask your technician to place it.",
    no_such_weighing: "This weighing is not known any more. Load the page again.",
    not_yet_taken: "The picture's time lies in the future. Check the clock of the device.",
  },
  refused: (detail: string) => `The service refused: ${detail}`,
  noAnswer: "The service does not answer. Check the network and try again.",

  // Ages
  ago: (age: Age) => (age.unit === "now" ? "just now" : `${span(age)} ago`),
  span,
  live: (age: Age) => `live ${span(age)}`,
  notLive: (age: Age) => `${span(age)} old`,
  noData: "no data",
  staleFor: (age: Age) => `no data for ${span(age)}`,

  // Head sentence
  levels: { good: "Good", warn: "Look soon", bad: "Act now", unknown: "Not known" },
  allWell: "All is well.",
  acknowledge: "Seen, I look after it",
  lookedAfterBy: (name: string) => `${name} looks after it.`,
  putOffUntil: (when: string) => `Put off until ${when}.`,
  asking: (when: string) => `This is how it was at ${when}. Asking for news.`,
  noContact: (when: string) => `No connection. This is how it was at ${when}.`,
  nothingYet: "No data yet. The first numbers appear here as soon as the house sends them.",
  deviceOffline: (device: string, age: Age) =>
    `${device} has been offline for ${span(age)}. Check its power and network.`,
  partSilent: (part: string, age: Age | null, advice: string) =>
    `${age ? `${part} has been silent for ${span(age)}.` : `${part} has not said anything yet.`} ${advice}`.trimEnd(),
  keepsNothing: (device: string, advice: string) => `${device} keeps nothing. ${advice}`,
  /** What is wrong with an instrument or camera, and what to do next. */
  causes: {
    line_lost: "It is not connected. Check its cable and power.",
    line_refused: "Its port is in use by another program, or may not be opened. Ask your technician.",
    line_silent: "It is connected but sends nothing. Check that it is switched on, then its wiring.",
    line_garbled: "What it sends can't be read. Check its wiring, then its baud rate.",
    values_impossible: "Its values can't be right. Check the instrument and the unit it shows.",
    values_stuck:
      "Its values have not moved for a long time. The sensor may be stuck: clean it, check it, switch it off and on.",
    values_jump: "A value jumped further than a house can. Check the sensor, its cable and where it hangs.",
    settings_wrong: "It does not fit its configuration. Ask your technician to compare the two.",
    picture_missing:
      "There is no picture. Check the camera's power and cable, then its address and password.",
    video_ended: "The video has played to its end. To play it again and again, set loop = true.",
    picture_dark: "The picture is too dark to count. Switch on the light or the camera's night mode.",
    picture_covered: "Something covers the lens, or it is dirty. Wipe it clean.",
    picture_frozen: "The camera sends the same picture again and again. Switch it off and on.",
    camera_moved: "The camera looks elsewhere than before. Turn it back, or set its floor and zones anew.",
    network_unusable:
      "Birds can't be counted: the recognition model is missing or damaged. Ask your technician to install it again.",
    posture_unusable:
      "It counts, but does not recognise birds that look sick: a recognition model is missing or damaged. Ask your technician to install it again.",
    clock_unset:
      "The device does not know the time. Connect it to the internet once; it sets its clock by itself.",
    storage_refuses:
      "Its memory card takes nothing in: what is measured now is lost. Switch the device off and on; if that does not help, replace the card.",
    other:
      "It failed unexpectedly and is started again by itself. If that does not help, send the detail below to your technician.",
  } satisfies Record<Exclude<Cause, "">, string>,
  technicalDetail: "Technical detail:",
  heatStress: (index: string) =>
    `Heat stress: index ${index}, limit 78. Give more air over the birds and cool water.`,
  notBack: (outside: string, flock: string | null, closes: string) =>
    `${flock === null ? `${outside} birds` : `${outside} of ${flock}`} not back. The door closes at ${closes}. Look for them outside.`,
  notBackClosed: (outside: string, flock: string | null, closed: string) =>
    `${flock === null ? `${outside} birds were` : `${outside} of ${flock} were`} not back when the door closed at ${closed}. Look for them outside.`,
  found: (kind: string, camera: string, since: string) =>
    `${kind}, ${camera}, since ${since}. Look at the picture under Findings.`,
  foundMore: (others: string) => ` ${others} more to look at.`,
  noCount: (camera: string, advice: string) => `${camera} does not count. ${advice}`,
  noDataFrom: (source: string, when: string) =>
    `No data from ${source} since ${when}. Check it and its cable.`,

  // All houses
  needYou: "These houses need you",
  allIsWell: "All is well here",
  allHousesWell: (count: string) => (count === "1" ? "All is well." : `All is well in ${count} houses.`),
  housesNeedYou: (urgent: string, all: string) => `${urgent} of ${all} need you`,
  wellShort: "well",
  andMore: (count: string) => `+ ${count} more`,
  inHouseShort: "in house",
  seenShort: "seen",
  weightShort: "mean weight",
  warmthShort: "air",
  ammoniaShort: "ammonia",
  humidityShort: "humidity",
  trendOfBirds: "Birds seen over the last 24 hours",
  trendOfWarmth: "Temperature over the last 24 hours",
  trendBirds: "seen, 24 h",
  trendWarmth: "air, 24 h",

  // Numbers
  birdsSeen: "Birds seen",
  seenBetween: (low: string, high: string) => `${low} to ${high} in view`,
  camerasTogether: (cameras: number) => `${cameras} cameras together`,
  correctedBetween: (low: string, high: string) => `${low} to ${high}, corrected by hand count`,
  sureness: { sure: "count is sure", fairly: "count is fairly sure", unsure: "count is unsure" },
  notCounting: "no camera counts now",

  send: "Send",
  sending: "Sending…",

  // Gate
  gateTitle: "Evening roll call",
  rollCall: (outside: string, flock: string | null, closes: string) =>
    `${flock === null ? `${outside} birds` : `${outside} of ${flock}`} not back, door closes ${closes}`,
  rollCallClosed: (outside: string, flock: string | null, closed: string) =>
    `${flock === null ? `${outside} birds` : `${outside} of ${flock}`} not back, door closed ${closed}`,
  allBack: (closes: string) => `All birds are back. Door: ${closes}`,
  drift: (birds: string) => `The gate missed about ${birds} crossings.`,

  // Findings
  findingsTitle: "Findings",
  noFindings: "Nothing to look at.",
  /** Between two sentences. */
  gap: " ",
  /** Between what something is and what is said of it. */
  colon: ": ",
  suspicion: "Suspicions from pictures, not diagnoses.",
  kinds: {
    still_bird: "Still bird",
    dead_suspect: "Suspected dead bird",
    sick_suspect: "Suspected sick bird",
    huddling: "Birds huddle",
    crowding: "Birds crowd",
  } satisfies Record<FindingKind, string>,
  reasons: {
    still_while_flock_moves: "It lies still while the others move.",
    still_very_long: "It has not moved for a very long time.",
    lying_on_side: "It seems to lie on its side or with its legs stretched out.",
    sitting: "It sits and does not get up.",
    colder_than_flock: "Its surface is colder than that of the others.",
    warmer_than_flock: "Its surface is warmer than that of the others.",
    looks_sick: "It looks unlike the healthy birds around it.",
    packed_together: "Most birds stand packed against each other.",
    spread_from_heat: "Birds crowd at walls and drinkers and keep apart, as when they are hot.",
    cold_corner: "A part of the floor is colder than the rest.",
  } satisfies Record<Reason, string>,
  nextSteps: {
    still_bird: "Walk to it and see whether it gets up. If not, take it out and look it over.",
    dead_suspect: "Check it now. If it is dead, take it out and write it down.",
    sick_suspect: "Look it over. Keep it apart if it is weak; if there are more, call the vet.",
    huddling: "Check temperature and draughts, and whether something frightens them.",
    crowding: "Give more air and cool water; check that every drinker runs.",
  } satisfies Record<FindingKind, string>,
  since: (when: string) => `since ${when}`,
  right: "Right",
  falseAlarm: "False alarm",
  verdictAbout: (kind: string) => `Is this right: ${kind}?`,
  youSaid: (answer: string) => `You said: ${answer}.`,
  verdictStates: {
    pending: "Kept. It goes to the device as soon as it can be reached.",
    done: "The device has taken it and learns from it.",
    refused: "The device can't use it.",
    unanswered: "The device did not answer for two weeks.",
  } satisfies Record<VerdictNow["state"], string>,
  changeMind: "Change",
  moreFindings: (count: string) => `Show ${count} more`,
  olderFindings: (count: string) => `${count} older ones follow when these are answered.`,
  judged: (count: string) => `Answered: ${count}`,
  evidenceGone: "The picture was not kept this long.",

  percent: (number: string) => `${number} %`,
  meanWeight: "Mean weight",
  lastWeighing: "Last weighing",
  temperature: "Temperature",
  heatIndex: "Heat index",
  heatLimit: "stress above 78",
  heatStressed: "heat stress, above 78",
  heatYoung: "chicks: no limit",
  humidityIs: (percent: string) => `humidity ${percent} %`,
  sensorsBetween: (sensors: number, low: string, high: string) => `${sensors} sensors, ${low} to ${high}`,
  onCurve: "on the curve",
  aboveCurve: (percent: string) => `${percent} % above the curve`,
  belowCurve: (percent: string) => `${percent} % under the curve`,
  notYetToday: "none weighed today",
  tooFew: "too few weighings to judge",
  noCurve: "no breed curve",
  plusMinus: (half: string) => `± ${half}`,
  weighed: (times: string) => `${times} weighings`,
  /** 斤 is a Chinese habit; English pages show no second unit. */
  secondUnit: (_jin: string) => "",

  // Flock
  ageDays: (days: number) => `day ${days}`,
  dailyLog: "Daily log",
  charts: "Charts",
  flockDoor: "Flock",
  ofThisHouse: "Of this house",
  waitingEntries: (count: string) => `${count} waiting`,
  inHouse: (birds: string) => `in house ${birds}`,
  placedBirds: (birds: string) => `${birds} placed`,
  noFlock: "no flock entered",

  // Picture
  picture: "Last picture",
  pictureOf: (camera: string) => `Picture of ${camera}`,
  boxes: "Boxes",
  boxCount: (count: string) => `${count} birds boxed`,
  enlarge: "Enlarge",
  close: "Close",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  pictureMissing: "The picture can't be loaded now.",
  noPicture: "No picture yet.",

  // Weight
  weightTitle: "Weight",
  intervalNote: "The bar is the 95 % interval of the mean.",
  uniformityCv: (percent: string) => `CV ${percent} %`,
  noWeights: "No weighings yet.",
  flockWeight: (mean: string, low: string, high: string) => `Whole flock ${mean} (${low} – ${high})`,
  flockCorrected: (percent: string, day: string) =>
    `corrected by ${percent} % for heavy birds that stay away from the scale, by your weighing of ${day}`,
  flockColumn: "Flock",
  flockNote: "Thin line: the whole flock, corrected by weighings by hand. Diamonds: weighed by hand.",
  remove: "Remove",
  axisAge: "age in days",
  standard: (breed: string) => `${breed} standard`,
  ownCurve: (name: string) => `${name}, own curve`,
  curveFrom: (source: string) => `Curve: ${source}`,
  weightChart: "Mean weight of each day against the breed's standard, by age",

  // Climate
  climateTitle: "Climate, 24 hours",
  temperatureChart: "Temperature over the last 24 hours",
  noClimate: "No readings yet.",
  doubts: { stuck: "sensor stuck", jump: "value jumped", settling: "sensor settling" },
  doubtSpan: (why: string, from: string, to: string) =>
    from === to ? `${why}, ${from}` : `${why}, ${from} to ${to}`,
  doubted: (stretches: string) => `Tinted, not to be believed: ${stretches}.`,
  /** Between the parts of a list in a sentence. */
  listGap: "; ",
  noHistory: "No readings in the last 24 hours.",
  instrument: "Instrument",

  // Tables
  asTable: (unit: string) => `As a table, in ${unit}`,
  day: "Day",
  age: "Age",
  mean: "Mean",
  intervalShort: "95 %",
  weighings: "No.",
  average: "Mean",
  target: "Standard",
  hour: "Hour",
  low: "Lowest",
  high: "Highest",
  lowShort: "Low",
  highShort: "High",

  // Names people give and machines write; a slug like "house-2" is read with these.
  nouns: {
    house: "House",
    farm: "Farm",
    scale: "Scale",
    camera: "Camera",
    thermometer: "Thermometer",
    climate: "Climate sensor",
    gate: "Gate",
    edge: "Edge device",
    device: "Device",
    pen: "Pen",
    feeder: "Feeder",
    drinker: "Drinker",
    resting: "Resting area",
  },
  numbered: (noun: string, number: string) => `${noun} ${number}`,
  /** Only where a breed is not written in Latin letters. */
  breeds: {} as Record<string, string>,
  quantities: {
    temperature_celsius: "Temperature",
    humidity_percent: "Humidity",
    ammonia_ppm: "Ammonia",
    carbon_dioxide_ppm: "Carbon dioxide",
    light_lux: "Light",
    air_speed_mps: "Air speed",
    surface_temperature_celsius: "Surface temperature",
    surface_above_air_celsius: "Surface above air",
    floor_temperature_celsius: "Floor surface",
    cold_floor_ratio: "Cold floor",
    warm_floor_ratio: "Warm floor",
    huddle_ratio: "Huddling",
    visible_birds: "Birds seen",
    activity_lengths_per_min: "Activity",
    weight_grams: "Weighings",
  },
};

export type Words = typeof en;
