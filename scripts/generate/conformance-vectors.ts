import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Generator } from "./generate-files.ts";

/** What the host and the Node SDK make of many inputs, for every other implementation to be measured by. */
export const conformanceVectors: Generator = {
  name: "conformance vectors",
  generate: async (root) => {
    const out = mkdtempSync(join(tmpdir(), "hilum-vectors-"));
    try {
      await promisify(execFile)(process.execPath, [join(root, "conformance/src/vectors/main.ts"), out]);
      return readdirSync(out).map((name) => ({
        path: `conformance/vectors/${name}`,
        content: readFileSync(join(out, name), "utf8"),
      }));
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  },
};
