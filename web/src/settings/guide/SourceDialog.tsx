/** A guide's address: entered, tried, changed. What is secret in it is never shown again. */
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, body } from "../../api/client";
import { asProblem } from "../../api/problem";
import { useText } from "../../i18n";
import { Button, Field } from "../../ui";
import { Chips } from "../../ui/Chips";
import { Modal } from "../../ui/Modal";
import { again, type Source } from "./queries";

const HOUR_S = 3_600;
const HOURS = [1, 6, 24] as const;

export function SourceDialog({ source, close }: { readonly source?: Source; readonly close: () => void }) {
  const t = useText();
  const [url, setUrl] = useState("");
  const [name, setName] = useState(source?.name ?? "");
  const [shift, setShift] = useState(String(source?.shift_min ?? 0));
  const [hours, setHours] = useState<number | null>(source?.refresh_s ? Math.max(1, Math.round(source.refresh_s / HOUR_S)) : null);
  const described = () => ({
    name: name.trim(),
    shift_min: Math.round(Number(shift)) || 0,
    ...(hours === null ? {} : { refresh_s: hours * HOUR_S }),
  });
  const address = url.trim();
  const keep = useMutation({
    mutationFn: async () => {
      if (!source) return body(api.POST("/api/v1/guide/sources", { body: { url: address, ...described() } }));
      const change = { ...described(), ...(address === "" ? {} : { url: address }) };
      return body(api.POST("/api/v1/guide/sources/{id}", { params: { path: { id: source.id } }, body: change }));
    },
    onSuccess: () => {
      again();
      close();
    },
  });
  const trial = useMutation({ mutationFn: () => body(api.POST("/api/v1/guide/sources/test", { body: { url: address } })) });
  const failed = keep.error ?? trial.error;
  const problem = failed ? asProblem(failed) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep.mutate();
  };
  const found = trial.data;
  return (
    <Modal title={source ? t.sources.changeTitle : t.sources.add} close={close}>
      <form className="form" onSubmit={submit}>
        <p>{t.sources.addText}</p>
        <Field
          label={source ? t.sources.urlAgain : t.sources.url}
          help={source ? t.sources.urlAgainHelp : undefined}
          error={problem?.fields["url"]}
          type="url"
          required={!source}
          autoComplete="off"
          spellCheck={false}
          placeholder="https://"
          value={url}
          onChange={(event) => {
            setUrl(event.target.value);
            trial.reset();
          }}
        />
        <Field label={t.sources.name} help={t.sources.nameHelp} maxLength={64} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <Field
          label={t.sources.shiftLabel}
          help={t.sources.shiftHelp}
          error={problem?.fields["shift_min"]}
          type="number"
          min={-1440}
          max={1440}
          step={1}
          value={shift}
          onChange={(event) => setShift(event.target.value)}
        />
        <Chips
          legend={t.sources.refresh}
          name="refresh"
          options={[null, ...HOURS, ...(hours !== null && !HOURS.some((one) => one === hours) ? [hours] : [])]}
          chosen={hours}
          choose={setHours}
          words={(one) => (one === null ? t.sources.asAll : t.sources.hours(one))}
        />
        <p role="status" className={found?.fault ? "field-error" : "field-help"}>
          {found && (found.fault || `${t.sources.works(found.offered, found.sure, found.doubtful)} ${found.more ? t.sources.onlyBeginning : ""}`)}
        </p>
        {problem && Object.keys(problem.fields).length === 0 && (
          <p role="alert" className="field-error">
            {problem.message}
          </p>
        )}
        <div className="actions">
          <Button look="main" type="submit" busy={keep.isPending}>
            {source ? t.common.save : t.sources.add}
          </Button>
          <Button disabled={address === ""} busy={trial.isPending} onClick={() => address !== "" && trial.mutate()}>
            {t.sources.test}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}
