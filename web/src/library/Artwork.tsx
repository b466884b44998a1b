/** The picture of an item, and what stands for one that has none. */
import { Clapperboard } from "lucide-react";
import { useState } from "react";
import { pictureOf } from "./api";

export function Artwork({ item }: { readonly item: { readonly id: number; readonly picture: string } }) {
  const address = pictureOf(item);
  const [failed, setFailed] = useState<string | null>(null);
  return (
    <span className="art" aria-hidden>
      {failed === address ? <Clapperboard size={32} /> : <img src={address} alt="" loading="lazy" decoding="async" onError={() => setFailed(address)} />}
    </span>
  );
}
