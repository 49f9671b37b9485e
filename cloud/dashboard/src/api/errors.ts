/**
 * What can go wrong when the cloud is asked.
 *
 *     ApiError
 *     ├── NoAnswer    nobody answered in time, or the network is away: the same call may work later
 *     └── Refused     the cloud said no; `code` is stable and translated, `detail` is its own sentence
 */
export class ApiError extends Error {}

export class NoAnswer extends ApiError {}

export class Refused extends ApiError {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(detail || `the cloud answered ${status}`);
  }

  /** The session has ended or never began. */
  get signedOut(): boolean {
    return this.status === 401;
  }
}
