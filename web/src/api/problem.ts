/** What the server says when it cannot do what was asked (RFC 9457), and the same shape for a server that is silent. */
import type { ProblemDocument } from "./types";

export class Problem extends Error {
  override readonly name = "Problem";
  /** Stable word for machines; `unreachable` is ours, for a request that got no answer at all. */
  readonly code: string;
  /** Why exactly, where the code does not tell: codes as those of sessions. */
  readonly reason: string | null;
  readonly status: number;
  readonly title: string;
  readonly detail: string | null;
  readonly requestId: string | null;
  readonly retryAfterS: number | null;
  /** Messages by field name, for forms. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(document: Partial<ProblemDocument>, status: number, requestId: string | null) {
    super(document.detail ?? document.title ?? `HTTP ${status}`);
    this.code = document.code ?? "unknown";
    this.reason = document.reason ?? null;
    this.status = status;
    this.title = document.title ?? `HTTP ${status}`;
    this.detail = document.detail ?? null;
    this.requestId = document.request_id ?? requestId;
    this.retryAfterS = document.retry_after_s ?? null;
    this.fields = readFields(document.fields);
  }

  static async fromResponse(response: Response): Promise<Problem> {
    const requestId = response.headers.get("x-request-id");
    try {
      return new Problem((await response.json()) as Partial<ProblemDocument>, response.status, requestId);
    } catch {
      // A proxy in between may answer with a page of its own.
      return new Problem({}, response.status, requestId);
    }
  }

  static unreachable(cause: unknown): Problem {
    const problem = new Problem({ code: "unreachable", title: "The station does not answer" }, 0, null);
    problem.cause = cause;
    return problem;
  }

  /** True where asking again may help: no answer, or a server that says it is busy or broken. */
  get transient(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

function readFields(fields: ProblemDocument["fields"]): Readonly<Record<string, string>> {
  return Object.fromEntries((fields ?? []).map(({ name, message }) => [name, message]));
}

/** Any thrown value as a problem, so that a page has one thing to show. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : Problem.unreachable(error);
}
