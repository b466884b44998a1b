/** A channel that is being made: what its first evening would be, and then the channel itself. */
import { useRef } from "react";
import { freshId } from "../api/client";
import { createStation, fetchFirstEvening, type PreviewView, type StationDocument, type StationView } from "../api/stations";
import { again } from "./queries";

/** Today and tomorrow: the first evening is in them. */
const DAYS = 2;

export interface Wish {
  readonly name: string;
  readonly number: number | null;
  readonly document: StationDocument;
}

export function useDraftStation() {
  /** The same wish is the same request, however often it is tried. */
  const key = useRef({ wish: "", id: "" });
  const keyFor = (what: object) => {
    const wish = JSON.stringify(what);
    if (key.current.wish !== wish) key.current = { wish, id: freshId() };
    return key.current.id;
  };
  const preview = ({ document }: Wish): Promise<PreviewView> => fetchFirstEvening(document, DAYS);
  const make = async (wish: Wish): Promise<StationView> => {
    const station = await createStation(wish, keyFor(wish));
    await again();
    return station;
  };
  return { preview, make };
}
