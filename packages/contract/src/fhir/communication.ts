import type { Attachment, Communication, CommunicationPayload, Extension, Reference } from "@medplum/fhirtypes";
import { decodeText, encodeText } from "./base64-text.ts";
import { extensionUrls, identifierSystems, participationMode, testLabel } from "./systems.ts";

/** What a message travels by; routes are chosen per channel. */
export type Channel = "email" | "sms" | "fax";

export type RecipientRole = "to" | "cc" | "bcc";

/** An address, alone or with the record of the person or organization that it belongs to (`Patient/123`). */
export type Recipient = string | { address: string; reference?: string };

/** A file that was uploaded before: `url` is `Binary/<id>`, `size` in bytes. */
export interface MessageAttachment {
  url: string;
  contentType: string;
  title?: string;
  size?: number;
}

export interface MessageOptions {
  /** The patient whom the message is about: `Patient/123`. */
  patient?: string;
  /** A repeat with the same key is answered with the first message. */
  idempotencyKey?: string;
  /** Made up for a test: it holds nothing of a patient, and an instance in test mode may be handed it. */
  test?: boolean;
}

export interface EmailInput extends MessageOptions {
  to: Recipient | readonly Recipient[];
  cc?: Recipient | readonly Recipient[];
  bcc?: Recipient | readonly Recipient[];
  subject: string;
  text?: string;
  html?: string;
  attachments?: readonly MessageAttachment[];
}

export interface SmsInput extends MessageOptions {
  to: Recipient | readonly Recipient[];
  text: string;
}

export interface FaxInput extends MessageOptions {
  to: Recipient | readonly Recipient[];
  subject?: string;
  text?: string;
  attachments?: readonly MessageAttachment[];
}

/** An address of a message as its sender reads it. */
export interface MessageContactPoint {
  system: "email" | "sms" | "fax" | "phone";
  value: string;
  role: RecipientRole;
  reference?: string;
}

export interface MessageText {
  subject?: string;
  text?: string;
  html?: string;
  attachments: MessageAttachment[];
}

export const mediumByChannel = { email: "EMAILWRIT", sms: "SMSWRIT", fax: "FAXWRIT" } as const satisfies Record<
  Channel,
  string
>;

const channelByMedium: ReadonlyMap<string, Channel> = new Map(
  Object.entries(mediumByChannel).map(([channel, code]) => [code, channel as Channel]),
);

/** Builds an e-mail as a Communication that waits to be sent. Addresses are taken as they are; `checkMessage` judges them. */
export function email(input: EmailInput): Communication {
  const recipient = [
    ...recipients("email", "to", input.to),
    ...recipients("email", "cc", input.cc),
    ...recipients("email", "bcc", input.bcc),
  ];
  return message("email", input, { recipient, subject: input.subject, payload: payloads(input) });
}

/** Builds a text message. Spaces, hyphens, dots and brackets in a number are dropped: `+49 (151) 123` is `+49151123`. */
export function sms(input: SmsInput): Communication {
  return message("sms", input, { recipient: recipients("sms", "to", input.to), payload: payloads(input) });
}

/** Builds a fax; its pages are the text, the attachments, or both. */
export function fax(input: FaxInput): Communication {
  return message("fax", input, {
    recipient: recipients("fax", "to", input.to),
    subject: input.subject,
    payload: payloads(input),
  });
}

/** True for a message that is labelled as made up for a test. */
export function isTestMessage({ meta }: Pick<Communication, "meta">): boolean {
  return (meta?.security ?? []).some(({ system, code }) => system === testLabel.system && code === testLabel.code);
}

/** Every address of the message in order, with its role. Recipients without an address are left out. */
export function contactPoints(communication: Communication): MessageContactPoint[] {
  return (communication.recipient ?? []).flatMap((recipient) => {
    const point = recipient.extension?.find((one) => one.url === extensionUrls.usedContactPoint)?.valueContactPoint;
    if (point?.value === undefined || !isMessageSystem(point.system)) return [];
    const found: MessageContactPoint = { system: point.system, value: point.value, role: roleOf(recipient) };
    return [recipient.reference === undefined ? found : { ...found, reference: recipient.reference }];
  });
}

/** The patient of this platform whom a message is about: the id in `subject`. */
export function patientOf({ subject }: { subject?: { reference?: string } }): string | undefined {
  return /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(subject?.reference ?? "")?.[1];
}

/** The channel that `medium` names, or undefined where it names none or several. */

export function channelOf(communication: Communication): Channel | undefined {
  const channels = new Set(
    (communication.medium ?? [])
      .flatMap((medium) => medium.coding ?? [])
      .flatMap((coding) => (coding.system === participationMode ? (channelByMedium.get(coding.code ?? "") ?? []) : [])),
  );
  return channels.size === 1 ? [...channels][0] : undefined;
}

/** The message's content. HTML is the payload of type `text/html` with inline data; other attachments are files. */
export function messageText(communication: Communication): MessageText {
  const found: MessageText = { attachments: [] };
  if (communication.topic?.text !== undefined) found.subject = communication.topic.text;
  for (const payload of communication.payload ?? []) {
    const attachment = payload.contentAttachment;
    if (payload.contentString !== undefined) found.text ??= payload.contentString;
    else if (attachment !== undefined && isInlineHtml(attachment)) found.html ??= decodeText(attachment.data ?? "");
    else if (attachment?.url !== undefined) found.attachments.push(fileOf(attachment.url, attachment));
  }
  return found;
}

/** The key under which a repeat of this message is recognized. */
export function idempotencyKeyOf(communication: Communication): string | undefined {
  return communication.identifier?.find((identifier) => identifier.system === identifierSystems.idempotencyKey)?.value;
}

/** True for the payload that `messageText` reads as the message's HTML. */
export function isInlineHtml(attachment: Attachment): boolean {
  return attachment.data !== undefined && /^text\/html(?:\s*;|$)/i.test(attachment.contentType ?? "");
}

export function roleOf(recipient: Reference): RecipientRole {
  const role = recipient.extension?.find((one) => one.url === extensionUrls.recipientRole)?.valueCode;
  return role === "cc" || role === "bcc" ? role : "to";
}

function message(
  channel: Channel,
  options: MessageOptions,
  content: { recipient: Reference[]; subject?: string | undefined; payload: CommunicationPayload[] },
): Communication {
  return {
    resourceType: "Communication",
    ...(options.test === true ? { meta: { security: [{ ...testLabel }] } } : {}),
    ...(options.idempotencyKey === undefined
      ? {}
      : { identifier: [{ system: identifierSystems.idempotencyKey, value: options.idempotencyKey }] }),
    status: "preparation",
    medium: [{ coding: [{ system: participationMode, code: mediumByChannel[channel] }] }],
    ...(options.patient === undefined ? {} : { subject: { reference: options.patient } }),
    ...(content.subject === undefined ? {} : { topic: { text: content.subject } }),
    recipient: content.recipient as NonNullable<Communication["recipient"]>,
    ...(content.payload.length === 0 ? {} : { payload: content.payload }),
  };
}

function recipients(
  channel: Channel,
  role: RecipientRole,
  given: Recipient | readonly Recipient[] | undefined,
): Reference[] {
  if (given === undefined) return [];
  const list: readonly Recipient[] = Array.isArray(given) ? given : [given as Recipient];
  return list.map((one) => {
    const { address, reference } = typeof one === "string" ? { address: one, reference: undefined } : one;
    const value = channel === "email" ? address.trim() : address.replaceAll(/[\s().-]/g, "");
    const extension: Extension[] = [
      { url: extensionUrls.usedContactPoint, valueContactPoint: { system: channel, value } },
    ];
    if (role !== "to") extension.push({ url: extensionUrls.recipientRole, valueCode: role });
    return { ...(reference === undefined ? {} : { reference }), extension };
  });
}

function payloads(input: {
  text?: string;
  html?: string;
  attachments?: readonly MessageAttachment[];
}): CommunicationPayload[] {
  return [
    ...(input.text === undefined ? [] : [{ contentString: input.text }]),
    ...(input.html === undefined
      ? []
      : [{ contentAttachment: { contentType: "text/html", data: encodeText(input.html) } }]),
    ...(input.attachments ?? []).map(({ url, contentType, title, size }) => ({
      contentAttachment: {
        contentType,
        url,
        ...(title === undefined ? {} : { title }),
        ...(size === undefined ? {} : { size }),
      },
    })),
  ];
}

function fileOf(url: string, attachment: Attachment): MessageAttachment {
  const file: MessageAttachment = { url, contentType: attachment.contentType ?? "application/octet-stream" };
  if (attachment.title !== undefined) file.title = attachment.title;
  if (attachment.size !== undefined) file.size = attachment.size;
  return file;
}

function isMessageSystem(system: string | undefined): system is MessageContactPoint["system"] {
  return system === "email" || system === "sms" || system === "fax" || system === "phone";
}
