import { describe, expect, it, vi } from "vitest";
import type { Fetch } from "./asking";
import { Client } from "./client";
import { NoAnswer, Refused } from "./errors";

const PLACE = { farm: "hillside", house: "house-2" };

function answering(status: number, body: string): Fetch {
  return () => Promise.resolve(new Response(status === 204 ? null : body, { status }));
}

describe("Client", () => {
  it("says whose page it is with all that the page tells, in any script", async () => {
    const sent: (string | undefined)[] = [];
    const fetch: Fetch = (address, init) => {
      sent.push((init.headers as Record<string, string> | undefined)?.["Henwise-Person"]);
      return answering(200, "{}")(address, init);
    };
    let person = "王芳";
    const client = new Client(fetch, undefined, () => person);
    await client.writeEntry(PLACE, "e-1", { kind: "note", text: "calm" } as never);
    await client.overview();
    person = "";
    await client.farms();
    expect(sent).toEqual(["%E7%8E%8B%E8%8A%B3", undefined, undefined]);
  });

  it("asks for a series by device and source, in UTC", async () => {
    let asked = "";
    const client = new Client((address) => ((asked = address), answering(200, "{}")(address, {})));
    const [from, to] = [new Date(0), new Date(1000)];
    await client.series(PLACE, {
      quantity: "temperature_celsius",
      device: "edge-1",
      source: "air",
      from,
      to,
    });
    const url = new URL(asked, "http://farm");
    expect(url.pathname).toBe("/api/v1/houses/hillside/house-2/series");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      quantity: "temperature_celsius",
      device: "edge-1",
      source: "air",
      from: "1970-01-01T00:00:00.000Z",
      to: "1970-01-01T00:00:01.000Z",
      points: "300",
    });
  });

  it("sends what a person says of a finding and of a picture", async () => {
    const sent: [string, unknown][] = [];
    const client = new Client((address, init) => {
      sent.push([`${init.method} ${address}`, JSON.parse(init.body as string)]);
      return answering(202, "{}")(address, init);
    });
    await client.judge(PLACE, { device: "edge-1", finding: "f-1" }, "false_alarm");
    await client.countByHand(
      PLACE,
      { device: "edge-1", camera: "camera-1" },
      212,
      "2026-11-22T08:00:00.000Z",
    );
    const picture = {
      device: "edge-1",
      camera: "camera-1",
      at: "2026-11-22T08:00:00.000Z",
      size_wh: [960, 540] as [number, number],
    };
    await client.draw(PLACE, picture, null);
    const house = "POST /api/v1/houses/hillside/house-2";
    expect(sent).toEqual([
      [`${house}/findings/edge-1/f-1/verdict`, { answer: "false_alarm" }],
      [
        `${house}/cameras/camera-1/count`,
        { birds: 212, about_at: "2026-11-22T08:00:00.000Z", device: "edge-1" },
      ],
      [
        `${house}/cameras/camera-1/marks`,
        { marks: null, picture_at: "2026-11-22T08:00:00.000Z", size_wh: [960, 540], device: "edge-1" },
      ],
    ]);
  });

  it("keeps the code of a refusal", async () => {
    const problem = JSON.stringify({ title: "No", status: 401, detail: "Not you.", code: "wrong_password" });
    const refused = new Client(answering(401, problem)).signIn("wang", "x");
    await expect(refused).rejects.toMatchObject({
      code: "wrong_password",
      detail: "Not you.",
      signedOut: true,
    });
  });

  it("takes a refusal without a body as one", async () => {
    await expect(new Client(answering(500, "oops")).houses()).rejects.toThrow(Refused);
  });

  it.each([502, 503, 504])("takes a gateway's %i as no answer", async (status) => {
    await expect(new Client(answering(status, "")).houses()).rejects.toThrow(NoAnswer);
  });

  it("takes a network's sign-in page as no answer", async () => {
    await expect(new Client(answering(200, "<html>")).houses()).rejects.toThrow(NoAnswer);
  });

  it("reads an empty answer", async () => {
    await expect(new Client(answering(204, "")).signOut()).resolves.toBeUndefined();
  });

  it("gives up on a network that says nothing", async () => {
    vi.useFakeTimers();
    const silent: Fetch = (_address, init) =>
      new Promise((_resolve, reject) =>
        init.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
      );
    const asked = expect(new Client(silent).houses()).rejects.toThrow(NoAnswer);
    await vi.advanceTimersByTimeAsync(15_000);
    await asked;
    vi.useRealTimers();
  });

  it("takes reports away under the name the service gave them", async () => {
    const asked: string[] = [];
    const headers = { "Content-Disposition": "attachment; filename*=UTF-8''henwise-%E6%89%B9.csv" };
    const client = new Client((address) => {
      asked.push(address);
      return Promise.resolve(new Response("day,grams", { headers }));
    });
    const wish = { form: "csv", kind: "week", language: "zh", units: "jin" } as const;
    const file = await client.reportFile([{ farm: "hill", flock: "f-1" }], wish);
    expect([file.name, await file.text()]).toEqual(["henwise-批.csv", "day,grams"]);
    await client.reportFile(
      [
        { farm: "hill", flock: "f-1" },
        { farm: "valley", flock: "v-1" },
      ],
      wish,
    );
    expect(asked).toEqual([
      "/api/v1/farms/hill/flocks/f-1/report.csv?language=zh&units=jin&kind=week&bom=true",
      "/api/v1/comparison.csv?language=zh&units=jin&flock=hill%2Ff-1&flock=valley%2Fv-1&bom=true",
    ]);
  });

  it("tells when a report can't be made there", async () => {
    const refusal = JSON.stringify({ code: "no_typst", detail: "PDF reports need Typst" });
    const client = new Client(answering(501, refusal));
    const wish = { form: "pdf", kind: "flock", language: "en", units: "si" } as const;
    const asked = client.reportFile([{ farm: "hill", flock: "f-1" }], wish);
    await expect(asked).rejects.toMatchObject({ status: 501, code: "no_typst" });
  });
});
