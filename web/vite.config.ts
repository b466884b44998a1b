import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** All files below a folder. */
const walk = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(dir, entry.name)) : [join(dir, entry.name)],
  );

/** Writes `.br` and `.gz` beside every text file of the build, so that the server compresses nothing at run time. */
function precompress(): Plugin {
  const text = /\.(?:html|js|css|svg|json|webmanifest|txt)$/;
  const worthwhile = 1024; // bytes; below this the header costs more than is saved
  let outDir = "dist";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    closeBundle() {
      for (const file of walk(outDir)) {
        if (!text.test(file) || statSync(file).size < worthwhile) continue;
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
        );
      }
    },
  };
}

/** The first picture needs the player, the first words the font: the page asks for both while it still parses. */
function preloads(): Plugin {
  return {
    name: "preloads",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const names = Object.keys(bundle ?? {});
        const player = names.find((name) => /\/hls-[^/]+\.js$/.test(name));
        const font = names.find((name) => /-latin-wght-normal-[^/]+\.woff2$/.test(name));
        if (!player || !font) throw new Error("the player's chunk or the font has changed its name");
        return [
          { tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `./${player}` }, injectTo: "head" },
          {
            tag: "link",
            attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `./${font}` },
            injectTo: "head",
          },
        ];
      },
    },
  };
}

const server = process.env["TELECAST_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "./",
  plugins: [react(), preloads(), precompress()],
  build: {
    target: ["chrome111", "firefox115", "safari16.4"],
    // Logos and fonts stay files of their own: they are cached for ever and need no `data:` in the content policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "/play": { target: server },
      "/iptv": { target: server },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
