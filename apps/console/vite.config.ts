import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { frameFiles } from "./build/frame-files.ts";
import { operationsTable } from "./build/operations-table.ts";

export default defineConfig({
  base: "/admin/ui/",
  plugins: [operationsTable(), frameFiles(), react()],
  // The server replaces the word with the nonce of each answer, so that the policy needs no 'unsafe-inline'.
  html: { cspNonce: "__HILUM_NONCE__" },
  worker: { format: "es" },
  build: {
    target: "es2023",
    // A data: URL would need a wider font-src and img-src.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    manifest: true,
  },
});
