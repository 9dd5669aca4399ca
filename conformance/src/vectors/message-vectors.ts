import {
  channelOf,
  checkMessage,
  contactPoints,
  email,
  extensionUrls,
  fax,
  idempotencyKeyOf,
  identifierSystems,
  isTestMessage,
  messageText,
  participationMode,
  sms,
} from "@hilum/contract/fhir";
import { mutate, mutationsOf } from "./mutations.ts";
import type { VectorFile } from "./vector-file.ts";

const file = { url: "Binary/1", contentType: "application/pdf", title: "map.pdf", size: 20_480 };
const inputs = [
  { email: { to: "ada@example.org", subject: "Hi", text: "Hello" } },
  {
    email: {
      ...{ to: ["ada@example.org", { address: " ben@example.org ", reference: "Patient/1" }], cc: "cc@example.org" },
      ...{ bcc: ["b1@example.org", "b2@example.org"], subject: "Grüße", text: "Zeile\nzwei", html: "<p>Grüße</p>" },
      ...{ attachments: [file, { url: "Binary/2", contentType: "image/png" }], patient: "Patient/1" },
      ...{ idempotencyKey: "key-1", test: true },
    },
  },
  { sms: { to: "+49 (151) 123-456.78", text: "At ten 😀" } },
  { sms: { to: ["+15550100", "+15550101"], text: "x", test: true, idempotencyKey: "k" } },
  { fax: { to: "+4930123456", attachments: [file] } },
  { fax: { to: "+4930123456", subject: "Pages", text: "See below" } },
] as const;

type Input = (typeof inputs)[number];
const build = (input: Input): object => {
  if ("email" in input) return email(input.email);
  return "sms" in input ? sms(input.sms) : fax(input.fax);
};

const plain = { ...email({ to: "ada@example.org", subject: "Hi", text: "Hello" }) };
const to = (system: string, value: unknown): object => ({
  recipient: [{ extension: [{ url: extensionUrls.usedContactPoint, valueContactPoint: { system, value } }] }],
});
const text = { ...sms({ to: "+15550100", text: "At ten." }) };
const chosen: readonly unknown[] = [
  ...[null, [], "x", 5, {}, { ...plain, status: "completed" }, { ...plain, sent: "2026-01-01T00:00:00Z" }],
  { ...plain, modifierExtension: [] },
  { ...plain, extension: [{ url: extensionUrls.deliveryState }] },
  { ...plain, identifier: [{ system: identifierSystems.providerMessageId, value: "1" }] },
  { ...plain, identifier: ["a", "b"].map((value) => ({ system: identifierSystems.idempotencyKey, value })) },
  ...["", "a b", "ü", "x".repeat(256)].map((value) => ({
    ...plain,
    identifier: [{ system: identifierSystems.idempotencyKey, value }],
  })),
  { ...plain, medium: [{ coding: [{ system: participationMode, code: "PHONE" }] }] },
  { ...plain, medium: ["EMAILWRIT", "SMSWRIT"].map((code) => ({ coding: [{ system: participationMode, code }] })) },
  ...[
    "ada",
    "ada@",
    "@b",
    "a b@c.d",
    "ada@exämple.de",
    "ada@exa\u0301mple.de",
    "ä@b.c",
    "a@b..c",
    "a@-b",
    `a@${"b".repeat(64)}`,
    "x\n@y",
  ].map((value) => ({ ...plain, ...to("email", value) })),
  ...["+15550100", "15550100", "+0123456789", "+1 555", "+123456", "+1234567890123456"].map((value) => ({
    ...text,
    ...to("sms", value),
  })),
  { ...text, ...to("phone", "+15550100") },
  { ...text, ...to("email", "ada@example.org") },
  { ...text, topic: { text: "no" } },
  { ...text, payload: [{ contentString: "x".repeat(1531) }] },
  { ...text, payload: [{ contentString: "😀".repeat(766) }] },
  { ...text, payload: [{ contentAttachment: { contentType: "image/png", url: "Binary/1" } }] },
  ...["two\nlines", "x".repeat(256), 5, "sep\u2028"].map((subject) => ({ ...plain, topic: { text: subject } })),
  ...["", "  ", "bell\u0007", "ok\ttab\r\n"].map((contentString) => ({ ...plain, payload: [{ contentString }] })),
  { ...plain, payload: [{ contentString: "a" }, { contentString: "b" }] },
  { ...plain, payload: [] },
  ...[
    { data: "PHA+" },
    { data: "PHA+", contentType: "text/html; charset=utf-8" },
    { data: "", contentType: "text/html" },
    { data: "PHA+", contentType: "text/htmlx" },
  ].map((contentAttachment) => ({ ...plain, payload: [{ contentAttachment }] })),
  ...[
    { url: "Binary/../1" },
    { url: "https://x" },
    { size: -1 },
    { size: 26_214_401 },
    { title: "a/b" },
    { title: "x".repeat(256) },
  ].map((more) => ({ ...plain, payload: [{ contentString: "a" }, { contentAttachment: { ...file, ...more } }] })),
  { ...plain, payload: [{ contentString: "a" }, ...Array.from({ length: 21 }, () => ({ contentAttachment: file }))] },
  { ...plain, payload: [{ contentReference: { reference: "DocumentReference/1" } }] },
  { ...plain, recipient: Array.from({ length: 101 }, () => plain.recipient?.[0]) },
  { ...plain, note: Array.from({ length: 70 }).reduce<unknown>((inner) => [inner], 1) },
  { ...plain, note: JSON.parse('{"a":{"__proto__":1}}') as unknown },
];

/** How messages are built and read, and which are taken. */
export function messageVectors(): VectorFile[] {
  const base = build(inputs[1]);
  return [
    {
      name: "messages-built",
      about: "What a builder is given, the Communication that it makes, and what is read from it.",
      cases: inputs.map((input) => {
        const communication = build(input) as ReturnType<typeof email>;
        return {
          ...{ input, communication, channel: channelOf(communication) ?? null, test: isTestMessage(communication) },
          ...{ points: contactPoints(communication), text: messageText(communication) },
          key: idempotencyKeyOf(communication) ?? null,
        };
      }),
    },
    {
      name: "messages-judged",
      about:
        "A message, or the one of the first case with one change (`put` at the JSON pointer `at`, or `remove`), and why it is not taken. No problems: it is.",
      cases: [
        { message: base, problems: checkMessage(base) },
        ...chosen.map((message) => ({ message, problems: checkMessage(message) })),
        ...mutationsOf(base, 2).map((mutation) => ({ ...mutation, problems: checkMessage(mutate(base, mutation)) })),
      ],
    },
  ];
}
