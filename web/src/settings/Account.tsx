/** One's own account: who is signed in here and elsewhere, the password, API tokens, and the way out. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { LogOut, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { queryClient, signIns, tokens } from "../api/queries";
import type { Token } from "../api/types";
import { useLanguage, useText } from "../i18n";
import { date, dateTime } from "../i18n/format";
import { signOut } from "../shell/signOut";
import { useAccount } from "../shell/station";
import { Button, Failure, Field, IconButton } from "../ui";
import { Chips } from "../ui/Chips";
import { Modal } from "../ui/Modal";
import { CopyLine } from "./CopyLine";
import { RemoveDialog } from "./RemoveDialog";
import { browserName } from "./browserName";
import { roleName } from "./roles";

const DAYS = [30, 90, 365] as const;

export function AccountSection() {
  const t = useText();
  const account = useAccount();
  const out = useMutation({ mutationFn: signOut });
  const [changing, setChanging] = useState(false);
  if (!account) return null;
  return (
    <>
      <dl className="pairs">
        <div>
          <dt>{t.settings.signedInAs}</dt>
          <dd>{account.name}</dd>
        </div>
        <div>
          <dt>{t.settings.role}</dt>
          <dd>{roleName(t, account.role)}</dd>
        </div>
      </dl>
      <div className="actions">
        <Button busy={out.isPending} onClick={() => out.mutate()}>
          <LogOut size={18} aria-hidden />
          {t.settings.signOut}
        </Button>
        <Button onClick={() => setChanging(true)}>{t.settings.changePassword}</Button>
      </div>
      {out.error && <Failure error={out.error} />}
      {changing && <PasswordDialog close={() => setChanging(false)} />}
      <SignIns />
      <Tokens scopes={account.scopes} />
    </>
  );
}

function PasswordDialog({ close }: { readonly close: () => void }) {
  const t = useText();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => api.POST("/api/v1/account/password", { body: { new: next, ...(current === "" ? {} : { current }) } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: signIns.queryKey });
      close();
    },
  });
  const problem = change.error ? asProblem(change.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const named = problem && (problem.fields["current"] ?? problem.fields["new"]);
  return (
    <Modal title={t.settings.changePassword} close={close}>
      <form className="form" onSubmit={submit}>
        <Field
          label={t.settings.currentPassword}
          help={t.settings.currentPasswordHelp}
          error={problem?.fields["current"] && problem.message}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <Field
          label={t.settings.newPassword}
          help={t.welcome.owner.passwordHelp}
          error={problem?.fields["new"]}
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <p className="field-help">{t.settings.passwordText}</p>
        {problem && !named && (
          <p role="alert" className="field-error">
            {problem.message}
          </p>
        )}
        <div className="actions">
          <Button look="main" type="submit" busy={change.isPending}>
            {t.settings.changePassword}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}

function SignIns() {
  const t = useText();
  const locale = useLanguage();
  const { data, error, refetch } = useQuery(signIns);
  const end = useMutation({
    mutationFn: (id: string) => api.DELETE("/api/v1/account/sign-ins/{id}", { params: { path: { id } } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: signIns.queryKey }),
  });
  return (
    <section className="part" aria-label={t.settings.signIns}>
      <h2>{t.settings.signIns}</h2>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      <ul className="rows">
        {data?.items.map((one) => (
          <li key={one.id} className="row">
            <div className="row-words">
              <p className="row-name">{browserName(one.label) ?? t.settings.someBrowser}</p>
              <p className="row-detail">
                {one.is_this ? t.settings.thisBrowser : t.settings.lastUsed(dateTime(one.last_seen_ms, locale))}
              </p>
            </div>
            {!one.is_this && (
              <Button look="quiet" busy={end.isPending && end.variables === one.id} onClick={() => end.mutate(one.id)}>
                {t.settings.signOut}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {end.error && <Failure error={end.error} />}
    </section>
  );
}

function Tokens({ scopes }: { readonly scopes: readonly string[] }) {
  const t = useText();
  const locale = useLanguage();
  const { data, error, refetch } = useQuery(tokens);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <section className="part" aria-label={t.settings.tokens}>
      <h2>{t.settings.tokens}</h2>
      <p className="lead">{t.settings.tokensText}</p>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      <ul className="rows">
        {data?.items.map((token) => (
          <li key={token.id} className="row">
            <div className="row-words">
              <p className="row-name">{token.name}</p>
              <p className="row-detail">
                {token.scopes.join(", ")}
                {" · "}
                {token.expires_ms ? t.settings.until(date(token.expires_ms, locale)) : t.settings.forEver}
                {" · "}
                {token.last_used_ms ? t.settings.lastUsed(dateTime(token.last_used_ms, locale)) : t.settings.neverUsed}
              </p>
            </div>
            <IconButton label={`${t.common.remove}: ${token.name}`} onClick={() => setRevoking(token)}>
              <Trash2 aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      <Button onClick={() => setMaking(true)}>{t.settings.newToken}</Button>
      {making && <TokenDialog scopes={scopes} close={() => setMaking(false)} />}
      {revoking && (
        <RemoveDialog
          name={revoking.name}
          text={t.settings.revokeText}
          remove={() => api.DELETE("/api/v1/account/tokens/{id}", { params: { path: { id: revoking.id } } })}
          removed={() => queryClient.invalidateQueries({ queryKey: tokens.queryKey })}
          close={() => setRevoking(null)}
        />
      )}
    </section>
  );
}

function TokenDialog({ scopes, close }: { readonly scopes: readonly string[]; readonly close: () => void }) {
  const t = useText();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>(["watch"]);
  const [days, setDays] = useState<number | null>(90);
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/account/tokens", {
          body: { name: name.trim(), scopes: [...chosen], ...(days === null ? {} : { expires_days: days }) },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: tokens.queryKey }),
  });
  const problem = make.error ? asProblem(make.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    return (
      <Modal title={t.settings.newToken} close={close}>
        <p>{t.settings.tokenOnce}</p>
        <CopyLine text={make.data.token} />
        <div className="actions">
          <Button look="main" onClick={close}>
            {t.common.close}
          </Button>
        </div>
      </Modal>
    );
  }
  return (
    <Modal title={t.settings.newToken} close={close}>
      <form className="form" onSubmit={submit}>
        <Field
          label={t.settings.tokenName}
          help={t.settings.tokenNameHelp}
          error={problem?.fields["name"]}
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className="choice">
          <legend>{t.settings.tokenScopes}</legend>
          <div className="choice-options">
            {scopes.map((scope) => (
              <label key={scope} className="chip">
                <input
                  type="checkbox"
                  checked={chosen.includes(scope)}
                  onChange={(event) =>
                    setChosen(event.target.checked ? [...chosen, scope] : chosen.filter((other) => other !== scope))
                  }
                />
                <span>{scope}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <Chips
          legend={t.settings.tokenDays}
          name="days"
          options={[...DAYS, null]}
          chosen={days}
          choose={setDays}
          words={(one) => (one === null ? t.settings.forEver : t.settings.days(one))}
        />
        {problem && !problem.fields["name"] && (
          <p role="alert" className="field-error">
            {problem.message}
          </p>
        )}
        <div className="actions">
          <Button look="main" type="submit" busy={make.isPending} disabled={chosen.length === 0}>
            {t.settings.makeToken}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}
