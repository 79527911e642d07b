// How the page is built and served while it is being worked on.
//
// Out: `dist/`, which the aggregator embeds and serves under /mizu. Everything the page loads comes from there: no
// other host, no inline script, so that the aggregator's content security policy can forbid both.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The aggregator to talk to in `npm run dev`. A `mizu demo` or `mizu tap --local` prints its address.
const aggregator = process.env.MIZU_AGGREGATOR ?? "http://localhost:8899";

export default defineConfig({
  base: "/mizu/",
  plugins: [react()],
  build: {
    target: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { "/api": { target: aggregator, ws: true, changeOrigin: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
