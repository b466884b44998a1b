/**
 * Arrow keys between the tools and what is below them. Days are radio buttons and filters are selects, which have their own
 * use for arrows; a remote control has nothing else to leave them with. So days give away up and down, selects left and
 * right. From the grid one comes back to the day that is seen.
 */
import { directionOf, handleSpatialKey, moveFocus } from "../shell/spatial";

export function handleGuideKey(event: KeyboardEvent): void {
  if (!event.defaultPrevented && leaveTool(event)) event.preventDefault();
  handleSpatialKey(event);
}

function leaveTool(event: KeyboardEvent): boolean {
  const direction = directionOf(event.key);
  const from = document.activeElement;
  const bar = from?.closest(".guide-bar");
  if (!direction || !bar || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
  const isDay = from?.closest(".guide-days") !== null;
  if (isDay && direction === "up") return moveFocus("up", bar);
  if (isDay && direction === "down") return toContent() || moveFocus("down");
  return from instanceof HTMLSelectElement && (direction === "left" || direction === "right") && moveFocus(direction, bar);
}

/** To the block of the grid that the focus was on last, if there is a grid. */
function toContent(): boolean {
  const cursor = document.querySelector<HTMLElement>(".guide-grid [data-cursor]");
  cursor?.focus();
  return cursor !== null;
}

/** To the day that is seen. */
export function toDays(): boolean {
  const day = document.querySelector<HTMLElement>(".guide-days input:checked, .guide-days button");
  day?.focus();
  return day !== null;
}
