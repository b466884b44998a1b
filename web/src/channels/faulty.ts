/** What the station says of a document that it refuses. */
import { asProblem } from "../api/problem";
import type { FaultView } from "../api/stations";

/** Faults by place, where the answer names them; null where it does not. */
export function faultsOf(error: unknown): readonly FaultView[] | null {
  if (!error) return null;
  const { fields, status } = asProblem(error);
  if (status !== 422 && status !== 400) return null;
  const faults = Object.entries(fields)
    .filter(([place]) => place !== "number")
    .map(([place, message]) => ({ code: "", place, message }));
  return faults.length > 0 ? faults : null;
}

/** The document was refused, and where it is wrong was not told. */
export function isRefused(error: unknown): boolean {
  if (!error) return false;
  const { status, fields } = asProblem(error);
  return (status === 400 || status === 422) && Object.keys(fields).length === 0;
}
