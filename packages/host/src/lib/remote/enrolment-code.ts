import { randomBytes, X509Certificate } from "node:crypto";

/** What a person carries to the plugin's machine: 128 random bits, where the platform is, and the authority to trust there. */
export interface EnrolmentCode {
  secret: string;
  url: string;
  /** DER of the certificate authority, base64url; empty where the platform's certificate is publicly trusted. */
  authority: string;
}

const prefix = "hilum1";

export function makeEnrolmentCode({ url, authorityPem }: { url: string; authorityPem: string | undefined }): { secret: string; text: string } {
  const secret = randomBytes(16).toString("base64url");
  const authority = authorityPem === undefined ? "" : new X509Certificate(authorityPem).raw.toString("base64url");
  return { secret, text: [prefix, secret, Buffer.from(url, "utf8").toString("base64url"), authority].join(".") };
}

/** The parts of a code, or `undefined` for what is none. The platform looks at the secret only. */
export function parseEnrolmentCode(text: string): EnrolmentCode | undefined {
  const [start, secret = "", url = "", authority = "", ...more] = text.trim().split(".");
  if (start !== prefix || !/^[A-Za-z0-9_-]{22}$/.test(secret) || more.length > 0) return undefined;
  return { secret, url: Buffer.from(url, "base64url").toString("utf8"), authority };
}
