import { mkdirSync, writeFileSync } from "node:fs";
import { badArchives, type BadArchive } from "./bad-archives.ts";

// `node packages/marketplace/src/test-support/write-bad-archives.ts` writes the corpus as files.
const folder = new URL("../../../testkit/fixtures/bad-packages/", import.meta.url);

/** Its number keeps apart those whose words are alike. */
export function fileNameOf({ threat, what }: BadArchive): string {
  const words = what
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const number = badArchives.findIndex((one) => one.what === what && one.threat === threat) + 1;
  return `${threat}-${String(number).padStart(2, "0")}-${words}.hilum`;
}

if (import.meta.main) {
  mkdirSync(folder, { recursive: true });
  for (const bad of badArchives) writeFileSync(new URL(fileNameOf(bad), folder), bad.bytes);
}
