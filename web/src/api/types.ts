/** Short names for the shapes of the API, read off the generated schema so that they cannot drift from it. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AuthState = Schemas["AuthState"];
export type Account = Schemas["Account"];
export type Bouquet = Schemas["Bouquet"];
export type Channel = Schemas["Channel"];
export type GuideEvent = Schemas["Event"];
export type NowNext = Schemas["NowNext"];
export type Session = Schemas["Session"];
export type Refusal = Schemas["Refusal"];
export type Holder = Schemas["Holder"];
export type Plan = Schemas["Plan"];
export type ClientCapabilities = Schemas["Client"];
export type Receiver = Schemas["Receiver"];
export type NewReceiver = Schemas["NewReceiver"];
export type Findings = Schemas["Findings"];
export type ProblemDocument = Schemas["Problem"];
