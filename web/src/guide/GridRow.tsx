/** One channel of the grid: who it is, and what it shows, block by block. */
import { Lock } from "lucide-react";
import { memo, type CSSProperties } from "react";
import { basePath } from "../api/base";
import type { Channel } from "../api/types";
import { useLocale, useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";
import { stationTime } from "../i18n/format";
import { Logo } from "../watch/Logo";
import { groupOf } from "./address";
import type { Airing } from "./api";
import { HOUR } from "./chunks";
import { cellAt, cellsBetween, cellsOf, roomFor, toPx, type Cell, type Parts, type Scale } from "./layout";
import type { Measures } from "./measures";
import { phaseOf, spoken, titleOf } from "./words";

/** Between blocks, in pixels. */
const GAP = 2;
/** What words keep from the sides of their block, in rem. */
const ROOM = 1.125;
/** So much after the beginning of what is drawn the view begins at the latest: what lies under the channels is drawn as well. */
const NEAR_EDGE = 3 * HOUR;
/** Blocks narrower than this (rem) tell their title to the pointer. */
const NARROW = 10;

export interface GridRowProps {
  readonly channel: Channel;
  readonly index: number;
  readonly top: number;
  /** Window of the first part. */
  readonly first: number;
  readonly parts: Parts;
  /** The time of which blocks are drawn. */
  readonly from: number;
  readonly to: number;
  /** Where the view begins while it rests: words of blocks that begin before it are cut so that their beginning is read. */
  readonly edge: number;
  readonly scale: Scale;
  readonly measures: Measures;
  readonly now: number;
  /** Moment of the cursor, `head` if it is on the channel, null if it is in another row. */
  readonly cursor: number | "head" | null;
  readonly genre: number | null;
  /** The programme whose details are open, if it is one of this row. */
  readonly open: string | null;
}

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { channel, index, top, first, parts, from, to, measures, cursor } = props;
  const t = useText();
  const locale = useLocale();
  const cells = cellsOf(first, parts);
  const shown = cellsBetween(cells, from, to);
  const current = typeof cursor === "number" ? cellAt(cells, cursor) : null;
  // What has the focus stays, wherever the view is.
  const drawn = current && !shown.includes(current) ? [...shown, current].toSorted((a, b) => a.from - b.from) : shown;
  return (
    <div className="guide-row" role="row" aria-rowindex={index + 2} style={{ top, height: measures.row }}>
      <div className="guide-channel" role="rowheader" style={{ width: measures.channel }}>
        {/* The grid has the clicks: a link of the router's for each row would cost more than the row. */}
        <a
          href={`${basePath}/watch/${channel.id}`}
          data-row={index}
          data-head
          data-cursor={cursor === "head" || undefined}
          tabIndex={cursor === null ? -1 : 0}
          aria-label={`${channel.number} ${channel.name}, ${t.guide.watch}`}
          title={channel.name}
        >
          <span className="channel-number">{channel.number}</span> <Logo channel={channel} />
          <span className="guide-channel-name">{channel.name}</span>
        </a>
      </div>
      {drawn.map((cell) => (
        <Block key={`${cell.kind} ${cell.from}`} cell={cell} row={props} current={cell === current} t={t} locale={locale} />
      ))}
    </div>
  );
}, same);

function same(before: GridRowProps, after: GridRowProps): boolean {
  const keys = Object.keys(after) as (keyof GridRowProps)[];
  return keys.every((key) => {
    if (key !== "parts") return Object.is(before[key], after[key]);
    return before.parts.length === after.parts.length && after.parts.every((part, at) => part === before.parts[at]);
  });
}

interface BlockProps {
  readonly cell: Cell;
  readonly row: GridRowProps;
  readonly current: boolean;
  readonly t: Catalogue;
  readonly locale: string;
}

function Block({ cell, row, current, t, locale }: BlockProps) {
  const { scale, measures, now, index } = row;
  const left = toPx(scale, Math.max(cell.from, scale.from));
  const width = Math.max(1, toPx(scale, cell.to) - left - GAP);
  const focusable = current && row.cursor !== "head";
  const common = {
    role: "gridcell",
    className: "guide-cell",
    style: { insetInlineStart: measures.channel + left, width },
    tabIndex: focusable ? 0 : -1,
    "data-cursor": focusable || undefined,
    "data-row": index,
    "data-from": cell.from,
    "data-to": cell.to,
    "data-kind": cell.kind,
    "data-sticks": sticks(cell, row) || undefined,
  } as const;
  if (cell.kind === "pending") return <div {...common} aria-label={t.guide.notHere} />;
  const inSight = seen(cell, row, width);
  const room = roomFor((inSight ?? width) / measures.rem);
  if (cell.kind === "gap") {
    const onNow = cell.from <= now && now < cell.to;
    return (
      <div {...common} aria-label={onNow ? `${t.watch.noGuide}, ${t.guide.watchChannel(row.channel.name)}` : t.watch.noGuide}>
        {room !== "none" && (
          <span className="guide-words" style={cut(inSight)}>
            <span className="guide-line">{t.watch.noGuide}</span>
          </span>
        )}
      </div>
    );
  }
  const { airing } = cell;
  const group = groupOf(airing.genre);
  return (
    <div
      {...common}
      data-id={airing.id}
      data-phase={phaseOf(airing, now)}
      data-genre={group ?? undefined}
      data-quiet={(row.genre !== null && group !== row.genre) || undefined}
      data-open={airing.id === row.open || undefined}
      aria-label={spoken(t, airing, now, locale)}
      aria-haspopup={airing.locked ? undefined : "dialog"}
      aria-disabled={airing.locked || undefined}
      title={width < NARROW * measures.rem ? titleOf(t, airing) : undefined}
    >
      <Words airing={airing} room={room} width={inSight} t={t} locale={locale} />
    </div>
  );
}

/**
 * Whether a block's words stick to the edge of the view, should it be scrolled past their beginning before the row is
 * drawn anew. Each that sticks is a layer of its own, so only those near the edge do.
 */
function sticks(cell: Cell, { from }: GridRowProps): boolean {
  return cell.from < from + NEAR_EDGE && cell.to > from;
}

/** How much of a block's width is right of the view's beginning. */
function seen(cell: Cell, { edge, scale }: GridRowProps, width: number): number | undefined {
  if (edge <= cell.from || edge >= cell.to) return undefined;
  return Math.min(width, toPx(scale, cell.to) - toPx(scale, edge) - GAP);
}

/** Words no wider than what is seen of their block. */
function cut(width: number | undefined): CSSProperties | undefined {
  return width === undefined ? undefined : { maxWidth: `calc(${width}px - ${ROOM}rem)` };
}

interface WordsProps {
  readonly airing: Airing;
  readonly room: ReturnType<typeof roomFor>;
  readonly width: number | undefined;
  readonly t: Catalogue;
  readonly locale: string;
}

function Words({ airing, room, width, t, locale }: WordsProps) {
  if (room === "none") return null;
  return (
    <span className="guide-words" style={cut(width)}>
      <span className="guide-title">
        {airing.locked && <Lock size={14} aria-hidden />}
        <span>{titleOf(t, airing)}</span>
        {airing.new && room === "all" && <span className="guide-new">{` ${t.guide.new}`}</span>}
      </span>{" "}
      {room === "all" && <span className="guide-line">{`${stationTime(airing.start, locale)} ${airing.subtitle}`}</span>}
    </span>
  );
}
