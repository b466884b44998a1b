/** Settings: receivers, channels and people for those who run the station; devices, account, appearance and version for everyone. */
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useText } from "../i18n";
import { handleSpatialKey } from "../shell/spatial";
import { mayAdminister, useAccount } from "../shell/station";
import { About } from "./About";
import { AccountSection } from "./Account";
import { Appearance } from "./Appearance";
import { Channels } from "./Channels";
import { Devices } from "./Devices";
import { GuideSettings } from "./guide/GuideSettings";
import { People } from "./People";
import { Receivers } from "./Receivers";

const SECTIONS = ["receivers", "lineup", "guide", "people", "devices", "appearance", "account", "about"] as const;
type Section = (typeof SECTIONS)[number];
/** For those who run the station. */
const ADMIN: ReadonlySet<Section> = new Set<Section>(["receivers", "lineup", "guide", "people"]);

export function SettingsPage() {
  const t = useText();
  const admin = mayAdminister(useAccount());
  const { section } = useParams({ strict: false }) as { section?: string };
  const allowed = SECTIONS.filter((name) => admin || !ADMIN.has(name));
  const current: Section = allowed.find((name) => name === section) ?? allowed[0] ?? "appearance";
  useEffect(() => {
    addEventListener("keydown", handleSpatialKey);
    return () => removeEventListener("keydown", handleSpatialKey);
  }, []);
  return (
    <div className="settings">
      <title>{`${t.settings[current]} · Telecast`}</title>
      <h1>{t.settings.title}</h1>
      <nav className="tabs" aria-label={t.settings.sections}>
        {allowed.map((name) => (
          <Link key={name} to="/settings/$section" params={{ section: name }} className="tab" aria-current={name === current ? "page" : undefined}>
            {t.settings[name]}
          </Link>
        ))}
      </nav>
      <section className="settings-body" aria-label={t.settings[current]}>
        {current === "receivers" && <Receivers />}
        {current === "lineup" && <Channels />}
        {current === "guide" && <GuideSettings />}
        {current === "people" && <People />}
        {current === "devices" && <Devices />}
        {current === "appearance" && <Appearance />}
        {current === "account" && <AccountSection />}
        {current === "about" && <About />}
      </section>
    </div>
  );
}
