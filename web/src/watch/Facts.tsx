/** The figures behind the picture, as measured here and as the station decided. */
import { X } from "lucide-react";
import { useText } from "../i18n";
import { languageName } from "../i18n/format";
import { useLocale } from "../i18n";
import { player, usePlayer, useTimeline } from "../playback";
import { IconButton } from "../ui";

export function Facts({ close }: { readonly close: () => void }) {
  const t = useText();
  const locale = useLocale();
  const session = usePlayer((state) => state.session);
  const zapMs = usePlayer((state) => state.zapMs);
  const timeline = useTimeline();
  const { video } = player;
  const quality = video.getVideoPlaybackQuality();
  const plan = session?.plan ?? null;
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const seconds = (value: number) => t.facts.seconds(number.format(value));

  const rows: [string, string | null][] = [
    [
      t.facts.picture,
      video.videoWidth > 0 ? `${video.videoWidth} × ${video.videoHeight} ${plan?.video?.codec ?? ""}` : (plan?.video?.codec ?? null),
    ],
    [
      t.facts.sound,
      plan?.audio
        .map(({ codec, from, language: lang }) =>
          [languageName(lang, locale), from && from !== codec ? `${from} → ${codec}` : codec].filter(Boolean).join(" "),
        )
        .join(", ") ?? null,
    ],
    [t.facts.decision, plan?.action ?? null],
    [t.facts.container, plan?.container ?? null],
    [t.facts.why, plan?.reasons.map(({ text }) => text).join(" ") || null],
    [t.facts.behind, timeline ? seconds(timeline.latency) : null],
    [t.facts.buffered, timeline ? seconds(timeline.ahead) : null],
    [
      t.facts.frames,
      quality.totalVideoFrames > 0
        ? `${quality.totalVideoFrames - quality.droppedVideoFrames} (${quality.droppedVideoFrames} ${t.facts.dropped})`
        : null,
    ],
    [t.facts.firstPicture, zapMs === null ? null : seconds(zapMs / 1000)],
    [t.facts.session, session?.id ?? null],
  ];
  return (
    <aside className="facts" aria-label={t.facts.title}>
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
