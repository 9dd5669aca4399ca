import { createHash } from "node:crypto";

/** The digest by which a manifest is known, `sha256:` and 64 hexadecimal digits, of its canonical text. */
export function manifestDigest(canonical: string): string {
  return `sha256:${createHash("sha256").update(canonical, "utf8").digest("hex")}`;
}
