/** The guide's part of the API: what is asked, in the languages that the viewer reads. */
import { api, body } from "../api/client";
import type { components } from "../api/schema";
import { wantedLanguages } from "../i18n";

type Schemas = components["schemas"];

export type Airing = Schemas["Airing"];
export type Programme = Schemas["Programme"];
export type GuideRow = Schemas["GuideRow"];

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function languages(): string {
  return wantedLanguages().join(",");
}

/** What is on some channels between two moments, in the order of `channels`. A page may hold only some of them. */
export function fetchWindow(channels: readonly string[], from: number, to: number, signal: AbortSignal, cursor: string | null): Promise<Schemas["GuideWindow"]> {
  const query = { from: time(from), to: time(to), channels: channels.join(","), languages: languages(), ...(cursor === null ? {} : { cursor }) };
  return body(api.GET("/api/v1/guide", { params: { query }, signal }));
}

export interface Wanted {
  readonly q: string;
  readonly channel?: string | undefined;
  /** Genre group, 1 to 10. */
  readonly genre?: number | undefined;
  readonly new?: boolean | undefined;
  /** What begins before this; none: all there is. */
  readonly to?: number | undefined;
}

/** Airings in which words occur, from now on. A page may be short, and even empty, while there is more. */
export function fetchFound(wanted: Wanted, from: number, limit: number, signal: AbortSignal, cursor: string | null): Promise<Schemas["Finds"]> {
  const query = {
    q: wanted.q,
    from: time(from),
    limit,
    languages: languages(),
    ...(wanted.channel ? { channels: wanted.channel } : {}),
    ...(wanted.genre ? { genre: wanted.genre << 4 } : {}),
    ...(wanted.new ? { new: true } : {}),
    ...(wanted.to === undefined ? {} : { to: time(wanted.to) }),
    ...(cursor === null ? {} : { cursor }),
  };
  return body(api.GET("/api/v1/guide/search", { params: { query }, signal }));
}

export function fetchProgramme(id: string, signal: AbortSignal): Promise<Programme> {
  return body(api.GET("/api/v1/programmes/{id}", { params: { path: { id }, query: { languages: languages() } }, signal }));
}

/** Has the guide read again, from receivers and files. What comes of it is told by the socket. */
export async function refreshGuide(): Promise<void> {
  await api.POST("/api/v1/guide/refresh");
}
