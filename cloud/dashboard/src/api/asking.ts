import { ApiError, NoAnswer, Refused } from "./errors";
import { ROOT } from "./addresses";
import type { Problem } from "./types";

/** One bar of reception is slow but alive; past this the page says that there is no answer. */
const TIMEOUT_MS = 15_000;
/** A report is made while one waits. */
const FILE_TIMEOUT_MS = 90_000;

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

/** How the cloud is asked: patience, the reader's language, and what a refusal is. */
export class Asking {
  constructor(
    private readonly fetch: Fetch = (address, init) => globalThis.fetch(address, init),
    /** The language that refusals are asked for in. */
    private readonly language: () => string = () => "en",
    /** Who asks; empty: whoever is signed in. */
    private readonly person: () => string = () => "",
  ) {}

  /** `version`: the ETag that must still hold. */
  protected ask<Answer>(method: string, path: string, body?: unknown, version?: string): Promise<Answer> {
    const sent = request(method, body, this.language());
    const person = this.person();
    const headers = {
      ...sent.headers,
      ...(version === undefined ? {} : { "If-Match": version }),
      // Another page of this browser may have signed in somebody else: what is asked or told here is not theirs.
      ...(person === "" ? {} : { "Henwise-Person": encodeURIComponent(person) }),
    };
    return this.exchange(
      path,
      { ...sent, headers },
      async (response) => (response.status === 204 ? undefined : await response.json()) as Answer,
    );
  }

  /**
   * Ask what the page's own answer told the browser to ask already (its Link header). With a header of ours, such as the
   * language, some browsers would take it for another question and ask twice.
   */
  protected askedAlready<Answer>(path: string): Promise<Answer> {
    return this.exchange(path, { method: "GET" }, async (response) => (await response.json()) as Answer);
  }

  protected file(path: string): Promise<File> {
    return this.exchange(
      path,
      request("GET", undefined, this.language()),
      async (response) => new File([await response.blob()], fileName(response)),
      FILE_TIMEOUT_MS,
    );
  }

  private async exchange<Answer>(
    path: string,
    sent: RequestInit,
    read: (response: Response) => Promise<Answer>,
    timeoutMs = TIMEOUT_MS,
  ): Promise<Answer> {
    // AbortSignal.timeout() is younger than some of the phones.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), timeoutMs);
    try {
      const response = await this.fetch(ROOT + path, { ...sent, signal: patience.signal });
      if (!response.ok) throw await refusal(response);
      return await read(response);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      // Away, too slow, cut off half-way, or a hotel's sign-in page in the cloud's place.
      throw new NoAnswer(`${path}: no answer that can be read`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function request(
  method: string,
  body: unknown,
  language: string,
): RequestInit & { headers: Record<string, string> } {
  const headers = { "Accept-Language": language };
  if (body === undefined) return { method, headers };
  if (body instanceof Blob) return { method, headers: { ...headers, "Content-Type": "image/jpeg" }, body };
  return { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** The name the service gave a file. */
function fileName(response: Response): string {
  const said = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "");
  return decodeURIComponent(said?.[1] ?? "henwise");
}

async function refusal(response: Response): Promise<Refused | NoAnswer> {
  // A gateway without a cloud behind it is no word of the cloud's.
  if ([502, 503, 504].includes(response.status)) return new NoAnswer(`gateway answered ${response.status}`);
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new Refused(response.status, problem.code ?? "", problem.detail ?? "");
}
