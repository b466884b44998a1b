/**
 * Where the station lives. `public_url` may carry a path, so every address is resolved against the `<base>` that the
 * server writes into the page.
 */

/** Path of the station without a trailing slash: `""` at the root, `"/tv"` below a path. */
export const basePath = new URL(document.baseURI).pathname.replace(/\/+$/, "");

/** Turns an address from the API (absolute, or a path) into one that can be fetched. */
export function resolve(address: string): string {
  return new URL(address, document.baseURI).href;
}
