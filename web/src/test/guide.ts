/** Airings for tests: as the API sends them, with what does not matter filled in. */
import type { Airing } from "../guide/api";

export function airing(id: string, from: number, to: number, more: Partial<Airing> = {}): Airing {
  return {
    id,
    channel_id: "c1",
    title: `Programme ${id}`,
    subtitle: "",
    brief: "",
    start: new Date(from).toISOString(),
    end: new Date(to).toISOString(),
    generated: false,
    genre: null,
    season: null,
    episode: null,
    new: false,
    rating: null,
    locked: false,
    ...more,
  };
}
