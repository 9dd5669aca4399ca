import type { Problem } from "@hilum/contract";
import type { ArchiveFile } from "../archive/write-archive.ts";

const sources = /\.(m?[jt]sx?|cjs|py|json|md|css|html?|txt|ya?ml|toml)$/i;

/**
 * Letters that nobody sees and that change what is read: zero width, bidirectional controls, tags and the variation selectors that
 * carry bytes (threat 129; Unicode TR36, CVE-2021-42574). A byte-order mark at the very beginning is let be, and so is the
 * selector that makes a sign an emoji.
 */
const hidden =
  // oxlint-disable-next-line no-misleading-character-class
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\u3164\uFEFF\uFFA0\uFE00-\uFE0E]|[\u{E0000}-\u{E01EF}]/u;

/** The first hidden letter of a text file, by line and column. */
export function findHiddenText({ path, bytes }: ArchiveFile): Problem[] {
  if (!sources.test(path)) return [];
  const text = Buffer.from(bytes)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  const at = hidden.exec(text);
  if (at === null) return [];
  const before = text.slice(0, at.index).split("\n");
  const code = (at[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return [
    {
      pointer: `/${path}`,
      message: `${path}, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: a letter that nobody sees (U+${code})`,
      fix: "Write it as an escape, or take it out.",
    },
  ];
}
