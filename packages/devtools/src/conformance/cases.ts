import { hostMethods } from "@hilum/contract";
import { checkErrorData } from "@hilum/contract/wire";
import { setTimeout as sleep } from "node:timers/promises";
import { begin, demand, errorOf, noAccepted, resultOf, sendParams, type Case, type Knowledge } from "./case.ts";
import { fetchCases } from "./fetch-cases.ts";
import { recordCases } from "./record-cases.ts";
import { patientWord } from "./record-samples.ts";
import { startPlugin, type PluginProcess, type Subject } from "./plugin-process.ts";

function hookParams(hook: string, contentType: string, body: { text: string } | { base64: string }): object {
  const headers = { "content-type": contentType, "x-conformance": "1" };
  return { hook, method: "POST", query: {}, headers, body, receivedAt: "2026-03-02T08:00:00.000Z" };
}

export const cases: readonly Case[] = [
  {
    id: "handshake",
    group: "protocol",
    rule: "The answer to initialize names the protocol and every method that the plugin answers.",
    async run(plugin, { capabilities = ["send_messages"] }) {
      const methods = await begin(plugin);
      const promised = [
        ...(capabilities.includes("send_messages") ? hostMethods.send_messages : []),
        ...(capabilities.includes("store_records") ? hostMethods.store_records : []),
      ];
      const missing = [...hostMethods.core, ...promised].filter((method) => !methods.includes(method));
      demand(missing.length === 0, `the handshake does not name ${missing.join(", ")}`);
    },
  },
  {
    id: "handshake-version",
    group: "protocol",
    rule: "A plugin that does not speak the offered protocol answers with error -32602.",
    async run(plugin) {
      const { code } = errorOf(
        "initialize",
        await plugin.ask("initialize", { protocol: "999", settings: {}, grants: [], limits: {} }),
      );
      demand(code === -32_602, `the error is ${code}`);
    },
  },
  {
    id: "method-unknown",
    group: "protocol",
    rule: "An unknown method is error -32601, whatever it is called.",
    async run(plugin) {
      await begin(plugin);
      for (const method of ["no.such", "__proto__", "constructor", "messages.sénd"]) {
        const { code } = errorOf(method, await plugin.ask(method));
        demand(code === -32_601, `${method} is answered with error ${code}`);
      }
    },
  },
  {
    id: "config-validate",
    group: "protocol",
    rule: "config.validate judges given settings, and those of the handshake.",
    async run(plugin) {
      await begin(plugin);
      resultOf("config.validate", await plugin.ask("config.validate"));
    },
  },
  {
    id: "health",
    group: "protocol",
    rule: "health.check tells a state and rows.",
    async run(plugin) {
      await begin(plugin);
      resultOf("health.check", await plugin.ask("health.check"));
    },
  },
  {
    id: "smoke",
    group: "protocol",
    rule: "smoke.run answers with rows, and with error -32602 for an unknown id.",
    skip: ({ smokeTest }) => (smokeTest === undefined ? "the manifest declares no smoke test" : undefined),
    async run(plugin, { smokeTest }) {
      await begin(plugin);
      const { rows } = resultOf("smoke.run", await plugin.ask("smoke.run", { id: smokeTest }));
      demand(Array.isArray(rows) && rows.length > 0, "a smoke test proves nothing without a row");
      const { code } = errorOf("smoke.run", await plugin.ask("smoke.run", { id: "no-such-test" }));
      demand(code === -32_602, `an unknown smoke test is answered with error ${code}`);
    },
  },
  {
    id: "setup-unknown-step",
    group: "protocol",
    rule: "An unknown step is error -32602.",
    async run(plugin) {
      await begin(plugin);
      const { code } = errorOf("setup.check", await plugin.ask("setup.check", { step: "no-such-step", settings: {} }));
      demand(code === -32_602, `the error is ${code}`);
    },
  },
  {
    id: "send",
    group: "send_messages",
    rule: "messages.send answers with outcome accepted.",
    skip: noAccepted,
    async run(plugin, knowledge) {
      await begin(plugin);
      resultOf("messages.send", await plugin.ask("messages.send", sendParams(knowledge, [knowledge.accepted ?? ""])));
    },
  },
  {
    id: "send-many",
    group: "send_messages",
    rule: "Requests may be answered in any order, each once.",
    skip: noAccepted,
    async run(plugin, knowledge) {
      await begin(plugin);
      const ids = Array.from({ length: 12 }, () =>
        plugin.begin("messages.send", sendParams(knowledge, [knowledge.accepted ?? ""])),
      );
      for (const id of ids) resultOf("messages.send", await plugin.answerTo(id, 30_000));
    },
  },
  {
    id: "send-attachment",
    group: "send_messages",
    rule: "Attachments are read with blobs.read, in chunks.",
    skip: (knowledge) => (knowledge.channel === "sms" ? "text messages have no attachments" : noAccepted(knowledge)),
    async run(plugin, knowledge) {
      const bytes = new Uint8Array(700_000).map((_, index) => index % 251);
      plugin.blobs.set("blob-1", bytes);
      await begin(plugin);
      resultOf(
        "messages.send",
        await plugin.ask(
          "messages.send",
          sendParams(knowledge, [knowledge.accepted ?? ""], [{ id: "blob-1", size: bytes.length }]),
        ),
      );
    },
  },
  {
    id: "send-refused",
    group: "send_messages",
    rule: "If nobody was taken, the answer is an error whose data decides what happens next.",
    skip: ({ refused }) => (refused === undefined ? "no address is known to be refused" : undefined),
    async run(plugin, knowledge) {
      const { refused = "" } = knowledge;
      await begin(plugin);
      const { code, data } = errorOf(
        "messages.send",
        await plugin.ask("messages.send", sendParams(knowledge, [refused])),
      );
      demand(code === -32_000, `the error is ${code}`);
      const problems = checkErrorData(data);
      demand(
        problems.length === 0,
        `error.data is not valid: ${problems.map(({ pointer, message }) => `${pointer} ${message}`).join("; ")}`,
      );
      demand(
        data?.["code"] === "provider.recipient" && data["sent"] === "no" && data["retry"] === "never",
        `a refused recipient is told as ${JSON.stringify(data)}`,
      );
      demand(!JSON.stringify(data).includes(refused), "the error repeats the recipient's address");
    },
  },
  {
    id: "send-partly-refused",
    group: "send_messages",
    rule: "refused names recipients that were not taken although the others were, by their index.",
    skip: ({ refused }) => (refused === undefined ? "no address is known to be refused" : undefined),
    async run(plugin, knowledge) {
      const { accepted = "", refused = "" } = knowledge;
      await begin(plugin);
      const result = resultOf(
        "messages.send",
        await plugin.ask("messages.send", sendParams(knowledge, [accepted, refused])),
      );
      const indexes = (result["refused"] as { recipient: number }[] | undefined)?.map(({ recipient }) => recipient);
      demand(JSON.stringify(indexes) === "[1]", `refused recipients are ${JSON.stringify(indexes)}, not [1]`);
    },
  },
  {
    id: "cancel",
    group: "send_messages",
    rule: "After $/cancel the other side stops the work if it can, and still answers.",
    skip: ({ slow }) => (slow === undefined ? "no address is known to be slow" : undefined),
    async run(plugin, knowledge) {
      const { slow = "", accepted = "" } = knowledge;
      await begin(plugin);
      const id = plugin.begin("messages.send", sendParams(knowledge, [slow]), 60_000);
      await sleep(500);
      plugin.notify("$/cancel", { id });
      const answer = await plugin.answerTo(id, 5000);
      demand(answer.kind === "error", "the call went on to its end");
      plugin.notify("$/cancel", { id: 999_999 });
      resultOf("messages.send", await plugin.ask("messages.send", sendParams(knowledge, [accepted])));
    },
  },
  {
    id: "send-lost",
    group: "send_messages",
    rule: "`sent` is maybe as soon as the provider may have taken the message; then it is never sent again by itself.",
    skip: ({ lost }) => (lost === undefined ? "no address is known whose answer is lost" : undefined),
    async run(plugin, knowledge) {
      await begin(plugin);
      const params = sendParams(knowledge, [knowledge.lost ?? ""]);
      const { data } = errorOf("messages.send", await plugin.ask("messages.send", params, { deadlineMs: 60_000 }));
      demand(checkErrorData(data).length === 0, `error.data is not valid: ${JSON.stringify(data)}`);
      demand(data?.["sent"] === "maybe", `an answer that is lost is told as ${JSON.stringify(data)}`);
    },
  },
  {
    id: "hook",
    group: "ingress",
    rule: "ingress.handle answers what the vendor is answered, also when the same request comes again.",
    skip: ({ hook }) => (hook === undefined ? "the manifest declares no hook, or none is known here" : undefined),
    async run(plugin, { hook }) {
      const methods = await begin(plugin);
      demand(methods.includes("ingress.handle"), "the handshake does not name ingress.handle");
      const params = hookParams(hook?.id ?? "", hook?.contentType ?? "", { text: hook?.body ?? "" });
      const first = resultOf("ingress.handle", await plugin.ask("ingress.handle", params));
      const again = resultOf("ingress.handle", await plugin.ask("ingress.handle", params));
      const [one, two] = [first, again].map(({ status = 200 }) => Number(status));
      demand(one === two, `the same request is answered with ${one} and then ${two}`);
    },
  },
  {
    id: "hook-strange",
    group: "ingress",
    rule: "An unknown hook is error -32602; a body that is no text, or not what the vendor sends, is answered all the same.",
    skip: ({ hook }) => (hook === undefined ? "the manifest declares no hook, or none is known here" : undefined),
    async run(plugin, { hook }) {
      await begin(plugin);
      const { code } = errorOf(
        "ingress.handle",
        await plugin.ask("ingress.handle", hookParams("no-such-hook", "text/plain", { text: "" })),
      );
      demand(code === -32_602, `an unknown hook is answered with error ${code}`);
      for (const body of [{ base64: "/wD+" }, { text: "" }, { text: "][" }]) {
        const answer = await plugin.ask("ingress.handle", hookParams(hook?.id ?? "", "text/plain", body));
        if (answer.kind === "result") resultOf("ingress.handle", answer);
        else
          demand(
            checkErrorData(answer.error.data).length === 0,
            `error.data is not valid: ${JSON.stringify(answer.error.data)}`,
          );
      }
      resultOf("health.check", await plugin.ask("health.check"));
    },
  },
  ...fetchCases,
  ...recordCases,
  {
    id: "shutdown",
    group: "protocol",
    rule: "shutdown means: answer null and leave with exit code 0, within two seconds.",
    async run(plugin) {
      await begin(plugin);
      const startedAt = performance.now();
      resultOf("shutdown", await plugin.ask("shutdown"));
      const exit = await plugin.exit(2000 - (performance.now() - startedAt));
      demand(exit === 0, exit === undefined ? "it still runs after two seconds" : `it left with ${exit}`);
    },
  },
  {
    id: "end-of-input",
    group: "protocol",
    rule: "The end of standard input means the same, without a request.",
    async run(plugin) {
      await begin(plugin);
      plugin.endInput();
      const exit = await plugin.exit(2000);
      demand(exit === 0, exit === undefined ? "it still runs after two seconds" : `it left with ${exit}`);
    },
  },
  {
    id: "garbage",
    group: "protocol",
    rule: "On a line that it cannot read a plugin may answer -32700 and go on, or leave with an exit code that is not 0.",
    async run(plugin) {
      await begin(plugin);
      plugin.writeRaw("this is no JSON\n");
      const exit = await plugin.exit(500);
      if (exit === undefined) resultOf("health.check", await plugin.ask("health.check"));
      else demand(exit !== 0 && typeof exit === "number", `it left with ${exit}`);
      demand(
        plugin.strays.every((answer) => answer.kind === "error" && answer.id === null),
        "it answered something that nobody asked",
      );
    },
  },
];

/** Shorter ones stand in any text. */
const secretLengthMin = 4;

export type Verdict =
  | { case: string; rule: string; outcome: "passed" }
  | { case: string; rule: string; outcome: "failed" | "skipped"; why: string };

/** Why a case cannot be played with what is known, or does not apply. */
export function skipOf(one: Case, knowledge: Knowledge): string | undefined {
  const { capabilities = ["send_messages"] } = knowledge;
  const { group } = one;
  if ((group === "send_messages" || group === "store_records") && !capabilities.includes(group))
    return `the manifest does not provide ${group}`;
  if (group === "store_records" && knowledge.noProvider !== undefined) return knowledge.noProvider;
  return one.skip?.(knowledge);
}

/** Runs one case against a fresh process, and judges what holds for all: standard output is the protocol's alone. */
export async function judge(one: Case, subject: Subject, knowledge: Knowledge): Promise<Verdict> {
  const place = { case: one.id, rule: one.rule };
  const skip = skipOf(one, knowledge);
  if (skip !== undefined) return { ...place, outcome: "skipped", why: skip };
  const plugin = await startPlugin(subject);
  const fault = await one.run(plugin, knowledge).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : "unknown"),
  );
  // What it wrote to standard error may still be on the way while its answer is here.
  await plugin.kill();
  const why = trespassOf(plugin) ?? fault ?? faultOfAll(one, plugin, subject);
  if (why === undefined) return { ...place, outcome: "passed" };
  const said = plugin.stderr === "" ? "" : ` (standard error: ${plugin.stderr.slice(-500)})`;
  return { ...place, outcome: "failed", why: withoutSecrets(`${why}${said}`, subject) };
}

/** Told before what follows from it: the plugin fails because the host refuses. */
function trespassOf({ trespasses: [first] }: PluginProcess): string | undefined {
  return first === undefined ? undefined : `it asks the host for what it has no right to: ${first}`;
}

/** What holds in every case. */
function faultOfAll(one: Case, plugin: PluginProcess, { secrets = [] }: Subject): string | undefined {
  const [violation] = plugin.violations;
  if (violation !== undefined) return `standard output breaks the protocol: ${violation.detail}`;
  if (one.id !== "garbage" && plugin.strays.length > 0) return "it answered something that nobody asked";
  const written = `${plugin.stderr}${JSON.stringify(plugin.log)}`;
  if (one.group === "store_records" && written.includes(patientWord)) return "it writes a patient's data into its log";
  const leaks = secrets.some((secret) => secret.length >= secretLengthMin && written.includes(secret));
  return leaks ? "it writes a secret into its log" : undefined;
}

/** The result is a file that others read; what a plugin wrote may hold what it should not have written. */
function withoutSecrets(text: string, { secrets = [] }: Subject): string {
  return secrets
    .filter((secret) => secret.length >= secretLengthMin)
    .reduce((said, secret) => said.replaceAll(secret, "[secret]"), text);
}
