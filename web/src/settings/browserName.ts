/** What a `User-Agent` says of browser and system, in the words that people use for them; null where it says neither. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /\bEdg/],
  ["Firefox", /\bFirefox\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Opera", /\bOPR\//],
  ["Chrome", /\b(?:Headless)?Chrome\//],
  ["Safari", /\bVersion\/.*Safari\//],
];
const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["webOS", /\bWeb0S\b/],
  ["Tizen", /\bTizen\b/],
  ["Linux", /\bLinux\b/],
];

export function browserName(agent: string): string | null {
  const named = (list: typeof BROWSERS) => list.find(([, pattern]) => pattern.test(agent))?.[0];
  const names = [named(BROWSERS), named(SYSTEMS)].filter((name) => name !== undefined);
  return names.length > 0 ? names.join(" · ") : agent.split(" ")[0] || null;
}
