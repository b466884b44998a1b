/** Where channels come from, tested before it is taken; or the simulated receiver. */
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, body, freshId } from "../api/client";
import { queryClient } from "../api/queries";
import type { Findings, NewReceiver } from "../api/types";
import { useText } from "../i18n";
import { Button, Failure, Field } from "../ui";
import { Chips } from "../ui/Chips";

export function SourceForm({ done }: { readonly done: () => void }) {
  const t = useText();
  const text = t.welcome.source;
  const [form, setForm] = useState<Form>({ kind: "enigma2", url: "", name: text.kinds.enigma2.nameDefault, username: "", password: "", streamPort: "", tuners: "" });
  const words = text.kinds[form.kind];
  const choose = (kind: Kind) => {
    // A name that nobody has changed is that of the kind.
    setForm({ ...form, kind, name: form.name === words.nameDefault ? text.kinds[kind].nameDefault : form.name });
    test.reset();
  };
  const change = (field: keyof typeof form) => (event: { target: { value: string } }) => {
    setForm({ ...form, [field]: event.target.value });
    test.reset();
  };
  const onAdded = async () => {
    await queryClient.invalidateQueries();
    done();
  };
  const test = useMutation({ mutationFn: () => body(api.POST("/api/v1/receivers/test", { body: asReceiver(form) })) });
  const add = useMutation({
    mutationFn: () => body(api.POST("/api/v1/receivers", { body: asReceiver(form), ...idempotent() })),
    onSuccess: onAdded,
  });
  const simulate = useMutation({
    mutationFn: () => body(api.POST("/api/v1/receivers/simulated", idempotent())),
    onSuccess: onAdded,
  });
  const works = test.data?.state === "ok";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (works) add.mutate();
    else test.mutate();
  };
  return (
    <>
      <form className="form" onSubmit={submit}>
        <Chips legend={text.what} name="kind" options={KINDS} chosen={form.kind} choose={choose} words={(kind) => text.kinds[kind].title} />
        <p>{words.text}</p>
        <Field
          label={words.address}
          help={words.addressHelp}
          name="url"
          type="text"
          inputMode="url"
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          required
          value={form.url}
          onChange={change("url")}
        />
        <div className="form-pair">
          <Field label={text.username} help={text.optional} name="receiver-user" autoComplete="off" value={form.username} onChange={change("username")} />
          <Field label={text.password} type="password" name="receiver-password" autoComplete="off" value={form.password} onChange={change("password")} />
        </div>
        <details>
          <summary>{text.more}</summary>
          <Field label={text.name} name="name" required maxLength={64} value={form.name} onChange={change("name")} />
          <div className="form-pair">
            {form.kind === "enigma2" && (
              <Field label={text.streamPort} name="stream_port" inputMode="numeric" pattern="[0-9]{1,5}" placeholder="8001" value={form.streamPort} onChange={change("streamPort")} />
            )}
            <Field label={words.tuners} help={words.tunersHelp} name="tuners" inputMode="numeric" pattern="[0-9]{1,3}" value={form.tuners} onChange={change("tuners")} />
          </div>
        </details>
        <div aria-live="polite">{test.data && <FindingsNote findings={test.data} />}</div>
        {(test.error || add.error) && <Failure error={test.error ?? add.error} />}
        <div className="actions">
          {works ? (
            <Button look="main" type="submit" busy={add.isPending}>
              {add.isPending ? text.adding : text.add}
            </Button>
          ) : (
            <Button look="main" type="submit" busy={test.isPending}>
              {test.isPending ? text.testing : text.test}
            </Button>
          )}
          <Link to="/" className="button button-quiet">
            {text.skip}
          </Link>
        </div>
      </form>
      <section className="simulated">
        <h2>{text.films}</h2>
        <p>{text.filmsText}</p>
        <Link to="/library" search={{ part: "folders" }} className="button button-plain">
          {text.filmsAction}
        </Link>
      </section>
      <section className="simulated">
        <h2>{text.simulated}</h2>
        <p>{text.simulatedText}</p>
        <Button busy={simulate.isPending} onClick={() => simulate.mutate()}>
          {text.simulatedAction}
        </Button>
        {simulate.error && <Failure error={simulate.error} />}
      </section>
    </>
  );
}

function idempotent() {
  return { headers: { "Idempotency-Key": freshId() } };
}

type Kind = NonNullable<NewReceiver["kind"]>;
const KINDS: readonly Kind[] = ["enigma2", "m3u", "hdhomerun"];

type Form = Readonly<Record<"url" | "name" | "username" | "password" | "streamPort" | "tuners", string> & { kind: Kind }>;

/** The form as the API wants it: an address with its scheme, and nothing for what was left empty. */
export function asReceiver(form: Form): NewReceiver {
  const address = form.url.trim();
  const port = form.streamPort.trim();
  const tuners = form.tuners.trim();
  return {
    kind: form.kind,
    name: form.name.trim(),
    url: /^https?:\/\//i.test(address) ? address : `http://${address}`,
    ...(form.username.trim() === "" ? {} : { username: form.username.trim() }),
    ...(form.password === "" ? {} : { password: form.password }),
    ...(port === "" || form.kind !== "enigma2" ? {} : { stream_port: Number(port) }),
    ...(tuners === "" ? {} : { tuners: Number(tuners) }),
  };
}

export function FindingsNote({ findings }: { readonly findings: Findings }) {
  const t = useText();
  const works = findings.state === "ok";
  const Icon = works ? CircleCheck : CircleAlert;
  const facts = [
    findings.model,
    findings.tuners ? t.welcome.found.tuners(findings.tuners) : null,
    findings.channels > 0 ? t.watch.count(findings.channels) : null,
  ].filter((fact) => fact !== null && fact !== undefined);
  return (
    <div className="findings" data-works={works || undefined}>
      <Icon size={20} aria-hidden />
      <div>
        <p>
          <b>{t.receiver.state[findings.state]}</b>
          {works && facts.length > 0 && <> · {facts.join(" · ")}</>}
        </p>
        {!works && <p>{t.receiver.advice[findings.state] || findings.message}</p>}
        {!works && findings.message && <p className="findings-detail">{findings.message}</p>}
      </div>
    </div>
  );
}
