/** What is wrong with a document, each with its place in words; a press goes there. */
import type { FaultView } from "../api/stations";
import { useWords } from "./text";
import { faultWords, placeWords } from "./words";

interface FaultListProps {
  readonly faults: readonly FaultView[];
  readonly go?: ((fault: FaultView) => void) | undefined;
}

export function FaultList({ faults, go }: FaultListProps) {
  const w = useWords();
  return (
    <div className="faults" role="alert">
      <h3>{w.edit.faults(faults.length)}</h3>
      <ul>
        {faults.map((fault) => {
          const place = placeWords(w, fault.place);
          return (
            <li key={`${fault.place} ${fault.message}`}>
              {go ? (
                <button type="button" className="fault-place" aria-label={w.edit.faultAt(place)} onClick={() => go(fault)}>
                  {place}
                </button>
              ) : (
                <b>{place}</b>
              )}{" "}
              {faultWords(w, fault)} <span lang="en">{fault.message}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
