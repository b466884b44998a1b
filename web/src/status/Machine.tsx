/** What the machine itself does: transcoders that run, and the room on its disk. */
import type { DiskStatus, TranscoderStatus } from "../api/types";
import { useLocale, useText } from "../i18n";
import { bytes, decimal } from "./figures";

export function Transcoders({ transcoders }: { readonly transcoders: readonly TranscoderStatus[] }) {
  const t = useText();
  const locale = useLocale();
  const kind = (name: string) => (t.status.kinds as Readonly<Record<string, string>>)[name] ?? name;
  return (
    <section className="status-part">
      <h2>{t.status.transcoders}</h2>
      {transcoders.length === 0 && <p className="lead">{t.status.noTranscoders}</p>}
      <ul className="status-list">
        {transcoders.map((one, at) => (
          // Two tracks of one tape may be made in the same way.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${one.channel_id} ${one.name} ${at}`}>
            <span>
              {kind(one.kind)} {one.name} <span className="soft">{one.channel}</span>
            </span>
            <span className="figure">
              {one.speed === null || one.speed === undefined ? <span className="soft">{t.status.measuring}</span> : t.status.speed(decimal(one.speed, locale))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Disk({ disk }: { readonly disk: DiskStatus }) {
  const t = useText();
  const locale = useLocale();
  const size = (value: number) => bytes(value, locale);
  const free = disk.free_bytes ?? null;
  const tight = free !== null && free < disk.minimum_free_bytes;
  const used = t.status.diskUsed(size(disk.used_bytes), size(disk.budget_bytes));
  return (
    <section className="status-part">
      <h2>{t.status.disk}</h2>
      <div className="status-disk">
        <meter className="meter" min={0} max={Math.max(1, disk.budget_bytes)} value={disk.used_bytes} aria-label={used} />
        <p>{used}</p>
        <p className="soft">{free === null ? t.status.diskUnknown : t.status.diskFree(size(free), size(disk.minimum_free_bytes))}</p>
        {tight && <p className="status-bad">{t.status.diskTight}</p>}
      </div>
    </section>
  );
}
