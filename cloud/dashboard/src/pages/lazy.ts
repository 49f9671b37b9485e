/** Pages that are loaded when they are asked for: the first load stays small. */
import type { Component } from "svelte";
import type { Place } from "../api/types";
import type { HousePageName, PageName } from "../state/route.svelte";

type Loaded<Props extends Record<string, unknown>> = Promise<{ default: Component<Props> }>;

export const PAGES = {
  alerts: () => import("../alerts/AlertsPage.svelte"),
  curves: () => import("../curves/CurvesPage.svelte"),
  devices: () => import("../devices/DevicesPage.svelte"),
  flocks: () => import("../flocks/FlocksPage.svelte"),
  more: () => import("../more/MorePage.svelte"),
  notifications: () => import("../notifications/Notifications.svelte"),
  people: () => import("../people/PeoplePage.svelte"),
} satisfies Partial<Record<PageName, () => Loaded<Record<string, never>>>>;

export const HOUSE_PAGES = {
  charts: () => import("../explore/ChartsPage.svelte"),
  droppings: () => import("../droppings/DroppingsPage.svelte"),
  flock: () => import("../flock/FlockPage.svelte"),
  limits: () => import("../limits/LimitsPage.svelte"),
  log: () => import("../log/LogRoute.svelte"),
} satisfies Partial<Record<HousePageName, () => Loaded<{ place: Place }>>>;
