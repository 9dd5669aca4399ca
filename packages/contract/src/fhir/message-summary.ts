import type { Communication } from "@medplum/fhirtypes";
import { channelOf, contactPoints, messageText, type Channel, type RecipientRole } from "./communication.ts";

/** What a list may show of a message without a disclosure: no content, addresses masked. */
export interface MessageSummary {
  channel: Channel | undefined;
  status: Communication["status"] | undefined;
  recipients: { masked: string; role: RecipientRole }[];
  attachmentCount: number;
  hasSubject: boolean;
}

export function presentForList(communication: Communication): MessageSummary {
  const { subject, attachments } = messageText(communication);
  return {
    channel: channelOf(communication),
    status: communication.status,
    recipients: contactPoints(communication).map(({ value, role }) => ({ masked: maskContact(value), role })),
    attachmentCount: attachments.length,
    hasSubject: subject !== undefined,
  };
}

/**
 * `ana@example.org` -> `a••@example.org`, `+4915112345678` -> `••••5678`. The number of dots tells nothing of the length;
 * what is too short to hide anything is hidden whole.
 */
export function maskContact(contact: string): string {
  const at = contact.lastIndexOf("@");
  if (at > 0) {
    const [first = ""] = contact;
    return `${at === first.length ? "" : first}••${contact.slice(at)}`;
  }
  const digits = contact.replaceAll(/\D/g, "");
  return digits.length < 8 ? "••••" : `••••${digits.slice(-4)}`;
}
