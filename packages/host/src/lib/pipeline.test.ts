import { HilumError } from "@hilum/contract";
import type { AuditInput } from "@hilum/audit";
import { describe, expect, it } from "vitest";
import { govern, type CallContext, type CallRecord, type CallSteps, type Governor } from "./pipeline.ts";

const context: CallContext = { actor: { id: "user:ana" }, requestId: "req1", purpose: "TREAT" };
const record: CallRecord = {
  call: "c1",
  action: "messages.send",
  audit: "intent",
  plugin: "com.example.a",
  instance: "default",
  resource: "Communication",
};

/** Writes down what happens in which order. `fail` names the entry whose write fails. */
function watch({ fail }: { fail?: "intent" | "outcome" | "deny" } = {}) {
  const order: string[] = [];
  const entries: AuditInput[] = [];
  const write = async (entry: AuditInput, name: string): Promise<{ index: number }> => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    if (fail === name) throw new Error("EIO");
    order.push(`${name} durable`);
    return { index: entries.push(entry) - 1 };
  };
  const governor: Governor = {
    audit: { append: (entry) => write(entry, entry.kind) },
    denials: { deny: async (entry) => void (await write(entry, "deny")) },
  };
  const steps = (changes: Partial<CallSteps<string, number, string>> = {}): CallSteps<string, number, string> => ({
    resolve: () => (order.push("resolve"), "target"),
    admit: () => void order.push("admit"),
    decide: () => (order.push("decide"), { allow: true }),
    perform: async () => (order.push("perform"), 42),
    release: () => void order.push("release"),
    present: (result) => (order.push("present"), String(result)),
    ...changes,
  });
  return { order, entries, governor, steps };
}

describe("govern", () => {
  it("goes resolve, admit, decide, intent, perform, outcome, present, release, each durable before the next", async () => {
    const { governor, steps, order, entries } = watch();
    await expect(govern(governor, context, record, steps())).resolves.toBe("42");
    expect(order).toEqual([
      "resolve",
      "admit",
      "decide",
      "intent begins",
      "intent durable",
      "perform",
      "outcome begins",
      "outcome durable",
      "present",
      "release",
    ]);
    const common = {
      call: "c1",
      actor: "user:ana",
      request: "req1",
      purpose: "TREAT",
      action: "messages.send",
      plugin: "com.example.a",
      instance: "default",
      resource: "Communication",
    };
    expect(entries).toEqual([
      { kind: "intent", decision: "allow", ...common },
      { kind: "outcome", outcome: "ok", ...common },
    ]);
  });

  it("writes the purpose that holds for the call into both entries, where it is another than the context's", async () => {
    const { governor, steps, entries } = watch();
    await govern(governor, context, { ...record, purpose: "BTG" }, steps());
    expect(entries.map(({ kind, purpose }) => [kind, purpose])).toEqual([
      ["intent", "BTG"],
      ["outcome", "BTG"],
    ]);
  });

  it("threat 64: decides after the wait, so that a grant revoked meanwhile is honoured", async () => {
    const { governor, steps, order } = watch();
    let granted = true;
    const call = govern(
      governor,
      context,
      record,
      steps({
        admit: () => new Promise((resolve) => setTimeout(resolve, 5)),
        decide: () =>
          granted ? { allow: true } : { allow: false, code: "policy.denied", reason: "scope.not_granted" },
      }),
    );
    granted = false;
    await expect(call).rejects.toMatchObject({ code: "policy.denied" });
    expect(order).not.toContain("perform");
  });

  it("writes one entry for a refusal, does nothing, and gives the slot back", async () => {
    const { governor, steps, order, entries } = watch();
    const call = govern(
      governor,
      context,
      record,
      steps({ decide: () => ({ allow: false, code: "policy.denied", reason: "scope.not_granted" }) }),
    );
    await expect(call).rejects.toMatchObject({ code: "policy.denied" });
    expect(entries).toMatchObject([
      { kind: "note", decision: "deny", reason: "scope.not_granted", action: "messages.send" },
    ]);
    expect(order).toEqual(["resolve", "admit", "deny begins", "deny durable", "release"]);
  });

  it("threat 61, 62: an error while deciding is a refusal", async () => {
    for (const decide of [
      () => Promise.reject(new Error("trap")),
      () => {
        throw new TypeError("no such attribute");
      },
      () => undefined as never,
    ]) {
      const { governor, steps, entries, order } = watch();
      await expect(govern(governor, context, record, steps({ decide }))).rejects.toMatchObject({
        code: "policy.failed",
      });
      expect(entries).toMatchObject([{ decision: "deny", reason: "policy.failed" }]);
      expect(order).not.toContain("perform");
    }
  });

  it("threat 188: does nothing when the intent cannot be written", async () => {
    const { governor, steps, order } = watch({ fail: "intent" });
    await expect(govern(governor, context, record, steps())).rejects.toMatchObject({ code: "audit.blocked" });
    expect(order).not.toContain("perform");
    expect(order.at(-1)).toBe("release");
  });

  it("threat 188: withholds the result when the outcome cannot be written", async () => {
    const { governor, steps, order } = watch({ fail: "outcome" });
    await expect(govern(governor, context, record, steps())).rejects.toMatchObject({ code: "audit.blocked" });
    expect(order).toContain("perform");
    expect(order).not.toContain("present");
  });

  it("refuses by `audit.blocked` when even the refusal cannot be written", async () => {
    const { governor, steps } = watch({ fail: "deny" });
    await expect(
      govern(
        governor,
        context,
        record,
        steps({ decide: () => ({ allow: false, code: "policy.denied", reason: "no" }) }),
      ),
    ).rejects.toMatchObject({ code: "audit.blocked" });
  });

  it.each([
    [new HilumError("provider.unreachable"), "provider.unreachable"],
    [new HilumError("plugin.timeout"), "timeout"],
    [new HilumError("plugin.killed"), "killed"],
    [new HilumError("plugin.link_lost"), "unknown"],
    [new Error("a bug, with Jane Doe in it"), "server.internal"],
  ])("writes the outcome of %s and throws it on", async (error, outcome) => {
    const { governor, steps, entries } = watch();
    await expect(govern(governor, context, record, steps({ perform: () => Promise.reject(error) }))).rejects.toBe(
      error,
    );
    expect(entries[1]).toMatchObject({ kind: "outcome", outcome });
    expect(JSON.stringify(entries)).not.toContain("Jane");
  });

  it("adds what is known only afterwards to the outcome", async () => {
    const { governor, steps, entries } = watch();
    await govern(
      governor,
      context,
      { ...record, detail: { attempt: 1 } },
      steps({ measure: () => ({ bytes: 7, detail: { state: "closed" } }) }),
    );
    expect(entries[1]).toMatchObject({ bytes: 7, detail: { attempt: 1, state: "closed" } });
    expect(entries[0]).toMatchObject({ detail: { attempt: 1 } });
  });

  it("leaves no trace of a read of no consequence, but its refusal", async () => {
    const { governor, steps, entries } = watch();
    const read: CallRecord = { ...record, audit: "denials" };
    await expect(govern(governor, context, read, steps())).resolves.toBe("42");
    expect(entries).toEqual([]);
    await govern(
      governor,
      context,
      read,
      steps({ decide: () => ({ allow: false, code: "request.forbidden", reason: "role" }) }),
    ).catch(() => undefined);
    expect(entries).toMatchObject([{ decision: "deny", reason: "role" }]);
  });

  it("passes on what resolve and admit say, without an entry or a slot", async () => {
    const { governor, steps, order, entries } = watch();
    const throws = (code: "plugin.not_running" | "lane.full") => () => {
      throw new HilumError(code);
    };
    await expect(
      govern(governor, context, record, steps({ resolve: throws("plugin.not_running") })),
    ).rejects.toMatchObject({ code: "plugin.not_running" });
    await expect(govern(governor, context, record, steps({ admit: throws("lane.full") }))).rejects.toMatchObject({
      code: "lane.full",
    });
    expect(entries).toEqual([]);
    expect(order).not.toContain("release");
  });
});
