import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { contactPoints, messageText, ProviderError, type Attachments, type OutgoingMessage } from "@hilum/sdk";
import MailComposer from "nodemailer/lib/mail-composer";
import type { Envelope } from "./smtp-session.ts";
import type { SmtpSettings } from "./settings.ts";

export interface ComposedMail {
  envelope: Envelope;
  /** With angle brackets; the same for every attempt of one message (RFC 5322 section 3.6.4). */
  messageId: string;
  /** The message, attachments streamed in as it is read. */
  stream: Readable;
  /** Where each address of the envelope stands among the Communication's recipients. */
  recipientIndex: ReadonlyMap<string, number>;
}

/** Builds the MIME message. Bcc addresses are in the envelope alone. */
export function composeMail(
  { communication, idempotencyKey, attachments }: OutgoingMessage,
  settings: SmtpSettings,
  files: Attachments,
): ComposedMail {
  const recipients = (communication.recipient ?? []).flatMap((recipient, index) =>
    contactPoints({ ...communication, recipient: [recipient] }).map(({ value, role }) => ({ value, role, index })),
  );
  if (recipients.length === 0)
    throw new ProviderError("message.invalid", { cause: "recipient", fix: "Name a recipient with an e-mail address." });
  const { subject = "", text, html } = messageText(communication);
  const messageId = messageIdOf(idempotencyKey, settings.from);
  const addresses = (role: string): string[] =>
    recipients.filter((recipient) => recipient.role === role).map(({ value }) => value);
  const mail = new MailComposer({
    // Nothing of a message may make the composer open a file or an address.
    ...{ disableFileAccess: true, disableUrlAccess: true },
    from:
      settings.fromName === undefined || settings.fromName === ""
        ? settings.from
        : { name: settings.fromName, address: settings.from },
    ...{ to: addresses("to"), cc: addresses("cc"), subject, messageId },
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    attachments: attachments.map(({ id, contentType, title }) => ({
      filename: title === "" ? "attachment" : title,
      contentType,
      content: Readable.from(files.read(id)),
    })),
  }).compile();
  return {
    envelope: {
      from: settings.from,
      to: [...new Set(recipients.map(({ value }) => value))],
      size: estimateBytes(attachments, text, html),
    },
    messageId,
    stream: mail.createReadStream(),
    recipientIndex: new Map(recipients.map(({ value, index }) => [value, index])),
  };
}

function messageIdOf(idempotencyKey: string, from: string): string {
  const domain = from.slice(from.lastIndexOf("@") + 1);
  return `<${createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 40)}@${domain}>`;
}

/** Base64 takes four bytes for three and a line end for 76; text may be encoded likewise. */
function estimateBytes(attachments: OutgoingMessage["attachments"], text = "", html = ""): number {
  const raw = attachments.reduce((sum, { size }) => sum + size, 0) + Buffer.byteLength(text) + Buffer.byteLength(html);
  return Math.ceil(raw * (4 / 3) * (78 / 76)) + 2048;
}
