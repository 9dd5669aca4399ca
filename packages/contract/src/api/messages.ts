/** Sending: accept, follow, retry; attachments; the practice mailbox. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { RecordId } from "./browser.ts";
import { CauseClass, InstanceId, operating, Page, PluginId, Reason, Strict, Time } from "./schemas.ts";

export const channels = ["email", "sms", "fax"] as const;
export const Channel = Type.Enum(channels);
export type Channel = Static<typeof Channel>;
/** `uncertain`: it may have gone out and nobody can tell; never sent again by itself. */
export const messageStates = ["queued", "sending", "retrying", "sent", "delivered", "dead", "uncertain", "cancelled", "discarded"] as const;
export const MessageState = Type.Enum(messageStates);
export type MessageState = Static<typeof MessageState>;

export const Message = Strict({
  id: Type.String(), channel: Channel, state: MessageState, testMode: Type.Boolean(), createdAt: Time, updatedAt: Time, createdBy: Type.String(),
  /** First recipient, masked on the server, and how many more there are. */
  recipient: Type.String(), moreRecipients: Type.Integer(), attempts: Type.Integer(), nextAttemptAt: Type.Optional(Time),
  plugin: Type.Optional(PluginId), instance: Type.Optional(InstanceId), cause: Type.Optional(CauseClass), problem: Type.Optional(Type.String()),
  /** True when a crash or a broken link makes it possible that the recipient got it twice. */
  maybeSentTwice: Type.Boolean(),
});
export type Message = Static<typeof Message>;
/** A message among others. `patient`: id of whom it is about, for those who may open its record. */
export const ListedMessage = Strict({ ...Message.properties, patient: Type.Optional(RecordId) });
export type ListedMessage = Static<typeof ListedMessage>;
export const timelineKinds = ["accepted", "routed", "attempt", "sent", "delivered", "refused", "failed", "failed_over", "retry_scheduled", "uncertain", "dead", "resent", "cancelled", "discarded"] as const;
export const TimelineEntry = Strict({
  at: Time, kind: Type.Enum(timelineKinds), attempt: Type.Optional(Type.Integer()), plugin: Type.Optional(PluginId), instance: Type.Optional(InstanceId), actor: Type.Optional(Type.String()),
  cause: Type.Optional(CauseClass), code: Type.Optional(Type.String()), detail: Type.Optional(Type.String()), fix: Type.Optional(Type.String()), reply: Type.Optional(Type.String()), durationMs: Type.Optional(Type.Number()), nextAttemptAt: Type.Optional(Time),
});
export type TimelineEntry = Static<typeof TimelineEntry>;
/** A FHIR R4 Communication; judged by the canonical validator, which names pointer and mend. */
const Communication = Type.Object({ resourceType: Type.Literal("Communication") }, { additionalProperties: true });
export const MessageDetail = Strict({ ...Message.properties, communication: Communication, timeline: Type.Array(TimelineEntry), /** What a person may do now. */ can: Type.Array(Type.Enum(["retry", "cancel", "discard", "resend"])) });
export type MessageDetail = Static<typeof MessageDetail>;
const MessageParams = Strict({ message: Type.String({ maxLength: 60 }) });

const send = defineOperation({ id: "sendMessage", method: "POST", path: "/api/v1/messages", tag: "messages", summary: "Accept a message: once answered, it is durable and will be tried", access: operating, console: { screen: "/messages/compose" }, audit: "intent", headers: Type.Object({ "idempotency-key": Type.Optional(Type.String({ minLength: 8, maxLength: 128, pattern: "^[A-Za-z0-9._~:-]+$" })) }), body: Communication, responses: { 200: Message, 201: Message } });
const list = defineOperation({ id: "listMessages", method: "GET", path: "/api/v1/messages", tag: "messages", summary: "List messages, newest first, recipients masked", access: ["administrator", "operator", "viewer"], console: { screen: "/messages" }, audit: "denials", query: Strict({ state: Type.Optional(MessageState), channel: Type.Optional(Channel), plugin: Type.Optional(PluginId), ...Page }), responses: { 200: Strict({ items: Type.Array(ListedMessage), next: Type.Optional(Type.String()), counts: Type.Record(Type.String(), Type.Integer()) }) } });
const get = defineOperation({ id: "getMessage", method: "GET", path: "/api/v1/messages/{message}", tag: "messages", summary: "Read a message with its content and timeline", access: operating, console: { screen: "/messages/{id}" }, audit: "intent", params: MessageParams, responses: { 200: MessageDetail } });
const retry = defineOperation({ id: "retryMessage", method: "POST", path: "/api/v1/messages/{message}/retry", tag: "messages", summary: "Try again now a message that waits, is dead or uncertain", access: operating, console: { screen: "/messages/{id}" }, audit: "intent", params: MessageParams, body: Strict({ /** Needed where the message may have gone out already. */ evenIfSent: Type.Optional(Type.Boolean()) }), responses: { 200: Message } });
const cancel = defineOperation({ id: "cancelMessage", method: "POST", path: "/api/v1/messages/{message}/cancel", tag: "messages", summary: "Cancel a message that has not gone out", access: operating, console: { screen: "/messages/{id}" }, audit: "intent", params: MessageParams, responses: { 200: Message } });
const discard = defineOperation({ id: "discardMessage", method: "POST", path: "/api/v1/messages/{message}/discard", tag: "messages", summary: "Give up a dead or uncertain message, with a reason", access: operating, console: { screen: "/messages/{id}" }, audit: "intent", params: MessageParams, body: Strict({ reason: Reason }), responses: { 200: Message } });
const resend = defineOperation({ id: "resendMessage", method: "POST", path: "/api/v1/messages/{message}/resend", tag: "messages", summary: "Send a corrected copy of a dead or uncertain message as a new one", access: operating, console: { screen: "/messages/{id}" }, audit: "intent", params: MessageParams, headers: Type.Object({ "idempotency-key": Type.Optional(Type.String({ minLength: 8, maxLength: 128, pattern: "^[A-Za-z0-9._~:-]+$" })) }), body: Communication, responses: { 201: Message } });

export const Attachment = Strict({ id: Type.String(), contentType: Type.String(), size: Type.Integer(), sha256: Type.String() });
export type Attachment = Static<typeof Attachment>;
const attach = defineOperation({ id: "uploadAttachment", method: "POST", path: "/api/v1/attachments", tag: "messages", summary: "Upload an attachment; the answer's id goes into the message as Binary/{id}", access: operating, console: { screen: "/messages/compose" }, audit: "intent", bodyType: "bytes", bodyBytesMax: 26_214_400, responses: { 201: Attachment } });
const attachmentGet = defineOperation({ id: "downloadAttachment", method: "GET", path: "/api/v1/attachments/{attachment}", tag: "messages", summary: "Download an attachment", access: operating, console: { screen: "/messages/{id}" }, audit: "intent", params: Strict({ attachment: Type.String({ maxLength: 60 }) }), responses: { 200: null }, produces: "application/octet-stream" });

export const PracticeMessage = Strict({ id: Type.String(), message: Type.String(), channel: Channel, at: Time, to: Type.Array(Type.String()), subject: Type.String(), text: Type.String(), attachments: Type.Array(Strict({ title: Type.String(), contentType: Type.String(), size: Type.Integer() })) });
export type PracticeMessage = Static<typeof PracticeMessage>;
const practiceList = defineOperation({ id: "listPracticeMessages", method: "GET", path: "/api/v1/practice-mailbox", tag: "messages", summary: "Read what the practice mailbox received", access: operating, console: { screen: "/messages/practice" }, audit: "intent", query: Strict(Page), responses: { 200: Strict({ items: Type.Array(PracticeMessage), next: Type.Optional(Type.String()) }) } });
const practiceClear = defineOperation({ id: "emptyPracticeMailbox", method: "DELETE", path: "/api/v1/practice-mailbox", tag: "messages", summary: "Empty the practice mailbox", access: operating, console: { screen: "/messages/practice" }, audit: "intent", responses: { 204: null } });

export const messageOperations = [send, list, get, retry, cancel, discard, resend, attach, attachmentGet, practiceList, practiceClear] as const;
