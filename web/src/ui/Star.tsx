/** The star of a channel: a button, and the mark where there is no room or use for one. */
import { Star } from "lucide-react";
import type { Channel } from "../api/types";
import { useText } from "../i18n";
import { like, useFavourites } from "../shell/favourites";
import { IconButton } from "./index";

type Starred = Pick<Channel, "id" | "name">;

export function StarButton({ channel }: { readonly channel: Starred }) {
  const t = useText();
  const liked = useFavourites().has(channel.id);
  return (
    <IconButton
      className="star-button"
      label={t.favourites.of(channel.name)}
      aria-pressed={liked}
      title={liked ? t.favourites.remove : t.favourites.add}
      onClick={() => void like(channel, !liked)}
    >
      <Star size={20} aria-hidden />
    </IconButton>
  );
}

interface MarkProps {
  readonly liked: boolean;
  /** Takes the pointer: for those who have no key. What it is in does the same by a key. */
  readonly toggle?: (() => void) | undefined;
}

/** A star for the eye and the pointer; whatever it stands in says in words that it is a favourite. */
export function StarMark({ liked, toggle }: MarkProps) {
  return (
    <span
      className="star"
      data-liked={liked || undefined}
      aria-hidden
      data-star
      {...(toggle && {
        // The row takes the pointer as well, and must not be tuned to.
        onPointerDown: (event: React.PointerEvent) => event.stopPropagation(),
        onClick: (event: React.MouseEvent) => {
          event.stopPropagation();
          toggle();
        },
      })}
    />
  );
}
