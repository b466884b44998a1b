/** Where the guide comes from: the sources, how each fares, and what can be done about it; below, which channel is which. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Pencil, RefreshCw, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { api, body } from "../../api/client";
import { live } from "../../api/live";
import { useLanguage, useText } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { Button, Failure, IconButton, Skeleton } from "../../ui";
import { RemoveDialog } from "../RemoveDialog";
import { Matches } from "./Matches";
import { again, guideSources, type Source } from "./queries";
import { SourceDialog } from "./SourceDialog";

const HOUR_S = 3_600;

export function GuideSettings() {
  const t = useText();
  const { data, error, refetch, isPending } = useQuery(guideSources);
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<Source | null>(null);
  const [removing, setRemoving] = useState<Source | null>(null);
  useEffect(() => live.subscribe("guide_sources", again), []);
  const read = useMutation({
    mutationFn: (source: string | null) => api.POST("/api/v1/guide/refresh", { body: source === null ? {} : { source } }),
    onSettled: again,
  });
  const order = useMutation({
    scope: { id: "guide-order" },
    mutationFn: (ids: string[]) => body(api.POST("/api/v1/guide/wishes", { body: { revision: data?.revision ?? 0, order: ids } })),
    onSettled: again,
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  const guides = data?.items.filter(({ kind }) => kind !== "receiver") ?? [];
  const move = (source: Source, by: number) => {
    const ids = guides.map(({ id }) => id);
    const at = ids.indexOf(source.id);
    const other = ids[at + by];
    if (other === undefined) return;
    [ids[at], ids[at + by]] = [other, source.id];
    order.mutate(ids);
  };
  return (
    <>
      <p className="lead">{t.sources.text}</p>
      {(read.error ?? order.error) && <Failure error={read.error ?? order.error} />}
      <ul className="receivers" aria-busy={isPending}>
        {isPending && (
          <li className="receiver">
            <Skeleton width="12em" /> <Skeleton width="20em" />
          </li>
        )}
        {data?.items.map((source) => {
          const at = guides.indexOf(source);
          return (
            <SourceRow
              key={source.id}
              source={source}
              up={at > 0 ? () => move(source, -1) : null}
              down={at >= 0 && at < guides.length - 1 ? () => move(source, 1) : null}
              read={source.kind === "receiver" ? null : () => read.mutate(source.id)}
              change={source.kind === "page" ? () => setChanging(source) : null}
              remove={source.kind === "page" ? () => setRemoving(source) : null}
            />
          );
        })}
      </ul>
      {data?.items.length === 0 && <p className="list-empty">{t.sources.none}</p>}
      <div className="actions">
        <Button look="main" onClick={() => setAdding(true)}>
          {t.sources.add}
        </Button>
        <Button busy={read.isPending} onClick={() => read.mutate(null)}>
          {t.sources.readAll}
        </Button>
      </div>
      {guides.length > 0 && <Matches guides={guides} />}
      {adding && <SourceDialog close={() => setAdding(false)} />}
      {changing && <SourceDialog source={changing} close={() => setChanging(null)} />}
      {removing && (
        <RemoveDialog
          name={removing.name}
          text={t.sources.removeText}
          remove={() => api.DELETE("/api/v1/guide/sources/{id}", { params: { path: { id: removing.id } } })}
          removed={async () => again()}
          close={() => setRemoving(null)}
        />
      )}
    </>
  );
}

interface SourceRowProps {
  readonly source: Source;
  readonly up: (() => void) | null;
  readonly down: (() => void) | null;
  readonly read: (() => void) | null;
  readonly change: (() => void) | null;
  readonly remove: (() => void) | null;
}

function SourceRow({ source, up, down, read, change, remove }: SourceRowProps) {
  const t = useText();
  const locale = useLanguage();
  const when = (time: string | null | undefined) => (time ? dateTime(Date.parse(time), locale) : null);
  const reading = typeof source.reading === "number";
  const state = reading ? "reading" : source.failed ? "failed" : source.tried || source.read ? "fine" : "never";
  const { figures } = source;
  const [tried, readAt] = [when(source.tried), when(source.read)];
  const facts = [
    reading && source.reading ? t.sources.soFar(source.reading) : null,
    readAt ? t.sources.read(readAt) : source.failed && tried ? t.sources.tried(tried) : null,
    source.airings > 0 ? t.sources.gave(source.airings, source.channels) : null,
    source.shift_min === 0 ? null : t.sources.shift(source.shift_min),
    source.refresh_s ? t.sources.every(t.sources.hours(Math.max(1, Math.round(source.refresh_s / HOUR_S)))) : null,
  ].filter((fact) => fact !== null);
  const [since, until] = [when(source.kept_since), when(source.kept_until)];
  return (
    <li className="receiver source" data-state={state === "fine" ? "ok" : state === "failed" ? "failed" : "loading"}>
      <div className="receiver-words">
        <p className="receiver-name">{source.name}</p>
        {source.address !== "" && source.address !== source.name && <p className="receiver-url">{source.address}</p>}
        <p className="receiver-state">
          <span className="dot" aria-hidden />
          {t.sources.states[state]}
          {facts.length > 0 && <span> · {facts.join(" · ")}</span>}
        </p>
        {source.message !== "" && <p className="receiver-advice">{source.message}</p>}
        {figures && (
          <p className="receiver-detail">
            {t.sources.figures(figures.sure, figures.doubtful + figures.missing + figures.waiting, figures.unmatched + figures.none)}
            {source.unused > 0 && ` · ${t.sources.unused(source.unused)}`}
          </p>
        )}
        {source.kept_channels > 0 && since && until && <p className="receiver-detail">{t.sources.kept(source.kept_channels, since, until)}</p>}
        {source.skipped > 0 && <p className="receiver-detail">{t.sources.skipped(source.skipped)}</p>}
        {source.left_out > 0 && <p className="receiver-detail">{t.sources.leftOut(source.left_out)}</p>}
        <p className="receiver-detail">{t.sources.kinds[source.kind]}</p>
      </div>
      <div className="source-actions">
        {up && (
          <IconButton label={t.sources.up(source.name)} onClick={up}>
            <ArrowUp aria-hidden />
          </IconButton>
        )}
        {down && (
          <IconButton label={t.sources.down(source.name)} onClick={down}>
            <ArrowDown aria-hidden />
          </IconButton>
        )}
        {read && (
          <IconButton label={t.sources.readNow(source.name)} aria-disabled={reading || undefined} onClick={() => !reading && read()}>
            <RefreshCw aria-hidden />
          </IconButton>
        )}
        {change && (
          <IconButton label={t.sources.edit(source.name)} onClick={change}>
            <Pencil aria-hidden />
          </IconButton>
        )}
        {remove && (
          <IconButton label={`${t.common.remove}: ${source.name}`} onClick={remove}>
            <Trash2 aria-hidden />
          </IconButton>
        )}
      </div>
    </li>
  );
}
