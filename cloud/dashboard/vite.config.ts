import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const cloud = process.env["HENWISE_CLOUD"] ?? "http://127.0.0.1:8080";

const SHARED = /node_modules.svelte|src.(api|format|judge|parts|state|words).|src.log.photo|src.flock.forms/;

/** Names every built file in files.json, so that the service worker can keep all pages for a time without a network. */
function filesNamed(): Plugin {
  return {
    name: "files-named",
    enforce: "post",
    generateBundle(_options, bundle) {
      const names = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const source = JSON.stringify(names.sort().map((name) => `/${name}`));
      this.emitFile({ type: "asset", fileName: "files.json", source });
    },
  };
}

/** Puts the tab's icon into the page: as a file it would be asked for before the page's own, and again at each step. */
function iconInside(): Plugin {
  return {
    name: "icon-inside",
    transformIndexHtml(html) {
      const icon = readFileSync("public/icon.svg", "utf8").replace(/\s+/g, " ");
      return html.replace('href="/icon.svg"', `href="data:image/svg+xml,${encodeURIComponent(icon)}"`);
    },
  };
}

/** Puts beside each built file what a browser that knows Brotli is given: an eighth less than gzip, and made once. */
function compressed(): Plugin {
  return {
    name: "compressed",
    writeBundle({ dir = "" }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /^assets.+\.(js|css)$/.test(name))) {
        const file = join(dir, name);
        writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), iconInside(), filesNamed(), compressed()],
  build: {
    // Phones of 2021 and the browsers inside messengers lag behind; CSS is lowered for them as well.
    target: ["chrome96", "safari15", "firefox100"],
    // Everything below assets/ carries a hash in its name, so the cloud may let it be cached for ever.
    assetsDir: "assets",
    assetsInlineLimit: 0,
    // One file of styles: a few kilobytes more at first, and no page waits for a file of its own.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What several pages share comes once, in one file: on a slow line each file costs a round trip.
        codeSplitting: { groups: [{ name: "shared", test: SHARED }] },
      },
    },
    reportCompressedSize: true,
  },
  server: { proxy: { "/api": cloud } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
