import type { Place } from "../api/types";

export type Route = { page: "houses" | "join" | "notifications" } | { page: "house" | "log"; place: Place };

export const NOTIFICATIONS_PATH = "/notifications";

const HOUSE_PATH = /^\/houses\/([a-z0-9-]+)\/([a-z0-9-]+)(\/log)?\/?$/;

/**
 * Read an address path: `/houses/<farm>/<house>` is a house, `/log` behind it its daily log, `/notifications` where
 * alerts go, `/join` and `/setup` a link, all else the list.
 */
export function routeOf(path: string): Route {
  if (path === "/join" || path === "/setup") return { page: "join" };
  if (path.replace(/\/$/, "") === NOTIFICATIONS_PATH) return { page: "notifications" };
  const [, farm, house, log] = HOUSE_PATH.exec(path) ?? [];
  return farm && house ? { page: log ? "log" : "house", place: { farm, house } } : { page: "houses" };
}

/** The path of a house's page; slugs need no escaping. */
export function housePath({ farm, house }: Place): string {
  return `/houses/${farm}/${house}`;
}

/** The path of a house's daily log. */
export function logPath(place: Place): string {
  return `${housePath(place)}/log`;
}

/** Where in the dashboard we are; kept in the address, so that back, reload and sharing work. */
export class Router {
  route = $state.raw<Route>(routeOf(location.pathname));

  /** Follow the browser's back and forward; returns what ends it. */
  start(): () => void {
    const follow = () => (this.route = routeOf(location.pathname));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }

  go(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.route = routeOf(path);
    scrollTo(0, 0);
  }
}
