/**
 * One playback session on the station: started, listened to, kept alive, stopped. It knows nothing of players or pages.
 *
 * The start is sent the moment it is asked for; the reply comes before the receiver has done anything, and what happens
 * next arrives by the socket. Where the socket is silent, the session is asked for instead.
 */
import { api, body, freshId } from "../api/client";
import { live } from "../api/live";
import { asProblem, type Problem } from "../api/problem";
import type { PlayerFacts, Session } from "../api/types";
import { capabilities } from "./capabilities";
import { asked, type Wanted } from "./wanted";

/** While a session is starting it is asked for this often, should the socket have missed something. */
const STARTING_POLL_MS = 1_500;
const SHORTEST_HEARTBEAT_S = 5;
/** What happens to the picture between two heartbeats is told at most this often. */
const REPORT_EVERY_MS = 5_000;

const OVER: ReadonlySet<Session["state"]> = new Set(["failed", "stopped", "cancelled"]);

export function isOver(session: Session): boolean {
  return OVER.has(session.state);
}

export interface SessionListener {
  /** The session as the station sees it now. The first call is the reply to the start. */
  onSession(session: Session): void;
  /** The start was refused by the API itself, or the session is unknown to it by now. */
  onProblem(problem: Problem): void;
  /** How the picture fares, to be told with the next heartbeat; null while there is nothing to tell. */
  facts(): PlayerFacts | null;
}

export class PlaybackSession {
  private readonly listener: SessionListener;
  private current: Session | null = null;
  private stopped = false;
  /** Until the start has been replied to. */
  private starting: Promise<void> | null;
  private gone: Promise<void> | null = null;
  private unsubscribe: () => void = () => undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private poll: ReturnType<typeof setTimeout> | undefined;
  private reporting: ReturnType<typeof setTimeout> | undefined;
  private reported = -Infinity;

  /** `pin` opens what is not for the viewer's age. */
  constructor(
    readonly wanted: Wanted,
    listener: SessionListener,
    private readonly pin: string | null = null,
  ) {
    this.listener = listener;
    this.starting = this.start().finally(() => {
      this.starting = null;
    });
  }

  get id(): string | null {
    return this.current?.id ?? null;
  }

  /**
   * Ends it. A stop before the reply has come is carried out when it comes; a page that is closing still sends it. Gives
   * a promise that is kept when the station has ended it or cannot be asked to, or null if there was nothing to end.
   */
  stop(): Promise<void> | null {
    if (this.stopped) return this.gone;
    this.stopped = true;
    this.silence();
    if (!this.current) this.gone = this.starting;
    else if (!isOver(this.current)) this.gone = remove(this.current.id);
    return this.gone;
  }

  /** Asks the station how the session is, for a player that met an error. Null when nobody answers. */
  async refresh(): Promise<Session | null> {
    const { id } = this;
    if (id === null) return null;
    try {
      const session = await body(api.GET("/api/v1/sessions/{id}", { params: { path: { id } } }));
      this.accept(session);
      return session;
    } catch (error) {
      const problem = asProblem(error);
      if (!problem.transient) this.fail(problem);
      return null;
    }
  }

  /** Tells the station how the picture fares, now; again at most so often. */
  report(): void {
    if (this.stopped || !this.current || isOver(this.current) || this.reporting !== undefined) return;
    const { id } = this.current;
    this.reporting = setTimeout(
      () => {
        this.reporting = undefined;
        this.reported = performance.now();
        if (!this.stopped) void this.beat(id);
      },
      Math.max(0, this.reported + REPORT_EVERY_MS - performance.now()),
    );
  }

  private async start(): Promise<void> {
    try {
      const session = await body(
        api.POST("/api/v1/sessions", {
          headers: { "Idempotency-Key": freshId() },
          body: { ...asked(this.wanted), client: capabilities(), ...(this.pin === null ? {} : { pin: this.pin }) },
          priority: "high",
        }),
      );
      if (this.stopped) {
        await remove(session.id);
        return;
      }
      this.accept(session);
      this.listen(session);
    } catch (error) {
      this.fail(asProblem(error));
    }
  }

  private listen(session: Session): void {
    if (this.stopped || isOver(session)) return;
    this.unsubscribe = live.subscribe(`session:${session.id}`, (_kind, data) => {
      const next = asSession(data);
      if (next) this.accept(next);
      else void this.refresh();
    });
    const every = Math.max(SHORTEST_HEARTBEAT_S, session.heartbeat_s) * 1000;
    this.heartbeat = setInterval(() => void this.beat(session.id), every);
    this.pollWhileStarting();
  }

  private pollWhileStarting(): void {
    this.poll = setTimeout(() => {
      if (this.stopped || !this.current || this.current.state === "ready" || isOver(this.current)) return;
      void this.refresh().finally(() => this.pollWhileStarting());
    }, STARTING_POLL_MS);
  }

  private async beat(id: string): Promise<void> {
    try {
      const facts = this.listener.facts();
      await api.POST("/api/v1/sessions/{id}/heartbeat", { params: { path: { id } }, ...(facts ? { body: facts } : {}) });
    } catch (error) {
      const problem = asProblem(error);
      // A station that is away for a moment is no reason to give up; one that has forgotten the session is.
      if (!problem.transient && !this.stopped) await this.refresh();
    }
  }

  private accept(session: Session): void {
    if (this.stopped) return;
    this.current = session;
    if (isOver(session)) this.silence();
    this.listener.onSession(session);
  }

  private fail(problem: Problem): void {
    if (this.stopped) return;
    this.silence();
    this.listener.onProblem(problem);
  }

  private silence(): void {
    this.unsubscribe();
    clearInterval(this.heartbeat);
    clearTimeout(this.poll);
    clearTimeout(this.reporting);
  }
}

async function remove(id: string): Promise<void> {
  try {
    await api.DELETE("/api/v1/sessions/{id}", { params: { path: { id } }, keepalive: true });
  } catch {
    // Without a heartbeat the station ends the session by itself.
  }
}

/** A frame's data if it is a whole session; smaller events only say that something changed. */
export function asSession(data: unknown): Session | null {
  if (typeof data !== "object" || data === null) return null;
  const candidate = data as Partial<Session>;
  return typeof candidate.id === "string" && typeof candidate.state === "string" && "playlist_url" in candidate
    ? (candidate as Session)
    : null;
}
