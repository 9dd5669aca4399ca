import { staleFiles } from "../generate/generate-files.ts";
import type { Check } from "./check.ts";

export const generated: Check = {
  name: "generated",
  promise: "generated files are what `npm run generate` writes",
  run: async (root) => {
    // The generators load the contract; when it does not load, the other checks must run all the same.
    const { generators } = await import("../generate/generators.ts");
    return { faults: await staleFiles(root, generators), notes: [] };
  },
};
