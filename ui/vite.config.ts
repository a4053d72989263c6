import { defineConfig } from "vite";

/** One page, one script, one style sheet, no addresses of anybody else; served by the daemon from ui/dist. */
export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      output: { entryFileNames: "app.js", assetFileNames: "[name][extname]", codeSplitting: false },
    },
  },
});
