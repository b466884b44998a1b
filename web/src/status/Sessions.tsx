/** Who watches what, how it is played and why so, and how the player fares. A session can be ended from here. */
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../api/client";
import type { PlayerFacts, ReceiverStatus, SessionStatus } from "../api/types";
import { useLocale, useText } from "../i18n";
import { Button, Failure } from "../ui";
import { Modal } from "../ui/Modal";
import { Pairs } from "./Pairs";
import { count, decimal, share } from "./figures";
import { planAction, planReasons, planTracks, receiverName, timeOf } from "./words";

const OVER: ReadonlySet<SessionStatus["state"]> = new Set(["failed", "stopped", "cancelled"]);

interface SessionsProps {
  /** The newest; those that are over stand last. */
  readonly sessions: readonly SessionStatus[];
  readonly total: number;
  readonly receivers: readonly ReceiverStatus[];
}

export function Sessions({ sessions, total, receivers }: SessionsProps) {
  const t = useText();
  const [ending, setEnding] = useState<SessionStatus | null>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const running = sessions.filter(({ state }) => !OVER.has(state));
  const over = sessions.filter(({ state }) => OVER.has(state));
  return (
    <section className="status-part">
      <h2 ref={title} tabIndex={-1}>
        {t.status.sessions}
      </h2>
      {running.length === 0 && <p className="lead">{t.status.noSessions}</p>}
      {running.map((session) => (
        <Session key={session.id} session={session} from={receiverName(receivers, session.receiver_id)} end={() => setEnding(session)} />
      ))}
      {total > running.length && <p className="soft">{t.status.more(total - running.length)}</p>}
      {over.length > 0 && (
        <details className="status-over">
          <summary>
            {t.status.ended} ({over.length})
          </summary>
          <ul>
            {over.map((session) => (
              <Over key={session.id} session={session} />
            ))}
          </ul>
        </details>
      )}
      {ending && (
        <EndDialog
          session={ending}
          close={() => {
            setEnding(null);
            // The row's button may be gone with its row; the focus must not be.
            setTimeout(() => {
              if (document.activeElement === document.body) title.current?.focus();
            });
          }}
        />
      )}
    </section>
  );
}

interface SessionProps {
  readonly session: SessionStatus;
  readonly from: string | null;
  readonly end: () => void;
}

function Session({ session, from, end }: SessionProps) {
  const t = useText();
  const locale = useLocale();
  const { plan, player } = session;
  const state = session.waiting_for ? t.waiting[session.waiting_for] : t.status.states[session.state];
  return (
    <article className="status-session" aria-label={`${session.holder}, ${session.channel}`}>
      <header>
        <h3>
          {session.holder} <span className="soft">{session.channel}</span>
        </h3>
        <p className="soft">{[state, t.status.since(timeOf(session.created_at, locale)), from && t.status.from(from)].filter(Boolean).join(" · ")}</p>
      </header>
      <Button onClick={end} aria-label={t.status.endOf(session.holder, session.channel)} aria-haspopup="dialog">
        {t.status.end}
      </Button>
      <div className="status-plan">
        <p>{plan ? [planAction(t, plan), planTracks(plan, locale)].filter(Boolean).join(" · ") : t.status.unknownPlan}</p>
        {plan && <p className="soft">{planReasons(t, plan)}</p>}
      </div>
      {player ? <Fares player={player} /> : <p className="soft status-silent">{t.status.silent}</p>}
    </article>
  );
}

function Fares({ player }: { readonly player: PlayerFacts }) {
  const t = useText();
  const locale = useLocale();
  const seconds = (ms: number) => decimal(ms / 1000, locale);
  const first = player.first_frame_ms;
  const { stalls = 0, stalled_ms = 0, shown_frames = 0, dropped_frames = 0, decoder_failures = 0 } = player;
  const all = shown_frames + dropped_frames;
  return (
    <Pairs
      rows={[
        [t.status.firstPicture, first === null || first === undefined ? null : t.status.afterSeconds(seconds(first))],
        [t.status.stalls, stalls === 0 ? t.status.never : t.status.stalled(t.status.times(stalls), seconds(stalled_ms)), stalls > 0],
        [t.status.leftOut, all === 0 ? null : t.status.ofAll(count(dropped_frames, locale), share(dropped_frames, all, locale))],
        [t.status.decoderFailures, decoder_failures === 0 ? null : t.status.times(decoder_failures), true],
        [t.facts.behind, player.behind_ms === null || player.behind_ms === undefined ? null : t.facts.seconds(seconds(player.behind_ms))],
      ]}
    />
  );
}

function Over({ session }: { readonly session: SessionStatus }) {
  const t = useText();
  const locale = useLocale();
  const code = session.reason?.code ?? "";
  const words = (t.refusal.reasons as Readonly<Record<string, readonly string[]>>)[code];
  const why = words?.[0] ?? session.reason?.message ?? t.status.states[session.state];
  return (
    <li data-bad={session.state === "failed" || undefined}>
      {[session.holder, session.channel, t.status.since(timeOf(session.created_at, locale)), why].join(" · ")}
    </li>
  );
}

function EndDialog({ session, close }: { readonly session: SessionStatus; readonly close: () => void }) {
  const t = useText();
  const end = useMutation({
    mutationFn: () => api.DELETE("/api/v1/sessions/{id}", { params: { path: { id: session.id }, query: { host: true } } }),
    onSuccess: close,
  });
  return (
    <Modal title={t.status.endTitle(session.holder, session.channel)} close={close}>
      <p>{t.status.endText}</p>
      {end.error && <Failure error={end.error} />}
      <div className="actions">
        <Button look="danger" busy={end.isPending} onClick={() => end.mutate()}>
          {t.status.endAction}
        </Button>
        <Button onClick={close}>{t.common.cancel}</Button>
      </div>
    </Modal>
  );
}
