/** A programme as a line of a list: when, what, and what marks it. It opens the details. */
import { Lock } from "lucide-react";
import type { Channel } from "../api/types";
import { useText } from "../i18n";
import { Progress, Time } from "../watch/time";
import { groupOf } from "./address";
import type { Airing } from "./api";
import { episodeName, genreName, phaseOf, titleOf } from "./words";

interface AiringItemProps {
  readonly airing: Airing;
  readonly now: number;
  /** Where it is shown, if the list is not of one channel. */
  readonly channel?: Channel | undefined;
  /** The beginning of its text as well. */
  readonly full?: boolean;
  readonly selected?: boolean;
  readonly open: (id: string) => void;
}

export function AiringItem({ airing, now, channel, full = false, selected = false, open }: AiringItemProps) {
  const t = useText();
  const phase = phaseOf(airing, now);
  const about = [channel?.name, airing.subtitle, episodeName(t, airing), genreName(t, airing.genre)].filter(Boolean).join(" · ");
  return (
    <button
      type="button"
      className="airing"
      data-phase={phase}
      data-open={selected || undefined}
      data-genre={groupOf(airing.genre) ?? undefined}
      aria-haspopup={airing.locked ? undefined : "dialog"}
      aria-disabled={airing.locked || undefined}
      aria-current={phase === "now" ? "time" : undefined}
      onClick={() => !airing.locked && open(airing.id)}
    >
      <span className="airing-time">
        <Time at={airing.start} />
      </span>
      <span className="airing-words">
        <span className="guide-title">
          {airing.locked && <Lock size={14} aria-hidden />}
          <span>{titleOf(t, airing)}</span>
          {airing.new && <span className="guide-new">{t.guide.new}</span>}
        </span>
        {about && <span className="guide-line">{about}</span>}
        {full && airing.brief && <span className="airing-brief">{airing.brief}</span>}
        {phase === "now" && <Progress event={airing} now={now} />}
      </span>
    </button>
  );
}
