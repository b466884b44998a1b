/** The whole document as text. What can be read is the draft at once; what cannot is told with its line. */
import { useEffect, useId, useRef, useState } from "react";
import type { FaultView, StationDocument } from "../../api/stations";
import { useWords } from "../text";
import { placeWords } from "../words";
import { useEdited } from "./fields";
import { lineOf, readJson, spotOf } from "./locate";

export function JsonForm({ show }: { readonly show: FaultView | null }) {
  const w = useWords();
  const id = useId();
  const { document, change, faults } = useEdited();
  const area = useRef<HTMLTextAreaElement>(null);
  const written = JSON.stringify(document, null, 2);
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: string } | null>(null);
  const text = typed?.of === written ? typed.text : written;
  const read = readJson(text);
  const bad = "message" in read ? read : null;
  const select = (from: number, to: number) => {
    const element = area.current;
    if (!element) return;
    element.focus();
    element.setSelectionRange(from, to);
    const { line } = lineOf(element.value, from);
    element.scrollTop = Math.max(0, (line - 5) * (Number.parseFloat(getComputedStyle(element).lineHeight) || 20));
  };
  const go = (place: string) => {
    const spot = spotOf(text, place);
    if (spot) select(spot.from, spot.to);
  };
  const first = useRef(show);
  useEffect(() => {
    if (first.current) go(first.current.place);
    // Once, when one has come here by a fault.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  const put = (next: string) => {
    const value = readJson(next);
    const known = "value" in value && typeof value.value === "object" && value.value !== null && !Array.isArray(value.value);
    if (!known) {
      setTyped({ text: next, of: written });
      return;
    }
    const read = value.value as StationDocument;
    setTyped({ text: next, of: JSON.stringify(read, null, 2) });
    change(read);
  };
  return (
    <div className="json">
      <label className="visually-hidden" htmlFor={id}>
        {w.edit.sections.json}
      </label>
      <textarea
        ref={area}
        id={id}
        className="text-area"
        spellCheck={false}
        autoComplete="off"
        wrap="off"
        aria-invalid={bad !== null || faults.length > 0 || undefined}
        aria-describedby={`${id}-faults`}
        value={text}
        onChange={({ target }) => put(target.value)}
      />
      <div id={`${id}-faults`} role="status">
        <ul className="json-faults">
          {bad && (
            <li>
              <button type="button" className="fault-place" disabled={bad.offset === null} onClick={() => bad.offset !== null && select(bad.offset, bad.offset + 1)}>
                {bad.offset === null ? w.edit.whole : position(text, bad.offset)}
              </button>{" "}
              <span lang="en">{bad.message}</span>
            </li>
          )}
          {!bad &&
            faults.map((fault) => {
              const spot = spotOf(text, fault.place);
              return (
                <li key={`${fault.place} ${fault.message}`}>
                  <button type="button" className="fault-place" aria-label={w.edit.faultAt(placeWords(w, fault.place))} onClick={() => go(fault.place)}>
                    {spot ? position(text, spot.from) : w.edit.whole}
                  </button>{" "}
                  {placeWords(w, fault.place)}: <span lang="en">{fault.message}</span>
                </li>
              );
            })}
        </ul>
      </div>
    </div>
  );
}

function position(text: string, offset: number): string {
  const { line, column } = lineOf(text, offset);
  return `${line}:${column}`;
}
