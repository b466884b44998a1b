/** The frame around every page: the slim bar, the word about the connection, the palette, and who may be here. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate, useRouterState } from "@tanstack/react-router";
import { Activity, CalendarRange, Clapperboard, LogIn, MessageCircle, RadioTower, Search, Settings, TvMinimalPlay } from "lucide-react";
import { Suspense, lazy, useEffect } from "react";
import { whenSignedOut } from "../api/client";
import { live } from "../api/live";
import { authState, queryClient } from "../api/queries";
import { useLanguage, useText } from "../i18n";
import { Failure } from "../ui";
import { setPaletteOpen, usePaletteOpen } from "./commands";
import { useConnection } from "./connection";
import { FavouriteNotice } from "./FavouriteNotice";
import { NavMore } from "./NavMore";
import { useOwnNews } from "./ownNews";
import { usePreferences } from "./preferences";
import { ReminderNotice } from "./ReminderNotice";
import { mayAdminister, mayProgramme, mayTalk, useAccount } from "./station";

const Palette = lazy(() => import("./Palette"));

/** Pages that are there for those who have not signed in yet. */
const OPEN_PAGES = new Set(["/welcome", "/sign-in"]);

export function Shell() {
  // The page that is shown, not the one that is still being fetched: the frame changes together with what it holds.
  const pathname = useRouterState({ select: ({ resolvedLocation, location }) => (resolvedLocation ?? location).pathname });
  const open = OPEN_PAGES.has(pathname);
  const language = useLanguage();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  usePaletteKey(!open);
  const gate = useGate(pathname, open);
  if (open) return <Outlet />;
  return (
    <div className="shell" data-open={gate.anonymous || undefined}>
      {gate.anonymous && <OpenNote />}
      <Nav />
      <main id="content" className="content">
        {gate.error ? <Failure error={gate.error} retry={gate.retry} wholePage /> : gate.allowed ? <Outlet /> : null}
      </main>
      <ConnectionNote />
      <ReminderNotice />
      <FavouriteNotice />
      <PaletteHost />
    </div>
  );
}

/** Sends people to where they can get in. While nobody has answered yet the page is shown as if they were in. */
function useGate(pathname: string, open: boolean) {
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(authState);
  useEffect(() => {
    if (open || !data || data.account || (data.anonymous && isOpen(pathname))) return;
    if (!data.owner_exists) void navigate({ to: "/welcome", replace: true });
    else void navigate({ to: "/sign-in", search: pathname === "/" ? {} : { next: pathname }, replace: true });
  }, [data, open, pathname, navigate]);
  useEffect(() => {
    whenSignedOut(() => void queryClient.invalidateQueries({ queryKey: authState.queryKey }));
  }, []);
  const account = data?.account ?? null;
  const anonymous = data?.anonymous === true;
  useOwnNews(account);
  const who = account?.name ?? (anonymous ? "" : null);
  useEffect(() => {
    if (who === null) return;
    const refreshLineup = () => {
      void queryClient.invalidateQueries({ queryKey: ["channels"] });
      void queryClient.invalidateQueries({ queryKey: ["bouquets"] });
    };
    const stops = [
      live.subscribe("channels", refreshLineup),
      live.subscribe("guide", () => void queryClient.invalidateQueries({ queryKey: ["now"] })),
    ];
    return () => stops.forEach((stop) => stop());
  }, [who]);
  return { anonymous, allowed: !data || account !== null || (anonymous && isOpen(pathname)), error: data ? null : error, retry: () => void refetch() };
}

/** Where one may be without an account, if the station says so. */
function isOpen(pathname: string): boolean {
  return pathname === "/" || pathname === "/guide" || pathname.startsWith("/watch/");
}

function Nav() {
  const t = useText();
  const account = useAccount();
  const admin = mayAdminister(account);
  const talks = mayTalk(account);
  const { data } = useQuery(authState);
  const { bouquet } = usePreferences();
  const stranger = data?.anonymous === true && account === null;
  return (
    <nav className="nav" aria-label={t.nav.label}>
      <a href="#content" className="skip" onClick={skipToContent}>
        {t.common.skipToContent}
      </a>
      <Link to="/" className="nav-brand" aria-label={t.nav.home} tabIndex={-1}>
        <Mark />
      </Link>
      <Link to="/" className="nav-item" activeOptions={{ exact: false }} activeProps={{ "data-current": true }} data-current={useLocation().pathname.startsWith("/watch") || undefined}>
        <TvMinimalPlay aria-hidden />
        <span>{t.nav.watch}</span>
      </Link>
      <Link to="/guide" search={bouquet === null ? {} : { bouquet }} className="nav-item" activeOptions={{ includeSearch: false }} activeProps={{ "data-current": true }}>
        <CalendarRange aria-hidden />
        <span>{t.nav.guide}</span>
      </Link>
      {!stranger && (
        <Link to="/library" search={{}} className="nav-item" activeOptions={{ includeSearch: false }} activeProps={{ "data-current": true }}>
          <Clapperboard aria-hidden />
          <span>{t.nav.library}</span>
        </Link>
      )}
      <button type="button" className="nav-item" aria-keyshortcuts="Control+K" title="Ctrl K" onClick={() => setPaletteOpen(true)}>
        <Search aria-hidden />
        <span>{t.nav.search}</span>
      </button>
      {mayProgramme(account) && (
        <Link to="/channels" className="nav-item" activeProps={{ "data-current": true }}>
          <RadioTower aria-hidden />
          <span>{t.nav.channels}</span>
        </Link>
      )}
      {stranger ? (
        <Link to="/sign-in" className="nav-item nav-last">
          <LogIn aria-hidden />
          <span>{t.signIn.action}</span>
        </Link>
      ) : admin || talks ? (
        <NavMore>
          {talks && <TalkItem />}
          {admin && (
            <Link to="/status" className="nav-item" activeProps={{ "data-current": true }}>
              <Activity aria-hidden />
              <span>{t.nav.status}</span>
            </Link>
          )}
          <SettingsItem />
        </NavMore>
      ) : (
        <SettingsItem />
      )}
    </nav>
  );
}

function TalkItem() {
  const t = useText();
  return (
    <Link to="/chat" className="nav-item" activeProps={{ "data-current": true }}>
      <MessageCircle aria-hidden />
      <span>{t.nav.chat}</span>
    </Link>
  );
}

function SettingsItem() {
  const t = useText();
  return (
    <Link to="/settings" className="nav-item nav-last" activeProps={{ "data-current": true }}>
      <Settings aria-hidden />
      <span>{t.nav.settings}</span>
    </Link>
  );
}

/** With a `<base>` in the page a bare fragment would leave it, so the link moves the focus itself. */
function skipToContent(event: React.MouseEvent): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("[data-stage], #content h1, #content a, #content button")?.focus();
}

export function Mark() {
  return (
    <svg viewBox="0 0 64 64" className="mark" aria-hidden="true">
      <path d="M12 18h40M32 18v32" fill="none" stroke="currentColor" strokeWidth="7" strokeLinecap="round" />
      <circle cx="49" cy="47" r="6.5" className="mark-lamp" />
    </svg>
  );
}

/** Said on every page for as long as everybody may watch. */
function OpenNote() {
  const t = useText();
  return (
    <p className="open-note" role="note">
      {t.connection.anonymous}
    </p>
  );
}

function ConnectionNote() {
  const t = useText();
  const connection = useConnection();
  return (
    <div className="connection" role="status" data-shown={connection !== "fine" || undefined}>
      {connection !== "fine" && (
        <p>
          {connection === "offline" ? t.connection.offline : t.connection.lost} <span>{t.connection.stillWorks}</span>
        </p>
      )}
    </div>
  );
}

function usePaletteKey(enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      const k = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
      if (!k && event.key !== "BrowserSearch") return;
      event.preventDefault();
      setPaletteOpen(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [enabled]);
}

function PaletteHost() {
  const open = usePaletteOpen();
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <Palette close={() => setPaletteOpen(false)} />
    </Suspense>
  );
}
