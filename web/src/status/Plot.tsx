/** A small plot of what came lately; its text says the same to those who do not see it. */
import { useLocale, useText } from "../i18n";
import { PLOT, bitRate, extremes, outline } from "./figures";

/** Values that fill the whole width: what the station keeps. */
const ROOM = 100;

interface PlotProps {
  /** Thousands of bits per second, oldest first. */
  readonly kbps: readonly number[];
  readonly stepS: number;
}

export function Plot({ kbps, stepS }: PlotProps) {
  const t = useText();
  const locale = useLocale();
  const line = outline(kbps, ROOM);
  const seen = extremes(kbps);
  const minutes = Math.max(1, Math.round((kbps.length * stepS) / 60));
  const rate = (value: number) => bitRate(value * 1000, locale);
  const words = seen ? t.status.plot(minutes, rate(seen.low), rate(seen.high), rate(seen.last)) : t.status.measuring;
  const left = /^M([\d.]+)/.exec(line)?.[1];
  return (
    <svg className="plot" viewBox={`0 0 ${PLOT.width} ${PLOT.height}`} preserveAspectRatio="none" role="img" aria-label={words}>
      {left && <path className="plot-area" d={`${line}V${PLOT.height}H${left}Z`} />}
      {line && <path className="plot-line" d={line} vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
