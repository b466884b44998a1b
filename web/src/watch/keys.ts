/** Keys of Watch, of keyboards and remote controls alike: which key means what, depending on where the focus is. */

/** `stage`: on the picture or nowhere. `control`: on a button or slider. `list`: in the channels, or in what was said. `field`: typing. */
export type Zone = "stage" | "control" | "list" | "field";

export type Action =
  | "up" // the channel before, as the list shows it
  | "down"
  | "channelUp" // the next number
  | "channelDown"
  | "previous"
  | "back"
  | "forward"
  | "controls"
  | "togglePlay"
  | "play"
  | "pause"
  | "stop"
  | "live"
  | "louder"
  | "quieter"
  | "mute"
  | "audio"
  | "subtitles"
  | "list"
  | "talk"
  | "guide"
  | "favourite"
  | "search"
  | "palette"
  | "fullscreen"
  | "pip"
  | "facts"
  | "help"
  | "escape"
  | { readonly digit: number };

/** The picture's own keys; elsewhere they move the focus, press buttons or type. */
const ON_STAGE: Readonly<Record<string, Action>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "back",
  ArrowRight: "forward",
  Enter: "controls",
  " ": "togglePlay",
};

const NOT_TYPING: Readonly<Record<string, Action>> = {
  k: "togglePlay",
  l: "live",
  "+": "louder",
  "-": "quieter",
  m: "mute",
  a: "audio",
  t: "subtitles",
  c: "list",
  d: "talk",
  g: "guide",
  s: "favourite",
  "/": "search",
  f: "fullscreen",
  p: "pip",
  i: "facts",
  "?": "help",
  Backspace: "previous",
};

const OUTSIDE_LIST: Readonly<Record<string, Action>> = { PageUp: "channelUp", PageDown: "channelDown" };

/** Keys that only remote controls and media keyboards have; they mean the same everywhere. */
const REMOTE: Readonly<Record<string, Action>> = {
  ChannelUp: "channelUp",
  ChannelDown: "channelDown",
  MediaTrackNext: "channelUp",
  MediaTrackPrevious: "channelDown",
  MediaPlayPause: "togglePlay",
  MediaPlay: "play",
  MediaPause: "pause",
  MediaStop: "stop",
  MediaRewind: "back",
  MediaFastForward: "forward",
  MediaLast: "previous",
  MediaAudioTrack: "audio",
  Subtitle: "subtitles",
  ClosedCaptionToggle: "subtitles",
  AudioVolumeUp: "louder",
  AudioVolumeDown: "quieter",
  AudioVolumeMute: "mute",
  Info: "facts",
  Guide: "guide",
  ColorF0Red: "list",
  ColorF1Green: "audio",
  ColorF2Yellow: "facts",
  ColorF3Blue: "palette",
  Escape: "escape",
  GoBack: "escape",
  BrowserBack: "escape",
};

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

export function actionFor(event: Key, zone: Zone): Action | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const { key } = event;
  const remote = REMOTE[key];
  if (remote) return remote;
  if (zone === "field") return null;
  if (/^\d$/.test(key)) return { digit: Number(key) };
  if (zone === "stage" && ON_STAGE[key]) return ON_STAGE[key];
  if (zone !== "list" && OUTSIDE_LIST[key]) return OUTSIDE_LIST[key];
  return NOT_TYPING[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

export function zoneOf(element: Element | null): Zone {
  if (!element || element === document.body || element.matches("[data-stage]")) return "stage";
  if (element instanceof HTMLInputElement && !["radio", "checkbox", "range", "button"].includes(element.type)) return "field";
  if (element.matches('textarea, select, [contenteditable="true"]')) return "field";
  if (element.closest('[role="listbox"], [role="log"]')) return "list";
  return "control";
}
