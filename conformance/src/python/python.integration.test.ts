import { fileURLToPath } from "node:url";
import { requires } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import {
  cases,
  judge,
  knowledgeOf,
  readDestinations,
  readManifest,
  skipOf,
  type Knowledge,
  type Subject,
} from "@hilum/devtools/conformance";
import { fetchFromEndpoint } from "./endpoint-fetch.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { available, path: python = "python3" } = requires("python3");
/** As the sandbox starts a Python plugin. */
const flags = ["-s", "-S", "-B", "-u"];

const secret = "whsec_YSBzZWNyZXQgb2YgYm90aCBzaWRlcywgMzIgYnl0ZXM=";
const phones = { accepted: "+15005550100", refused: "+15005550101", slow: "+15005550102", lost: "+15005550103" };

const pupils: readonly { name: string; knowledge: Knowledge; subject: Subject }[] = [
  {
    name: "the webhook sender, as it is delivered",
    knowledge: {
      ...{ ...phones, channel: "sms", smokeTest: "endpoint" },
      destinations: readDestinations(`${root}plugins/webhook-sender/hilum.json`, { included: true }),
      hook: {
        ...{ id: "receipt", contentType: "application/json" },
        body: '{"type":"message.opened","timestamp":"2026-03-02T08:15:00Z","data":{"message":"message-0"}}',
      },
    },
    subject: {
      command: [python, ...flags, "dist/main.py"],
      cwd: `${root}plugins/webhook-sender`,
      plugin: "org.hilum.webhook-sender",
      settings: { host: "endpoint.example", port: 443, path: "/in", signingSecret: secret, receipts: true },
      grants: ["net:https://endpoint.example:443"],
      hooks: ["receipt"],
      fetch: (params) => fetchFromEndpoint(secret, params, phones),
    },
  },
  {
    name: "the example in Python",
    knowledge: { accepted: "ada@example.org", refused: "nobody@example.org", smokeTest: "greet" },
    subject: {
      command: ["/usr/bin/env", `PYTHONPATH=${root}sdks/python/src`, python, ...flags, "src/main.py"],
      cwd: `${root}examples/hello-sender-python`,
      plugin: "com.example.hello-sender-python",
      settings: { greeting: "Hello" },
      grants: [],
    },
  },
  {
    name: "the example of a store in Python",
    knowledge: knowledgeOf(readManifest(`${root}examples/record-store-python/hilum.json`)),
    subject: {
      command: ["/usr/bin/env", `PYTHONPATH=${root}sdks/python/src`, python, ...flags, "src/main.py"],
      cwd: `${root}examples/record-store-python`,
      plugin: "com.example.record-store-python",
      settings: {},
      grants: [],
    },
  },
];

describe.each(pupils)("$name", ({ subject, knowledge }) => {
  it
    .skipIf(!available)
    .each(cases.filter((one) => skipOf(one, knowledge) === undefined).map((one) => [one.id, one] as const))(
    "%s",
    async (_, one) => {
      expect(await judge(one, subject, knowledge)).toEqual({ case: one.id, rule: one.rule, outcome: "passed" });
    },
  );
});
