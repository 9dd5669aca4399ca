import type { Channel, MessageDetail } from "@hilum/contract/api";
import {
  contactPoints,
  email,
  fax,
  isTestMessage,
  messageText,
  sms,
  type MessageAttachment,
} from "@hilum/contract/fhir";
import { splitRecipients } from "./recipients.ts";

/** A message as a person writes it. */
export interface Letter {
  to: string;
  cc: string;
  bcc: string;
  subject: string;
  text: string;
  attachments: MessageAttachment[];
  test: boolean;
  /** Id of the patient whom it is about. */
  patient: string | undefined;
}
export const blank: Letter = {
  to: "",
  cc: "",
  bcc: "",
  subject: "",
  text: "",
  attachments: [],
  test: false,
  patient: undefined,
};

/** What a message that is edited again says. */
export function letterOf(message: MessageDetail): Letter {
  const communication = message.communication as Parameters<typeof messageText>[0];
  const { subject = "", text = "", attachments } = messageText(communication);
  const people = contactPoints(communication);
  const role = (wanted: "to" | "cc" | "bcc"): string =>
    people
      .filter((person) => person.role === wanted)
      .map(({ value }) => value)
      .join(", ");
  return {
    to: role("to"),
    cc: role("cc"),
    bcc: role("bcc"),
    subject,
    text,
    attachments,
    test: isTestMessage(communication),
    patient: patientOf(communication),
  };
}

/** The FHIR Communication of a letter. */
export function build(channel: Channel, letter: Letter) {
  const attachments = letter.attachments.length > 0 ? { attachments: letter.attachments } : {};
  const to = splitRecipients(letter.to);
  // A test is about nobody.
  const about = {
    test: letter.test,
    ...(letter.patient !== undefined && !letter.test && { patient: `Patient/${letter.patient}` }),
  };
  if (channel === "sms") return sms({ to, text: letter.text, ...about });
  if (channel === "fax")
    return fax({
      ...{ to, ...about },
      ...(letter.subject !== "" && { subject: letter.subject }),
      ...(letter.text !== "" && { text: letter.text }),
      ...attachments,
    });
  return email({
    ...{ to, ...about },
    cc: splitRecipients(letter.cc),
    bcc: splitRecipients(letter.bcc),
    subject: letter.subject,
    text: letter.text,
    ...attachments,
  });
}

/** The patient of this platform whom a message is about. */
export function patientOf({ subject }: { subject?: { reference?: string } }): string | undefined {
  return /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(subject?.reference ?? "")?.[1];
}

/** A document that was taken from a record: its name is the patient's business, so it gets a plain one. */
export function takenDocument(id: string, contentType: string, size: number | undefined): MessageAttachment {
  const kind = endings[contentType] ?? "bin";
  return { url: `Binary/${id}`, contentType, title: `document.${kind}`, ...(size !== undefined && { size }) };
}

const endings: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "application/cda+xml": "xml",
  "application/xml": "xml",
  "image/jpeg": "jpg",
  "image/png": "png",
  "text/plain": "txt",
  "text/xml": "xml",
};
