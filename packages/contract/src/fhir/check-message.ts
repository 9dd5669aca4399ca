import type { Problem } from "../errors/hilum-error.ts";
import { isE164, isEmailAddress } from "./address-syntax.ts";
import { findBoundsFault } from "./bounds.ts";
import type { Channel } from "./communication.ts";
import { toPointer, type Trail } from "./issue.ts";
import { isObject, items, type JsonObject } from "./json-object.ts";
import { extensionUrls, identifierSystems, participationMode } from "./systems.ts";

/** Limits of a message on entry. Lengths in UTF-16 units as JavaScript counts them, sizes in bytes. */
export const messageLimits = {
  recipientsMax: 100,
  attachmentsMax: 20,
  attachmentBytesMax: 25 * 1024 * 1024,
  attachmentsBytesMax: 25 * 1024 * 1024,
  subjectCharsMax: 255,
  titleCharsMax: 255,
  emailTextCharsMax: 256 * 1024,
  /** Ten concatenated segments of the GSM 7-bit alphabet. */
  smsTextCharsMax: 1530,
  htmlBase64CharsMax: 512 * 1024,
  idempotencyKeyCharsMax: 255,
} as const;

type Add = (trail: Trail, message: string, fix: string) => void;

const channels: ReadonlyMap<unknown, Channel> = new Map<unknown, Channel>([
  ["EMAILWRIT", "email"],
  ["SMSWRIT", "sms"],
  ["FAXWRIT", "fax"],
]);

/**
 * What a Communication must hold beyond FHIR to be accepted as a message: one channel, addresses that its channel can
 * use, content that its channel can carry, nothing that only the host may write. Takes anything; an empty list means
 * acceptable. Problems quote no value. `status` may be absent: the host then writes `preparation` before FHIR validation.
 */
export function checkMessage(communication: unknown): Problem[] {
  if (!isObject(communication))
    return [{ pointer: "", message: "A message must be an object.", fix: "Send a FHIR Communication." }];
  const bounds = findBoundsFault(communication);
  if (bounds !== undefined) return [{ pointer: toPointer(bounds.trail), message: bounds.message, fix: bounds.fix }];

  const problems: Problem[] = [];
  const add: Add = (trail, message, fix) => {
    if (problems.length < 50) problems.push({ pointer: toPointer(trail), message, fix });
  };
  if (communication["resourceType"] !== "Communication")
    add(["resourceType"], "A message is a FHIR Communication.", 'Write "resourceType": "Communication".');
  checkHostFields(communication, add);
  const channel = checkMedium(communication["medium"], add);
  checkRecipients(communication["recipient"], channel, add);
  checkSubject(communication["topic"], channel, add);
  checkPayload(communication["payload"], channel, add);
  return problems;
}

function checkHostFields(message: JsonObject, add: Add): void {
  if (message["status"] !== undefined && message["status"] !== "preparation")
    add(["status"], "A new message has the status preparation.", 'Write "status": "preparation", or leave it out.');
  for (const field of ["sent", "received", "statusReason"]) {
    if (message[field] !== undefined) add([field], `${field} is written by Hilum.`, "Leave it out.");
  }
  if (message["modifierExtension"] !== undefined)
    add(["modifierExtension"], "A message with a modifierExtension cannot be understood here.", "Leave it out.");
  items(message["extension"]).forEach((extension, index) => {
    if (isObject(extension) && extension["url"] === extensionUrls.deliveryState)
      add(["extension", index], "Delivery states are written by Hilum.", "Leave the extension out.");
  });
  let keys = 0;
  items(message["identifier"]).forEach((identifier, index) => {
    if (!isObject(identifier)) return;
    const { system, value } = identifier;
    if (system === identifierSystems.providerMessageId)
      add(["identifier", index], "The provider's id is written by Hilum.", "Leave the identifier out.");
    if (system !== identifierSystems.idempotencyKey) return;
    keys += 1;
    if (keys > 1) add(["identifier", index], "A message has one idempotency key.", "Keep one.");
    if (
      typeof value !== "string" ||
      !/^[\x21-\x7e]+$/.test(value) ||
      value.length > messageLimits.idempotencyKeyCharsMax
    ) {
      add(
        ["identifier", index, "value"],
        "The idempotency key does not have the form of one.",
        "Use 1 to 255 visible ASCII characters, for instance a UUID.",
      );
    }
  });
}

function checkMedium(medium: unknown, add: Add): Channel | undefined {
  const found = new Set<Channel>();
  let unknown: Trail | undefined;
  items(medium).forEach((concept, index) => {
    items(isObject(concept) ? concept["coding"] : undefined).forEach((coding, at) => {
      if (!isObject(coding) || coding["system"] !== participationMode) return;
      const channel = channels.get(coding["code"]);
      if (channel === undefined) unknown = ["medium", index, "coding", at, "code"];
      else found.add(channel);
    });
  });
  const fix = `Write one medium: a coding of ${participationMode} with EMAILWRIT, SMSWRIT or FAXWRIT.`;
  if (unknown !== undefined) add(unknown, "This medium is not served.", fix);
  if (found.size === 0 && unknown === undefined) add(["medium"], "The message names no channel.", fix);
  if (found.size > 1) add(["medium"], "The message names several channels.", "Send one message for each channel.");
  return found.size === 1 ? [...found][0] : undefined;
}

function checkRecipients(given: unknown, channel: Channel | undefined, add: Add): void {
  const recipients = items(given);
  if (recipients.length === 0)
    return add(["recipient"], "The message has no recipient.", "Add a recipient with an address.");
  if (recipients.length > messageLimits.recipientsMax)
    return add(
      ["recipient"],
      `A message has at most ${messageLimits.recipientsMax} recipients.`,
      "Send several messages.",
    );
  recipients.forEach((recipient, index) => checkRecipient(recipient, ["recipient", index], channel, add));
}

function checkRecipient(recipient: unknown, at: Trail, channel: Channel | undefined, add: Add): void {
  const extensions = items(isObject(recipient) ? recipient["extension"] : undefined).map((extension, index) => ({
    extension: isObject(extension) ? extension : {},
    at: [...at, "extension", index],
  }));
  const points = extensions.filter(({ extension }) => extension["url"] === extensionUrls.usedContactPoint);
  const [point] = points;
  if (point === undefined)
    add(
      at,
      "The recipient has no address.",
      `Add the extension ${extensionUrls.usedContactPoint} with a valueContactPoint.`,
    );
  else if (points.length > 1) add(at, "The recipient has several addresses.", "Write one recipient for each address.");
  else checkContactPoint(point.extension["valueContactPoint"], [...point.at, "valueContactPoint"], channel, add);

  const roles = extensions.filter(({ extension }) => extension["url"] === extensionUrls.recipientRole);
  for (const { extension, at: place } of roles) {
    const role = extension["valueCode"];
    if (roles.length > 1 || (role !== "cc" && role !== "bcc"))
      add(place, "The recipient's role is not one of cc and bcc.", "Write cc or bcc once, or leave the extension out.");
    else if (channel !== undefined && channel !== "email")
      add(place, "Only an e-mail has cc and bcc.", "Leave the extension out.");
  }
}

function checkContactPoint(point: unknown, at: Trail, channel: Channel | undefined, add: Add): void {
  const { system, value } = isObject(point) ? point : {};
  if (typeof value !== "string") return add([...at, "value"], "The address is missing.", "Write the address as value.");
  if (channel === undefined) return;
  const allowed: readonly unknown[] = channel === "sms" ? ["sms", "phone"] : [channel];
  if (!allowed.includes(system))
    return add(
      [...at, "system"],
      "The address is of another channel than the message.",
      `Write "system": "${channel}" and an address of that kind.`,
    );
  if (channel === "email" && !isEmailAddress(value))
    add(
      [...at, "value"],
      "This is not an e-mail address.",
      "Write name@domain without spaces, line breaks, quotes or comments; the name in ASCII.",
    );
  if (channel !== "email" && !isE164(value))
    add(
      [...at, "value"],
      "This is not an international number.",
      "Write a plus, the country code and the number without spaces: +4915112345678.",
    );
}

function checkSubject(topic: unknown, channel: Channel | undefined, add: Add): void {
  const text = isObject(topic) ? topic["text"] : undefined;
  if (text === undefined) return;
  if (channel === "sms") return add(["topic"], "A text message has no subject.", "Leave topic out.");
  if (typeof text !== "string") return add(["topic", "text"], "The subject must be a text.", "Write a text.");
  if (/[\p{Cc}\u2028\u2029]/u.test(text))
    add(["topic", "text"], "The subject holds a line break or control character.", "Write it on one line.");
  if (text.length > messageLimits.subjectCharsMax)
    add(["topic", "text"], `The subject is longer than ${messageLimits.subjectCharsMax} characters.`, "Shorten it.");
}

function checkPayload(given: unknown, channel: Channel | undefined, add: Add): void {
  const seen = { text: 0, html: 0, files: 0, fileBytes: 0 };
  items(given).forEach((payload, index) =>
    checkPart(isObject(payload) ? payload : {}, ["payload", index], channel, seen, add),
  );
  if (seen.text > 1) add(["payload"], "The message has several texts.", "Join them into one contentString.");
  if (seen.html > 1) add(["payload"], "The message has several HTML bodies.", "Keep one.");
  if (seen.files > messageLimits.attachmentsMax)
    add(["payload"], `A message has at most ${messageLimits.attachmentsMax} attachments.`, "Send several messages.");
  if (seen.fileBytes > messageLimits.attachmentsBytesMax)
    add(["payload"], "The attachments are larger than 25 MB together.", "Send several messages.");
  const hasContent = seen.text + seen.html > 0 || (channel === "fax" && seen.files > 0);
  if (!hasContent) add(["payload"], "The message has no text.", "Add a payload with contentString.");
}

function checkPart(
  payload: JsonObject,
  at: Trail,
  channel: Channel | undefined,
  seen: { text: number; html: number; files: number; fileBytes: number },
  add: Add,
): void {
  const { contentString, contentAttachment, contentReference } = payload;
  if (contentReference !== undefined)
    return add(
      [...at, "contentReference"],
      "A record cannot be sent by reference yet.",
      "Upload the file and attach it as Binary/<id>.",
    );
  if (contentString !== undefined) {
    seen.text += 1;
    return checkText(contentString, [...at, "contentString"], channel, add);
  }
  if (!isObject(contentAttachment))
    return add(at, "The payload has no content.", "Write contentString or contentAttachment.");
  const place = [...at, "contentAttachment"];
  if (channel === "sms")
    return add(place, "A text message carries text only.", "Remove the attachment, or send an e-mail.");
  if (contentAttachment["data"] === undefined) return checkFile(contentAttachment, place, seen, add);
  if (
    typeof contentAttachment["contentType"] !== "string" ||
    !/^text\/html(?:\s*;|$)/i.test(contentAttachment["contentType"])
  ) {
    return add([...place, "data"], "A file is not sent inline.", "Upload it and write its url: Binary/<id>.");
  }
  seen.html += 1;
  checkHtml(contentAttachment, place, channel, add);
}

function checkText(text: unknown, at: Trail, channel: Channel | undefined, add: Add): void {
  if (typeof text !== "string" || text.trim() === "") return add(at, "The text is empty.", "Write a text.");
  const max = channel === "sms" ? messageLimits.smsTextCharsMax : messageLimits.emailTextCharsMax;
  if (text.length > max) add(at, `The text is longer than ${max} characters.`, "Shorten it.");
  // Other control characters are no part of a text and may steer a terminal or a gateway.
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.test(text))
    add(at, "The text holds control characters.", "Keep only tab and line ends.");
}

function checkHtml(attachment: JsonObject, at: Trail, channel: Channel | undefined, add: Add): void {
  if (channel === "fax") add(at, "A fax carries text and files, not HTML.", "Write contentString, or attach a PDF.");
  if (attachment["url"] !== undefined) add([...at, "url"], "The HTML has both data and url.", "Keep data.");
  const data = attachment["data"];
  if (typeof data !== "string" || data === "")
    return add([...at, "data"], "The HTML is empty.", "Write the HTML as base64, or leave the payload out.");
  if (data.length > messageLimits.htmlBase64CharsMax)
    add(
      [...at, "data"],
      `The HTML is longer than ${messageLimits.htmlBase64CharsMax} base64 characters.`,
      "Shorten it, or attach pictures as files.",
    );
}

function checkFile(attachment: JsonObject, at: Trail, seen: { files: number; fileBytes: number }, add: Add): void {
  seen.files += 1;
  const { url, contentType, size, title } = attachment;
  if (typeof url !== "string" || !/^Binary\/[A-Za-z0-9\-.]{1,64}$/.test(url))
    add([...at, "url"], "An attachment names an uploaded file.", "Upload the file and write its url: Binary/<id>.");
  if (contentType === undefined)
    add([...at, "contentType"], "The attachment has no content type.", "Write for instance application/pdf.");
  if (size !== undefined) {
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0 || size > messageLimits.attachmentBytesMax)
      add([...at, "size"], "The attachment is larger than 25 MB.", "Send a smaller file.");
    else seen.fileBytes += size;
  }
  if (
    typeof title === "string" &&
    (/[\p{Cc}\u2028\u2029/\\]/u.test(title) || title.length > messageLimits.titleCharsMax)
  ) {
    add(
      [...at, "title"],
      "The title is no file name.",
      "Use at most 255 characters without slashes, line breaks and control characters.",
    );
  }
}
