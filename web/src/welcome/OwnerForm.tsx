/** Takes ownership with the setup code that was printed at start. Being on the same machine is no substitute for it. */
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { authState, queryClient } from "../api/queries";
import { useText } from "../i18n";
import { Button, Field, RequestId } from "../ui";

const SHORTEST_PASSWORD = 10;

export function OwnerForm({ setup, done }: { readonly setup: string | null; readonly done: () => void }) {
  const t = useText();
  const [code, setCode] = useState(setup ?? "");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const take = useMutation({
    mutationFn: () => body(api.POST("/api/v1/auth/setup", { body: { code: code.trim(), name: name.trim(), password } })),
    onSuccess: async () => {
      await queryClient.fetchQuery({ ...authState, staleTime: 0 });
      done();
    },
  });
  const problem = take.error ? asProblem(take.error) : null;
  const fields = problem?.fields ?? {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <form className="form" onSubmit={submit}>
      <p>{t.welcome.owner.text}</p>
      <Field
        label={t.welcome.owner.code}
        help={setup ? undefined : t.welcome.owner.codeHelp}
        error={fields["code"]}
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="off"
        spellCheck={false}
        required
        value={code}
        onChange={(e) => setCode(e.target.value)}
      />
      <Field
        label={t.welcome.owner.name}
        error={fields["name"]}
        name="username"
        autoComplete="username"
        required
        maxLength={64}
        value={name}
        onChange={(e) => setName(e.target.value)}
      />
      <Field
        label={t.welcome.owner.password}
        help={t.welcome.owner.passwordHelp}
        error={fields["password"]}
        type="password"
        name="password"
        autoComplete="new-password"
        required
        minLength={SHORTEST_PASSWORD}
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      {problem && (
        <div role="alert" className="form-error">
          <p>{problem.status === 0 ? t.failure.unreachable : problem.message}</p>
          {problem.status >= 500 && <RequestId id={problem.requestId} />}
        </div>
      )}
      <Button look="main" type="submit" busy={take.isPending}>
        {t.welcome.owner.action}
      </Button>
    </form>
  );
}
