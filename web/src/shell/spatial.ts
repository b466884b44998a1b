/**
 * Arrow keys move the focus, for remote controls that have nothing else. Among what can be focused, the nearest element
 * in the direction of the key wins; straight ahead counts for more than aside.
 */

export type Direction = "up" | "down" | "left" | "right";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), [tabindex="0"]';
/** How much a step aside costs compared with a step ahead. */
const ASIDE = 2.5;

export function directionOf(key: string): Direction | null {
  return DIRECTIONS[key] ?? null;
}

/** Distance from one box to another in a direction; null where the other does not lie there. */
export function distance(from: Box, to: Box, direction: Direction): number | null {
  const slack = 4; // px; boxes in one row overlap by a hair
  const ahead = {
    up: from.top - to.bottom,
    down: to.top - from.bottom,
    left: from.left - to.right,
    right: to.left - from.right,
  }[direction];
  if (ahead < -slack) return null;
  const aside =
    direction === "up" || direction === "down"
      ? gap(from.left, from.right, to.left, to.right)
      : gap(from.top, from.bottom, to.top, to.bottom);
  return Math.max(0, ahead) + aside * ASIDE;
}

function gap(a0: number, a1: number, b0: number, b1: number): number {
  return Math.max(0, b0 - a1, a0 - b1);
}

/** Index of the nearest box in the direction, or -1. */
export function nearest(from: Box, boxes: readonly Box[], direction: Direction): number {
  let best = -1;
  let least = Infinity;
  boxes.forEach((box, index) => {
    const d = distance(from, box, direction);
    if (d !== null && d < least) {
      least = d;
      best = index;
    }
  });
  return best;
}

/** Moves the focus; false where nothing lies in that direction. */
export function moveFocus(direction: Direction, root: ParentNode = document): boolean {
  const from = document.activeElement;
  if (!(from instanceof HTMLElement)) return false;
  const candidates = [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (element) => element !== from && !element.contains(from) && element.tabIndex >= 0 && element.checkVisibility(),
  );
  const boxes = candidates.map((element) => element.getBoundingClientRect());
  const target = candidates[nearest(from.getBoundingClientRect(), boxes, direction)];
  target?.focus();
  target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  return target !== undefined;
}

/** True where an element has its own use for the arrow keys. */
export function ownsArrows(element: Element | null, direction: Direction): boolean {
  if (!element) return false;
  if (element.closest('[role="menu"], [role="listbox"], [role="slider"], [role="combobox"], select')) return true;
  if (element instanceof HTMLInputElement) {
    if (element.type === "radio") return true;
    return element.type !== "checkbox" && (direction === "left" || direction === "right");
  }
  // What is scrolled by arrows, and an empty field, are left sideways and every way.
  if (element.matches('[role="log"]')) return direction === "up" || direction === "down";
  return element instanceof HTMLTextAreaElement && element.value !== "";
}

/** For pages without keys of their own: arrows walk through everything that can be focused. */
export function handleSpatialKey(event: KeyboardEvent): void {
  const direction = directionOf(event.key);
  if (!direction || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (ownsArrows(document.activeElement, direction)) return;
  const dialog = document.activeElement?.closest('[role="dialog"]');
  if (moveFocus(direction, dialog ?? document)) event.preventDefault();
}
