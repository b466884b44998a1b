/** Name and password, or the identity provider, if the station has one. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { KeyRound, Smartphone } from "lucide-react";
import { Suspense, lazy, useState, type FormEvent } from "react";
import { resolve } from "../api/base";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { authState, queryClient } from "../api/queries";
import { useText } from "../i18n";
import { Button, Field, RequestId } from "../ui";
import { Frame } from "./Frame";

const PairScreen = lazy(() => import("./PairScreen").then((module) => ({ default: module.PairScreen })));

export function SignInPage() {
  const t = useText();
  const [pairs, setPairs] = useState(false);
  return (
    <Frame>
      <title>{`${t.signIn.title} · Telecast`}</title>
      <h1>{pairs ? t.pairing.title : t.signIn.title}</h1>
      {pairs ? (
        <Suspense fallback={null}>
          <PairScreen back={() => setPairs(false)} />
        </Suspense>
      ) : (
        <>
          <SignInForm />
          <p className="or">
            <Button look="quiet" onClick={() => setPairs(true)}>
              <Smartphone size={18} aria-hidden />
              {t.pairing.withPhone}
            </Button>
          </p>
        </>
      )}
    </Frame>
  );
}

export function SignInForm() {
  const t = useText();
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => body(api.POST("/api/v1/auth/sign-in", { body: { name, password } })),
    onSuccess: async () => {
      await queryClient.fetchQuery({ ...authState, staleTime: 0 });
      await navigate({ to: next ?? "/", replace: true });
    },
  });
  const problem = signIn.error ? asProblem(signIn.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label={t.signIn.name} name="username" autoComplete="username" required value={name} onChange={(e) => setName(e.target.value)} />
      <Field
        label={t.signIn.password}
        type="password"
        name="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      {problem && (
        <div role="alert" className="form-error">
          <p>{problem.status === 401 || problem.status === 403 ? t.signIn.wrong : problem.status === 0 ? t.failure.unreachable : problem.message}</p>
          {problem.status >= 500 && <RequestId id={problem.requestId} />}
        </div>
      )}
      <Button look="main" type="submit" busy={signIn.isPending}>
        {t.signIn.action}
      </Button>
      <Through />
    </form>
  );
}

/** The way through the identity provider: a link, since the browser leaves this page for it. */
function Through() {
  const t = useText();
  const offer = useQuery(authState).data?.oidc;
  if (!offer) return null;
  return (
    <a className="button button-plain" href={resolve(offer.url)}>
      <KeyRound size={18} aria-hidden />
      {t.signIn.through(offer.name ?? null)}
    </a>
  );
}
