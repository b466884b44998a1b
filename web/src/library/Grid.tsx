/** A grid of cards of which only those in sight are drawn. Its rows are as wide as the page has room for. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";

/** Pixels of a card at least, and of a row; as library.css has them, at the usual size of text. */
const CARD = 150;
const ROW = 314;
const GAP = 16;

interface GridProps<T> {
  readonly label: string;
  readonly list: readonly T[];
  readonly draw: (one: T) => ReactNode;
  /** The last that is drawn, for whoever fetches more. */
  readonly reached: (index: number) => void;
}

export function Grid<T>({ label, list, draw, reached }: GridProps<T>) {
  const count = list.length;
  const box = useRef<HTMLDivElement>(null);
  const [columns, setColumns] = useState(2);
  const [scale, setScale] = useState(1);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => {
      const size = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      setScale(size);
      setColumns(Math.max(2, Math.floor((element.clientWidth + GAP) / (CARD * size + GAP))));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const rows = useVirtualizer({
    count: Math.ceil(count / columns),
    getScrollElement: () => box.current,
    estimateSize: () => ROW * scale,
    overscan: 2,
  });
  const drawn = rows.getVirtualItems();
  const last = Math.min(count, ((drawn.at(-1)?.index ?? 0) + 1) * columns) - 1;
  useEffect(() => {
    if (last >= 0) reached(last);
  }, [last, reached]);
  return (
    <div ref={box} className="cards" role="region" aria-label={label} tabIndex={-1}>
      <ul style={{ height: rows.getTotalSize() }}>
        {drawn.flatMap((row) =>
          Array.from({ length: Math.min(columns, count - row.index * columns) }, (_, column) => {
            const index = row.index * columns + column;
            const width = 100 / columns;
            const one = list[index];
            return (
              <li
                key={index}
                aria-setsize={count}
                aria-posinset={index + 1}
                style={{ insetBlockStart: row.start, height: row.size, width: `${width}%`, insetInlineStart: `${column * width}%` }}
              >
                {one !== undefined && draw(one)}
              </li>
            );
          }),
        )}
      </ul>
    </div>
  );
}
