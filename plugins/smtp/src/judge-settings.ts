import { X509Certificate } from "node:crypto";
import type { Evidence } from "@hilum/sdk";
import type { SmtpSettings } from "./settings.ts";

/** What can be said of settings without asking the server. */
export function judgeSettings({ security, signIn = true, ca = "" }: SmtpSettings): Evidence[] {
  return [judgeEncryption(security, signIn), ...(ca === "" || security === "none" ? [] : [judgeAuthority(ca)])];
}

function judgeEncryption(security: SmtpSettings["security"], signIn: boolean): Evidence {
  const row = { id: "encryption", title: "Messages are encrypted on the way to the server" };
  if (security !== "none") return { ...row, status: "passed" };
  const password = signIn ? " So can the password." : "";
  return {
    ...row,
    status: "warning",
    detail: `Everybody on the way can read the messages.${password}`,
    fix: "Choose STARTTLS or TLS, unless the server is in a network that you trust.",
    field: "/security",
  };
}

function judgeAuthority(ca: string): Evidence {
  const row = { id: "authority", title: "The certificate authority can be read" };
  try {
    const { validTo, ca: isAuthority } = new X509Certificate(ca);
    if (new Date(validTo) < new Date())
      return {
        ...row,
        status: "failed",
        cause: "certificate",
        detail: `It expired on ${validTo}.`,
        fix: "Paste the authority's present certificate.",
        field: "/ca",
      };
    return isAuthority
      ? { ...row, status: "passed" }
      : {
          ...row,
          status: "warning",
          detail: "This is the certificate of a server, not of an authority.",
          fix: "Paste the certificate of the authority that signed it, if the server is not trusted.",
          field: "/ca",
        };
  } catch {
    return {
      ...row,
      status: "failed",
      cause: "certificate",
      detail: "The text holds no certificate in PEM form.",
      fix: "Paste all lines from BEGIN CERTIFICATE to END CERTIFICATE.",
      field: "/ca",
    };
  }
}
