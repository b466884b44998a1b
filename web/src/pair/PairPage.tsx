/** On the phone: the code that a television shows, what waits there, and the word that lets it in. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { useLanguage, useText } from "../i18n";
import { dateTime } from "../i18n/format";
import { browserName } from "../settings/browserName";
import { Button, Field } from "../ui";

/** What stood behind `#code=`; it leaves the address at once. */
function fromAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
}

export function PairPage() {
  const t = useText();
  const locale = useLanguage();
  const [code, setCode] = useState(fromAddress);
  const look = useMutation({ mutationFn: () => body(api.POST("/api/v1/account/device", { body: { code } })) });
  const approve = useMutation({ mutationFn: () => body(api.POST("/api/v1/account/device", { body: { code, approve: true } })) });
  const { reset: forget } = look;
  const { reset: again } = approve;
  useEffect(() => {
    const clean = () => history.replaceState(history.state, "", location.pathname);
    const onChange = () => {
      if (!location.hash) return;
      setCode(fromAddress());
      forget();
      again();
      clean();
    };
    if (location.hash) clean();
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, [forget, again]);
  const problem = look.error ?? approve.error;
  const device = look.data;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    approve.reset();
    look.mutate();
  };
  return (
    <div className="settings">
      <title>{`${t.pairing.title} · Telecast`}</title>
      <h1>{t.pairing.title}</h1>
      <section className="settings-body" aria-label={t.pairing.title}>
      {approve.data ? (
        <p role="status" className="lead">
          {t.pairing.done}
        </p>
      ) : device && !problem ? (
        <>
          <p className="lead">{t.pairing.ask}</p>
          <dl className="pairs">
            <div>
              <dt>{t.pairing.device}</dt>
              <dd>{browserName(device.label) ?? t.settings.someBrowser}</dd>
            </div>
            <div>
              <dt>{t.pairing.address}</dt>
              <dd>{device.address}</dd>
            </div>
            <div>
              <dt>{t.pairing.since}</dt>
              <dd>{dateTime(device.created_ms, locale)}</dd>
            </div>
          </dl>
          <p className="field-help">{t.pairing.warning}</p>
          <div className="actions">
            <Button look="main" busy={approve.isPending} onClick={() => approve.mutate()} autoFocus>
              {t.pairing.approve}
            </Button>
            <Button onClick={() => look.reset()}>{t.common.cancel}</Button>
          </div>
        </>
      ) : (
        <form className="form" onSubmit={submit}>
          <p className="lead">{t.pairing.lead}</p>
          <Field
            label={t.pairing.code}
            required
            autoFocus
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={20}
            value={code}
            error={problem ? (asProblem(problem).status === 404 ? t.pairing.none : asProblem(problem).message) : undefined}
            onChange={(event) => setCode(event.target.value)}
          />
          <Button look="main" type="submit" busy={look.isPending}>
            {t.pairing.next}
          </Button>
        </form>
      )}
      </section>
    </div>
  );
}
