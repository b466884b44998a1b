/** The one door to the API. Typed by the generated schema; every failure arrives as a `Problem`. */
import createClient from "openapi-fetch";
import { basePath } from "./base";
import { Problem } from "./problem";
import type { paths } from "./schema";

export const api = createClient<paths>({ baseUrl: basePath, credentials: "same-origin" });

/** Called when the server says that nobody is signed in; the shell sends the person to the sign-in page. */
let onSignedOut: () => void = () => undefined;

export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

api.use({
  async onResponse({ response, schemaPath }) {
    if (response.ok) return;
    if (response.status === 401 && !schemaPath.includes("/auth/")) onSignedOut();
    throw await Problem.fromResponse(response);
  },
  onError({ error }) {
    return error instanceof Problem ? error : Problem.unreachable(error);
  },
});

/** The body of a call that has one. Failures were thrown by the middleware above. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Problem({ code: "empty_reply", title: "Empty reply" }, 200, null);
  return data;
}

/**
 * A fresh id of 128 random bits. `crypto.randomUUID` does not exist on plain HTTP away from localhost;
 * `getRandomValues` does.
 */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
