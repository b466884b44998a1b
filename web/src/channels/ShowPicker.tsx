/** A name is typed; what the library has of it is offered, and what it does not have may be named as well. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type KeyboardEvent } from "react";
import type { LibraryItem, LibraryShow, SimpleShow } from "../api/stations";
import { filmCount, libraryItems, libraryShows } from "./queries";
import { useWords, type Words } from "./text";

const PAUSE_MS = 200;
const SHOWN = 8;

export interface Offer {
  readonly key: string;
  readonly label: string;
  readonly detail: string;
  readonly show: SimpleShow;
}

type Found = Pick<LibraryItem, "id" | "title" | "show" | "kind">;
type Known = Pick<LibraryShow, "name" | "episodes">;

/** All films at once (`count` of them), shows of these items, and single films; then the words as they were typed. */
export function offersOf(w: Words, all: readonly Known[], items: readonly Found[], typed: string, taken: ReadonlySet<string>, count = 0): readonly Offer[] {
  const wanted = typed.trim();
  const words = wanted.toLocaleLowerCase().split(/\s+/);
  const shows = new Map(all.filter(({ name }) => words.every((word) => name.toLocaleLowerCase().includes(word))).map(({ name, episodes }) => [name, episodes]));
  // Where shows are not told, those of the items are.
  if (all.length === 0) for (const { show } of items) if (show) shows.set(show, (shows.get(show) ?? 0) + 1);
  const known = [...shows].filter(([name]) => !taken.has(name)).map(([name, count]): Offer => ({ key: `show ${name}`, label: name, detail: w.simple.episodes(count), show: { show: name } }));
  const films = items
    .filter(({ show }) => !show)
    .map(({ id, title, kind }): Offer => ({ key: `item ${id}`, label: title, detail: w.simple.oneKind[kind], show: { item: id } }));
  const everyFilm = count > 1 && !taken.has("film") && words.every((word) => w.simple.allFilms.toLocaleLowerCase().includes(word));
  const together: readonly Offer[] = everyFilm ? [{ key: "films", label: w.simple.allFilms, detail: w.simple.films(count), show: { kind: "film" } }] : [];
  const offers = [...together, ...known, ...films].slice(0, SHOWN);
  if (wanted === "") return offers;
  const exact = [...shows.keys()].some((name) => name.toLowerCase() === wanted.toLowerCase()) || taken.has(wanted);
  return [
    ...offers,
    ...(exact ? [] : [{ key: "typed", label: w.simple.typed(wanted), detail: shows.size === 0 ? w.simple.notInLibrary : "", show: { show: wanted } }]),
    { key: "tag", label: w.simple.tagged(wanted), detail: "", show: { tag: wanted } },
    ...(/[:<>]/.test(wanted) ? [{ key: "query", label: w.simple.byQuery(wanted), detail: "", show: { query: wanted } }] : []),
  ];
}

const NONE: readonly LibraryShow[] = [];

interface ShowPickerProps {
  readonly taken: ReadonlySet<string>;
  readonly add: (show: SimpleShow, label: string) => void;
}

export function ShowPicker({ taken, add }: ShowPickerProps) {
  const w = useWords();
  const id = useId();
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setWanted(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data } = useQuery(libraryItems(wanted));
  const shows = useQuery(libraryShows).data;
  const films = useQuery(filmCount).data ?? 0;
  const offers = offersOf(w, shows?.items ?? NONE, data?.items ?? [], text, taken, films);
  const choose = (offer: Offer | undefined) => {
    if (!offer) return;
    add(offer.show, offer.key.startsWith("show") || offer.key.startsWith("item") ? offer.label : text.trim());
    setText("");
    setActive(0);
    // What it covers is what comes next.
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") {
      setOpen(true);
      setActive(open ? (active + 1) % Math.max(1, offers.length) : 0);
    } else if (event.key === "ArrowUp") setActive((active - 1 + offers.length) % Math.max(1, offers.length));
    else if (event.key === "Enter" && open) choose(offers[active]);
    else if (event.key === "Escape" && open) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = open && offers.length > 0;
  return (
    <div className="field show-picker">
      <label htmlFor={`${id}-field`}>{w.simple.addShow}</label>
      <div className="field-box">
        <input
          id={`${id}-field`}
          role="combobox"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown ? `${id}-${active}` : undefined}
          aria-describedby={`${id}-help`}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={text}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <p className="field-help" id={`${id}-help`}>
        {w.simple.addHelp}
      </p>
      <div id={`${id}-list`} role="listbox" aria-label={w.simple.suggestions} className="show-offers" hidden={!shown}>
        {offers.map((offer, at) => (
          // The field above keeps the focus and has the keys.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={offer.key}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            data-active={at === active || undefined}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(offer)}
          >
            <span>{offer.label}</span>
            <small>{offer.detail}</small>
          </div>
        ))}
      </div>
    </div>
  );
}
