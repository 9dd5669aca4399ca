import { expect, it } from "vitest";
import { recipientsFault, splitRecipients } from "./recipients.ts";

it("takes several recipients, however they are separated", () => {
  expect(splitRecipients("a@example.org, b@example.org;\n c@example.org ,")).toEqual([
    "a@example.org",
    "b@example.org",
    "c@example.org",
  ]);
});

it.each([
  ["email", "ana@example.org", undefined],
  ["email", "ana@", "“ana@” is not an e-mail address. Write it as name@example.org."],
  ["email", "", "Name at least one e-mail address."],
  ["sms", "+44 20 7946 0000", undefined],
  ["sms", "020 7946 0000", "“020 7946 0000” is not a full number. Write it with + and the country code."],
] as const)("judges %s to %j", (channel, text, fault) => {
  expect(recipientsFault(channel, text, true)).toBe(fault);
});

it("leaves an empty Cc alone", () => {
  expect(recipientsFault("email", " ", false)).toBeUndefined();
});
