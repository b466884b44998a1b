/**
 * First run: who owns the station, where its picture comes from, what was found. It also opens one-time links, and
 * says why the identity provider let nobody in: what stands behind `#` never reaches a log, and leaves the address before anything else happens.
 */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { authState, queryClient } from "../api/queries";
import { useText } from "../i18n";
import { mayAdminister } from "../shell/station";
import { Failure } from "../ui";
import { Found } from "./Found";
import { Frame } from "./Frame";
import { OwnerForm } from "./OwnerForm";
import { SignInForm } from "./SignInPage";
import { SourceForm } from "./SourceForm";

interface Fragment {
  readonly link: string | null;
  readonly setup: string | null;
  readonly oidc: string | null;
}

function readFragment(): Fragment {
  const fragment = new URLSearchParams(location.hash.slice(1));
  return { link: fragment.get("link"), setup: fragment.get("setup"), oidc: fragment.get("oidc") };
}

/** `#link=…`, `#setup=…` and `#oidc=…`, also when one is pasted into the address of this page; the address is cleaned at once. */
function useFragment(): Fragment {
  const [fragment, setFragment] = useState(readFragment);
  useEffect(() => {
    const clean = () => history.replaceState(history.state, "", location.pathname + location.search);
    const onChange = () => {
      if (!location.hash) return;
      setFragment(readFragment());
      clean();
    };
    if (location.hash) clean();
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return fragment;
}

export function WelcomePage() {
  const t = useText();
  const { link, setup, oidc } = useFragment();
  if (link !== null) return <OpenLink key={link} code={link} />;
  if (oidc !== null) return <NotThrough code={oidc} />;
  return (
    <Frame wide>
      <title>{`${t.welcome.title} · Telecast`}</title>
      <Steps setup={setup} />
    </Frame>
  );
}

function OpenLink({ code }: { readonly code: string }) {
  const t = useText();
  const navigate = useNavigate();
  const open = useMutation({
    mutationFn: () => body(api.POST("/api/v1/auth/link", { body: { code } })),
    onSuccess: async () => {
      await queryClient.fetchQuery({ ...authState, staleTime: 0 });
      await navigate({ to: "/", replace: true });
    },
  });
  const { mutate } = open;
  const sent = useRef(false);
  useEffect(() => {
    if (sent.current) return; // a link works once, and React may run this twice
    sent.current = true;
    mutate();
  }, [mutate]);
  const problem = open.error ? asProblem(open.error) : null;
  return (
    <Frame>
      <h1>{t.signIn.title}</h1>
      {!problem && <p role="status">{t.signIn.withLink}…</p>}
      {problem?.transient && <Failure error={problem} retry={() => open.mutate()} />}
      {problem && !problem.transient && (
        <>
          <p role="alert" className="form-error">
            {t.signIn.linkUsed}
          </p>
          <SignInForm />
        </>
      )}
    </Frame>
  );
}

/** The identity provider has sent somebody back who was not signed in. */
function NotThrough({ code }: { readonly code: string }) {
  const t = useText();
  const words: Readonly<Record<string, string>> = t.signIn.notThrough;
  return (
    <Frame>
      <title>{`${t.signIn.title} · Telecast`}</title>
      <h1>{t.signIn.title}</h1>
      <p role="alert" className="form-error">
        {words[code] ?? t.signIn.notThrough.failed}
      </p>
      <SignInForm />
    </Frame>
  );
}

/** Each step's heading takes the focus when it appears, so that a screen reader says where one is. */
function focusOnce(heading: HTMLHeadingElement | null): void {
  heading?.focus();
}

function Steps({ setup }: { readonly setup: string | null }) {
  const t = useText();
  const navigate = useNavigate();
  const { step } = useSearch({ strict: false }) as { step?: "source" | "found" };
  const { data, error, refetch } = useQuery(authState);
  const account = data?.account ?? null;
  const shown = !data ? null : !data.owner_exists ? "owner" : (step ?? "source");
  const signedOut = data?.owner_exists === true && account === null;
  const outsider = account !== null && !mayAdminister(account);
  useEffect(() => {
    if (signedOut) void navigate({ to: "/sign-in", replace: true });
    else if (outsider) void navigate({ to: "/", replace: true });
  }, [signedOut, outsider, navigate]);

  if (error && !data) return <Failure error={error} retry={() => void refetch()} wholePage />;
  if (shown === null || signedOut || outsider) return null;
  const at = { owner: 0, source: 1, found: 2 }[shown];
  const titles = [t.welcome.owner.title, t.welcome.source.title, t.welcome.found.title];
  return (
    <>
      <ol className="steps" aria-label={t.welcome.step(at + 1, 3)}>
        {t.welcome.steps.map((name, index) => (
          <li key={name} data-done={index < at || undefined} aria-current={index === at ? "step" : undefined}>
            {name}
          </li>
        ))}
      </ol>
      <h1 key={shown} ref={focusOnce} tabIndex={-1}>
        {titles[at]}
      </h1>
      {shown === "owner" && <OwnerForm key={setup} setup={setup} done={() => void navigate({ to: "/welcome", search: { step: "source" } })} />}
      {shown === "source" && <SourceForm done={() => void navigate({ to: "/welcome", search: { step: "found" } })} />}
      {shown === "found" && <Found />}
    </>
  );
}
