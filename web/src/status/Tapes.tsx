/** What comes in: each tape with its bit rate lately, its errors, and how much of it is kept. */
import { useText, useLocale } from "../i18n";
import { clockDuration, languageName } from "../i18n/format";
import type { ReceiverStatus, TapeStatus } from "../api/types";
import { Pairs } from "./Pairs";
import { Plot } from "./Plot";
import { bitRate, bytes, count } from "./figures";
import { receiverName } from "./words";

interface TapesProps {
  readonly tapes: readonly TapeStatus[];
  readonly receivers: readonly ReceiverStatus[];
}

export function Tapes({ tapes, receivers }: TapesProps) {
  const t = useText();
  return (
    <section className="status-part">
      <h2>{t.status.tapes}</h2>
      {tapes.length === 0 && <p className="lead">{t.status.noTapes}</p>}
      {tapes.map((tape) => (
        <Tape key={`${tape.receiver_id} ${tape.channel_id}`} tape={tape} from={receiverName(receivers, tape.receiver_id)} />
      ))}
    </section>
  );
}

function Tape({ tape, from }: { readonly tape: TapeStatus; readonly from: string | null }) {
  const t = useText();
  const locale = useLocale();
  const rate = tape.bit_rate_bps;
  const other = [
    tape.damaged_sections > 0 ? t.status.tables(tape.damaged_sections) : null,
    tape.junk_bytes > 0 ? t.status.junk(bytes(tape.junk_bytes, locale)) : null,
  ].filter((text) => text !== null);
  const runs = Math.max(0, tape.runs - 1);
  return (
    <article className="status-tape" aria-label={tape.channel}>
      <header>
        <h3>{tape.channel}</h3>
        <p className="soft">{[from && t.status.from(from), t.status.watching(tape.sessions)].filter(Boolean).join(" · ")}</p>
      </header>
      <div className="status-rate">
        <Plot kbps={tape.history_kbps} stepS={tape.history_step_s} />
        <p>
          <span className="visually-hidden">{t.status.bitRate} </span>
          {rate === null || rate === undefined ? <span className="soft">{t.status.measuring}</span> : bitRate(rate, locale)}
        </p>
      </div>
      <Pairs
        rows={[
          [t.status.window, clockDuration(tape.window_s)],
          [t.status.onDisk, bytes(tape.disk_bytes, locale)],
          [t.status.missing, count(tape.lost_packets, locale), tape.lost_packets > 0],
          [t.status.leftOut, tape.dropped_pictures > 0 ? count(tape.dropped_pictures, locale) : null, true],
          [t.status.silence, tape.silent_frames > 0 ? t.status.frames(tape.silent_frames) : null],
          [t.status.runs, runs > 0 ? t.status.times(runs) : null],
          [t.status.scrambled, tape.scrambled_packets > 0 ? count(tape.scrambled_packets, locale) : null, true],
          [t.status.otherErrors, other.length > 0 ? other.join(", ") : null, true],
        ]}
      />
      {tape.pids.length > 0 && <Pids tape={tape} />}
    </article>
  );
}

function Pids({ tape }: { readonly tape: TapeStatus }) {
  const t = useText();
  const locale = useLocale();
  const number = (value: number) => count(value, locale);
  return (
    <details className="pids">
      <summary>{t.status.perPid}</summary>
      {/* It may be wider than a phone: then it is moved sideways, with keys as well. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="pids-frame" tabIndex={0} role="region" aria-label={`${tape.channel}: ${t.status.perPid}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.status.pid}</th>
              <th scope="col">{t.status.carries}</th>
              <th scope="col">{t.status.packets}</th>
              <th scope="col">{t.status.breaks}</th>
              <th scope="col">{t.status.damaged}</th>
              <th scope="col">{t.status.scrambled}</th>
              <th scope="col">{t.status.dropped}</th>
            </tr>
          </thead>
          <tbody>
            {tape.pids.map((pid) => (
              <tr key={pid.pid}>
                <th scope="row">{pid.pid}</th>
                <td>{[languageName(pid.language, locale), pid.codec === "data" ? t.status.data : pid.codec].filter(Boolean).join(" ")}</td>
                <td>{number(pid.packets)}</td>
                <td>{number(pid.breaks)}</td>
                <td>{number(pid.damaged)}</td>
                <td>{number(pid.scrambled)}</td>
                <td>{number(pid.dropped)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
