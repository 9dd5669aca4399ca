import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FetchParams, FetchResult } from "@hilum/contract";
import { startTestEgress } from "@hilum/sdk/testing";
import {
  createTempDir,
  requires,
  startSmtpServer,
  startTwilioServer,
  type SmtpServer,
  type TwilioServer,
} from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cases,
  FetchFailure,
  judge,
  knowledgeOf,
  readDestinations,
  readManifest,
  skipOf,
  type Knowledge,
  type Subject,
} from "@hilum/devtools/conformance";
import { fetchFromTwilio } from "./twilio-fetch.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = requires("python3");
const withMail = requires("aiosmtpd").available;

interface Pupil {
  name: string;
  knowledge: Knowledge;
  subject(): Subject;
  available: boolean;
}

let smtp: SmtpServer | undefined;
let twilio: TwilioServer | undefined;
const numbers = { accepted: "+15005550100", refused: "+15005550101", slow: "+15005550102", lost: "+15005550103" };
let closeEgress: (() => Promise<void>) | undefined;
let egressSocket = "";

beforeAll(async () => {
  twilio = await startTwilioServer({ account: { optedOut: [numbers.refused] } });
  if (!withMail) return;
  smtp = await startSmtpServer({
    behaviours: {
      "nobody@example.org": { kind: "refuse", reply: "550 5.1.1 <nobody@example.org> unknown" },
      "slow@example.org": { kind: "slow", delayMs: 30_000 },
    },
  });
  const allowed = `net:tcp://127.0.0.1:${smtp.port}`;
  const egress = await startTestEgress({ allows: (scope) => scope === allowed, privateRanges: ["127.0.0.0/8"] });
  egressSocket = egress.socketPath;
  closeEgress = egress.close;
});
afterAll(async () => {
  await twilio?.stop();
  await closeEgress?.();
  await smtp?.stop();
});

const mail = (): Pick<Subject, "settings" | "grants" | "egressSocket"> => ({
  settings: { host: "127.0.0.1", port: smtp?.port, security: "none", signIn: false, from: "clinic@example.org" },
  grants: [`net:tcp://127.0.0.1:${smtp?.port}`],
  egressSocket,
});
const addresses = { accepted: "ada@example.org", refused: "nobody@example.org", slow: "slow@example.org" };
const plain = {
  command: [python.path ?? "python3", "-S", "-B", "plain_python_plugin.py"],
  cwd: `${root}conformance`,
  plugin: "com.example.plain",
};

const api = {
  destinations: [
    {
      ...{ id: "api", title: "The provider", scope: "net:https://api.example.org" },
      requests: [{ method: "POST" as const, path: "/v1/messages" }],
    },
  ],
  subject: (): Subject => ({
    ...plain,
    settings: { api: true },
    grants: ["net:https://api.example.org"],
    fetch: takeText,
  }),
} satisfies Pick<Knowledge, "destinations"> & { subject(): Subject };

/** A provider that takes texts, each under its own key, and not to everybody. */
async function takeText({ path, headers = {}, body }: FetchParams): Promise<FetchResult> {
  const { to } = JSON.parse(body !== undefined && "text" in body ? body.text : "{}") as { to?: string };
  const refused = to === numbers.refused;
  const text = JSON.stringify(refused ? { error: "unknown" } : { id: headers["idempotency-key"] });
  return { status: refused ? 422 : 201, headers: {}, body: { text }, request: path };
}

const pupils: readonly Pupil[] = [
  {
    name: "the SMTP plugin, as it is delivered",
    available: withMail,
    knowledge: { ...addresses, smokeTest: "connect" },
    subject: () => ({
      command: [process.execPath, "dist/main.mjs"],
      cwd: `${root}plugins/smtp`,
      plugin: "org.hilum.smtp",
      ...mail(),
    }),
  },
  {
    name: "the Twilio plugin, as it is delivered",
    available: true,
    knowledge: {
      ...{ ...numbers, channel: "sms", smokeTest: "account" },
      destinations: readDestinations(`${root}plugins/twilio-sms/hilum.json`, { included: true }),
      hook: { id: "status", contentType: "application/x-www-form-urlencoded", body: "MessageStatus=delivered" },
    },
    subject: () => ({
      command: [process.execPath, "dist/main.mjs"],
      cwd: `${root}plugins/twilio-sms`,
      plugin: "org.hilum.twilio-sms",
      settings: {
        ...{ signIn: "token", accountSid: twilio?.account.sid, from: twilio?.account.numbers[0]?.number },
        ...{ segmentsMax: 6, receipts: true, apiHost: "127.0.0.1", apiPort: twilio?.port },
      },
      grants: [`net:https://127.0.0.1:${twilio?.port}`],
      hooks: ["status"],
      fetch: async (params) => {
        if (twilio === undefined) throw new FetchFailure({ code: "provider.unreachable", sent: "no" });
        return await fetchFromTwilio(twilio, params, numbers);
      },
    }),
  },
  {
    name: "the example in TypeScript",
    available: true,
    knowledge: { accepted: "ada@example.org", refused: "nobody@example.org", smokeTest: "greet" },
    subject: () => ({
      command: [process.execPath, "main.ts"],
      cwd: `${root}examples/hello-sender`,
      plugin: "com.example.hello-sender",
      settings: { greeting: "Hello" },
      grants: [],
    }),
  },
  {
    name: "the example with a webhook",
    available: true,
    knowledge: {
      ...{ accepted: "ada@example.org", smokeTest: "address" },
      hook: { id: "status", contentType: "application/json", body: '{"id":"message-0","status":"delivered"}' },
    },
    subject: () => ({
      command: [process.execPath, "main.ts"],
      cwd: `${root}examples/delivery-callbacks`,
      plugin: "com.example.delivery-callbacks",
      ...{ settings: {}, grants: [], hooks: ["status"] },
    }),
  },
  {
    name: "the example of a store in TypeScript",
    available: true,
    knowledge: knowledgeOf(readManifest(`${root}examples/record-store/hilum.json`)),
    subject: () => ({
      command: [process.execPath, "main.ts"],
      cwd: `${root}examples/record-store`,
      plugin: "com.example.record-store",
      ...{ settings: {}, grants: [] },
    }),
  },
  {
    name: "a plugin in plain Python that keeps records",
    available: python.available,
    knowledge: { capabilities: ["store_records"], smokeTest: "connect" },
    subject: () => ({ ...plain, settings: {}, grants: [] }),
  },
  {
    name: "a plugin in plain Python that keeps messages, with a webhook",
    available: python.available,
    knowledge: {
      ...{ accepted: "ada@example.org", smokeTest: "connect" },
      hook: { id: "status", contentType: "application/json", body: '{"type":"delivered"}' },
    },
    subject: () => ({ ...plain, settings: {}, grants: [], hooks: ["status"] }),
  },
  {
    name: "a plugin in plain Python that leaves its requests to the host",
    available: python.available,
    knowledge: {
      ...{ accepted: numbers.accepted, refused: numbers.refused, channel: "sms", smokeTest: "connect" },
      destinations: api.destinations,
    },
    subject: api.subject,
  },
  {
    name: "a plugin in plain Python that sends mail",
    available: python.available && withMail,
    knowledge: { ...addresses, smokeTest: "connect" },
    subject: () => ({ ...plain, ...mail() }),
  },
];

describe.each(pupils)("$name", ({ subject, knowledge, available }) => {
  it
    .skipIf(!available)
    .each(cases.filter((one) => skipOf(one, knowledge) === undefined).map((one) => [one.id, one] as const))(
    "%s",
    async (_, one) => {
      expect(await judge(one, subject(), knowledge)).toEqual({ case: one.id, rule: one.rule, outcome: "passed" });
    },
  );
});

describe.skipIf(!python.available)("plugins that break the protocol", () => {
  const folder = createTempDir("conformance");
  afterAll(folder.remove);

  async function failing(
    id: string,
    change: (source: string) => string,
    subject: Subject = { ...plain, settings: {}, grants: [], hooks: ["status"] },
    known: Partial<Knowledge> = {},
  ): Promise<string> {
    writeFileSync(folder.join("plugin.py"), change(readFileSync(`${root}conformance/plain_python_plugin.py`, "utf8")));
    const one = cases.find((candidate) => candidate.id === id);
    if (one === undefined) throw new Error(`there is no case ${id}`);
    const command = [python.path ?? "python3", "-S", "-B", "plugin.py"];
    const verdict = await judge(
      one,
      { ...subject, command, cwd: folder.path },
      {
        ...{ accepted: "ada@example.org", smokeTest: "connect", destinations: api.destinations },
        hook: { id: "status", contentType: "application/json", body: '{"type":"delivered"}' },
        ...known,
      },
    );
    return verdict.outcome === "failed" ? verdict.why : verdict.outcome;
  }

  it("are found out when they print to standard output", async () => {
    expect(
      await failing("send", (source) =>
        source.replace("mail, envelope = compose", 'os.write(1, b"hello\\n"); mail, envelope = compose'),
      ),
    ).toContain("standard output breaks the protocol");
  });
  it("are found out when they answer an unknown method", async () => {
    expect(
      await failing("method-unknown", (source) =>
        source.replace(
          "METHOD_NOT_FOUND, INVALID_PARAMS, PARSE_ERROR = -32600, -32601",
          "METHOD_NOT_FOUND, INVALID_PARAMS, PARSE_ERROR = -32600, -32000",
        ),
      ),
    ).toContain("-32000");
  });
  it("are found out when they do not leave", async () => {
    expect(
      await failing("shutdown", (source) =>
        source.replace("                    return 0\n", "                    pass\n"),
      ),
    ).toContain("still runs");
  });
  it("are found out when they answer twice", async () => {
    expect(
      await failing("send", (source) =>
        source.replace(
          "        self.link.write(answer)",
          "        self.link.write(answer)\n        self.link.write(answer)",
        ),
      ),
    ).toContain("nobody asked");
  });
  it("are found out when they send a vendor elsewhere, or answer a hook that they do not have", async () => {
    expect(await failing("hook", (source) => source.replace('{"status": 202', '{"status": 302'))).toContain("/status");
    expect(
      await failing("hook-strange", (source) => source.replace('not in self.session.get("hooks", {})', 'in ("",)')),
    ).toContain("succeeded where it had to fail");
  });
  it("are found out when they ask for what the manifest does not declare, or in nobody's name", async () => {
    const fetch = (from: string, to: string): Promise<string> =>
      failing("fetch", (source) => source.replace(from, to), api.subject());
    expect(await fetch('"/v1/messages"', '"/v1/../admin"')).toContain("POST /v1/../admin matches no template");
    expect(await fetch('"destination": "api"', '"destination": "other"')).toContain("no destination other");
    expect(await fetch('"headers": {', '"headers": {"authorization": "Bearer x", ')).toContain("may not be set");
    expect(await fetch('                "call": params["meta"]["call"],\n', "")).toContain("of nobody");
  });
  it("are found out when they hide what became of a request", async () => {
    const hide = (from: string, to: string): Promise<string> =>
      failing("fetch-failed", (source) => source.replace(from, to), api.subject());
    expect(
      await hide(
        "            told = {name",
        '            return {"status": 201, "body": {"text": "{\\"id\\": 1}"}}\n            told = {name',
      ),
    ).toContain("succeeded where it had to fail");
    expect(await hide('"code", "sent", "retry"', '"code", "retry"')).toContain("policy.denied, sent no");
  });
  it("are found out when they write a secret into their log, and the verdict does not repeat it", async () => {
    const told = await failing(
      "send",
      (source) =>
        source.replace(
          "mail, envelope = compose",
          'sys.stderr.write("signing in with hunter2-and-more\\n"); mail, envelope = compose',
        ),
      { ...plain, settings: {}, grants: [], secrets: ["hunter2-and-more"] },
    );
    expect(told).toContain("it writes a secret into its log");
    expect(told).toContain("signing in with [secret]");
    expect(told).not.toContain("hunter2");
  });
  it("are found out when they are lenient: a recipient that nobody took is told as taken", async () => {
    expect(
      await failing(
        "send-refused",
        (source) =>
          source.replace(
            "        if not taken:\n",
            '        if not taken:\n            return {"outcome": "accepted", "providerId": "none"}\n        if not taken:\n',
          ),
        api.subject(),
        { refused: numbers.refused, accepted: numbers.accepted, channel: "sms" },
      ),
    ).toContain("succeeded where it had to fail");
  });
  it("are found out when they read an attachment that they were not handed, or ask for what nobody granted", async () => {
    const send = (line: string): Promise<string> =>
      failing("send", (source) => source.replace("mail, envelope = compose", `${line}; mail, envelope = compose`));
    expect(await send('self.link.ask("blobs.read", {"id": "blob-of-others", "offset": 0, "length": 10})')).toContain(
      "no right to: blobs.read",
    );
    expect(await send('self.link.ask("records.read", {"id": "1"})')).toContain("no right to: records.read");
  });
  it("are found out when they keep records badly", async () => {
    const keep = (id: string, from: string, to: string): Promise<string> =>
      failing(
        id,
        (source) => source.replace(from, to),
        { ...plain, settings: {}, grants: [] },
        {
          capabilities: ["store_records"],
        },
      );
    // Another patient's record, an older one, and one without its labels.
    expect(
      await keep(
        "record-kept",
        'answer = {"resource": kept["versions"][version]}',
        'answer = {"resource": dict(kept["versions"][version], id="other")}',
      ),
    ).toContain("/resource/id");
    expect(
      await keep(
        "record-changed",
        'version = params.get("version", kept["current"])',
        'version = params.get("version", "1")',
      ),
    ).toContain("another record back");
    expect(
      await keep(
        "record-kept",
        'resource = params["resource"]',
        'resource = dict(params["resource"]); resource["meta"] = {"versionId": resource["meta"]["versionId"]}',
      ),
    ).toContain("security labels");
    // A lost update, a record under a taken id, and one that comes back from the dead.
    expect(
      await keep("record-conflict", 'params.get("ifMatch", kept["current"]) != kept["current"]', "False"),
    ).toContain("records.update succeeded where it had to fail");
    expect(
      await keep(
        "record-conflict",
        '            raise refusal("record.conflict", "The id is taken")',
        "            pass",
      ),
    ).toContain("records.create succeeded where it had to fail");
    expect(await keep("record-repeated", 'if kept is not None and version in kept["versions"]', "if False")).toContain(
      "records.create failed",
    );
    expect(await keep("record-deleted", 'kept["deleted"] = True', "pass")).toContain("records.read succeeded");
    expect(
      await keep(
        "record-unknown",
        'raise refusal("record.not_found", "There is no such record")',
        'return self.records.setdefault((type, id), {"versions": {"1": {"resourceType": type, "id": id}}, "current": "1", "deleted": False, "bytes": {}})',
      ),
    ).toContain("succeeded where it had to fail");
    // Searches that find too much, too little, or everything.
    expect(
      await keep("record-search", 'raise refusal("search.invalid", "That parameter is not served")', "continue"),
    ).toContain("search");
    expect(await keep("record-search", "if token in (", "if token in (token, ")).toContain("finds");
    expect(await keep("record-pages", 'found[start : start + params["count"]]', "found[start:]")).toContain(
      "/resources",
    );
    expect(
      await keep("record-if-none-exist", "for other in self.matching(", "for other in [][:0] and self.matching("),
    ).toContain("another record back");
    // Bytes that are cut, not written, or written in a call that nobody asked them in.
    expect(
      await keep(
        "record-content",
        'kept["bytes"][version] = (',
        'kept["bytes"][version] = (b"", "application/pdf") or (',
      ),
    ).toContain("come back changed");
    expect(await keep("record-content", '"size": size, "contentType"', '"size": size + 1, "contentType"')).toContain(
      "come back changed",
    );
    expect(
      await keep(
        "record-kept",
        'resource = params["resource"]',
        'resource = params["resource"]; self.write(b"x", params["meta"]["call"])',
      ),
    ).toContain("no right to: blobs.write");
    // Curious, and talkative.
    expect(
      await keep(
        "record-kept",
        'resource = params["resource"]',
        'resource = params["resource"]; self.link.ask("records.search", {"type": "Patient", "query": [], "count": 1})',
      ),
    ).toContain("no right to: records.search");
    expect(
      await keep(
        "record-kept",
        'resource = params["resource"]',
        'resource = params["resource"]; print(resource, file=sys.stderr, flush=True)',
      ),
    ).toContain("patient's data into its log");
  });
  it("are found out when a row is not one", async () => {
    expect(await failing("smoke", (source) => source.replace('"status": "passed"', '"status": "fine"'))).toContain(
      "/rows/0/status",
    );
  });
});
