/** Items as a grid of pictures: search, filters, choosing many, and what is done with them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search, TriangleAlert, X } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useId, useState } from "react";
import { useText } from "../i18n";
import { Button, Failure, Skeleton } from "../ui";
import { Chips } from "../ui/Chips";
import { FILTERS, KINDS, SORTS, type Address } from "./address";
import { items, type Item, type Overview } from "./api";
import { Artwork } from "./Artwork";
import { BulkBar } from "./BulkBar";
import { Grid } from "./Grid";
import type { Go } from "./LibraryPage";
import { about, trouble } from "./words";

interface ItemsProps {
  readonly address: Address;
  readonly go: Go;
  readonly overview: Overview | undefined;
  readonly programs: boolean;
  readonly administers: boolean;
}

const ANY = [null, ...KINDS];

export function Items({ address, go, overview, programs, administers }: ItemsProps) {
  const t = useText();
  const id = useId();
  const navigate = useNavigate();
  const [words, setWords] = useState(address.q ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const wanted = useDeferredValue(words.trim());
  useEffect(() => {
    if (wanted !== (address.q ?? "")) go({ q: wanted === "" ? undefined : wanted });
  });
  const found = useInfiniteQuery(items(address));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const list = found.data?.pages.flatMap((page) => page.items) ?? [];
  const total = found.data?.pages[0]?.total;
  const loaded = list.length;
  const reached = useCallback(
    (index: number) => {
      if (index > loaded - 60 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
    [loaded, hasNextPage, isFetchingNextPage, fetchNextPage],
  );
  const toggle = (item: number) => {
    const next = new Set(chosen);
    if (!next.delete(item)) next.add(item);
    setChosen(next);
  };
  const draw = (item: Item) => <Card item={item} chosen={chosen.has(item.id)} toggle={programs ? () => toggle(item.id) : null} open={() => go({ item: item.id })} play={item.state === "present" ? () => void navigate({ to: "/library/play/$item", params: { item: String(item.id) } }) : null} />;
  const filters = programs ? FILTERS : FILTERS.filter((one) => one === "all" || one === "absent");
  const narrowed = Object.entries(address).some(([key, value]) => value !== undefined && !["sort", "item", "part"].includes(key));
  const clear = () => {
    setWords("");
    go({ q: undefined, kind: undefined, only: undefined, show: undefined, collection: undefined });
  };
  if (found.error && !found.data) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (total === 0 && !narrowed) return <Empty folders={overview?.folders ?? 0} go={go} programs={programs} administers={administers} />;
  return (
    <>
      <div className="library-tools">
        <div className="search">
          <Search size={18} aria-hidden />
          <input type="search" aria-label={t.library.search} placeholder={t.library.search} value={words} onChange={(event) => setWords(event.target.value)} />
        </div>
        <Chips legend={t.library.kind} name={`${id}-kind`} options={ANY} chosen={address.kind ?? null} choose={(kind) => go({ kind: kind ?? undefined })} words={(kind) => (kind === null ? t.library.any : t.library.kinds[kind])} />
        <Select label={t.library.filter} options={filters} value={address.only ?? "all"} choose={(only) => go({ only: only === "all" ? undefined : only })} words={(one) => t.library.filters[one]} />
        <Select label={t.library.sort} options={SORTS} value={address.sort ?? "natural"} choose={(sort) => go({ sort: sort === "natural" ? undefined : sort })} words={(one) => t.library.sorts[one]} />
      </div>
      {(address.show !== undefined || address.collection !== undefined) && (
        <p className="library-only">
          {address.show === undefined ? t.library.views.collections : t.library.shows.of(address.show)}
          <Button look="quiet" onClick={() => go({ show: undefined, collection: undefined, part: address.show === undefined ? "collections" : "shows" })}>
            <X size={16} aria-hidden /> {address.show === undefined ? t.library.collections.leave : t.library.shows.leave}
          </Button>
        </p>
      )}
      <p className="library-count" role="status">
        {total === undefined ? <Skeleton width="6em" /> : t.library.count(total)}
      </p>
      {programs && chosen.size > 0 && <BulkBar ids={[...chosen]} all={() => setChosen(new Set(list.map((item) => item.id)))} none={() => setChosen(new Set())} />}
      {total === 0 ? (
        <div className="library-empty">
          <h2>{t.library.nothing}</h2>
          <p>{t.library.nothingText}</p>
          <Button onClick={clear}>{t.library.clear}</Button>
        </div>
      ) : found.data ? (
        <Grid
          label={t.library.title}
          list={list}
          reached={reached}
          draw={draw}
        />
      ) : (
        <Waiting />
      )}
    </>
  );
}

interface CardProps {
  readonly item: Item;
  readonly chosen: boolean;
  readonly toggle: (() => void) | null;
  readonly open: () => void;
  /** Plays it at once; none where it cannot be played. */
  readonly play: (() => void) | null;
}

/** The key of remote controls and keyboards with media keys, and one that every keyboard has. */
function isPlayKey({ key, ctrlKey, altKey, metaKey }: React.KeyboardEvent): boolean {
  return !ctrlKey && !altKey && !metaKey && ["p", "P", "MediaPlay", "MediaPlayPause"].includes(key);
}

function Card({ item, chosen, toggle, open, play }: CardProps) {
  const t = useText();
  const wrong = trouble(item, t);
  return (
    <div className="card" data-state={item.state} data-hidden={item.hidden || undefined} data-chosen={chosen || undefined}>
      <button type="button" className="card-open" onClick={open} aria-keyshortcuts={play ? "P" : undefined} onKeyDown={(event) => isPlayKey(event) && play?.()}>
        <Artwork item={item} />
        <span className="card-title">{item.title}</span>
        <span className="card-about">{about(item, t)}</span>
        {wrong !== null && (
          <span className="card-wrong">
            <TriangleAlert size={14} aria-hidden /> {wrong}
          </span>
        )}
      </button>
      {toggle && (
        <label className="card-choose">
          <input type="checkbox" checked={chosen} aria-label={t.library.select(item.title)} onChange={toggle} />
        </label>
      )}
    </div>
  );
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly options: readonly T[];
  readonly value: T;
  readonly choose: (option: T) => void;
  readonly words: (option: T) => string;
}

function Select<T extends string>({ label, options, value, choose, words }: SelectProps<T>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value} onChange={(event) => choose(options.find((one) => one === event.target.value) ?? value)}>
        {options.map((one) => (
          <option key={one} value={one}>
            {words(one)}
          </option>
        ))}
      </select>
    </div>
  );
}

interface EmptyProps {
  readonly folders: number;
  readonly go: Go;
  readonly programs: boolean;
  readonly administers: boolean;
}

function Empty({ folders, go, programs, administers }: EmptyProps) {
  const t = useText();
  return (
    <div className="library-empty">
      <h2>{t.library.empty}</h2>
      <p>{programs ? t.library.emptyText : t.library.emptyViewer}</p>
      {programs && (
        <Button look="main" onClick={() => go({ part: "folders" })}>
          {folders === 0 && administers ? t.library.addFolder : t.library.views.folders}
        </Button>
      )}
    </div>
  );
}

export function Waiting() {
  return (
    <ul className="cards-waiting" aria-busy="true">
      {Array.from({ length: 12 }, (_, index) => (
        <li key={index}>
          <Skeleton width="100%" height="12rem" />
          <Skeleton width="70%" />
        </li>
      ))}
    </ul>
  );
}
