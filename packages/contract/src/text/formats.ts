import { isCidr, isHost } from "../scopes/network-name.ts";

export const formatNames = ["email", "hostname", "uri", "cidr"] as const;
export type FormatName = (typeof formatNames)[number];

/** What a format asks for, for messages: "must be ...". */
export const formatMeanings: Readonly<Record<FormatName, string>> = {
  email: "an e-mail address",
  hostname: "a host name or an address, without scheme and port",
  uri: "an address that begins with https:// or http://",
  cidr: "a network such as 10.0.0.0/8",
};

export function hasFormat(format: FormatName, text: string): boolean {
  switch (format) {
    case "email":
      return isEmail(text);
    case "hostname":
      return isHost(text) || isHost(`[${text}]`);
    case "uri":
      return isWebAddress(text);
    case "cidr":
      return isCidr(text);
  }
}

/**
 * One address as RFC 5321 section 4.1.2 writes it, with a dot-string before the @ (no quoted local parts) and a host
 * name after it; letters beyond ASCII as RFC 6531 allows. Lengths of RFC 5321 section 4.5.3.1.
 */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || local.length > 64 || text.length > 254) return false;
  return /^[^\s"(),:;<>@[\]\\.\p{Cc}]+(?:\.[^\s"(),:;<>@[\]\\.\p{Cc}]+)*$/u.test(local) && isMailDomain(domain);
}

function isMailDomain(domain: string): boolean {
  return (
    /^[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)*$/u.test(domain) &&
    domain.split(".").every((label) => label.length <= 63)
  );
}

/** An absolute http or https URL without user name or password. */
export function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === "" && url.password === "" && url.hostname !== "";
}
