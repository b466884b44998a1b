/** The lineup as its host makes it: channels hidden, renamed, renumbered, grouped; bouquets ordered. It holds for every list and every player. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Eye, EyeOff, Merge, Search } from "lucide-react";
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState, type FormEvent } from "react";
import { api, body, freshId } from "../api/client";
import { ownLineup, queryClient, receivers } from "../api/queries";
import type { ChannelWish, LineupChange, OwnChannel, OwnLineup } from "../api/types";
import { useText } from "../i18n";
import { search } from "../shell/station";
import { Button, Failure, Field, IconButton, Skeleton } from "../ui";
import { Modal } from "../ui/Modal";
import { Bouquets } from "./Bouquets";
import { JoinDialog } from "./JoinDialog";
import { isHidden, isOf, joinedTo, nameOf, wishOf } from "./lineup";

/** Pixels of a row until it has been measured. */
const ROW = 64;

export type Change = (change: Omit<LineupChange, "revision">) => void;

export function Channels() {
  const t = useText();
  const { data, error, refetch } = useQuery(ownLineup);
  const save = useMutation({
    // One after the other: each names the state that the one before has made.
    scope: { id: "lineup" },
    mutationFn: (change: Omit<LineupChange, "revision">) => {
      const revision = queryClient.getQueryData<OwnLineup>(ownLineup.queryKey)?.revision ?? 0;
      return body(api.POST("/api/v1/lineup", { body: { revision, ...change } }));
    },
    onSuccess: ({ revision }, change) => {
      queryClient.setQueryData<OwnLineup>(ownLineup.queryKey, (old) => old && changed(old, change, revision));
      void queryClient.invalidateQueries({ queryKey: ["channels"] });
      void queryClient.invalidateQueries({ queryKey: ["bouquets"] });
    },
    onError: () => void refetch(),
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <p className="lead">{t.lineup.text}</p>
      {save.error && <Failure error={save.error} />}
      {data ? <Editor lineup={data} change={save.mutate} /> : <Skeleton width="20em" />}
    </>
  );
}

/** The lineup after a change that the station has taken. */
function changed(old: OwnLineup, change: Omit<LineupChange, "revision">, revision: number): OwnLineup {
  const wishes = change.channels ?? {};
  return {
    ...old,
    revision,
    channels: old.channels.map((channel) => (channel.id in wishes ? { ...channel, wish: wishes[channel.id] ?? null } : channel)),
    groups: change.groups ?? old.groups,
    hidden_bouquets: change.hidden_bouquets ?? old.hidden_bouquets,
    order: change.order ?? old.order,
  };
}

function Editor({ lineup, change }: { readonly lineup: OwnLineup; readonly change: Change }) {
  const t = useText();
  const [query, setQuery] = useState("");
  const [grouping, setGrouping] = useState(false);
  const [joining, setJoining] = useState<string | null>(null);
  const { data: sources } = useQuery(receivers);
  const named = useMemo(() => new Map(sources?.items.map(({ id, name }) => [id, name])), [sources]);
  const chosen = lineup.channels.find(({ id }) => id === joining);
  const wanted = useDeferredValue(query);
  const rows = useMemo(
    () => search(lineup.channels.map((channel) => ({ channel, name: nameOf(channel), number: channel.wish?.number ?? channel.number })), wanted).map(({ channel }) => channel),
    [lineup.channels, wanted],
  );
  const hideAll = (hidden: boolean) =>
    change({ channels: Object.fromEntries(rows.filter((row) => isHidden(row) !== hidden).map((row) => [row.id, wishOf(row, { hidden: hidden || null })])) });
  return (
    <>
      <Bouquets lineup={lineup} change={change} />
      <h2>{t.lineup.channels}</h2>
      <div className="lineup-tools">
        <div className="search">
          <Search size={18} aria-hidden />
          <input
            type="search"
            aria-label={t.watch.searchChannels}
            placeholder={t.watch.searchChannels}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
        <p className="field-help" role="status">
          {t.watch.count(rows.length)}
        </p>
        <Button onClick={() => hideAll(true)}>{t.lineup.hideAll}</Button>
        <Button onClick={() => hideAll(false)}>{t.lineup.showAll}</Button>
        <Button onClick={() => setGrouping(true)}>{t.lineup.group}</Button>
      </div>
      <Rows lineup={lineup} rows={rows} change={change} join={setJoining} />
      {chosen && <JoinDialog lineup={lineup} channel={chosen} receivers={named} change={change} close={() => setJoining(null)} />}
      {grouping && (
        <GroupDialog
          close={() => setGrouping(false)}
          make={(name) =>
            change({ groups: [...lineup.groups, { id: freshId(), name, radio: rows.every((row) => row.kind === "radio"), channels: rows.map((row) => row.id) }] })
          }
        />
      )}
    </>
  );
}

interface RowsProps {
  readonly lineup: OwnLineup;
  readonly rows: readonly OwnChannel[];
  readonly change: Change;
  readonly join: (id: string) => void;
}

function Rows({ lineup, rows, change, join }: RowsProps) {
  const joined = useMemo(() => joins(lineup), [lineup]);
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW,
    overscan: 10,
    scrollMargin: top,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  return (
    <ul ref={list} className="lineup-rows" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((item) => {
        const channel = rows[item.index];
        return (
          channel && (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="lineup-row"
              data-hidden={isHidden(channel) || joined.get(channel.id)?.to !== undefined || undefined}
              style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              <Row channel={channel} note={joined.get(channel.id)} change={change} join={() => join(channel.id)} />
            </li>
          )
        );
      })}
    </ul>
  );
}

/** What is said of a channel that is another, or that others are. */
interface Note {
  readonly to?: string;
  readonly others: number;
}

/** Of all channels that have something to do with others. */
function joins(lineup: OwnLineup): ReadonlyMap<string, Note> {
  const notes = new Map<string, Note>();
  for (const channel of lineup.channels) {
    if (!channel.wish?.same_as) continue;
    const other = joinedTo(lineup, channel);
    if (!other) continue;
    notes.set(channel.id, { to: nameOf(other), others: 0 });
    if (!notes.has(other.id)) notes.set(other.id, { others: isOf(lineup, other).length });
  }
  return notes;
}

interface RowProps {
  readonly channel: OwnChannel;
  readonly note: Note | undefined;
  readonly change: Change;
  readonly join: () => void;
}

function Row({ channel, note, change, join }: RowProps) {
  const t = useText();
  const hidden = isHidden(channel);
  const shown = nameOf(channel);
  const set = (more: Partial<ChannelWish>) => change({ channels: { [channel.id]: wishOf(channel, more) } });
  return (
    <>
      <IconButton label={`${hidden ? t.lineup.show : t.lineup.hide}: ${shown}`} aria-pressed={hidden} onClick={() => set({ hidden: hidden ? null : true })}>
        {hidden ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
      </IconButton>
      <Editable
        label={`${t.lineup.number}: ${shown}`}
        value={String(channel.wish?.number ?? channel.number)}
        numeric
        save={(text) => {
          const number = Number(text);
          set({ number: text === "" || number === channel.number ? null : number });
        }}
      />
      <Editable label={`${t.lineup.name}: ${shown}`} value={shown} save={(text) => set({ name: text === "" || text === channel.name ? null : text })} />
      <IconButton label={`${t.lineup.same}: ${shown}`} aria-haspopup="dialog" onClick={join}>
        <Merge size={18} aria-hidden />
      </IconButton>
      {shown !== channel.name && <span className="lineup-own">{channel.name}</span>}
      {note && <span className="lineup-own">{note.to === undefined ? t.lineup.joined(note.others) : t.lineup.sameAs(note.to)}</span>}
    </>
  );
}

interface EditableProps {
  readonly label: string;
  readonly value: string;
  readonly numeric?: boolean;
  readonly save: (text: string) => void;
}

/** A text that is kept when it is left or Enter is pressed; Escape gives back what was there, nothing the receiver's own. */
function Editable({ label, value, numeric = false, save }: EditableProps) {
  const [text, setText] = useState<string | null>(null);
  const keep = () => {
    if (text !== null && text.trim() !== value && (!numeric || /^[1-9]\d{0,4}$|^$/.test(text.trim()))) save(text.trim());
    setText(null);
  };
  return (
    <input
      className={numeric ? "lineup-number" : "lineup-name"}
      aria-label={label}
      inputMode={numeric ? "numeric" : "text"}
      maxLength={numeric ? 5 : 64}
      autoComplete="off"
      spellCheck={false}
      value={text ?? value}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") keep();
        if (event.key === "Escape") setText(null);
      }}
    />
  );
}

function GroupDialog({ make, close }: { readonly make: (name: string) => void; readonly close: () => void }) {
  const t = useText();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make(name.trim());
    close();
  };
  return (
    <Modal title={t.lineup.group} close={close}>
      <form className="form" onSubmit={submit}>
        <p>{t.lineup.groupText}</p>
        <Field label={t.lineup.name} name="group" required maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
        <div className="actions">
          <Button look="main" type="submit">
            {t.lineup.make}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
