/** What a channel really aired, newest first; it can be taken along as a table. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { LogEntry, SlotRole } from "../api/stations";
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
        {entries.length > 0 && <Button onClick={() => save(csv([w.log.when, w.log.length, w.log.what, w.log.note], entries), `${id}.csv`)}>{w.log.download}</Button>}
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

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180; times as the station wrote them, lengths in seconds. What could be taken for a formula is no formula. */
export function csv(head: readonly string[], entries: readonly LogEntry[]): string {
  const rows = entries.map(({ start, length_ms, title, note }) => [start, String(Math.round(length_ms / 1000)), title, note ?? ""]);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
