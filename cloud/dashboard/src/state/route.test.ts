import { expect, it } from "vitest";
import { housePath, logPath, routeOf } from "./route.svelte";

it("finds the way back from a house's address", () => {
  const place = { farm: "hillside", house: "house-2" };
  expect(routeOf(housePath(place))).toEqual({ page: "house", place });
  expect(routeOf(logPath(place))).toEqual({ page: "log", place });
});

it.each(["/join", "/setup"])("leads %s to what a link offers", (path) => {
  expect(routeOf(path)).toEqual({ page: "join" });
});

it.each(["/", "/houses", "/houses/hillside", "/elsewhere", "/%E0%A4%A"])("leads %s to the list", (path) => {
  expect(routeOf(path)).toEqual({ page: "houses" });
});
