// Generates src/api/schema.d.ts from the OpenAPI document that the server's tests keep fresh.
// With --check it writes nothing and fails when the committed file is stale. TELECAST_OPENAPI names another document.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const document = process.env.TELECAST_OPENAPI
  ? new URL(process.env.TELECAST_OPENAPI, `file://${process.cwd()}/`)
  : new URL("../../docs/reference/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);

const banner = "// Generated from docs/reference/openapi.json by `npm run api`. Do not edit.\n\n";
const ast = await openapiTS(JSON.parse(readFileSync(document, "utf8")), { alphabetize: true, defaultNonNullable: false });
const wanted = banner + astToString(ast);

if (process.argv.includes("--check")) {
  let present = "";
  try {
    present = readFileSync(target, "utf8");
  } catch {
    // A missing file is a stale one.
  }
  if (present !== wanted) {
    console.error(`${fileURLToPath(target)} is stale: run \`npm run api\` in web/ and commit the result.`);
    process.exit(1);
  }
} else {
  writeFileSync(target, wanted);
}
