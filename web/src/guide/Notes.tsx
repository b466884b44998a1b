/** What has to be said of the guide in sight: that it is old, that some of it is missing and why, that a filter leaves nothing. */
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { asProblem } from "../api/problem";
import type { Channel } from "../api/types";
import { useLocale, useText } from "../i18n";
import { age } from "../i18n/format";
import { useConnection } from "../shell/connection";
import { mayAdminister, useAccount } from "../shell/station";
import { Button, Failure, RequestId } from "../ui";
import { STALE_AFTER_S } from "../watch/NowPanel";
import { groupOf } from "./address";
import { refreshGuide, type Airing } from "./api";
import { windowsOf, type View } from "./chunks";
import type { Calm } from "./useCalm";
import type { Known } from "./useChunks";
import { genreName } from "./words";

/** What is known of the rows and the time in sight. */
export interface Outlook {
  /** Nothing that is in sight is still on its way. */
  readonly settled: boolean;
  readonly airings: readonly Airing[];
  /** Age of the youngest row that tells something, in seconds; null where none does. */
  readonly staleS: number | null;
}

export function outlook(known: Known, channels: readonly Channel[], view: View): Outlook {
  const [first, last] = windowsOf(view.from, view.to);
  const airings: Airing[] = [];
  let settled = true;
  let staleS: number | null = null;
  for (const { id } of channels.slice(view.first, view.last + 1)) {
    for (let window = first; window <= last; window += 1) {
      const row = known.row(id, window);
      settled &&= row !== undefined;
      if (!row || row.airings.length === 0) continue;
      airings.push(...row.airings.filter(({ start, end }) => Date.parse(start) < view.to && Date.parse(end) > view.from));
      staleS = Math.min(staleS ?? Number.POSITIVE_INFINITY, row.staleS);
    }
  }
  return { settled, airings, staleS };
}

interface NotesProps {
  readonly channels: readonly Channel[];
  readonly known: Known;
  readonly calm: Calm | null;
  readonly genre: number | null;
  readonly now: number;
}

export function Notes({ channels, known, calm, genre, now }: NotesProps) {
  const t = useText();
  const locale = useLocale();
  const connection = useConnection();
  if (known.error) return <Failed error={known.error} retry={known.retry} />;
  const seen = calm && outlook(known, channels, calm.view);
  const nothing = seen !== null && seen.settled && seen.airings.length === 0;
  const showsNow = calm !== null && calm.view.from <= now && now < calm.view.to;
  if (nothing && showsNow) return <Empty />;
  const words = [
    connection === "fine" ? null : t.guide.offline,
    nothing ? t.guide.beyond : null,
    seen?.staleS && seen.staleS > STALE_AFTER_S ? t.watch.guideStale(age(seen.staleS, locale)) : null,
    seen?.settled && !nothing && genre !== null && !seen.airings.some((airing) => groupOf(airing.genre) === genre)
      ? t.guide.noneOfGenre(genreName(t, genre << 4) ?? "")
      : null,
  ].filter((text) => text !== null);
  return (
    <p className="guide-note" role="status">
      {words.join(" ")}
    </p>
  );
}

/** Some rows did not come: the others stay usable, so it is a line, not a page. */
export function Failed({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const t = useText();
  const problem = asProblem(error);
  return (
    <div className="guide-failed" role="alert">
      <p>
        <b>{t.guide.failed}</b> {problem.status === 0 ? t.failure.unreachableText : (problem.detail ?? problem.title)}
      </p>
      <RequestId id={problem.requestId} />
      <Button onClick={retry}>{t.common.tryAgain}</Button>
    </div>
  );
}

/** No programme anywhere in sight although something should be on now: where a guide comes from. */
export function Empty() {
  const t = useText();
  const admin = mayAdminister(useAccount());
  const refresh = useMutation({ mutationFn: refreshGuide });
  return (
    <section className="guide-empty">
      <h2>{t.guide.empty.title}</h2>
      <p role="status">{refresh.isSuccess ? t.guide.empty.refreshing : admin ? t.guide.empty.text : t.guide.empty.ask}</p>
      {refresh.error && <Failure error={refresh.error} />}
      {admin && (
        <div className="actions">
          {!refresh.isSuccess && (
            <Button look="main" busy={refresh.isPending} onClick={() => refresh.mutate()}>
              {t.guide.empty.refresh}
            </Button>
          )}
          <Link to="/settings/$section" params={{ section: "receivers" }} className="button button-plain">
            {t.settings.receivers}
          </Link>
        </div>
      )}
    </section>
  );
}
