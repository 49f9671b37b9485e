import type { Cause } from "../api/types";
import type { Age } from "../format/age";

const UNITS: Record<Age["unit"], string> = { now: "", seconds: "s", minutes: "min", hours: "h", days: "d" };

function span(age: Age): string {
  return age.unit === "now" ? "a moment" : `${age.count} ${UNITS[age.unit]}`;
}

/** English; its shape is what every other language must fill. */
export const en = {
  // Frame
  appName: "Henwise",
  otherLanguage: "中文",
  switchLanguage: "切换到中文",
  signOut: "Sign out",
  signedInAs: (name: string) => `Signed in as ${name}`,
  allHouses: "All houses",
  housesTitle: "Houses",
  noHouses: "No house has reported yet. Start the edge agent in a house; it appears here by itself.",
  loading: "Asking for the first numbers…",
  houseUnknown: "This house is not known here. Choose one from the list.",
  failed: "Something went wrong on this page.",
  reload: "Load again",

  // Sign in
  signInTitle: "Sign in",
  userName: "User name",
  password: "Password",
  signIn: "Sign in",
  signingIn: "Signing in…",
  signInNeeded: "Your session has ended. Sign in again.",
  refusals: {
    wrong_password: "User name or password is wrong. Check both and try again.",
    too_many_attempts: "Too many attempts. Wait a few minutes, then try again.",
    no_such_house: "There is no such house.",
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
  asking: (when: string) => `This is how it was at ${when}. Asking for news.`,
  noContact: (when: string) => `No connection. This is how it was at ${when}.`,
  nothingYet: "No data yet. The first numbers appear here as soon as the house sends them.",
  deviceOffline: (device: string, age: Age) =>
    `${device} has been offline for ${span(age)}. Check its power and network.`,
  partSilent: (part: string, age: Age | null, advice: string) =>
    `${age ? `${part} has been silent for ${span(age)}.` : `${part} has not said anything yet.`} ${advice}`.trimEnd(),
  /** What is wrong with an instrument or camera, and what to do next. */
  causes: {
    line_lost: "It is not connected. Check its cable and power.",
    line_refused: "Its port is in use by another program, or may not be opened. Ask your technician.",
    line_silent: "It is connected but sends nothing. Check that it is switched on, then its wiring.",
    line_garbled: "What it sends can't be read. Check its wiring, then its baud rate.",
    values_impossible: "Its values can't be right. Check the instrument and the unit it shows.",
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
    clock_unset:
      "The device does not know the time. Connect it to the internet once; it sets its clock by itself.",
    other:
      "It failed unexpectedly and is started again by itself. If that does not help, send the detail below to your technician.",
  } satisfies Record<Exclude<Cause, "">, string>,
  technicalDetail: "Technical detail:",
  heatStress: (index: string) =>
    `Heat stress: index ${index}, limit 78. Give more air over the birds and cool water.`,
  noDataFrom: (source: string, when: string) =>
    `No data from ${source} since ${when}. Check it and its cable.`,

  // Numbers
  birdsSeen: "Birds seen",
  seenBetween: (low: string, high: string) => `${low} to ${high} in view`,
  camerasTogether: (cameras: number) => `${cameras} cameras, views may overlap`,
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
  axisAge: "age in days",
  standard: (breed: string) => `${breed} standard`,
  curveFrom: (source: string) => `Curve: ${source}`,
  weightChart: "Mean weight of each day against the breed's standard, by age",

  // Climate
  climateTitle: "Climate, 24 hours",
  temperatureChart: "Temperature over the last 24 hours",
  noClimate: "No readings yet.",
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

  // Devices
  devicesTitle: "Devices",
  online: "online",
  offline: "offline",
  quiet: "says nothing",
  rowsWaiting: (rows: string) => `${rows} waiting to be sent`,
  nothingWaiting: "nothing waiting",
  rowsDropped: (rows: string) => `${rows} given up, the storage was full`,
  partStates: { ok: "ok", starting: "starting", silent: "silent", failed: "failed" },
  noDevices: "No device has announced itself.",

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
    pen: "Pen",
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
  },
};

export type Words = typeof en;
