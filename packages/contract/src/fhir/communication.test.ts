import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  channelOf,
  checkMessage,
  contactPoints,
  deliveryStates,
  email,
  extensionUrls,
  fax,
  idempotencyKeyOf,
  isTestMessage,
  loadValidator,
  maskContact,
  messageText,
  presentForList,
  sms,
  withDeliveryState,
} from "./index.ts";

const validator = await loadValidator("compiled");

describe("a message that is built", () => {
  it("reads back as it was written", () => {
    const attachment = { url: "Binary/letter-1", contentType: "application/pdf", title: "letter.pdf", size: 1200 };
    const message = email({
      to: { address: " ana@example.org ", reference: "Patient/1" },
      cc: "desk@clinic.example",
      bcc: ["log@clinic.example"],
      subject: "Your visit",
      text: "At ten.",
      html: "<p>Ünï 🙂</p>",
      attachments: [attachment],
      patient: "Patient/1",
      idempotencyKey: "k-1",
    });
    expect(channelOf(message)).toBe("email");
    expect(contactPoints(message)).toEqual([
      { system: "email", value: "ana@example.org", role: "to", reference: "Patient/1" },
      { system: "email", value: "desk@clinic.example", role: "cc" },
      { system: "email", value: "log@clinic.example", role: "bcc" },
    ]);
    expect(messageText(message)).toEqual({
      subject: "Your visit",
      text: "At ten.",
      html: "<p>Ünï 🙂</p>",
      attachments: [attachment],
    });
    expect(idempotencyKeyOf(message)).toBe("k-1");
    expect(message.subject).toEqual({ reference: "Patient/1" });
  });

  it("is accepted by the validator and the message rules, whatever its text", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 500 })
      .filter((one) => one.trim() !== "" && !/[\u0000-\u001f\u007f-\u009f]/.test(one));
    fc.assert(
      fc.property(text, text, (body, html) => {
        for (const message of [
          email({ to: "ana@example.org", subject: "s", text: body, html }),
          sms({ to: "+49 (151) 123-456.7", text: body }),
          fax({ to: "+4930123456", text: body }),
        ]) {
          expect(checkMessage(message)).toEqual([]);
          expect(validator.validateResource(message, "Communication")).toEqual([]);
        }
        expect(messageText(email({ to: "ana@example.org", subject: "s", text: body, html })).html).toBe(html);
      }),
    );
  });

  it("carries HTML of a megabyte without losing a byte", () => {
    const html = "ä🙂x".repeat(200_000);
    expect(messageText(email({ to: "ana@example.org", subject: "s", html })).html).toBe(html);
  });

  it("names no channel when it names two, or one that is not known", () => {
    const message = sms({ to: "+4915112345678", text: "t" });
    expect(
      channelOf({
        ...message,
        medium: [...(message.medium ?? []), ...(email({ to: "a@b.example", subject: "s" }).medium ?? [])],
      }),
    ).toBeUndefined();
    expect(
      channelOf({ ...message, medium: [{ coding: [{ system: "https://other.example", code: "SMSWRIT" }] }] }),
    ).toBeUndefined();
    expect(channelOf({ resourceType: "Communication", status: "preparation" })).toBeUndefined();
  });

  it("skips recipients without an address", () => {
    expect(
      contactPoints({
        resourceType: "Communication",
        status: "preparation",
        recipient: [
          { reference: "Patient/1" },
          { extension: [{ url: extensionUrls.usedContactPoint, valueContactPoint: { system: "pager", value: "1" } }] },
        ],
      }),
    ).toEqual([]);
  });
});

describe("delivery states", () => {
  const message = sms({ to: "+4915112345678", text: "t" });
  const at = "2026-03-01T09:00:00Z";

  it("collect in order and lead the status", () => {
    const sending = withDeliveryState(message, {
      state: "sending",
      at,
      attempt: 1,
      instance: "com.example.sms/default",
    });
    const failed = withDeliveryState(sending, { state: "failed", at, attempt: 1, cause: "provider.recipient" });
    expect(sending.status).toBe("in-progress");
    expect(failed).toMatchObject({ status: "not-done", statusReason: { coding: [{ code: "provider.recipient" }] } });
    expect(deliveryStates(failed)).toEqual([
      { state: "sending", at, attempt: 1, instance: "com.example.sms/default" },
      { state: "failed", at, attempt: 1, cause: "provider.recipient" },
    ]);
    expect(validator.validateResource(failed)).toEqual([]);
    expect(deliveryStates(message)).toEqual([]);
  });

  it("write sent and received, and forget the reason of a failure that was overcome", () => {
    const failed = withDeliveryState(message, { state: "failed", at, attempt: 1, cause: "provider.quota" });
    const sent = withDeliveryState(failed, { state: "sent", at, attempt: 2 });
    const delivered = withDeliveryState(sent, { state: "delivered", at: "2026-03-01T09:01:00Z", attempt: 2 });
    expect(delivered).toMatchObject({ status: "completed", sent: at, received: "2026-03-01T09:01:00Z" });
    expect(delivered.statusReason).toBeUndefined();
    expect(validator.validateResource(delivered)).toEqual([]);
  });

  it("keep the latest fifty and other extensions", () => {
    let current = { ...message, extension: [{ url: "https://clinic.example/x", valueString: "mine" }] };
    for (let attempt = 1; attempt <= 60; attempt += 1)
      current = { ...current, ...withDeliveryState(current, { state: "sending", at, attempt }) } as typeof current;
    expect(deliveryStates(current).map((step) => step.attempt)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 11),
    );
    expect(current.extension[0]).toEqual({ url: "https://clinic.example/x", valueString: "mine" });
  });
});

describe("what a list shows", () => {
  it.each([
    ["ana@example.org", "a••@example.org"],
    ["a@example.org", "••@example.org"],
    ["+4915112345678", "••••5678"],
    ["+49 30 12", "••••"],
    ["@example.org", "••••"],
    ["", "••••"],
  ])("masks %s as %s", (contact, masked) => {
    expect(maskContact(contact)).toBe(masked);
  });

  it("threat 161: holds no address, name or content", () => {
    const message = email({
      to: "canary.person@example.org",
      cc: { address: "second.canary@example.org", reference: "Patient/canary" },
      subject: "canary",
      text: "canary",
      html: "canary",
      attachments: [{ url: "Binary/1", contentType: "application/pdf", title: "canary.pdf" }],
    });
    const shown = presentForList(message);
    expect(shown).toEqual({
      channel: "email",
      status: "preparation",
      recipients: [
        { masked: "c••@example.org", role: "to" },
        { masked: "s••@example.org", role: "cc" },
      ],
      attachmentCount: 1,
      hasSubject: true,
    });
    expect(JSON.stringify(shown)).not.toContain("canary");
  });
});

describe("a test message", () => {
  it("carries the label of FHIR for test data, and only then counts as one", () => {
    const made = sms({ to: "+15550100", text: "Hello", test: true });
    expect(made.meta?.security).toEqual([expect.objectContaining({ code: "HTEST" })]);
    expect(isTestMessage(made)).toBe(true);
    expect(isTestMessage(sms({ to: "+15550100", text: "Hello" }))).toBe(false);
    expect(isTestMessage({ meta: { security: [{ system: "https://example.org", code: "HTEST" }] } })).toBe(false);
  });
});
