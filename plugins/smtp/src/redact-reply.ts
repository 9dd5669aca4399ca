import type { SmtpSettings } from "./settings.ts";

/** Characters of a reply that are kept: enough for what a server says, too little for a message that it quotes. */
const replyLengthMax = 500;

/** The server's words without addresses and credentials. */
export function redactReply(
  reply: string,
  { username, password }: Pick<SmtpSettings, "username" | "password">,
): string {
  const secrets = [password, username].filter((text) => text !== undefined && text.length >= 3);
  const encoded = secrets.map((text) => Buffer.from(text ?? "").toString("base64"));
  let text = reply;
  for (const secret of [...secrets, ...encoded]) text = text.replaceAll(secret ?? "", "[credential]");
  return text
    .replaceAll(/[^\s<>"'(),:;[\]]+@[^\s<>"'(),:;[\]]+/g, "[address]")
    .replaceAll(/[\r\n]+/g, " ")
    .slice(0, replyLengthMax);
}
