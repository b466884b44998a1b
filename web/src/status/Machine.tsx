/** What the machine itself does: transcoders that run, what it can code, and the room on its disk. */
import type { BudgetStatus, CodingStatus, DiskStatus, EncoderStatus, TranscoderStatus } from "../api/types";
import { useLocale, useText } from "../i18n";
import { Time } from "../watch/time";
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

/** Who can code pictures, who cannot and why, and how much of the machine is taken. */
export function Coding({ coding }: { readonly coding: CodingStatus }) {
  const t = useText();
  if (coding.most === 0) return null;
  return (
    <section className="status-part">
      <h2>{t.status.coding}</h2>
      <p>{t.status.codingRunning(String(coding.running), String(coding.most))}</p>
      <ul className="status-list">
        <Budget name={t.status.processor} budget={coding.processor} />
        {coding.graphics && <Budget name={t.status.graphics} budget={coding.graphics} />}
        {coding.encoders.map((encoder) => (
          <Encoder key={encoder.name} encoder={encoder} />
        ))}
      </ul>
    </section>
  );
}

function Budget({ name, budget }: { readonly name: string; readonly budget: BudgetStatus }) {
  const t = useText();
  const locale = useLocale();
  const megapixels = (value: number) => decimal(value / 1e6, locale);
  return (
    <li>
      <span>{name}</span>
      <span className="figure">{t.status.megapixels(megapixels(budget.used_pixels_per_s), megapixels(budget.measured_pixels_per_s))}</span>
    </li>
  );
}

function named(names: Readonly<Record<string, string>>, name: string): string {
  return names[name] ?? name;
}

function Encoder({ encoder }: { readonly encoder: EncoderStatus }) {
  const t = useText();
  return (
    <li>
      <span>
        {named(t.status.encoders, encoder.name)} {encoder.why && <span className="soft">{encoder.why}</span>}
      </span>
      <span>
        {named(t.status.encoderStates, encoder.state)}{" "}
        {encoder.again_at && (
          <span className="soft">
            {t.status.triedAgain} <Time at={encoder.again_at} />
          </span>
        )}
      </span>
    </li>
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
