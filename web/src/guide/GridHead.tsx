/** The hours above the grid, and the day that one looks at in the corner. It stays where it is while rows move below. */
import { memo } from "react";
import { useLocale, useText } from "../i18n";
import { clockTime, minuteOfDay, shortDay, type Zone } from "./calendar";
import { HOUR } from "./chunks";
import { toPx, type Scale } from "./layout";
import type { Measures } from "./measures";
import { dayName } from "./words";

interface HeadProps {
  /** Beginnings of the hours that are drawn. */
  readonly slots: readonly number[];
  readonly scale: Scale;
  readonly measures: Measures;
  /** Where the view begins. */
  readonly edge: number;
  readonly now: number;
  readonly zone: Zone;
}

const HALF = HOUR / 2;

export const GridHead = memo(function GridHead({ slots, scale, measures, edge, now, zone }: HeadProps) {
  const t = useText();
  const locale = useLocale();
  return (
    <div className="guide-head" role="row" aria-rowindex={1} style={{ height: measures.head }}>
      <div className="guide-corner" role="columnheader" style={{ width: measures.channel }}>
        {dayName(t, edge, now, locale, zone)}
      </div>
      {slots
        .flatMap((hour) => [hour, hour + HALF])
        .map((slot) => (
          <div key={slot} className="guide-slot" role="columnheader" style={{ insetInlineStart: measures.channel + toPx(scale, slot), width: measures.hour / 2 }}>
            {minuteOfDay(slot, zone) === 0 ? <b>{shortDay(slot, locale, zone)}</b> : <span>{clockTime(slot, locale, zone)}</span>}
          </div>
        ))}
      <div className="guide-lamp" aria-hidden style={{ insetInlineStart: measures.channel + toPx(scale, now) }} />
    </div>
  );
});
