/** The small signs: how far something is prepared, and how a channel fares. */
import type { PreparationState, StationView } from "../api/stations";
import { useLocale } from "../i18n";
import { useWords } from "./text";
import { preparationWords } from "./words";

interface MarkProps {
  readonly state: PreparationState;
  readonly progress: number | null | undefined;
  /** It is read out, too; else what it stands in says it. */
  readonly spoken?: boolean;
}

export function PreparationMark({ state, progress, spoken = false }: MarkProps) {
  const w = useWords();
  const words = preparationWords(w, state, progress, useLocale());
  if (words === null) return null;
  return (
    <span className="plan-mark" data-state={state} title={words} {...(spoken ? { role: "img", "aria-label": words } : { "aria-hidden": true })}>
      <i style={state === "running" ? { background: `conic-gradient(currentColor ${Math.round((progress ?? 0) * 360)}deg, transparent 0)` } : undefined} />
    </span>
  );
}

export function StationState({ state }: { readonly state: StationView["state"] }) {
  const w = useWords();
  return (
    <span className="station-state" data-state={state}>
      <span className="dot" aria-hidden />
      {w.states[state]}
    </span>
  );
}
