/** The quiet page that Welcome and sign-in share: the mark, one thing to do, the language. */
import { useEffect, type ReactNode } from "react";
import { useLanguage } from "../i18n";
import { Mark } from "../shell/Shell";
import { prefer } from "../shell/preferences";
import { handleSpatialKey } from "../shell/spatial";

export function Frame({ children, wide = false }: { readonly children: ReactNode; readonly wide?: boolean }) {
  const language = useLanguage();
  const other = language === "de" ? "en" : "de";
  useEffect(() => {
    addEventListener("keydown", handleSpatialKey);
    return () => removeEventListener("keydown", handleSpatialKey);
  }, []);
  return (
    <div className="frame">
      <header className="frame-head">
        <span className="frame-brand">
          <Mark /> Telecast
        </span>
        <button type="button" className="button button-quiet" lang={other} onClick={() => prefer({ language: other })}>
          {other === "de" ? "Deutsch" : "English"}
        </button>
      </header>
      <main className="frame-main" data-wide={wide || undefined}>
        {children}
      </main>
    </div>
  );
}
