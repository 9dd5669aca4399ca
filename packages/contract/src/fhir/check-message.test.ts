import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkMessage,
  email,
  extensionUrls,
  fax,
  identifierSystems,
  isE164,
  isEmailAddress,
  participationMode,
  sms,
  type EmailInput,
} from "./index.ts";

type Json = Record<string, unknown>;

const mail = (input: Partial<EmailInput> = {}): Json => ({
  ...email({ to: "ana@example.org", subject: "Your visit", text: "At ten.", ...input }),
});
const text = (): Json => ({ ...sms({ to: "+4915112345678", text: "At ten." }) });
const page = (): Json => ({ ...fax({ to: "+4930123456", text: "See attached." }) });
const file = (more: Json = {}): Json => ({
  contentAttachment: { contentType: "application/pdf", url: "Binary/1", ...more },
});
const html = (more: Json = {}): Json => ({ contentAttachment: { contentType: "text/html", data: "PHA+", ...more } });
const medium = (code: string): Json => ({ coding: [{ system: participationMode, code }] });
const to = (value: unknown, system: unknown = "email", ...more: Json[]): Json => ({
  recipient: [{ extension: [{ url: extensionUrls.usedContactPoint, valueContactPoint: { system, value } }, ...more] }],
});
const address = "/recipient/0/extension/0/valueContactPoint";

const refused: readonly (readonly [string, Json, string])[] = [
  ["another resource", { ...mail(), resourceType: "Patient" }, "/resourceType"],
  ["a status that only Hilum gives", { ...mail(), status: "completed" }, "/status"],
  ["a time of sending", { ...mail(), sent: "2026-01-01T00:00:00Z" }, "/sent"],
  ["a receipt", { ...mail(), received: "2026-01-01T00:00:00Z" }, "/received"],
  ["a reason of its status", { ...mail(), statusReason: { text: "x" } }, "/statusReason"],
  [
    "a modifier that nobody understands",
    { ...mail(), modifierExtension: [{ url: "https://x.example", valueBoolean: true }] },
    "/modifierExtension",
  ],
  ["a forged delivery state", { ...mail(), extension: [{ url: extensionUrls.deliveryState }] }, "/extension/0"],
  [
    "a forged provider's id",
    { ...mail(), identifier: [{ system: identifierSystems.providerMessageId, value: "1" }] },
    "/identifier/0",
  ],
  [
    "two idempotency keys",
    {
      ...mail(),
      identifier: [
        { system: identifierSystems.idempotencyKey, value: "a" },
        { system: identifierSystems.idempotencyKey, value: "b" },
      ],
    },
    "/identifier/1",
  ],
  ["an idempotency key with a line break", mail({ idempotencyKey: "a\nb" }), "/identifier/0/value"],
  ["an idempotency key of 256 characters", mail({ idempotencyKey: "k".repeat(256) }), "/identifier/0/value"],
  ["no medium", { ...mail(), medium: undefined }, "/medium"],
  [
    "a medium of another system",
    { ...mail(), medium: [{ coding: [{ system: "https://x.example", code: "EMAILWRIT" }] }] },
    "/medium",
  ],
  ["a medium that is not served", { ...mail(), medium: [medium("FACE")] }, "/medium/0/coding/0/code"],
  ["two channels", { ...mail(), medium: [medium("EMAILWRIT"), medium("SMSWRIT")] }, "/medium"],
  ["no recipient", { ...mail(), recipient: [] }, "/recipient"],
  ["a recipient without an address", { ...mail(), recipient: [{ reference: "Patient/1" }] }, "/recipient/0"],
  [
    "a recipient with two addresses",
    {
      ...mail(),
      ...to("a@b.example", "email", {
        url: extensionUrls.usedContactPoint,
        valueContactPoint: { system: "email", value: "c@d.example" },
      }),
    },
    "/recipient/0",
  ],
  ["an address without a value", { ...mail(), ...to(undefined) }, `${address}/value`],
  ["an address of another channel", { ...mail(), ...to("+4915112345678", "sms") }, `${address}/system`],
  [
    "an e-mail address with a header in it",
    { ...mail(), ...to("a@b.example\r\nBcc: c@d.example") },
    `${address}/value`,
  ],
  ["an e-mail address with a name", { ...mail(), ...to("Ana <a@b.example>") }, `${address}/value`],
  ["two e-mail addresses in one", { ...mail(), ...to("a@b.example,c@d.example") }, `${address}/value`],
  ["a national number", { ...text(), ...to("015112345678", "sms") }, `${address}/value`],
  ["a number with spaces", { ...text(), ...to("+49 151 12345678", "sms") }, `${address}/value`],
  ["a number with an AT command", { ...page(), ...to("+4930123456;ATH", "fax") }, `${address}/value`],
  ["101 recipients", mail({ to: Array.from({ length: 101 }, (_, index) => `p${index}@example.org`) }), "/recipient"],
  [
    "a role that is none",
    { ...mail(), ...to("a@b.example", "email", { url: extensionUrls.recipientRole, valueCode: "all" }) },
    "/recipient/0/extension/1",
  ],
  [
    "a cc of a text message",
    { ...text(), ...to("+4915112345678", "sms", { url: extensionUrls.recipientRole, valueCode: "cc" }) },
    "/recipient/0/extension/1",
  ],
  ["a subject with a header in it", mail({ subject: "Hi\r\nBcc: c@d.example" }), "/topic/text"],
  ["a subject with a line separator", mail({ subject: "Hi\u2028there" }), "/topic/text"],
  ["a subject of 256 characters", mail({ subject: "x".repeat(256) }), "/topic/text"],
  ["a subject that is no text", { ...mail(), topic: { text: 1 } }, "/topic/text"],
  ["a subject of a text message", { ...text(), topic: { text: "Hi" } }, "/topic"],
  ["no content", { ...mail(), payload: [] }, "/payload"],
  ["only a file in an e-mail", { ...mail(), payload: [file()] }, "/payload"],
  ["an empty payload", { ...mail(), payload: [{ contentString: "x" }, {}] }, "/payload/1"],
  ["two texts", { ...mail(), payload: [{ contentString: "x" }, { contentString: "y" }] }, "/payload"],
  ["two HTML bodies", { ...mail(), payload: [html(), html()] }, "/payload"],
  ["a text of white space", mail({ text: " \n " }), "/payload/0/contentString"],
  ["a text with an escape sequence", mail({ text: "x\u001b[2J" }), "/payload/0/contentString"],
  [
    "a text that is too long for an SMS",
    { ...text(), payload: [{ contentString: "x".repeat(1531) }] },
    "/payload/0/contentString",
  ],
  ["a text that is too long for an e-mail", mail({ text: "x".repeat(256 * 1024 + 1) }), "/payload/0/contentString"],
  [
    "a file in a text message",
    { ...text(), payload: [{ contentString: "x" }, file()] },
    "/payload/1/contentAttachment",
  ],
  ["HTML in a fax", { ...page(), payload: [{ contentString: "x" }, html()] }, "/payload/1/contentAttachment"],
  [
    "an inline file",
    { ...mail(), payload: [{ contentString: "x" }, file({ data: "SGk=" })] },
    "/payload/1/contentAttachment/data",
  ],
  [
    "a file elsewhere",
    { ...mail(), payload: [{ contentString: "x" }, file({ url: "https://elsewhere.example/x.pdf" })] },
    "/payload/1/contentAttachment/url",
  ],
  [
    "a file up the tree",
    { ...mail(), payload: [{ contentString: "x" }, file({ url: "Binary/../secret" })] },
    "/payload/1/contentAttachment/url",
  ],
  [
    "a file without a type",
    { ...mail(), payload: [{ contentString: "x" }, file({ contentType: undefined })] },
    "/payload/1/contentAttachment/contentType",
  ],
  [
    "a file of 26 MB",
    { ...mail(), payload: [{ contentString: "x" }, file({ size: 26 * 1024 * 1024 })] },
    "/payload/1/contentAttachment/size",
  ],
  [
    "a file of less than nothing",
    { ...mail(), payload: [{ contentString: "x" }, file({ size: -1 })] },
    "/payload/1/contentAttachment/size",
  ],
  [
    "two files of 26 MB together",
    {
      ...mail(),
      payload: [{ contentString: "x" }, file({ size: 13 * 1024 * 1024 }), file({ size: 13 * 1024 * 1024 })],
    },
    "/payload",
  ],
  [
    "21 files",
    { ...mail(), payload: [{ contentString: "x" }, ...Array.from({ length: 21 }, () => file())] },
    "/payload",
  ],
  [
    "a file name that leaves its folder",
    { ...mail(), payload: [{ contentString: "x" }, file({ title: "../x.pdf" })] },
    "/payload/1/contentAttachment/title",
  ],
  [
    "a file name with a header in it",
    { ...mail(), payload: [{ contentString: "x" }, file({ title: "x\r\nContent-Type: text/html" })] },
    "/payload/1/contentAttachment/title",
  ],
  ["HTML with data and url", { ...mail(), payload: [html({ url: "Binary/1" })] }, "/payload/0/contentAttachment/url"],
  ["empty HTML", { ...mail(), payload: [html({ data: "" })] }, "/payload/0/contentAttachment/data"],
  [
    "HTML that is too long",
    { ...mail(), payload: [html({ data: "A".repeat(512 * 1024 + 4) })] },
    "/payload/0/contentAttachment/data",
  ],
  [
    "a record by reference",
    { ...mail(), payload: [{ contentString: "x" }, { contentReference: { reference: "DocumentReference/1" } }] },
    "/payload/1/contentReference",
  ],
];

describe("a message that cannot be sent", () => {
  it.each(refused)("is refused with the place: %s", (_name, message, pointer) => {
    const problems = checkMessage(message);
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
    expect(problems[0]).toMatchObject({ message: expect.stringMatching(/\.$/), fix: expect.stringMatching(/\S/) });
  });

  it.each([[null], [undefined], [1], ["x"], [[]]])("is refused when it is no object: %s", (value) => {
    expect(checkMessage(value)).toHaveLength(1);
  });

  it("threat 22: is refused with __proto__ in it", () => {
    expect(
      checkMessage(JSON.parse('{"resourceType":"Communication","topic":{"__proto__":{"text":"x"}}}')),
    ).toMatchObject([{ pointer: "/topic" }]);
  });

  it("never throws, never names more than fifty problems and never quotes a value", () => {
    const canary = "Canary Patientsdottir";
    const keys = fc.constantFrom(
      "resourceType",
      "status",
      "medium",
      "recipient",
      "topic",
      "payload",
      "identifier",
      "extension",
      "coding",
      "text",
      "contentString",
      "contentAttachment",
      "data",
      "url",
      "title",
      "size",
      "valueContactPoint",
      "value",
      "system",
      "code",
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: "large" },
        fc.constantFrom<unknown>(canary, 1, null, true, participationMode, "EMAILWRIT", extensionUrls.usedContactPoint),
        fc.array(tie("node"), { maxLength: 4 }),
        fc.dictionary(keys, tie("node"), { maxKeys: 6 }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, keys, (value, key) => {
        const problems = checkMessage({ ...mail(), [key]: value });
        expect(problems.length).toBeLessThanOrEqual(50);
        expect(JSON.stringify(problems)).not.toContain("Patientsdottir");
      }),
      { numRuns: 500 },
    );
    expect(checkMessage({ ...mail(), recipient: Array.from({ length: 100 }, () => ({})) })).toHaveLength(50);
  });
});

describe("a message that can be sent", () => {
  it.each([
    ["without a status", { ...mail(), status: undefined }],
    ["with HTML alone", { ...mail(), payload: [html({ contentType: "text/html; charset=utf-8" })] }],
    ["to a phone by SMS", { ...text(), ...to("+4915112345678", "phone") }],
    ["by fax with a file alone", { ...page(), payload: [file({ contentType: "image/tiff" })] }],
    [
      "with a coding of another system beside",
      {
        ...mail(),
        medium: [
          {
            coding: [
              { system: "https://x.example", code: "mail" },
              { system: participationMode, code: "EMAILWRIT" },
            ],
          },
        ],
      },
    ],
    ["with an idempotency key", mail({ idempotencyKey: "7f3c-1" })],
  ])("is accepted %s", (_name, message) => {
    expect(checkMessage(message)).toEqual([]);
  });
});

describe("addresses", () => {
  it.each([
    "ana@example.org",
    "a.b+c@sub.example.org",
    "o'neil@example.org",
    "x@localhost",
    "x@münchen.example",
    "x@例え.example",
    "x@xn--mnchen-3ya.example",
  ])("accepts %s", (value) => {
    expect(isEmailAddress(value)).toBe(true);
  });

  it.each([
    "",
    "@",
    "a@",
    "@b.example",
    "a@b@c.example",
    "a..b@c.example",
    ".a@c.example",
    "a b@c.example",
    "a@-b.example",
    "a@b-.example",
    "a@b..example",
    'a"b@c.example',
    "a(x)@c.example",
    "a@[127.0.0.1]",
    "a@b.example\u0000",
    "a@b.exam\u200bple",
    "a@b.example\n",
    "ä@b.example",
    "a@b.example.",
    `${"a".repeat(65)}@b.example`,
    `a@${"b".repeat(64)}.example`,
    `a@${"b.".repeat(130)}example`,
    "a@mu\u0308nchen.example",
  ])("refuses %j", (value) => {
    expect(isEmailAddress(value)).toBe(false);
  });

  it("accepts E.164 numbers of 7 to 15 digits only", () => {
    for (const value of ["+4915112345678", "+1234567", "+123456789012345"]) expect(isE164(value)).toBe(true);
    for (const value of [
      "",
      "+",
      "4915112345678",
      "+0123456789",
      "+123456",
      "+1234567890123456",
      "+49 151",
      "+49151\n",
      "+٤٩١٥١١٢٣٤",
    ])
      expect(isE164(value)).toBe(false);
  });
});
