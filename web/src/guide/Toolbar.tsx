/** Above the guide: the words one looks for, what is left out, and which day one looks at. */
import { Bell, Bookmark, ChartGantt, List, SlidersHorizontal } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useLanguage, useLocale, useText } from "../i18n";
import { prefer } from "../shell/preferences";
import { useAccount, type Lineup } from "../shell/station";
import { IconButton } from "../ui";
import { GENRES, SEARCH_DAYS, type Address, type Change } from "./address";
import { atMinute, dayStart, daysFrom, longDay, minuteOfDay, searchDay, searchDays, tonight } from "./calendar";
import { standing, useReminders } from "./reminders";
import { RemindersDialog } from "./RemindersDialog";
import { SearchField } from "./SearchField";
import { SearchesDialog } from "./SearchesDialog";
import { dayName } from "./words";
import { useZone } from "./zone";

export type View = "grid" | "list" | "found";

interface ToolbarProps {
  readonly lineup: Lineup;
  readonly address: Address;
  readonly view: View;
  readonly adjust: (change: Change) => void;
  readonly search: (query: string) => void;
  readonly now: number;
  /** The moment that one looks at; null: what is on. */
  readonly at: number | null;
  readonly jump: (at: number | null) => void;
}

export function Toolbar(props: ToolbarProps) {
  const { address, view, adjust, search } = props;
  const t = useText();
  const id = useId();
  const [filters, setFilters] = useState(false);
  return (
    <header className="guide-bar" data-view={view}>
      <div className="guide-tools">
        <h1>{t.guide.title}</h1>
        <SearchField query={address.q ?? ""} change={search} />
        <IconButton
          className="guide-filter-button"
          label={t.guide.filters}
          aria-expanded={filters}
          aria-controls={id}
          onClick={() => setFilters(!filters)}
        >
          <SlidersHorizontal aria-hidden />
        </IconButton>
        <div className="guide-filters" id={id} data-shown={filters || undefined}>
          <Filters {...props} />
        </div>
        <div className="guide-buttons">
          <SearchesButton {...props} />
          <RemindersButton now={props.now} />
          {view !== "found" && (
            <IconButton
              label={view === "grid" ? t.guide.asList : t.guide.asGrid}
              onClick={() => adjust({ view: view === "grid" ? "list" : "grid", channel: undefined })}
            >
              {view === "grid" ? <List aria-hidden /> : <ChartGantt aria-hidden />}
            </IconButton>
          )}
        </div>
      </div>
      {view !== "found" && <Days {...props} />}
    </header>
  );
}

function Filters({ lineup, address, view, adjust, now }: ToolbarProps) {
  const t = useText();
  const found = view === "found";
  return (
    <>
      {!found && (lineup.bouquets.length > 0 || !lineup.loaded) && (
        <select
          className="select"
          aria-label={t.watch.bouquets}
          value={address.bouquet ?? ""}
          onChange={({ target }) => {
            const bouquet = target.value || undefined;
            prefer({ bouquet: bouquet ?? null });
            adjust({ bouquet, row: undefined, channel: undefined });
          }}
        >
          <option value="">{t.guide.allChannels}</option>
          {lineup.bouquets.map((bouquet) => (
            <option key={bouquet.id} value={bouquet.id}>
              {bouquet.name}
            </option>
          ))}
        </select>
      )}
      {found && (
        <select className="select" aria-label={t.guide.channel} value={address.channel ?? ""} onChange={({ target }) => adjust({ channel: target.value || undefined })}>
          <option value="">{t.guide.allChannels}</option>
          {lineup.channels.map((channel) => (
            <option key={channel.id} value={channel.id}>
              {channel.name}
            </option>
          ))}
        </select>
      )}
      <select
        className="select"
        aria-label={t.guide.genre}
        value={address.genre ?? ""}
        onChange={({ target }) => adjust({ genre: target.value ? Number(target.value) : undefined })}
      >
        <option value="">{t.guide.allGenres}</option>
        {GENRES.map((genre) => (
          <option key={genre} value={genre}>
            {t.guide.genres[genre]}
          </option>
        ))}
      </select>
      {found && <DayFilter address={address} adjust={adjust} now={now} />}
      {found && (
        <label className="chip guide-chip">
          <input type="checkbox" checked={address.new === true} onChange={({ target }) => adjust({ new: target.checked || undefined })} />
          <span>{t.guide.new}</span>
        </label>
      )}
    </>
  );
}

function DayFilter({ address, adjust, now }: Pick<ToolbarProps, "address" | "adjust" | "now">) {
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const days = searchDays(now, zone);
  // An address may name today by its weekday.
  const chosen = address.day && !days.some(({ day }) => day === address.day) ? days.find(({ from }) => from === searchDay(address.day ?? "today", now, zone).from)?.day : address.day;
  return (
    <select
      className="select"
      aria-label={t.guide.day}
      value={chosen ?? ""}
      onChange={({ target }) => adjust({ day: SEARCH_DAYS.find((day) => day === target.value) })}
    >
      <option value="">{t.searches.anyDay}</option>
      {days.map(({ day, from }) => (
        <option key={day} value={day}>
          {dayName(t, from, now, locale, zone)}
        </option>
      ))}
    </select>
  );
}

/** Searches that this account keeps; who has none keeps none. */
function SearchesButton({ lineup, adjust }: ToolbarProps) {
  const t = useText();
  const account = useAccount();
  const [open, setOpen] = useState(false);
  if (!account) return null;
  return (
    <>
      <IconButton label={t.searches.title} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Bookmark aria-hidden />
      </IconButton>
      {open && <SearchesDialog byId={lineup.byId} adjust={adjust} close={() => setOpen(false)} />}
    </>
  );
}

/** The day that is seen may have been scrolled to: its name is brought into sight. */
function showChecked(fieldset: HTMLFieldSetElement | null): void {
  fieldset?.querySelector("input:checked")?.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function Days({ at, now, jump }: ToolbarProps) {
  const t = useText();
  const locale = useLocale();
  const language = useLanguage();
  const zone = useZone();
  const name = useId();
  const days = daysFrom(now, zone);
  const seen = dayStart(at ?? now, zone);
  const evening = tonight(now, zone, language);
  const list = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (seen) showChecked(list.current);
  }, [seen]);
  return (
    <div className="guide-days">
      <button type="button" className="guide-jump" aria-pressed={at === null} onClick={() => jump(null)}>
        {t.guide.now}
      </button>
      <button type="button" className="guide-jump" aria-pressed={at === evening} onClick={() => jump(evening)}>
        {t.guide.tonight}
      </button>
      <fieldset ref={list} className="chips">
        <legend className="visually-hidden">{t.guide.day}</legend>
        {days.map((day) => (
          <label key={day} className="chip" title={longDay(day, locale, zone)}>
            <input
              type="radio"
              name={name}
              checked={day === seen}
              // The same time of another day: who looks at evenings goes on looking at evenings.
              onChange={() => jump(atMinute(day, minuteOfDay(at ?? now, zone), zone))}
              onFocus={(event) => event.target.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" })}
            />
            <span>{dayName(t, day, now, locale, zone)}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function RemindersButton({ now }: { readonly now: number }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const count = standing(useReminders(), now).length;
  return (
    <>
      <IconButton label={t.guide.reminders.open(count)} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Bell aria-hidden />
        {count > 0 && (
          <span className="guide-count" aria-hidden>
            {count}
          </span>
        )}
      </IconButton>
      {open && <RemindersDialog now={now} close={() => setOpen(false)} />}
    </>
  );
}
