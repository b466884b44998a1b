/** Said to those who have come here by an address, and may not programme. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { authState } from "../api/queries";
import { mayProgramme } from "../shell/station";
import { useText } from "../i18n";
import { useWords } from "./text";

export function Programmers({ children }: { readonly children: ReactNode }) {
  const t = useText();
  const w = useWords();
  const { data } = useQuery(authState);
  if (!data || mayProgramme(data.account ?? null)) return children;
  return (
    <section className="empty">
      <h1>{w.forbidden.title}</h1>
      <p>{w.forbidden.text}</p>
      <Link to="/" className="button button-plain">
        {t.nav.watch}
      </Link>
    </section>
  );
}
