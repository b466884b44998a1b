/** When the first evening is: today's, as long as most of it is left; else tomorrow's. */
import { addDays, atMinute, dayStart, type Zone } from "../guide/calendar";

const BEGINS = 18 * 60;
/** From then on tomorrow's is the first. */
const LATE = 22 * 60;

export function firstEvening(now: number, zone: Zone): { readonly from: number; readonly to: number } {
  const today = dayStart(now, zone);
  const day = now < atMinute(today, LATE, zone) ? today : addDays(today, 1, zone);
  return { from: Math.max(now, atMinute(day, BEGINS, zone)), to: addDays(day, 1, zone) };
}
