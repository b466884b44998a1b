/** All that is known of an item: beside the grid where there is room, over it where there is none. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play, TriangleAlert, X } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useLocale, useText } from "../i18n";
import { clockDuration, languageName } from "../i18n/format";
import { Button, Failure, IconButton, Skeleton } from "../ui";
import { collections, detail, type Detail } from "./api";
import { Artwork } from "./Artwork";
import { CorrectDialog } from "./CorrectDialog";
import { about, advice, bytes } from "./words";

interface SheetProps {
  readonly id: number;
  readonly programs: boolean;
  readonly open: (id: number) => void;
  readonly close: () => void;
}

export function DetailSheet({ id, programs, open, close }: SheetProps) {
  const t = useText();
  const { data, error, refetch } = useQuery(detail(id));
  const [correcting, setCorrecting] = useState(false);
  const sheet = useRef<HTMLElement>(null);
  const before = useRef<Element | null>(null);
  const play = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    before.current = document.activeElement;
    sheet.current?.focus();
    return () => {
      if (before.current instanceof HTMLElement) before.current.focus();
    };
  }, []);
  // Whoever has opened it with a key plays it with the next.
  const there = data !== undefined;
  useEffect(() => {
    if (there && document.activeElement === sheet.current) play.current?.focus();
  }, [there]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // A dialog over it closes first.
      if (event.key === "Escape" && !correcting && !event.defaultPrevented) close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [correcting, close]);
  return (
    <aside
      ref={sheet}
      className="library-sheet"
      aria-labelledby="library-sheet-title"
      tabIndex={-1}
    >
      <header>
        <h2 id="library-sheet-title">{data ? data.title : <Skeleton width="10em" />}</h2>
        <IconButton label={t.common.close} onClick={close}>
          <X size={20} aria-hidden />
        </IconButton>
      </header>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && data.state === "present" && data.length_s > 0 && (
        <div className="actions">
          <Link to="/library/play/$item" params={{ item: String(id) }} preload={false} className="button button-main" ref={play}>
            <Play size={18} aria-hidden />
            {t.play.play}
          </Link>
        </div>
      )}
      {data && <Facts data={data} open={open} />}
      {data && programs && (
        <div className="actions">
          <Button onClick={() => setCorrecting(true)}>{t.library.item.correct}</Button>
        </div>
      )}
      {data && correcting && <CorrectDialog item={data} close={() => setCorrecting(false)} />}
    </aside>
  );
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== "").join(" · ");
}

function Facts({ data, open }: { readonly data: Detail; readonly open: (id: number) => void }) {
  const t = useText();
  const locale = useLocale();
  const { data: all } = useQuery(collections);
  const { video } = data;
  const names = all?.items.filter((one) => data.collections.includes(one.id)).map((one) => one.name) ?? [];
  const spoken = (code: string | null | undefined) => languageName(code, locale) ?? code ?? null;
  return (
    <>
      <Artwork item={data} />
      <p className="library-sheet-about">{about(data, t)}</p>
      {data.state !== "present" && <p className="library-sheet-state">{t.library.states[data.state]}</p>}
      {data.summary !== "" && <p className="library-sheet-summary">{data.summary}</p>}
      {data.faults.length > 0 && (
        <section aria-labelledby="library-faults">
          <h3 id="library-faults">{t.library.item.faults}</h3>
          <ul className="library-faults">
            {data.faults.map((fault) => {
              const [message, what] = advice(fault, t);
              return (
                <li key={fault.code} data-fatal={fault.fatal || undefined}>
                  <TriangleAlert size={18} aria-hidden />
                  <div>
                    <p>{message}</p>
                    <p className="field-help">{what}</p>
                    {fault.code === "copy" && typeof data.copy_of === "number" && (
                      <Button look="quiet" onClick={() => open(data.copy_of ?? data.id)}>
                        {t.library.item.copyOf}
                      </Button>
                    )}
                  </div>
                </li>
              );
            })}
          </ul>
        </section>
      )}
      <dl className="library-facts">
        <Fact name={t.library.item.length}>{data.length_s > 0 ? clockDuration(data.length_s) : t.library.item.nobodyKnows}</Fact>
        {data.released && <Fact name={t.library.item.released}>{data.released}</Fact>}
        {data.genres.length > 0 && <Fact name={t.library.item.genres}>{data.genres.join(", ")}</Fact>}
        {typeof data.age === "number" && <Fact name={t.library.item.age}>{data.age}</Fact>}
        {video && <Fact name={t.library.item.picture}>{joined([`${video.width}×${video.height}`, video.codec, `${Number(video.rate.toFixed(2))}/s`, video.bits > 8 ? `${video.bits} bit` : null, video.hdr ? "HDR" : null])}</Fact>}
        {data.audio.length > 0 && (
          <Fact name={t.library.item.sound}>
            {[...new Set(data.audio.map((sound) => joined([spoken(sound.language), sound.codec, t.library.item.channels(sound.channels), sound.title])))].map((sound) => (
              <span key={sound}>{sound}</span>
            ))}
          </Fact>
        )}
        {data.subtitles.length > 0 && <Fact name={t.library.item.subtitles}>{data.subtitles.map((one) => spoken(one.language) ?? one.codec).join(", ")}</Fact>}
        {data.chapters_s.length > 0 && <Fact name={t.library.item.chapters}>{t.library.item.chaptersOf(data.chapters_s.length)}</Fact>}
        {names.length > 0 && <Fact name={t.library.item.collections}>{names.join(", ")}</Fact>}
        {typeof data.path === "string" && (
          <Fact name={t.library.item.file}>
            <span className="library-path">{joined([data.folder, data.path])}</span>
            <span>{joined([data.container.split(",")[0], bytes(data.size, locale)])}</span>
          </Fact>
        )}
      </dl>
      {data.tags.length > 0 && (
        <ul className="library-tags">
          {data.tags.map((tag) => (
            <li key={tag}>{tag}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
