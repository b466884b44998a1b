/** What is one's own changes in another page, too: the station tells, and this page asks anew. */
import { useEffect } from "react";
import { live } from "../api/live";
import { ownLanguages, queryClient, searches } from "../api/queries";
import type { Account } from "../api/types";
import { favouritesChanged } from "./favourites";

export function useOwnNews(account: Account | null): void {
  const name = account?.name ?? null;
  useEffect(() => {
    if (name === null) return;
    return live.subscribe("account", (kind) => {
      if (kind === "favourites") favouritesChanged();
      if (kind === "searches") void queryClient.invalidateQueries({ queryKey: searches.queryKey });
      if (kind === "languages") {
        for (const queryKey of [ownLanguages.queryKey, ["guide"], ["now"]]) void queryClient.invalidateQueries({ queryKey });
      }
    });
  }, [name]);
}
