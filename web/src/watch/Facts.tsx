/** The figures behind the picture, as measured here and as the station decided. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { receivers } from "../api/queries";
import { useLocale, useText } from "../i18n";
import { player, usePlayer, useTimeline } from "../playback";
import { bitRate, count, decimal, share } from "../status/figures";
import { planAction, planPicture, planReasons, planSounds, receiverName } from "../status/words";
import { IconButton } from "../ui";

interface FactsProps {
  readonly close: () => void;
  /** It stands below the picture, where there is no room for it on top. */
  readonly below?: boolean;
}

export default function Facts({ close, below = false }: FactsProps) {
  const t = useText();
  const locale = useLocale();
  const session = usePlayer((state) => state.session);
  const timeline = useTimeline(); // renders anew four times a second, and with it all that is read below
  const { data } = useQuery({ ...receivers, staleTime: Number.POSITIVE_INFINITY });
  const { video } = player;
  const plan = session?.plan ?? null;
  const size = video.videoWidth > 0 ? `${video.videoWidth} × ${video.videoHeight}` : null;
  const rate = player.bitRate();
  const fares = player.facts();
  const { stalls = 0, stalled_ms = 0, shown_frames = 0, dropped_frames = 0, decoder_failures = 0, first_frame_ms } = fares;
  const all = shown_frames + dropped_frames;
  const seconds = (value: number) => t.facts.seconds(decimal(value, locale));

  const rows: [string, string | null][] = [
    [t.facts.picture, [size, plan && planPicture(plan)].filter(Boolean).join(" ") || null],
    [t.facts.sound, plan && planSounds(plan, locale)],
    [t.facts.bitRate, rate === null ? null : bitRate(rate, locale)],
    [t.facts.decision, plan ? `${planAction(t, plan)} (${plan.container.toUpperCase()})` : null],
    [t.facts.why, plan ? planReasons(t, plan) || null : null],
    [t.facts.source, receiverName(data?.items ?? [], session?.receiver_id)],
    [t.facts.behind, timeline ? seconds(timeline.latency) : null],
    [t.facts.buffered, timeline ? seconds(timeline.ahead) : null],
    [t.facts.frames, all > 0 ? `${count(shown_frames, locale)} (${count(dropped_frames, locale)} ${t.facts.dropped}, ${share(dropped_frames, all, locale)})` : null],
    [t.facts.stalls, stalls > 0 ? t.status.stalled(t.status.times(stalls), decimal(stalled_ms / 1000, locale)) : t.status.never],
    [t.facts.decoderFailures, decoder_failures > 0 ? t.status.times(decoder_failures) : null],
    [t.facts.firstPicture, first_frame_ms === null || first_frame_ms === undefined ? null : seconds(first_frame_ms / 1000)],
    [t.facts.session, session?.id ?? null],
  ];
  return (
    <aside className="facts" data-scheme={below ? undefined : "dark"} data-below={below || undefined} aria-label={t.facts.title}>
      <header>
        <h2>{t.facts.title}</h2>
        <IconButton label={t.common.close} onClick={close}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      <dl>
        {rows.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </aside>
  );
}
