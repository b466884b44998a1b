/** What a start or a stall waits for: named after 300 ms, with what can be done after 3 s. */
import { useEffect, useState } from "react";
import type { Session } from "../api/types";
import type { Catalogue } from "../i18n/catalogue";
import { useText } from "../i18n";
import { player, usePlayer } from "../playback";
import type { PlayerState } from "../playback/player";
import { Button } from "../ui";
import { reasonText } from "./Refused";

const NAME_AFTER_MS = 300;
const ADVISE_AFTER_MS = 3_000;

/** Ms since `since` by `performance.now()`, renewed at the moments that matter and then once a second. */
function useElapsed(since: number): number {
  const [elapsed, setElapsed] = useState(() => performance.now() - since);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const past = performance.now() - since;
      setElapsed(past);
      const next = past < NAME_AFTER_MS ? NAME_AFTER_MS - past : 1000 - (past % 1000);
      timer = setTimeout(tick, next + 1);
    };
    tick();
    return () => clearTimeout(timer);
  }, [since]);
  return elapsed;
}

/** The text for what is waited for, from the most particular thing that is known. */
export function waitingText(t: Catalogue, session: Session | null, stalled: boolean, radio: boolean): string {
  if (!session) return t.waiting.request;
  // Whoever comes amid an outage hears of it, not of the step that it holds up.
  if (session.trouble) return reasonText(t, session.trouble.code, session.trouble.message).title;
  if (session.preparing && (stalled || session.waiting_for === "preparation")) return preparingText(t, session.preparing);
  if (session.waiting_for) return t.waiting[session.waiting_for];
  if (stalled) return t.waiting.stalled;
  return radio ? t.waiting.radio : t.waiting.playlist;
}

/** How far the preparation has come, where that is known. */
function preparingText(t: Catalogue, { done_s, length_s }: NonNullable<Session["preparing"]>): string {
  const percent = length_s > 0 ? Math.min(100, Math.floor((100 * done_s) / length_s)) : 0;
  return percent > 0 ? t.play.preparedBy(percent) : t.waiting.preparation;
}

export function adviceText(t: Catalogue, session: Session | null): string {
  if (session?.preparing) return t.play.slow;
  if (session?.waiting_for === "tuner" || session?.waiting_for === "signal") return t.waiting.slowTuner;
  if (session?.waiting_for === "key_frame") return t.waiting.slowKeyFrame;
  return t.waiting.slow;
}

export function Waiting({ radio }: { readonly radio: boolean }) {
  const t = useText();
  const phase = usePlayer((state) => state.phase);
  const since = usePlayer((state: PlayerState) => state.since);
  const session = usePlayer((state) => state.session);
  const elapsed = useElapsed(since);
  // What the slate says is said once.
  if ((phase !== "starting" && phase !== "stalled") || (phase === "stalled" && session?.trouble)) return null;
  const named = elapsed >= NAME_AFTER_MS;
  const late = elapsed >= ADVISE_AFTER_MS;
  return (
    <div className="waiting" data-named={named}>
      <span className="waiting-line" aria-hidden />
      <p role="status" aria-live="polite">
        {named && (
          <>
            {waitingText(t, session, phase === "stalled", radio)}
            {late && <span className="waiting-time"> {t.waiting.seconds(Math.floor(elapsed / 1000))}</span>}
          </>
        )}
      </p>
      {late && (
        <div className="waiting-late">
          <p>{adviceText(t, session)}</p>
          <Button look="quiet" onClick={() => player.restart()}>
            {t.waiting.restart}
          </Button>
        </div>
      )}
    </div>
  );
}
