/** The shape of the guide while the channels are on their way. */
import { useText } from "../i18n";
import { Skeleton } from "../ui";

/** Widths of blocks in rem, row by row. */
const ROWS = [
  [11, 22, 15, 30, 12],
  [26, 7, 15, 24, 20],
  [15, 15, 22, 11, 30],
  [7, 30, 26, 15, 15],
  [22, 11, 15, 26, 18],
  [15, 26, 7, 22, 26],
  [30, 15, 22, 15, 12],
  [11, 15, 30, 7, 30],
  [22, 22, 11, 26, 15],
  [15, 7, 26, 30, 18],
  [26, 15, 15, 11, 26],
  [7, 22, 30, 15, 20],
];

export function GridSkeleton({ list }: { readonly list: boolean }) {
  const t = useText();
  return (
    <div className="guide-skeleton" data-list={list || undefined} role="status" aria-busy="true" aria-label={t.common.loading}>
      {ROWS.map((widths) => (
        <div key={widths.join()} className="guide-skeleton-row">
          <span className="guide-skeleton-channel">
            <Skeleton width="3rem" height="2rem" />
            <Skeleton width="5.5rem" />
          </span>
          {widths.slice(0, list ? 2 : undefined).map((width, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- they never change
            <span key={at} className="guide-skeleton-block" style={list ? undefined : { width: `${width}rem` }} />
          ))}
        </div>
      ))}
    </div>
  );
}
