/** Channels for tests: as the API sends them, with what does not matter filled in. */
import type { Bouquet, Channel } from "../api/types";

export function channel(number: number, name = `Channel ${number}`): Channel {
  return { id: `c${number}`, name, number, kind: "tv", logo_url: `/api/v1/channels/c${number}/logo`, bouquet_ids: [], tracks: null };
}

export function channels(numbers: readonly number[]): Channel[] {
  return numbers.map((number) => channel(number));
}

export function bouquet(id: string, channelIds: string[]): Bouquet {
  return { id, name: id, kind: "tv", channel_ids: channelIds };
}
