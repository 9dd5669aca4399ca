import { isE164, isEmailAddress } from "@hilum/contract/fhir";
import type { Channel } from "@hilum/contract/api";

export const splitRecipients = (text: string): string[] =>
  text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** What is wrong with a list of recipients, naming the first that is; undefined where nothing is. */
export function recipientsFault(channel: Channel, text: string, required: boolean): string | undefined {
  const list = splitRecipients(text);
  if (list.length === 0)
    return required
      ? channel === "email"
        ? "Name at least one e-mail address."
        : "Name at least one number."
      : undefined;
  const bad = list.find(
    (address) => !(channel === "email" ? isEmailAddress(address) : isE164(address.replaceAll(/[\s().-]/g, ""))),
  );
  if (bad === undefined) return undefined;
  return channel === "email"
    ? `“${bad}” is not an e-mail address. Write it as name@example.org.`
    : `“${bad}” is not a full number. Write it with + and the country code.`;
}
