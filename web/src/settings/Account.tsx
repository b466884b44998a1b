/** Who is signed in here, and the way out. */
import { useMutation } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { useText } from "../i18n";
import { signOut } from "../shell/signOut";
import { useAccount } from "../shell/station";
import { Button, Failure } from "../ui";

export function AccountSection() {
  const t = useText();
  const account = useAccount();
  const out = useMutation({ mutationFn: signOut });
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
          <dd>{t.settings.roles[account.role]}</dd>
        </div>
      </dl>
      <Button busy={out.isPending} onClick={() => out.mutate()}>
        <LogOut size={18} aria-hidden />
        {t.settings.signOut}
      </Button>
      {out.error && <Failure error={out.error} />}
    </>
  );
}
