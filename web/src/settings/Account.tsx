/** Who is signed in here, and the way out. */
import { useMutation } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";
import { signOut } from "../shell/signOut";
import { useAccount } from "../shell/station";
import { Button, Failure } from "../ui";

function roleName(t: Catalogue, role: string): string {
  return Object.hasOwn(t.settings.roles, role) ? t.settings.roles[role as keyof Catalogue["settings"]["roles"]] : role;
}

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
          <dd>{roleName(t, account.role)}</dd>
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
