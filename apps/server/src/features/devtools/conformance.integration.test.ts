import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConformanceResult } from "@hilum/contract/api";
import { cases as everyCase } from "@hilum/devtools/conformance";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginPlugin, begun, choice } from "../../../test-support/begun-plugin.ts";
import { mailbox } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { installation, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const repository = join(import.meta.dirname, "../../../../..");

describe.skipIf(!requires("bubblewrap").available)("conformance on the operator's own server", () => {
  let server: TestServer;
  let ana: TestClient;
  let plugin: Awaited<ReturnType<typeof beginPlugin>>;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    plugin = await beginPlugin(ana, { enabled: false });
  });
  afterAll(() => server.close());

  const run = (body: object = {}) => ana.ok("runConformance", { params: begun, body });
  const outcomeOf = ({ cases }: ConformanceResult, id: string) => cases.find((one) => one.id === id);

  it("passes a plugin that was just begun, in each case that its folder gives what is needed for", async () => {
    const result = await run();
    expect(result.cases.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(result.passed).toBe(true);
    expect(result.cases.filter(({ outcome }) => outcome === "skipped").map(({ id }) => id)).toEqual([
      "cancel",
      "send-lost",
      "hook",
      "hook-strange",
      "fetch",
      "fetch-failed",
      ...everyCase.filter(({ group }) => group === "store_records").map(({ id }) => id),
    ]);
    expect(result).toMatchObject({
      format: "hilum-conformance/1",
      by: "user:ana",
      plugin: { id: begun.plugin, version: "0.1.0" },
    });
  });

  it("plays a store of records in its sandbox, and all that it promises", async () => {
    const store = { plugin: "com.example.record-store" };
    await ana.ok("linkFolder", { body: { path: join(repository, "examples/record-store") } });
    const result = await ana.ok("runConformance", { params: store, body: {} });
    expect(result.cases.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    const records = result.cases.filter(({ group }) => group === "store_records");
    expect(records.map(({ outcome }) => outcome)).toEqual(records.map(() => "passed"));
    expect(records.length).toBeGreaterThan(10);
  });

  it("keeps the result as a file that holds no content, over a restart", async () => {
    const { items } = await ana.ok("listConformanceRuns", { params: begun });
    const id = items[0]?.id ?? "";
    const kept = await ana.ok("getConformanceRun", { params: { ...begun, run: id } });
    const folder = join(server.dataDir, "conformance", begun.plugin);
    expect(JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"))).toEqual(kept);
    expect(JSON.stringify(kept)).not.toContain("example.org");
    server = await server.restart();
    ana = await server.signIn("ana");
    expect((await ana.ok("listConformanceRuns", { params: begun })).items).toMatchObject([{ id, passed: true }]);
    const absent = await ana.call("getConformanceRun", { params: { ...begun, run: "../../hilum.db" } });
    expect(absent.problem().code).toBe("conformance.run_not_found");
  });

  it("plays only the cases that are named, and knows no other", async () => {
    const played = await run({ cases: ["shutdown", "handshake"] });
    expect(played.cases.map(({ id }) => id)).toEqual(["handshake", "shutdown"]);
    const wrong = await ana.call("runConformance", { params: begun, body: { cases: ["handshake", "absent"] } });
    expect(wrong.problem()).toMatchObject({ code: "request.invalid", problems: [{ pointer: "/cases/1" }] });
  });

  it.each([
    [
      "a message that nobody took is told as taken",
      'throw new ProviderError("provider.recipient");',
      "return {};",
      "send-refused",
    ],
    [
      "a provider's words repeat the recipient",
      'new ProviderError("provider.recipient")',
      'new ProviderError("provider.recipient", { reply: String(recipients[0]?.value) })',
      "send-refused",
    ],
    [
      "a smoke test has no row",
      "sender: ({ settings }) => [",
      "sender: ({ settings }) => settings.sender !== undefined ? [] : [",
      "smoke",
    ],
  ])("finds it out when %s", async (_what, from, to, id) => {
    plugin.change("plugin.ts", from, to);
    const result = await run({ cases: [id] });
    plugin.change("plugin.ts", to, from);
    expect(outcomeOf(result, id)).toMatchObject({ outcome: "failed", why: expect.any(String) });
    expect(result.passed).toBe(false);
  });

  it("finds it out when a secret is written into the log", async () => {
    plugin.change("hilum.json", '"properties": {', '"properties": { "key": { "type": "string", "secret": true },');
    await ana.ok("linkFolder", { body: { path: plugin.path } });
    const [waiting] = (await ana.ok("listRegistrations")).items;
    await ana.ok("approveRegistration", { params: { registration: waiting?.id ?? "" } });
    plugin.change("plugin.ts", "log.info(`", 'log.info(`${String(settings["key"])} ');
    const result = await run({
      cases: ["send"],
      subject: { settings: { key: "s3cr3t-of-theirs" }, accepted: "ada@example.org" },
    });
    plugin.change("plugin.ts", 'log.info(`${String(settings["key"])} ', "log.info(`");
    expect(outcomeOf(result, "send")).toMatchObject({ outcome: "failed", why: "it writes a secret into its log" });
  });

  it("gives the code nothing of this server: no network, no grant, no setting of an instance", async () => {
    plugin.change(
      "plugin.ts",
      "    signal.throwIfAborted();\n",
      '    signal.throwIfAborted();\n    const open = await fetch("https://example.org").then(() => true, () => false);\n    if (open) throw new Error("open");\n',
    );
    const result = await run({ cases: ["send"] });
    expect(outcomeOf(result, "send")).toMatchObject({ outcome: "passed" });
  });

  it("names the place of a fault in the folder's own file", async () => {
    writeFileSync(join(plugin.path, "conformance.json"), '{"acepted":"ada@example.org"}');
    const wrong = await ana.call("runConformance", { params: begun, body: {} });
    expect(wrong.problem()).toMatchObject({ code: "request.invalid", problems: [{ pointer: "/acepted" }] });
    writeFileSync(join(plugin.path, "conformance.json"), "{");
    expect((await ana.call("runConformance", { params: begun, body: {} })).problem().code).toBe("request.invalid");
  });

  it("judges one plugin once at a time", async () => {
    const both = await Promise.all(
      [1, 2].map(() => ana.call("runConformance", { params: begun, body: { subject: {} } })),
    );
    const codes = both.map((answer) => (answer.status === 200 ? "done" : answer.problem().code));
    expect(codes.toSorted()).toEqual(["conformance.in_progress", "done"]);
  });

  const hasPython = requires("python3").available && installation.pythonSdkDir !== undefined;
  it.skipIf(!hasPython)(
    "passes a plugin that was just begun in Python, which finds its SDK in the sandbox",
    async () => {
      const python = { plugin: "com.example.begun-in-python" };
      await ana.ok("scaffoldPlugin", { body: { ...choice, id: python.plugin, language: "python" } });
      const result = await ana.ok("runConformance", { params: python, body: {} });
      expect(result.cases.filter(({ outcome }) => outcome === "failed")).toEqual([]);
      expect(result.counts.passed).toBeGreaterThanOrEqual(14);
    },
  );

  it("has nothing to judge where the code is Hilum's own, and judges what comes with it", async () => {
    await ana.ok("addIncludedPlugin", { params: mailbox });
    expect((await ana.call("runConformance", { params: mailbox, body: {} })).problem().code).toBe(
      "conformance.no_code",
    );
    const smtp = { plugin: "org.hilum.smtp" };
    await ana.ok("addIncludedPlugin", { params: smtp });
    const result = await ana.ok("runConformance", { params: smtp, body: {} });
    expect(result.cases.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(outcomeOf(result, "send")).toMatchObject({ outcome: "skipped", why: "no address is known to be accepted" });
  });
});
