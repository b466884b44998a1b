/** A channel's logo, or its initials where it has none or the picture does not come. Never changes size. */
import { useState } from "react";
import { resolve } from "../api/base";
import type { Channel } from "../api/types";

export function Logo({ channel, size = "small" }: { readonly channel: Channel; readonly size?: "small" | "large" }) {
  const [failed, setFailed] = useState<string | null>(null);
  const { logo_url: logo } = channel;
  return (
    <span className={`logo logo-${size}`} aria-hidden>
      {logo && failed !== logo ? (
        <img src={resolve(logo)} alt="" loading="lazy" decoding="async" draggable={false} onError={() => setFailed(logo)} />
      ) : (
        <span className="logo-text">{initials(channel.name)}</span>
      )}
    </span>
  );
}

/** Up to three letters that stand for a name: `Das Erste HD` → `DE`, `arte` → `AR`, `3sat HD` → `3S`. */
export function initials(name: string): string {
  const words = name
    .replaceAll(/\b(?:HD|UHD|SD|TV)\b/g, " ")
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter(Boolean);
  const [first] = words;
  if (first === undefined) return name.slice(0, 2).toUpperCase();
  if (words.length === 1) return first.slice(0, 2).toUpperCase();
  return words
    .slice(0, 3)
    .map((word) => word.charAt(0))
    .join("")
    .toUpperCase();
}
