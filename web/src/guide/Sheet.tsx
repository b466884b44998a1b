/** The details of a programme, beside the guide; on a phone they come from below. The guide stays usable. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell, BellOff, Play, SkipBack, X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { asProblem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { Channel } from "../api/types";
import { useLocale, useText } from "../i18n";
import { age } from "../i18n/format";
import { isKept, isOwn, secondsOf } from "../play/address";
import { Button, Failure, IconButton, Skeleton } from "../ui";
import { StarButton } from "../ui/Star";
import { Logo } from "../watch/Logo";
import { STALE_AFTER_S } from "../watch/NowPanel";
import { Progress, Span, Time } from "../watch/time";
import type { Airing, Programme } from "./api";
import { GUIDE, programme, type GuideWindow } from "./queries";
import { forget, remind, useReminders } from "./reminders";
import { dayName, episodeName, genreName, phaseOf, titleOf } from "./words";
import { useZone } from "./zone";

interface SheetProps {
  readonly id: string;
  readonly byId: ReadonlyMap<string, Channel>;
  readonly now: number;
  readonly watch: (channel: Channel) => void;
  /** Another programme in its place. */
  readonly replace: (id: string) => void;
  readonly close: () => void;
}

export function Sheet({ id, byId, now, watch, replace, close }: SheetProps) {
  const t = useText();
  const title = useId();
  const sheet = useRef<HTMLDivElement>(null);
  const { data, error, refetch } = useQuery(programme(id));
  const airing: Airing | null = data ?? seenBefore(id);
  const channel = airing ? byId.get(airing.channel_id) : undefined;
  useEffect(() => {
    const first = sheet.current?.querySelector<HTMLElement>("[data-first]") ?? sheet.current?.querySelector<HTMLElement>("[data-close]");
    first?.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={sheet} className="guide-sheet" role="dialog" aria-labelledby={title} aria-busy={!data && !error}>
      <header>
        {channel && (
          <Link to="/guide" search={{ view: "list", channel: channel.id }} preload={false} className="guide-sheet-channel" title={t.guide.detail.wholeDay}>
            <Logo channel={channel} />
            <span>{channel.name}</span>
          </Link>
        )}
        {channel && <StarButton channel={channel} />}
        <IconButton label={t.common.close} data-close onClick={close}>
          <X size={20} aria-hidden />
        </IconButton>
      </header>
      <h2 id={title}>{airing ? titleOf(t, airing) : error ? t.guide.detail.title : <Skeleton width="70%" />}</h2>
      {airing && <Facts airing={airing} now={now} />}
      {airing && channel && <Actions airing={airing} channel={channel} now={now} watch={watch} />}
      {data ? <Details data={data} now={now} replace={replace} /> : error ? <Missing error={error} retry={() => void refetch()} /> : <Waiting />}
    </div>
  );
}

/** What the guide knows of it already, so that the sheet is not empty while the rest comes. */
function seenBefore(id: string): Airing | null {
  for (const [, window] of queryClient.getQueriesData<GuideWindow>({ queryKey: [...GUIDE, "window"] })) {
    for (const { airings } of Object.values(window?.rows ?? {})) {
      const airing = airings.find((one) => one.id === id);
      if (airing) return airing;
    }
  }
  return null;
}

function Facts({ airing, now }: { readonly airing: Airing; readonly now: number }) {
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const minutes = Math.round((Date.parse(airing.end) - Date.parse(airing.start)) / 60_000);
  const rating = airing.rating ?? null;
  const about = [
    episodeName(t, airing),
    genreName(t, airing.genre),
    rating === null ? null : rating === 0 ? t.guide.detail.everyAge : t.guide.detail.age(String(rating)),
  ].filter(Boolean);
  return (
    <>
      {airing.subtitle && <p className="guide-sheet-subtitle">{airing.subtitle}</p>}
      <p className="guide-sheet-time">
        {dayName(t, Date.parse(airing.start), now, locale, zone)} <Span event={airing} /> · {t.guide.minutes(minutes)}
        {airing.new && <span className="guide-new">{t.guide.new}</span>}
      </p>
      {phaseOf(airing, now) === "now" && <Progress event={airing} now={now} />}
      {about.length > 0 && <p className="guide-sheet-about">{about.join(" · ")}</p>}
    </>
  );
}

interface ActionsProps {
  readonly airing: Airing;
  readonly channel: Channel;
  readonly now: number;
  readonly watch: (channel: Channel) => void;
}

function Actions({ airing, channel, now, watch }: ActionsProps) {
  const t = useText();
  const reminded = useReminders().some(({ id }) => id === airing.id);
  const phase = phaseOf(airing, now);
  const again = isOwn(channel) && isKept(airing, now);
  if ((phase === "past" && !again) || airing.locked) return null;
  return (
    <div className="actions">
      {phase === "now" && (
        <Button look="main" data-first onClick={() => watch(channel)}>
          <Play size={18} aria-hidden />
          {t.guide.watch}
        </Button>
      )}
      {again && (
        <Link
          to="/guide/play/$channel/$at"
          params={{ channel: channel.id, at: secondsOf(airing.start) }}
          preload={false}
          className={`button button-${phase === "past" ? "main" : "plain"}`}
          data-first={phase === "past" || undefined}
        >
          {phase === "past" ? <Play size={18} aria-hidden /> : <SkipBack size={18} aria-hidden />}
          {phase === "past" ? t.guide.watch : t.play.startOver}
        </Link>
      )}
      {phase === "coming" && (
        <Button data-first onClick={() => (reminded ? forget(airing.id) : remind(airing, channel.name))}>
          {reminded ? <BellOff size={18} aria-hidden /> : <Bell size={18} aria-hidden />}
          {reminded ? t.guide.detail.doNotRemind : t.guide.detail.remind}
        </Button>
      )}
    </div>
  );
}

function Details({ data, now, replace }: { readonly data: Programme; readonly now: number; readonly replace: (id: string) => void }) {
  const t = useText();
  const locale = useLocale();
  const zone = useZone();
  const others = data.others.filter((other) => !other.locked && phaseOf(other, now) !== "past");
  const made = [data.countries.map((country) => countryName(country, locale)).join(", "), data.date?.slice(0, 4), ...data.categories, ...data.facts].filter(Boolean);
  return (
    <>
      {data.description && <p className="guide-sheet-text">{data.description}</p>}
      <People credits={data.credits} />
      {made.length > 0 && <p className="guide-sheet-made">{made.join(" · ")}</p>}
      {others.length > 0 && (
        <section>
          <h3>{t.guide.detail.others}</h3>
          <ul className="guide-others">
            {others.map((other) => (
              <li key={other.id}>
                <button type="button" onClick={() => replace(other.id)}>
                  <span>
                    {dayName(t, Date.parse(other.start), now, locale, zone)} <Time at={other.start} />
                  </span>
                  {other.subtitle !== data.subtitle && <span className="guide-line">{other.subtitle}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {data.stale_s > STALE_AFTER_S && <p className="now-stale">{t.watch.guideStale(age(data.stale_s, locale))}</p>}
    </>
  );
}

/** Sources write codes (`DE`) or names; codes get the viewer's name for them. */
function countryName(country: string, locale: string): string {
  if (!/^[A-Za-z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames([locale], { type: "region" }).of(country.toUpperCase()) ?? country;
}

function People({ credits }: { readonly credits: Programme["credits"] }) {
  const t = useText();
  const words: Readonly<Record<string, string>> = t.guide.detail.roles;
  const roles = [...new Set(credits.map(({ role }) => role))];
  if (roles.length === 0) return null;
  return (
    <dl className="guide-people">
      {roles.map((role) => (
        <div key={role}>
          <dt>{words[role] ?? role}</dt>
          <dd>
            {credits
              .filter((credit) => credit.role === role)
              .map(({ name, part }) => (part ? `${name} (${part})` : name))
              .join(", ")}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Missing({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const t = useText();
  if (asProblem(error).status !== 404) return <Failure error={error} retry={retry} />;
  return (
    <div role="alert">
      <p>
        <b>{t.guide.detail.gone}.</b> {t.guide.detail.goneText}
      </p>
    </div>
  );
}

function Waiting() {
  const t = useText();
  return (
    <div className="guide-sheet-waiting" role="status" aria-label={t.guide.detail.loading}>
      <Skeleton width="100%" height="0.9em" />
      <Skeleton width="94%" height="0.9em" />
      <Skeleton width="97%" height="0.9em" />
      <Skeleton width="60%" height="0.9em" />
    </div>
  );
}
