/** On the television: a code to be typed on a phone, or a picture of its address for the phone's camera. Signs in when somebody has approved it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, body } from "../api/client";
import { asProblem } from "../api/problem";
import { authState, queryClient } from "../api/queries";
import { useText } from "../i18n";
import { Button, Failure } from "../ui";
import { QrCode } from "../ui/QrCode";

export function PairScreen({ back }: { readonly back: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const ask = useMutation({ mutationFn: () => body(api.POST("/api/v1/auth/pairing")) });
  const { mutate, data: pairing } = ask;
  useEffect(() => mutate(), [mutate]);
  const poll = useQuery({
    queryKey: ["pairing", pairing?.code],
    queryFn: () => body(api.POST("/api/v1/auth/pairing/poll", { body: { secret: pairing?.secret ?? "" } })),
    enabled: pairing !== undefined,
    refetchInterval: (query) => (query.state.error && !asProblem(query.state.error).transient ? false : (pairing?.interval_s ?? 2) * 1000),
    refetchIntervalInBackground: true,
    gcTime: 0,
  });
  const account = poll.data?.account ?? null;
  useEffect(() => {
    if (!account) return;
    void queryClient.fetchQuery({ ...authState, staleTime: 0 }).then(() => navigate({ to: "/", replace: true }));
  }, [account, navigate]);

  const over = poll.error !== null && !asProblem(poll.error).transient;
  const address = pairing ? `${location.origin}${pairing.path}` : "";
  return (
    <section className="pairing" aria-label={t.pairing.title}>
      {ask.error && <Failure error={ask.error} retry={() => mutate()} />}
      {over && (
        <p role="alert" className="form-error">
          {t.pairing.over}
        </p>
      )}
      {pairing && !over && (
        <>
          <ol className="pairing-steps">
            <li>{t.pairing.open(`${location.host}${pairing.path.split("#")[0]}`)}</li>
            <li>{t.pairing.type}</li>
          </ol>
          <p className="pairing-code" aria-label={t.pairing.code}>
            {pairing.code}
          </p>
          <QrCode text={address} label={t.pairing.picture} />
          <p role="status" className="field-help">
            {t.pairing.waits}
          </p>
        </>
      )}
      <div className="actions">
        {over && (
          <Button look="main" onClick={() => mutate()}>
            {t.pairing.again}
          </Button>
        )}
        <Button onClick={back}>{t.pairing.back}</Button>
      </div>
    </section>
  );
}
