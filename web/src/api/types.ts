/** Short names for the shapes of the API, read off the generated schema so that they cannot drift from it. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AuthState = Schemas["AuthState"];
export type Account = Schemas["SignedIn"];
export type Bouquet = Schemas["Bouquet"];
export type Channel = Schemas["Channel"];
export type GuideEvent = Schemas["Event"];
export type NowNext = Schemas["NowNext"];
export type Session = Schemas["SessionView"];
export type Refusal = Schemas["ReasonView"];
export type Holder = Schemas["HolderView"];
export type Plan = Schemas["PlanView"];
export type ClientCapabilities = Schemas["ClientView"];
export type PlayerFacts = Schemas["PlayerFacts"];
export type Status = Schemas["StatusView"];
export type ReceiverStatus = Schemas["ReceiverStatus"];
export type TapeStatus = Schemas["TapeStatus"];
export type SessionStatus = Schemas["SessionStatus"];
export type BudgetStatus = Schemas["BudgetStatus"];
export type CodingStatus = Schemas["CodingStatus"];
export type EncoderStatus = Schemas["EncoderStatus"];
export type TranscoderStatus = Schemas["TranscoderStatus"];
export type DiskStatus = Schemas["DiskStatus"];
export type Receiver = Schemas["ReceiverView"];
export type NewReceiver = Schemas["NewReceiver"];
export type OwnLineup = Schemas["OwnLineup"];
export type OwnChannel = Schemas["OwnChannel"];
export type ChannelWish = Schemas["ChannelWish"];
export type LineupChange = Schemas["LineupChange"];
/** What a test of a receiver finds: the receiver as it would be, were it added. */
export type Findings = Pick<Receiver, "state" | "message" | "model" | "tuners" | "channels">;
export type Person = Schemas["Person"];
export type ChildProfile = Schemas["ChildProfile"];
export type Token = Schemas["TokenView"];
export type Player = Schemas["PlayerView"];
export type SavedSearch = Schemas["SearchView"];
export type SearchWords = Schemas["SearchWords"];
export type ProblemDocument = Schemas["ProblemDocument"];
