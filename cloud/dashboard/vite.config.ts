import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const cloud = process.env["HENWISE_CLOUD"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [svelte()],
  build: {
    // Phones of 2021 and the browsers inside messengers lag behind; CSS is lowered for them as well.
    target: ["chrome96", "safari15", "firefox100"],
    // Everything below assets/ carries a hash in its name, so the cloud may let it be cached for ever.
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { "/api": cloud } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
