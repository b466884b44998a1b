/**
 * Where the station lives. `public_url` may carry a path, so every address is resolved against the `<base>` that the
 * server writes into the page.
 */

/** Path of the station without a trailing slash: `""` at the root, `"/tv"` below a path. */
export const basePath = new URL(document.baseURI).pathname.replace(/\/+$/, "");

/** Turns an address from the API (absolute, or a path below the station's own) into one that can be fetched. */
export function resolve(address: string): string {
  return below(basePath, address, document.baseURI);
}

export function below(base: string, address: string, page: string): string {
  const rooted = address.startsWith("/") && !address.startsWith("//") && !address.startsWith(`${base}/`);
  return new URL(rooted ? base + address : address, page).href;
}
