import { isCertificateError, ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "@hilum/sdk";
import { redactReply } from "./redact-reply.ts";
import type { SmtpSettings } from "./settings.ts";

/** Where in the conversation it failed. */
export type SmtpPhase = "greeting" | "sign-in" | "sender" | "message";

export interface FailureContext {
  phase: SmtpPhase;
  settings: SmtpSettings;
  /** The whole message is on its way, closing dot included. */
  handedOver: boolean;
}

/** What nodemailer puts on its errors. */
interface SmtpFailure {
  code?: string;
  originalCode?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  message?: string;
}

/** Gives every failure one cause: from the server's reply where there is one, else from how the connection ended. */
export function explainFailure(error: unknown, context: FailureContext): ProviderError {
  const failure: SmtpFailure = typeof error === "object" && error !== null ? error : {};
  const { code, ...options } =
    failure.responseCode === undefined ? explainConnection(failure, context) : explainReply(failure, context);
  const reply = failure.response === undefined ? {} : { reply: redactReply(failure.response, context.settings) };
  return new ProviderError(code, { ...reply, ...options, error });
}

type Explanation = { code: ProviderErrorCode } & ProviderErrorOptions;

function explainConnection(failure: SmtpFailure, { phase, handedOver, settings }: FailureContext): Explanation {
  const { code, originalCode, message = "" } = failure;
  // Only when the closing dot may have arrived can the server have taken the message.
  const sent = handedOver ? "maybe" : "no";
  if (isCertificateError({ code: originalCode ?? code }))
    return { code: "provider.certificate", reply: originalCode ?? code ?? "", field: settings.ca ? "/ca" : "/host" };
  if (code === "ETIMEDOUT")
    return {
      code: "provider.unreachable",
      cause: "timeout",
      sent,
      fix: "The server does not answer in time. Check that it is up; Hilum keeps trying.",
    };
  if (code === "ETLS")
    return {
      code: "provider.unreachable",
      cause: "configuration",
      retry: "never",
      sent,
      field: "/security",
      fix: "The server could not be spoken to with this encryption. Choose another one, with its port.",
    };
  if (message.startsWith("Message size larger")) return { code: "provider.too_large" };
  if (code === "ESTREAM")
    return {
      code: "plugin.failed",
      cause: "plugin",
      sent: "no",
      retry: "later",
      fix: "An attachment could not be read. Hilum tries again.",
    };
  if (code === "EAUTH")
    return {
      code: "provider.bad_credentials",
      field: "/password",
      detail: "The server asks for a sign-in, and the user name or the password is missing.",
      fix: "Enter user name and password, or say that the server asks for none.",
    };
  if (phase === "greeting")
    return {
      code: "provider.unreachable",
      cause: "provider_down",
      fix: "Something closed the connection before greeting. Check that host and port are those of a mail server, and that the encryption fits the port.",
    };
  return {
    code: "provider.unreachable",
    cause: "network",
    sent,
    fix: handedOver
      ? "The line dropped after the message was handed over: it may have arrived. Look at the recipient's side before you send it again."
      : "The line dropped. Hilum keeps trying.",
  };
}

/** The reply's code decides, then the enhanced code (RFC 3463), then the command that it answers. */
function explainReply(failure: SmtpFailure, context: FailureContext): Explanation {
  const { responseCode = 0, response = "" } = failure;
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? "";
  if (/^[45]\.(?:4\.5|7\.28)$/.test(enhanced) || /\bquota\b.*\bsen[dt]|daily|rate limit/i.test(response))
    return { code: "provider.quota", retry: "later" };
  if (responseCode === 530 || responseCode === 535 || responseCode === 534 || responseCode === 538)
    return badCredentials(context);
  if (responseCode === 552 || responseCode === 523 || enhanced.endsWith(".3.4")) return { code: "provider.too_large" };
  if (responseCode < 500)
    return { code: "provider.temporary", ...(context.phase === "sign-in" ? { field: "/password" } : {}) };
  return explainPermanent(failure, enhanced, context);
}

function badCredentials({ phase, settings }: FailureContext): Explanation {
  if (phase === "sign-in") return wrongPassword(settings);
  return {
    code: "provider.bad_credentials",
    field: "/signIn",
    detail: `The mail server ${settings.host}, port ${settings.port}, takes mail only after a sign-in.`,
    fix: "Turn the sign-in on and enter user name and password; without encryption many servers take none.",
  };
}

const wrongPassword = ({ host, port }: SmtpSettings): Explanation => ({
  code: "provider.bad_credentials",
  field: "/password",
  detail: `The mail server ${host}, port ${port}, refuses this user name with this password.`,
  fix: "Enter user name and password once more, as the mail server's provider gave them. Where people sign in with a second factor, it may want a password made for programs.",
});

function explainPermanent(
  { command = "" }: SmtpFailure,
  enhanced: string,
  { phase, settings }: FailureContext,
): Explanation {
  if (phase === "sign-in") return wrongPassword(settings);
  if (phase === "sender" || command.startsWith("MAIL FROM")) return { code: "provider.sender", field: "/from" };
  if (command.startsWith("RCPT TO")) {
    if (enhanced.startsWith("5.7."))
      return {
        code: "provider.refused",
        cause: "configuration",
        fix: "The server does not pass mail on to this recipient for you. Sign in, or use the server that sends for your domain.",
      };
    return { code: "provider.recipient" };
  }
  if (phase === "greeting")
    return {
      code: "provider.refused",
      cause: "configuration",
      field: command === "STARTTLS" ? "/security" : "/hello",
      fix:
        command === "STARTTLS"
          ? "The server offers no STARTTLS on this port. Choose the encryption that it offers."
          : "The server does not take this greeting. Enter a name that it can look up.",
    };
  return { code: "provider.refused" };
}
