// An identity provider for the tests: `oidc-provider`, as others run it. Whoever comes is signed in at once as the person that the test
// has put there, after one click, so that there is a page of another site in between.
import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const CLIENT = "telecast";
const SECRET = "a secret of the tests";

/** The claims of whoever signs in next, by name. `groups` is told beside the token, as this provider does by default. */
export async function startProvider(redirectUri) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const people = new Map();
  let next = "anna";
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [redirectUri] }],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ["a key of the tests"] },
    pkce: { required: () => true },
    ttl: { Session: 600, Grant: 60, Interaction: 600, AccessToken: 60, IdToken: 60 },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, preferred_username: sub, ...people.get(sub) }) }),
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    const url = new URL(request.url, issuer);
    if (!url.pathname.startsWith("/interaction/")) return answer(request, response);
    if (url.searchParams.has("no")) return finish({ error: "access_denied" });
    if (url.searchParams.has("yes")) return void agree();
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Home</title><link rel="icon" href="data:,"><p>Who are you?<p><a href="?yes">I am ${next}</a> <a href="?no">Nobody</a>`);

    function finish(result) {
      return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
    }

    async function agree() {
      const { grantId, params } = await provider.interactionDetails(request, response);
      const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: next, clientId: CLIENT });
      grant.addOIDCScope(params.scope);
      await finish({ login: { accountId: next }, consent: { grantId: await grant.save() } });
    }
  });
  return {
    issuer,
    clientId: CLIENT,
    clientSecret: SECRET,
    /** Whoever signs in from now on. */
    signsIn(name, claims) {
      next = name;
      people.set(name, claims);
    },
    stop: () => server.close(),
  };
}
