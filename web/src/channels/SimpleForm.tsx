/** The simple form: shows and an order. The same when a channel is made and when it is changed. */
import { useQueries } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useId, useMemo } from "react";
import type { FaultView, Mode, Simple, SimpleOrder, SimpleShow } from "../api/stations";
import { IconButton } from "../ui";
import { kindOf, LEAST_WEIGHT, MOST_WEIGHT, nameOfShow, PADS, showOf, withChange, writtenShow, type Change } from "./document";
import { libraryItem } from "./queries";
import { ShowPicker } from "./ShowPicker";
import { useWords } from "./text";
import { faultAt } from "./words";

export const ORDERS: readonly SimpleOrder[] = ["round_robin", "weighted", "in_order", "shuffle"];
export const MODES: readonly Mode[] = ["sequential", "shuffle", "random"];

interface SimpleFormProps {
  readonly simple: Simple;
  readonly faults: readonly FaultView[];
  readonly change: (simple: Simple) => void;
}

export function SimpleForm({ simple, faults, change }: SimpleFormProps) {
  const w = useWords();
  const id = useId();
  const set = (more: Change<Simple>) => change(withChange(simple, more));
  const shows = useMemo(() => simple.shows.map(showOf), [simple.shows]);
  const setShows = (next: readonly SimpleShow[]) => set({ shows: next.map(writtenShow) });
  const order = simple.order ?? "round_robin";
  const taken = useMemo(() => new Set(shows.map(nameOfShow)), [shows]);
  const mode = simple.mode ?? "sequential";
  return (
    <div className="simple">
      <fieldset className="choice choice-wide">
        <legend>{w.simple.shows}</legend>
        <ShowPicker taken={taken} add={(show, label) => {
          if (show.item !== undefined) titles.set(show.item, label);
          setShows([...shows, show]);
        }} />
        {shows.length === 0 && <p className="field-help">{w.simple.noShows}</p>}
        <Shows shows={shows} order={order} faults={faults} change={setShows} />
        {faultAt(faults, "simple.shows") && (
          <p className="field-error" role="alert" lang="en">
            {faultAt(faults, "simple.shows")}
          </p>
        )}
      </fieldset>
      <fieldset className="choice choice-wide">
        <legend>{w.orders.legend}</legend>
        <div className="orders">
          {ORDERS.map((one) => (
            <div key={one} className="order">
              <input type="radio" id={`${id}-${one}`} name={`${id}-order`} checked={one === order} aria-describedby={`${id}-${one}-text`} onChange={() => set({ order: one })} />
              <label htmlFor={`${id}-${one}`}>{w.orders[one].name}</label>
              <small id={`${id}-${one}-text`}>{w.orders[one].text}</small>
            </div>
          ))}
        </div>
      </fieldset>
      <div className="form-pair">
        <div className="field">
          <label htmlFor={`${id}-mode`}>{w.simple.mode}</label>
          <select id={`${id}-mode`} className="select" value={mode} onChange={({ target }) => set({ mode: target.value === "sequential" ? undefined : (target.value as Mode) })}>
            {MODES.map((one) => (
              <option key={one} value={one}>
                {w.modes[one]}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-pad`}>{w.simple.pad}</label>
          <select id={`${id}-pad`} className="select" value={simple.pad ?? ""} onChange={({ target }) => set({ pad: target.value === "" ? undefined : Number(target.value) })}>
            <option value="">{w.simple.padNone}</option>
            {PADS.map((pad) => (
              <option key={pad} value={pad}>
                {w.simple.padTo(pad)}
              </option>
            ))}
          </select>
        </div>
      </div>
    </div>
  );
}

/** Titles of single items that were chosen here; the document knows their numbers alone. */
const titles = new Map<number, string>();

/** What the shows of a list are called: an item by its title, as soon as the library has told it. */
function useTitles(shows: readonly SimpleShow[]): readonly string[] {
  const w = useWords();
  const told = useQueries({ queries: shows.map(({ item }) => ({ ...libraryItem(item ?? 0), enabled: item !== undefined && !titles.has(item) })) });
  return shows.map((show, at) => {
    if (show.kind !== undefined) return show.kind === "film" ? w.simple.allFilms : w.sources.itemKinds[show.kind];
    return show.item === undefined ? nameOfShow(show) : (titles.get(show.item) ?? told[at]?.data?.title ?? `#${show.item}`);
  });
}

interface ShowsProps {
  readonly shows: readonly SimpleShow[];
  readonly order: SimpleOrder;
  readonly faults: readonly FaultView[];
  readonly change: (shows: readonly SimpleShow[]) => void;
}

function Shows({ shows, order, faults, change }: ShowsProps) {
  const w = useWords();
  const names = useTitles(shows);
  if (shows.length === 0) return null;
  const weighted = order === "weighted";
  const replace = (at: number, more: Change<SimpleShow>) => change(shows.map((show, index) => (index === at ? withChange(show, more) : show)));
  const swap = (at: number, by: number) => {
    const next = [...shows];
    const [one, other] = [next[at], next[at + by]];
    if (!one || !other) return;
    [next[at], next[at + by]] = [other, one];
    change(next);
  };
  return (
    <ol className="shows" data-weighted={weighted || undefined}>
      {shows.map((show, at) => {
        const name = names[at] ?? nameOfShow(show);
        const kind = kindOf(show);
        const fault = faultAt(faults, `simple.shows[${at}]`) ?? faultAt(faults, `simple.shows[${at}].weight`);
        return (
          <li key={`${kind} ${nameOfShow(show)}`} data-off={show.include === false || undefined}>
            <label className="check show-name">
              <input type="checkbox" aria-label={w.simple.include(name)} checked={show.include !== false} onChange={({ target }) => replace(at, { include: target.checked ? undefined : false })} />
              <span>
                {name}
                {kind !== "show" && kind !== "kind" && <small>{w.simple.kindsOf[kind as keyof typeof w.simple.kindsOf]}</small>}
              </span>
            </label>
            <select
              className="select show-mode"
              aria-label={w.simple.modeOf(name)}
              value={show.mode ?? ""}
              onChange={({ target }) => replace(at, { mode: target.value === "" ? undefined : (target.value as Mode) })}
            >
              <option value="">{w.modes.own}</option>
              {MODES.map((one) => (
                <option key={one} value={one}>
                  {w.modes[one]}
                </option>
              ))}
            </select>
            {weighted && (
              <label className="show-weight">
                <span className="visually-hidden">{w.simple.weightOf(name)}</span>
                <input
                  type="range"
                  min={LEAST_WEIGHT}
                  max={MOST_WEIGHT}
                  step={0.1}
                  value={show.weight ?? 1}
                  aria-valuetext={String(show.weight ?? 1)}
                  onChange={({ target }) => replace(at, { weight: Number(target.value) === 1 ? undefined : Number(target.value) })}
                />
                <output>{show.weight ?? 1}</output>
              </label>
            )}
            <span className="show-actions">
              <IconButton label={w.simple.up(name)} disabled={at === 0} onClick={() => swap(at, -1)}>
                <ArrowUp size={18} aria-hidden />
              </IconButton>
              <IconButton label={w.simple.down(name)} disabled={at === shows.length - 1} onClick={() => swap(at, 1)}>
                <ArrowDown size={18} aria-hidden />
              </IconButton>
              <IconButton label={w.simple.remove(name)} onClick={() => change(shows.filter((_, index) => index !== at))}>
                <X size={18} aria-hidden />
              </IconButton>
            </span>
            {fault && (
              <p className="field-error" role="alert" lang="en">
                {fault}
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}
