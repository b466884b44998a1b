/** Roles as people read them. */
import { useId } from "react";
import { useText } from "../i18n";
import type { Catalogue } from "../i18n/catalogue";
import { useAccount } from "../shell/station";

export function roleName(t: Catalogue, role: string): string {
  return Object.hasOwn(t.settings.roles, role) ? t.settings.roles[role as keyof Catalogue["settings"]["roles"]] : role;
}

/** Roles that an account of `role` may give; the station refuses the others anyway. */
function given(role: string | undefined): readonly string[] {
  const below = ["viewer", "child", "programmer", "agent"];
  return role === "owner" ? [...below, "admin"] : below;
}

interface RoleSelectProps {
  readonly label: string;
  readonly value: string;
  readonly choose: (role: string) => void;
  /** With its label above it. */
  readonly shown?: boolean;
}

export function RoleSelect({ label, value, choose, shown = false }: RoleSelectProps) {
  const t = useText();
  const id = useId();
  const account = useAccount();
  const select = (
    <select
      id={id}
      className="select"
      aria-label={shown ? undefined : label}
      value={value}
      onChange={(event) => choose(event.target.value)}
    >
      {given(account?.role).map((role) => (
        <option key={role} value={role}>
          {roleName(t, role)}
        </option>
      ))}
    </select>
  );
  if (!shown) return select;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {select}
    </div>
  );
}
