/**
 * A channel that is being made. To see its first evening the station must have it: it is held there, empty, from the first look on, and goes
 * again if one leaves without making it.
 */
import { useEffect, useRef } from "react";
import { freshId } from "../api/client";
import { createStation, deleteStation, fetchPreview, putStation, type PreviewView, type StationDocument, type StationView } from "../api/stations";
import { again } from "./queries";

/** Today and tomorrow: the first evening is in them. */
const DAYS = 2;

export interface Wish {
  readonly name: string;
  readonly number: number | null;
  readonly document: StationDocument;
}

export function useDraftStation() {
  const held = useRef<StationView | null>(null);
  const made = useRef(false);
  /** The same wish is the same request, however often it is tried. */
  const key = useRef({ wish: "", id: "" });
  useEffect(() => {
    const leave = () => {
      const station = held.current;
      held.current = null;
      if (station && !made.current) void deleteStation(station.id, true).then(again, () => undefined);
    };
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, []);

  const keyFor = (what: object) => {
    const wish = JSON.stringify(what);
    if (key.current.wish !== wish) key.current = { wish, id: freshId() };
    return key.current.id;
  };
  const preview = async ({ name, number, document }: Wish): Promise<PreviewView> => {
    const station = held.current ?? (await createStation({ name, number }, keyFor({ name, number })));
    held.current = station;
    return fetchPreview(station.id, document, DAYS);
  };
  const make = async (wish: Wish): Promise<StationView> => {
    const station = held.current
      ? await putStation(held.current.id, held.current.revision, wish.number, wish.document)
      : await createStation(wish, keyFor(wish));
    made.current = true;
    await again();
    return station;
  };
  return { preview, make };
}
