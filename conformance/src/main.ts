import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseResource } from "@hilum/contract/wire";
import {
  cases,
  judge,
  knowledgeOf,
  readManifest,
  type Knowledge,
  type Subject,
  type Verdict,
} from "@hilum/devtools/conformance";

const usage = `Judges a plugin by docs/reference/protocol.md.

  node conformance/src/main.ts [options] -- <program> [arguments]

  --cwd <folder>        the plugin's folder (default: here)
  --settings <json>     values of its settings, secrets included
  --smoke <id>          a smoke test of its manifest that is not live
  --channel <channel>   of its messages: email (the default) or sms
  --accepted <address>  a recipient that its provider takes (default: ada@example.org)
  --refused <address>   one that it refuses
  --slow <address>      one that takes it more than a second
  --hook <id>           a webhook of its manifest
  --hook-body <text>    a body that its vendor sends there (default: {})
  --hook-type <type>    the content type of it (default: application/json)
  --manifest <path>     its manifest: what it provides, its destinations, the types of its store
  --record <path>       a FHIR resource that its store takes, if it takes not every one of its types
  --answer <json>       what its provider answers to each, with status 201 (default: {})
  --egress <path>       a Unix socket that answers CONNECT, for a plugin that needs the network`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cwd: { type: "string", default: "." },
    settings: { type: "string", default: "{}" },
    smoke: { type: "string" },
    accepted: { type: "string", default: "ada@example.org" },
    channel: { type: "string", default: "email" },
    refused: { type: "string" },
    slow: { type: "string" },
    egress: { type: "string" },
    manifest: { type: "string" },
    record: { type: "string" },
    answer: { type: "string", default: "{}" },
    hook: { type: "string" },
    "hook-body": { type: "string", default: "{}" },
    "hook-type": { type: "string", default: "application/json" },
    help: { type: "boolean", default: false },
  },
});

if (values.help || positionals.length === 0) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const subject: Subject = {
  command: positionals,
  cwd: values.cwd,
  plugin: "com.example.subject",
  settings: JSON.parse(values.settings) as Record<string, unknown>,
  grants: [],
  ...(values.egress === undefined ? {} : { egressSocket: values.egress }),
  ...(values.hook === undefined ? {} : { hooks: [values.hook] }),
  fetch: async ({ path }) => ({
    ...{ status: 201, request: path },
    headers: { "content-type": "application/json" },
    body: { text: values.answer },
  }),
};
const knowledge: Knowledge = {
  accepted: values.accepted,
  channel: values.channel === "sms" ? "sms" : "email",
  ...(values.refused === undefined ? {} : { refused: values.refused }),
  ...(values.manifest === undefined ? {} : knowledgeOf(readManifest(values.manifest))),
  ...(values.smoke === undefined ? {} : { smokeTest: values.smoke }),
  ...(values.record === undefined
    ? {}
    : { record: parseResource(JSON.parse(readFileSync(values.record, "utf8")), "/record") }),
  ...(values.slow === undefined ? {} : { slow: values.slow }),
  ...(values.hook === undefined
    ? {}
    : { hook: { id: values.hook, contentType: values["hook-type"], body: values["hook-body"] } }),
};

const verdicts: Verdict[] = [];
for (const one of cases) {
  const verdict = await judge(one, subject, knowledge);
  verdicts.push(verdict);
  console.log(`${verdict.outcome.padEnd(8)}${verdict.case}${verdict.outcome === "passed" ? "" : `: ${verdict.why}`}`);
}
const count = (outcome: Verdict["outcome"]): number => verdicts.filter((verdict) => verdict.outcome === outcome).length;
console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
process.exitCode = count("failed") === 0 ? 0 : 1;
