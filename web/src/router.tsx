/** Which address shows which page. Watch is in the first chunk; everything else comes when it is asked for. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { basePath } from "./api/base";
import { readPlanAddress } from "./channels/address";
import { readAddress } from "./guide/address";
import { readAddress as readLibrary } from "./library/address";
import { readPlayAddress } from "./play/address";
import { Broken, NotFound } from "./shell/Broken";
import { Shell } from "./shell/Shell";
import { readTalkAddress } from "./talk/address";
import { WatchPage } from "./watch/WatchPage";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken });

// One pathless parent holds both addresses of Watch, so that the page stays where it is when a channel joins the address.
const watch = createRoute({ getParentRoute: () => root, id: "watch", component: WatchPage });
const home = createRoute({ getParentRoute: () => watch, path: "/" });
const channel = createRoute({ getParentRoute: () => watch, path: "/watch/$channel" });

export type WelcomeStep = "owner" | "source" | "found";

const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  validateSearch: ({ step }: Record<string, unknown>): { step?: WelcomeStep } =>
    step === "source" || step === "found" ? { step } : {},
  component: lazyRouteComponent(() => import("./welcome/WelcomePage"), "WelcomePage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  // Only a path of ours is a place to go on to.
  validateSearch: ({ next }: Record<string, unknown>): { next?: string } =>
    typeof next === "string" && /^\/(?!\/)/.test(next) ? { next } : {},
  component: lazyRouteComponent(() => import("./welcome/SignInPage"), "SignInPage"),
});

const guide = createRoute({
  getParentRoute: () => root,
  path: "/guide",
  validateSearch: readAddress,
  component: lazyRouteComponent(() => import("./guide/GuidePage"), "GuidePage"),
});

const library = createRoute({
  getParentRoute: () => root,
  path: "/library",
  validateSearch: readLibrary,
  component: lazyRouteComponent(() => import("./library/LibraryPage"), "LibraryPage"),
});

const item = createRoute({
  getParentRoute: () => root,
  path: "/library/play/$item",
  validateSearch: readPlayAddress,
  component: lazyRouteComponent(() => import("./play/PlayPage"), "ItemPage"),
});
const past = createRoute({
  getParentRoute: () => root,
  path: "/guide/play/$channel/$at",
  component: lazyRouteComponent(() => import("./play/PlayPage"), "PastPage"),
});

const settingsPage = lazyRouteComponent(() => import("./settings/SettingsPage"), "SettingsPage");
const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: settingsPage });
const section = createRoute({ getParentRoute: () => root, path: "/settings/$section", component: settingsPage });

const status = createRoute({
  getParentRoute: () => root,
  path: "/status",
  component: lazyRouteComponent(() => import("./status/StatusPage"), "StatusPage"),
});

const stationsPage = lazyRouteComponent(() => import("./channels/ChannelsPage"), "ChannelsPage");
const stations = createRoute({ getParentRoute: () => root, path: "/channels", component: stationsPage });
const newStation = createRoute({
  getParentRoute: () => root,
  path: "/channels/new",
  component: lazyRouteComponent(() => import("./channels/CreatePage"), "CreatePage"),
});
const ownChannel = createRoute({
  getParentRoute: () => root,
  path: "/channels/$id",
  validateSearch: readPlanAddress,
  component: lazyRouteComponent(() => import("./channels/ChannelPage"), "ChannelPage"),
});

const talkPage = lazyRouteComponent(() => import("./talk/TalkPage"), "TalkPage");
// One pathless parent, so that the list stays where it is when a conversation joins the address.
const talks = createRoute({ getParentRoute: () => root, id: "talks", component: talkPage });
const allTalks = createRoute({ getParentRoute: () => talks, path: "/chat" });
const talk = createRoute({ getParentRoute: () => talks, path: "/chat/$conversation", validateSearch: readTalkAddress });

const pair = createRoute({
  getParentRoute: () => root,
  path: "/pair",
  component: lazyRouteComponent(() => import("./pair/PairPage"), "PairPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    watch.addChildren([home, channel]),
    guide,
    library,
    item,
    past,
    welcome,
    signIn,
    stations,
    newStation,
    ownChannel,
    talks.addChildren([allTalks, talk]),
    pair,
    settings,
    section,
    status,
  ]),
  basepath: basePath || "/",
  defaultPreload: "intent",
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
