/**
 * Addresses as they may be handed to a provider. Stricter than the RFCs allow: what they allow beyond it (comments,
 * quoted local parts, domain literals) serves injection more often than a patient.
 */

const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** Letters, digits and marks of any script: an internationalized label (RFC 5890). No invisible or control characters. */
const domainLabel = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u;

/** RFC 5321 dot-string, at most 64 octets, at an ASCII or internationalized domain; at most 254 octets in all. */
export function isEmailAddress(text: string): boolean {
  if (text.length > 254 || new TextEncoder().encode(text).length > 254) return false;
  const at = text.indexOf("@");
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || local.length > 64 || !localPart.test(local)) return false;
  return (
    domain !== "" && domain === domain.normalize("NFC") && domain.split(".").every((label) => domainLabel.test(label))
  );
}

/** ITU-T E.164: a plus, a country code, 7 to 15 digits in all. */
export function isE164(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text);
}
