/** Entries of the bar for which a phone has no room: there they stand behind a last entry, elsewhere in the bar itself. */
import { useLocation } from "@tanstack/react-router";
import { Menu } from "lucide-react";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { useText } from "../i18n";

/** Addresses of what stands behind it. */
const BEHIND = /^\/(?:chat|status|settings)(?:\/|$)/;

export function NavMore({ children }: { readonly children: ReactNode }) {
  const t = useText();
  const id = useId();
  const { pathname } = useLocation();
  const frame = useRef<HTMLDivElement>(null);
  // On another page it is closed again.
  const [openOn, setOpenOn] = useState<string | null>(null);
  const open = openOn === pathname;
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" && event.key !== "GoBack") return;
      event.preventDefault();
      setOpenOn(null);
      frame.current?.querySelector("button")?.focus();
    };
    const elsewhere = ({ target }: Event) => {
      if (!frame.current?.contains(target as Node)) setOpenOn(null);
    };
    addEventListener("keydown", onKey);
    addEventListener("pointerdown", elsewhere);
    addEventListener("focusin", elsewhere);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("pointerdown", elsewhere);
      removeEventListener("focusin", elsewhere);
    };
  }, [open]);
  return (
    <div className="nav-rest" ref={frame} data-open={open || undefined}>
      <button type="button" className="nav-item nav-more" aria-expanded={open} aria-controls={id} data-current={BEHIND.test(pathname) || undefined} onClick={() => setOpenOn(open ? null : pathname)}>
        <Menu aria-hidden />
        <span>{t.nav.menu}</span>
      </button>
      <div id={id} className="nav-behind">
        {children}
      </div>
    </div>
  );
}
