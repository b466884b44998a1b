/** Above the guide: the words one looks for, what is left out, and which day one looks at. */
import { Bell, ChartGantt, List, SlidersHorizontal } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useLanguage, useLocale, useText } from "../i18n";
import { prefer } from "../shell/preferences";
import type { Lineup } from "../shell/station";
import { IconButton } from "../ui";
import { GENRES, type Address, type Change } from "./address";
import { atMinute, dayStart, daysFrom, longDay, minuteOfDay, tonight } from "./calendar";
import { standing, useReminders } from "./reminders";
import { RemindersDialog } from "./RemindersDialog";
import { SearchField } from "./SearchField";
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

function Filters({ lineup, address, view, adjust }: ToolbarProps) {
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
      {found && (
        <label className="chip guide-chip">
          <input type="checkbox" checked={address.new === true} onChange={({ target }) => adjust({ new: target.checked || undefined })} />
          <span>{t.guide.new}</span>
        </label>
      )}
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
