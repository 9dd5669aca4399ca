import type { Evidence } from "@hilum/contract/api";
import { redact } from "@hilum/host";

const texts = ["title", "detail", "expected", "actual", "fix", "reply"] as const;
const lengthMin = 4;
const mark = "[redacted]";

/** Rows without the secrets that the host knows, in any spelling that a provider may repeat; replies without people's addresses. */
export function redactRows(rows: readonly Evidence[], secrets: readonly string[]): Evidence[] {
  const spellings = spellingsOf(secrets);
  return rows.map((row) => {
    const clean = { ...row };
    for (const name of texts) {
      const text = clean[name];
      if (text !== undefined) clean[name] = redactText(text, spellings);
    }
    if (clean.reply !== undefined) clean.reply = redact(clean.reply);
    return clean;
  });
}

/** One text without the spellings of secrets. */
export function redactText(text: string, spellings: readonly string[]): string {
  return spellings.reduce((shown, spelling) => shown.replaceAll(spelling, mark), text);
}

/** How a secret may stand in an answer: as it is, in JSON, in a form, as base64. The longest first. */
export function spellingsOf(secrets: readonly string[]): string[] {
  const spelled = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret, "utf8").toString("base64"),
    Buffer.from(secret, "utf8").toString("base64url"),
  ]);
  return [...new Set(spelled)].filter(({ length }) => length >= lengthMin).toSorted((a, b) => b.length - a.length);
}
