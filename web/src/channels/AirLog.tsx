/** What a channel really aired, newest first; a period of it can be taken along as a file. */
import { useState } from "react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { resolve } from "../api/base";
import type { SlotRole } from "../api/stations";
import { dateTime } from "../i18n/format";
import { useLocale } from "../i18n";
import { Button, Failure, Skeleton } from "../ui";
import { usePlanAddress } from "./address";
import { airLog } from "./queries";
import { useWords } from "./text";
import { lengthWords } from "./words";

export function AirLog() {
  const w = useWords();
  const locale = useLocale();
  const { id } = usePlanAddress();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(airLog(id));
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  const entries = data?.pages.flatMap(({ items }) => items) ?? [];
  const kind = (name: string) => (name === "break" ? w.log.break : name !== "programme" && Object.hasOwn(w.roles, name) ? w.roles[name as SlotRole] : null);
  const note = (code: string | null | undefined) => (code && Object.hasOwn(w.log.notes, code) ? w.log.notes[code as keyof typeof w.log.notes] : code);
  return (
    <div className="station-body">
      <header className="log-head">
        <div>
          <h2>{w.log.title}</h2>
          <p className="lead">{w.log.text}</p>
        </div>
        <Period id={id} />
      </header>
      {!data && [1, 2, 3, 4].map((n) => <Skeleton key={n} width="100%" height="2rem" />)}
      {data && entries.length === 0 && <p className="lead">{w.log.empty}</p>}
      {entries.length > 0 && (
        <table className="log">
          <thead>
            <tr>
              <th scope="col">{w.log.when}</th>
              <th scope="col">{w.log.what}</th>
              <th scope="col">{w.log.length}</th>
              <th scope="col">{w.log.note}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={`${entry.start} ${entry.title}`} data-kind={entry.kind}>
                <td>
                  <time dateTime={entry.start}>{dateTime(Date.parse(entry.start), locale)}</time>
                </td>
                <td>
                  {entry.title || (entry.kind === "slate" ? w.roles.slate : w.untitled)} {kind(entry.kind) !== null && <small>{kind(entry.kind)}</small>}
                </td>
                <td>{lengthWords(w, entry.length_ms)}</td>
                <td>{note(entry.note)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {w.log.more}
        </Button>
      )}
    </div>
  );
}

const DAY = 86_400_000;

/** A day of the viewer's, as a field for dates has it. */
function day(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** Where the log from one day to another, that one included, is fetched as a file; none: that is no period. */
export function logFile(id: string, from: string, to: string, format: "csv" | "json"): string | undefined {
  const begin = new Date(`${from}T00:00:00`);
  const end = new Date(`${to}T00:00:00`);
  end.setDate(end.getDate() + 1);
  if (!(begin.getTime() < end.getTime())) return undefined;
  const period = new URLSearchParams({ from: begin.toISOString(), to: end.toISOString(), format });
  return resolve(`/api/v1/stations/${encodeURIComponent(id)}/log/export?${period.toString()}`);
}

function Period({ id }: { readonly id: string }) {
  const w = useWords();
  const [from, begin] = useState(() => day(Date.now() - 30 * DAY));
  const [to, end] = useState(() => day(Date.now()));
  return (
    <div className="log-period" role="group" aria-label={w.log.download}>
      <label>
        {w.log.from} <input type="date" value={from} max={to} onChange={(event) => begin(event.target.value)} />
      </label>
      <label>
        {w.log.to} <input type="date" value={to} min={from} onChange={(event) => end(event.target.value)} />
      </label>
      {(["csv", "json"] as const).map((format) => {
        const address = logFile(id, from, to, format);
        return (
          <a key={format} className="button button-plain" href={address} aria-disabled={address === undefined || undefined} download>
            {w.log.save(format.toUpperCase())}
          </a>
        );
      })}
    </div>
  );
}
