/** The calendar: rules in their order, each with the days on which it holds. */
import { ArrowDown, ArrowUp, Trash2, X } from "lucide-react";
import { useId } from "react";
import type { DayOf, DayRule, Season, Weekday } from "../../api/stations";
import { useLocale } from "../../i18n";
import { Button, IconButton } from "../../ui";
import { withChange, type Change } from "../document";
import { useWords, type Words } from "../text";
import { hasFault } from "../words";
import { moved } from "./BlocksForm";
import { DayField, PlaceFault, SelectField, SomeField, useEdited } from "./fields";

export const WEEKDAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const SEASONS: readonly Season[] = ["spring", "summer", "autumn", "winter"];
const MONTHS = Array.from({ length: 12 }, (_, at) => String(at + 1));

export function CalendarForm() {
  const w = useWords();
  const { document, change } = useEdited();
  const rules = document.calendar ?? [];
  const put = (calendar: readonly DayOf[]) => change({ ...document, calendar });
  const [first = ""] = Object.keys(document.templates ?? {});
  return (
    <>
      <PlaceFault place="calendar" />
      <ol className="steps-form">
        {rules.map((rule, at) => (
          <RuleForm
            // A rule has nothing of its own but its place.
            // oxlint-disable-next-line react/no-array-index-key
            key={at}
            rule={rule}
            at={at}
            last={at === rules.length - 1}
            change={(next) => put(rules.map((one, index) => (index === at ? next : one)))}
            remove={() => put(rules.filter((_, index) => index !== at))}
            move={(by) => put(moved(rules, at, by))}
          />
        ))}
      </ol>
      <Button onClick={() => put([{ template: first, weekdays: ["sat", "sun"] }, ...rules])}>{w.calendar.add}</Button>
    </>
  );
}

/** A feast day by its name, or by its rule as it is written. */
export function holidayWords(w: Words, day: string | DayRule): string {
  if (typeof day !== "string") return JSON.stringify(day);
  return w.calendar.days[day] ?? w.calendar.sets[day] ?? day;
}

/** When a rule holds, in a line. */
export function ruleWords(w: Words, rule: DayOf, monthName: (month: number) => string): string {
  const all = [
    rule.weekdays?.map((day) => w.calendar.weekdayNames[day]).join(", "),
    rule.from || rule.until ? `${rule.from ?? "…"} – ${rule.until ?? "…"}` : undefined,
    rule.holidays?.map((day) => holidayWords(w, day)).join(", "),
    rule.seasons?.map((season) => w.calendar.seasonNames[season]).join(", "),
    rule.months?.map(monthName).join(", "),
  ].filter(Boolean);
  return all.length === 0 ? w.calendar.always : all.join(" · ");
}

interface RuleFormProps {
  readonly rule: DayOf;
  readonly at: number;
  readonly last: boolean;
  readonly change: (rule: DayOf) => void;
  readonly remove: () => void;
  readonly move: (by: number) => void;
}

function RuleForm({ rule, at, last, change, remove, move }: RuleFormProps) {
  const w = useWords();
  const locale = useLocale();
  const { document, faults } = useEdited();
  const place = `calendar[${at}]`;
  const name = w.calendar.rule(at + 1);
  const set = (more: Change<DayOf>) => change(withChange(rule, more));
  const monthName = (month: number) => new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC" }).format(Date.UTC(2024, month - 1, 1));
  const days = Object.keys(document.templates ?? {});
  const conditions = ruleWords(w, rule, monthName);
  return (
    <li className="step-form" data-place={place} data-faulty={hasFault(faults, place) || undefined} aria-label={`${name}: ${rule.template}, ${conditions}`}>
      <div className="step-head">
        <span>
          <b>{name}</b> <span className="soft">{conditions}</span>
        </span>
        <span className="step-actions">
          <IconButton label={w.edit.up(name)} disabled={at === 0} onClick={() => move(-1)}>
            <ArrowUp size={18} aria-hidden />
          </IconButton>
          <IconButton label={w.edit.down(name)} disabled={last} onClick={() => move(1)}>
            <ArrowDown size={18} aria-hidden />
          </IconButton>
          <IconButton label={w.edit.remove(name)} onClick={remove}>
            <Trash2 size={18} aria-hidden />
          </IconButton>
        </span>
      </div>
      <div className="form-pair">
        <SelectField label={w.calendar.template} place={`${place}.template`} value={rule.template} options={days.map((day) => [day, day] as const)} change={(template) => set({ template })} />
      </div>
      <SomeField legend={w.calendar.weekdays} place={`${place}.weekdays`} options={WEEKDAYS.map((day) => [day, w.calendar.weekdayNames[day]] as const)} value={rule.weekdays} change={(weekdays) => set({ weekdays })} />
      <Holidays days={rule.holidays ?? []} place={`${place}.holidays`} change={(holidays) => set({ holidays: holidays.length === 0 ? undefined : holidays })} />
      <details open={rule.from !== undefined || rule.until !== undefined || rule.seasons !== undefined || rule.months !== undefined || undefined}>
        <summary>{w.edit.advanced}</summary>
        <div className="form-column">
          <div className="form-pair">
            <DayField label={w.calendar.from} help={w.calendar.dayHelp} place={`${place}.from`} value={rule.from} change={(from) => set({ from })} />
            <DayField label={w.calendar.until} place={`${place}.until`} value={rule.until} change={(until) => set({ until })} />
          </div>
          <SomeField legend={w.calendar.seasons} place={`${place}.seasons`} options={SEASONS.map((one) => [one, w.calendar.seasonNames[one]] as const)} value={rule.seasons} change={(seasons) => set({ seasons })} />
          <SomeField
            legend={w.calendar.months}
            place={`${place}.months`}
            options={MONTHS.map((month) => [month, monthName(Number(month))] as const)}
            value={rule.months?.map(String)}
            change={(months) => set({ months: months?.map(Number) })}
          />
        </div>
      </details>
    </li>
  );
}

interface HolidaysProps {
  readonly days: readonly (string | DayRule)[];
  readonly place: string;
  readonly change: (days: readonly (string | DayRule)[]) => void;
}

function Holidays({ days, place, change }: HolidaysProps) {
  const w = useWords();
  const id = useId();
  const known = [...Object.entries(w.calendar.sets), ...Object.entries(w.calendar.days)].filter(([day]) => !days.includes(day));
  return (
    <div className="field" data-place={place}>
      <label htmlFor={id}>{w.calendar.holidays}</label>
      {days.length > 0 && (
        <ul className="chosen">
          {days.map((day, at) => {
            const name = holidayWords(w, day);
            return (
              <li key={name} data-place={`${place}[${at}]`}>
                {name}
                <IconButton label={w.edit.remove(name)} onClick={() => change(days.filter((_, index) => index !== at))}>
                  <X size={16} aria-hidden />
                </IconButton>
                <PlaceFault place={`${place}[${at}]`} />
              </li>
            );
          })}
        </ul>
      )}
      <select id={id} className="select" value="" onChange={({ target }) => target.value !== "" && change([...days, target.value])}>
        <option value="">{w.calendar.addHoliday}</option>
        {known.map(([day, name]) => (
          <option key={day} value={day}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
