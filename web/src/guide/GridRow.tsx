/** One channel of the grid: who it is, and what it shows, block by block. */
import { Lock } from "lucide-react";
import { memo, useState, type CSSProperties } from "react";
import { basePath } from "../api/base";
import type { Channel } from "../api/types";
import { useLocale, useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";
import { stationTime } from "../i18n/format";
import { StarMark } from "../ui/Star";
import { Logo } from "../watch/Logo";
import { groupOf } from "./address";
import type { Airing } from "./api";
import { HOUR } from "./chunks";
import { cellAt, cellsBetween, cellsOf, roomFor, toPx, type Cell, type Parts, type Scale } from "./layout";
import type { Measures } from "./measures";
import { phaseOf, spoken, titleOf, type Phase } from "./words";

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
  readonly liked: boolean;
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
  const { channel, liked, index, top, first, parts, from, to, scale, measures, now, cursor, genre, open } = props;
  const t = useText();
  const locale = useLocale();
  const cells = useCells(first, parts);
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
          aria-label={[`${channel.number} ${channel.name}`, liked && t.favourites.favourite, t.guide.watch].filter(Boolean).join(", ")}
          title={channel.name}
        >
          <span className="channel-number">{channel.number}</span> <Logo channel={channel} />
          <span className="guide-channel-name">{channel.name}</span>
          <StarMark liked={liked} />
        </a>
      </div>
      {drawn.map((cell) => (
        <Block
          key={`${cell.kind} ${cell.from}`}
          cell={cell}
          channelName={channel.name}
          index={index}
          focusable={cell === current}
          sticks={sticks(cell, from)}
          inSight={seen(cell, props)}
          quiet={genre !== null && cell.kind === "airing" && groupOf(cell.airing.genre) !== genre}
          isOpen={cell.kind === "airing" && cell.airing.id === open}
          phase={phaseOfCell(cell, now)}
          scale={scale}
          measures={measures}
          t={t}
          locale={locale}
        />
      ))}
    </div>
  );
}, same);

/** The same cells for as long as they are made of the same: so a step of the view draws what is new, and nothing twice. */
function useCells(first: number, parts: Parts): readonly Cell[] {
  const [made, setMade] = useState(() => ({ first, parts, cells: cellsOf(first, parts) }));
  if (made.first === first && sameParts(made.parts, parts)) return made.cells;
  const next = { first, parts, cells: kept(made.cells, cellsOf(first, parts)) };
  setMade(next);
  return next.cells;
}

/** Cells as they are now, those that are as before by the objects that they were before. */
function kept(before: readonly Cell[], after: readonly Cell[]): readonly Cell[] {
  const known = new Map(before.map((cell) => [`${cell.kind} ${cell.from}`, cell]));
  return after.map((cell) => {
    const old = known.get(`${cell.kind} ${cell.from}`);
    const isOld = old?.to === cell.to && (old.kind !== "airing" || (cell.kind === "airing" && old.airing === cell.airing));
    return old && isOld ? old : cell;
  });
}

function sameParts(before: Parts, after: Parts): boolean {
  return before.length === after.length && after.every((part, at) => part === before[at]);
}

function same(before: GridRowProps, after: GridRowProps): boolean {
  const keys = Object.keys(after) as (keyof GridRowProps)[];
  return keys.every((key) => (key === "parts" ? sameParts(before.parts, after.parts) : Object.is(before[key], after[key])));
}

interface BlockProps {
  readonly cell: Cell;
  readonly channelName: string;
  readonly index: number;
  /** The cursor is on it. */
  readonly focusable: boolean;
  readonly sticks: boolean;
  /** How much of its width is right of the view's beginning; undefined: all. */
  readonly inSight: number | undefined;
  readonly quiet: boolean;
  readonly isOpen: boolean;
  readonly phase: Phase;
  readonly scale: Scale;
  readonly measures: Measures;
  readonly t: Catalogue;
  readonly locale: string;
}

/** Nothing in it follows the clock or the view itself: of many blocks few are drawn anew when these go on. */
const Block = memo(function Block({ cell, channelName, index, focusable, sticks: doesStick, inSight, quiet, isOpen, phase, scale, measures, t, locale }: BlockProps) {
  const left = toPx(scale, Math.max(cell.from, scale.from));
  const width = widthOf(cell, scale);
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
    "data-sticks": doesStick || undefined,
  } as const;
  if (cell.kind === "pending") return <div {...common} aria-label={t.guide.notHere} />;
  const room = roomFor((inSight ?? width) / measures.rem);
  if (cell.kind === "gap") {
    return (
      <div {...common} aria-label={phase === "now" ? `${t.watch.noGuide}, ${t.guide.watchChannel(channelName)}` : t.watch.noGuide}>
        {room !== "none" && (
          <span className="guide-words" style={cut(inSight)}>
            <span className="guide-line">{t.watch.noGuide}</span>
          </span>
        )}
      </div>
    );
  }
  const { airing } = cell;
  return (
    <div
      {...common}
      data-id={airing.id}
      data-phase={phase}
      data-genre={groupOf(airing.genre) ?? undefined}
      data-quiet={quiet || undefined}
      data-open={isOpen || undefined}
      aria-label={spoken(t, airing, phase, locale)}
      aria-haspopup={airing.locked ? undefined : "dialog"}
      aria-disabled={airing.locked || undefined}
      title={width < NARROW * measures.rem ? titleOf(t, airing) : undefined}
    >
      <Words airing={airing} room={room} width={inSight} t={t} locale={locale} />
    </div>
  );
});

function widthOf(cell: Cell, scale: Scale): number {
  return Math.max(1, toPx(scale, cell.to) - toPx(scale, Math.max(cell.from, scale.from)) - GAP);
}

function phaseOfCell(cell: Cell, now: number): Phase {
  if (cell.kind === "airing") return phaseOf(cell.airing, now);
  return cell.to <= now ? "past" : cell.from <= now ? "now" : "coming";
}

/**
 * Whether a block's words stick to the edge of the view, should it be scrolled past their beginning before the row is
 * drawn anew. Each that sticks is a layer of its own, so only those near the edge do.
 */
function sticks(cell: Cell, from: number): boolean {
  return cell.from < from + NEAR_EDGE && cell.to > from;
}

/** How much of a block's width is right of the view's beginning. */
function seen(cell: Cell, { edge, scale }: GridRowProps): number | undefined {
  if (edge <= cell.from || edge >= cell.to) return undefined;
  return Math.min(widthOf(cell, scale), toPx(scale, cell.to) - toPx(scale, edge) - GAP);
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
