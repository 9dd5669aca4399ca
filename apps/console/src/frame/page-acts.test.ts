import type { OperationId, PluginDetail } from "@hilum/contract/api";
import { bridgeMethodNames, bridgeMethods } from "@hilum/contract/bridge";
import { describe, expect, it } from "vitest";
import type { Answered, Ask } from "./ask.ts";
import type { PageActParts } from "./acts/stand.ts";
import { createPageActs, createToastBucket, toBridgeError } from "./page-acts.ts";

const detail = {
  id: "com.example.plugin",
  name: "Example",
  capabilities: [{ name: "send_messages", title: "Sends messages", served: true }],
  instances: [{ instance: "default", title: "Example" }],
  smokeTests: [
    { id: "reach", title: "Reaches it", live: false },
    { id: "send", title: "Send a test", live: true },
  ],
} as unknown as PluginDetail;

const schema = {
  type: "object",
  properties: {
    host: { type: "string", title: "Server" },
    mode: { type: "string", title: "Mode", enum: ["a", "b"], enumTitles: ["Fast", "Careful"] },
    token: { type: "string", title: "Token", secret: true },
  },
};
const settings = {
  schema,
  values: { host: "old.example", mode: "a" },
  defaults: {},
  secrets: {},
  revision: 4,
  testMode: false,
  problems: [],
};
const row = (id: string, instance: string) => ({ id, plugin: detail.id, instance });
const answers: Partial<Record<OperationId, unknown>> = {
  getSettings: settings,
  saveSettings: { ...settings, revision: 5 },
  listMessages: { items: [row("1", "default"), row("2", "night")], counts: {} },
  getMessage: {
    ...row("1", "default"),
    timeline: [
      { at: "1", kind: "refused", plugin: "com.example.other", instance: "default" },
      { at: "2", kind: "sent", plugin: detail.id, instance: "default" },
    ],
  },
};

function stand({
  gesture = true,
  agrees = true,
  change = {},
}: { gesture?: boolean; agrees?: boolean; change?: Partial<PageActParts> } = {}) {
  const calls: [OperationId, unknown][] = [];
  const asked: Ask[] = [];
  const said: string[] = [];
  const serve = createPageActs({
    detail,
    instance: "default",
    call: ((id: OperationId, input: unknown) => {
      calls.push([id, input]);
      return Promise.resolve(answers[id] ?? {});
    }) as PageActParts["call"],
    ask: (ask) => {
      asked.push(ask);
      const secrets = Object.fromEntries((ask.secrets ?? []).map(({ name }) => [name, "typed outside"]));
      const answered: Answered = { secrets, ...(ask.recipient === true && { recipient: "it@clinic.example" }) };
      return Promise.resolve(agrees ? answered : undefined);
    },
    hasGesture: () => gesture,
    isInUse: () => true,
    onActed: () => Promise.resolve(),
    notify: (text) => said.push(text),
    go: (path) => said.push(path),
    toasts: createToastBucket(() => 0),
    ...change,
  });
  return { serve, calls, asked, said };
}

const codeOf = (thrown: unknown): string => toBridgeError(thrown).code;

describe("acting for a page", () => {
  it("saves settings with the person's agreement, who sees each change in the plugin's own words", async () => {
    const { serve, calls, asked } = stand();
    await serve("config.save", { values: { host: "new.example", mode: "b" }, revision: 4, secrets: ["token", "host"] });
    expect(asked).toMatchObject([
      {
        title: "Save settings of Example?",
        changes: [
          { label: "Server", before: "old.example", after: "new.example" },
          { label: "Mode", before: "Fast", after: "Careful" },
        ],
        secrets: [{ name: "token", label: "Token" }],
      },
    ]);
    expect(calls.at(-1)).toEqual([
      "saveSettings",
      {
        params: { plugin: detail.id },
        query: {},
        body: { values: { host: "new.example", mode: "b" }, revision: 4, secrets: { token: "typed outside" } },
      },
    ]);
  });

  it("threat 145: asks for every act that no gesture stands behind, and for some always", async () => {
    const params: Record<string, unknown> = {
      "config.test": { values: {} },
      "config.save": { values: {}, revision: 4 },
      "messages.read": { message: "1" },
      "setup.answer": { step: "x", values: {} },
      action: { action: "restart" },
      "ui.navigate": { to: "health" },
      "ui.confirm": { title: "a", text: "b", confirm: "c" },
    };
    for (const name of bridgeMethodNames) {
      const { asks } = bridgeMethods[name];
      const unasked = stand({ gesture: false, agrees: false });
      await unasked
        .serve(name, params[name] ?? { text: "x" })
        .catch((thrown: unknown) => expect(codeOf(thrown)).toBe("page.declined"));
      expect(unasked.asked.length, name).toBe(asks === "never" ? 0 : 1);
      if (asks !== "never")
        expect(
          unasked.calls.every(([id]) => id.startsWith("get")),
          name,
        ).toBe(true);
      const touched = stand({ gesture: true });
      await touched.serve(name, params[name] ?? { text: "x" });
      expect(touched.asked.length, name).toBe(asks === "always" ? 1 : 0);
    }
  });

  it("asks for a secret and for a recipient even after a gesture", async () => {
    const { serve, asked, calls } = stand();
    await serve("config.test", { values: {}, secrets: ["token"] });
    await serve("smoke.run", { tests: ["send"] });
    expect(asked.map(({ secrets, recipient }) => [secrets?.length, recipient])).toEqual([
      [1, undefined],
      [undefined, true],
    ]);
    expect(calls.at(-1)).toEqual([
      "runSmokeTests",
      expect.objectContaining({ body: { tests: ["send"], recipient: "it@clinic.example" } }),
    ]);
  });

  it("threat 143, 152: shows a page messages of its own instance alone, and no other provider's name", async () => {
    const { serve } = stand();
    expect(await serve("messages.list", {})).toMatchObject({ items: [{ id: "1" }] });
    expect(await serve("messages.read", { message: "1" })).toMatchObject({
      timeline: [
        { at: "1", kind: "refused" },
        { at: "2", kind: "sent", plugin: detail.id },
      ],
    });
    const night = stand({ change: { instance: "night" } });
    await expect(night.serve("messages.read", { message: "1" })).rejects.toSatisfy(
      (thrown) => codeOf(thrown) === "message.not_found",
    );
    const { plugin: _plugin, ...first } =
      ((await serve("messages.read", { message: "1" })) as { timeline: { plugin?: string }[] }).timeline[0] ?? {};
    expect(_plugin).toBeUndefined();
    expect(first).not.toHaveProperty("instance");
  });

  it("leads to places of the console alone", async () => {
    const { serve, said } = stand();
    for (const to of ["overview", "health", { page: "map" }, { message: "01J" }]) await serve("ui.navigate", { to });
    expect(said).toEqual([
      "/plugins/com.example.plugin",
      "/plugins/com.example.plugin/health",
      "/plugins/com.example.plugin/pages/map",
      "/messages/01J",
    ]);
  });

  it("says who speaks, and not too often", async () => {
    const { serve, said } = stand();
    for (let at = 0; at < 3; at++) await serve("ui.toast", { text: "Done" });
    expect(said[0]).toBe("Example says: Done");
    await expect(serve("ui.toast", { text: "Done" })).rejects.toSatisfy((thrown) => codeOf(thrown) === "page.busy");
  });

  it("does not keep a session alive that nobody uses", async () => {
    const { serve, calls } = stand({ change: { isInUse: () => false } });
    await expect(serve("health.read", {})).rejects.toSatisfy((thrown) => codeOf(thrown) === "page.idle");
    expect(calls).toEqual([]);
  });
});
