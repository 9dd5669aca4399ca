import { causeByProviderCode, type ProviderErrorCode } from "@hilum/contract";
import { checkAnswer, checkErrorData } from "@hilum/contract/wire";
import { signRequest } from "@hilum/host";
import { ProviderError, type ProviderErrorOptions } from "@hilum/sdk";
import { mutate, mutationsOf } from "./mutations.ts";
import type { VectorFile } from "./vector-file.ts";

const row = {
  ...{ id: "connect", title: "It connects", status: "failed", durationMs: 1.5, detail: "a\nb", cause: "network" },
  ...{ expected: "x", actual: "y", fix: "z", field: "/host", reply: "451" },
};
const answers: Readonly<Record<string, unknown>> = {
  initialize: { protocol: "1", methods: ["initialize", "shutdown"], sdk: { name: "s", version: "1" } },
  "config.validate": { rows: [row] },
  "setup.discover": {
    options: [
      { value: "a", title: "A", text: "t" },
      { value: 5, title: "B" },
    ],
  },
  "health.check": { state: "healthy", rows: [] },
  shutdown: null,
  "messages.send": { outcome: "accepted", providerId: "1", refused: [{ recipient: 0, reply: "550" }], reply: "250" },
  "ingress.handle": { status: 202, body: { text: "{}", contentType: "application/json" } },
  "records.create": { resource: { resourceType: "Patient", id: "p1", active: true } },
  "records.read": {
    resource: { resourceType: "Binary", id: "b1" },
    content: { id: "blob", size: 3, contentType: "text/plain" },
  },
  "records.delete": {},
  "records.search": { resources: [{ resourceType: "Patient", id: "p1" }], next: "c", total: 1 },
  "no.such": {},
};
const chosen: readonly [method: string, result: unknown][] = [
  ...[199, 300, 399, 400, 499, 500, 200.5].map((status): [string, unknown] => ["ingress.handle", { status }]),
  ["ingress.handle", { body: { text: "x".repeat(65_537), contentType: "text/plain" } }],
  ["ingress.handle", { body: { text: "x", contentType: "text/html" } }],
  ["messages.send", { outcome: "accepted", reply: "x".repeat(2001) }],
  ["messages.send", { outcome: "accepted", providerId: "x".repeat(257) }],
  ["initialize", { protocol: "1", methods: ["a", "a"] }],
  ["shutdown", {}],
];
const errorData = {
  ...{ code: "provider.temporary", cause: "provider_down", sent: "no", retry: "later", retryAfterMs: 1000 },
  ...{ fix: "Wait.", field: "/host", reply: "451" },
};

const options = [
  {},
  { sent: "maybe", retry: "never", retryAfterMs: 5000, reply: "451 later", field: "/password", fix: "Mend it." },
  { cause: "other", detail: "Something was seen." },
] as const;
/** One unit longer than what is kept. */
const longReply = { reply: `${"x".repeat(1999)}é😀` };

/** What a plugin answers, and how it tells a failure. */
export function answerVectors(): VectorFile[] {
  return [
    {
      name: "answers",
      about:
        "A plugin's `result` of a `method`, or the `errorData` of its failure, and what is wrong with it. With `at`, the first one of that method with one change.",
      cases: [
        ...[...Object.entries(answers), ...chosen].map(([method, result]) => ({
          ...{ method, result, problems: checkAnswer(method, result) },
        })),
        ...Object.entries(answers).flatMap(([method, result]) =>
          mutationsOf(result, 3).map((mutation) => ({
            ...{ method, ...mutation, problems: checkAnswer(method, mutate(result, mutation)) },
          })),
        ),
        { errorData, problems: checkErrorData(errorData) },
        ...mutationsOf(errorData, 4).map((mutation) => {
          const changed = mutate(errorData, mutation);
          return { errorData: changed, problems: checkErrorData(changed) };
        }),
      ],
    },
    {
      name: "provider-errors",
      about: "A ProviderError's code and options, the data that it becomes, and its detail.",
      cases: [
        ...(Object.keys(causeByProviderCode) as ProviderErrorCode[]).flatMap((code) =>
          options.map((given) => told(code, given)),
        ),
        told("provider.refused", longReply),
      ],
    },
    {
      name: "signatures",
      about:
        "A body signed as Standard Webhooks 1.0 say, by the host's own code: key, id, time and body, and the headers.",
      cases: [
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", 1_614_265_330, '{"test": 2432232314}'],
        ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "01KABE", 1_700_000_000, '{"text":"Grüße 😀"}'],
        ["whsec_AQ==", "x", 0, ""],
      ].map(([key, id, seconds, body]) => {
        const request = { origin: "https://hilum.test", target: "/", headers: {}, body: Buffer.from(String(body)) };
        const by = { scheme: "standard-webhooks", secret: "s" } as const;
        const { headers } = signRequest(by, String(key), request, { atMs: Number(seconds) * 1000, id: String(id) });
        return { key, id, seconds, body, headers };
      }),
    },
  ];
}

function told(code: ProviderErrorCode, given: ProviderErrorOptions): object {
  const { data, detail } = new ProviderError(code, given);
  return { code, options: given, data, detail };
}
