import type { Place } from "../api/types";

/** Pages without a house; each is `/<name>`, but for the first. */
const PAGES = [
  "houses",
  "alerts",
  "logs",
  "flocks",
  "more",
  "devices",
  "people",
  "notifications",
  "curves",
] as const;
/** Pages of a house; each is `/houses/<farm>/<house>/<name>`, but for the first. */
const HOUSE_PAGES = ["house", "log", "flock", "charts", "limits", "droppings"] as const;

export type PageName = (typeof PAGES)[number];
export type HousePageName = (typeof HOUSE_PAGES)[number];
export type Route = { page: PageName | "join" } | { page: HousePageName; place: Place };

const HOUSE_PATH = /^\/houses\/([a-z0-9-]+)\/([a-z0-9-]+)(?:\/([a-z]+))?\/?$/;

/** Read an address path; what is not known is the list of houses. */
export function routeOf(path: string): Route {
  if (path === "/join" || path === "/setup") return { page: "join" };
  const [, farm, house, name = "house"] = HOUSE_PATH.exec(path) ?? [];
  const ofHouse = HOUSE_PAGES.find((page) => page === name);
  if (farm && house && ofHouse) return { page: ofHouse, place: { farm, house } };
  const plain = path.replace(/^\/|\/$/g, "");
  return { page: PAGES.find((page) => page === plain) ?? "houses" };
}

/** The path of a page of a house; slugs need no escaping. */
export function housePath({ farm, house }: Place, page: HousePageName = "house"): string {
  return `/houses/${farm}/${house}${page === "house" ? "" : `/${page}`}`;
}

/** The path of a house's daily log. */
export function logPath(place: Place): string {
  return housePath(place, "log");
}

/** Where in the dashboard we are; kept in the address, so that back, reload and sharing work. */
export class Router {
  route = $state.raw<Route>(routeOf(location.pathname));
  /** The page that the browser's back (or forward) left; null after a step of our own. */
  cameFrom: Route | null = null;

  /** Follow the browser's back and forward; returns what ends it. */
  start(): () => void {
    const follow = () => {
      this.cameFrom = this.route;
      this.route = routeOf(location.pathname);
    };
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }

  go(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.cameFrom = null;
    this.route = routeOf(new URL(path, location.origin).pathname);
    scrollTo(0, 0);
  }

  /** Follow a click on an ordinary link without loading the page again. */
  follow(event: MouseEvent, path: string): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.go(path);
  }
}
