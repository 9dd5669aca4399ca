import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewHookDelivery } from "../ports/hooks.ts";
import { addPlugin, databases, newId, type TestStore } from "../test-support/databases.ts";

describe.each(databases)("deliveries at hooks in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    const delivery = (
      key: { plugin: string; instance: string },
      changes: Partial<NewHookDelivery> = {},
    ): NewHookDelivery => ({
      ...key,
      id: newId(),
      hook: "status",
      at: "2026-03-02T08:00:00.000Z",
      method: "POST",
      origin: "vendor",
      verdict: "accepted",
      status: 204,
      bytes: 12,
      durationMs: 3,
      ...changes,
    });
    const content = {
      target: "/hooks/p/default/status?message=01K",
      headers: { "content-type": "application/json", "x-signature": "ab" },
      body: { text: '{"to":"canary.person@example.org"}' },
      answer: { text: "<Response/>", contentType: "text/xml" },
    };

    it("keeps what arrived, and gives its content for one at a time", async () => {
      const key = await addPlugin(test.store);
      const first = delivery(key, { content, identity: "i1" });
      const refused = delivery(key, { verdict: "bad_signature", reason: "signature_wrong", status: 401 });
      const again = delivery(key, { origin: "replay", replayOf: first.id, content });
      for (const one of [first, refused, again]) await test.store.hooks.add(one);
      const { content: _content, identity: _identity, ...row } = first;
      expect((await test.store.hooks.list(key)).items.map(({ id }) => id)).toEqual([again.id, refused.id, first.id]);
      expect((await test.store.hooks.list(key)).items.at(-1)).toEqual(row);
      expect(await test.store.hooks.find(key, first.id)).toEqual({ ...row, content });
      expect(await test.store.hooks.find(key, refused.id)).toEqual(refused);
      expect(await test.store.hooks.find({ ...key, instance: "other" }, first.id)).toBeUndefined();
      expect((await test.store.hooks.last(key, "status"))?.id).toBe(again.id);
      expect(await test.store.hooks.last(key, "other")).toBeUndefined();
    });

    it("filters by hook and verdict, and goes on where a page ended", async () => {
      const key = await addPlugin(test.store);
      const made = ["status", "status", "inbound", "status"].map((hook, index) =>
        delivery(key, { hook, verdict: index === 1 ? "stale" : "accepted" }),
      );
      for (const one of made) await test.store.hooks.add(one);
      const ids = made.map(({ id }) => id);
      const list = async (filter: object) => (await test.store.hooks.list(key, filter)).items.map(({ id }) => id);
      expect(await list({ hook: "inbound" })).toEqual([ids[2]]);
      expect(await list({ verdict: "stale" })).toEqual([ids[1]]);
      const page = await test.store.hooks.list(key, { hook: "status", limit: 2 });
      expect(page.items.map(({ id }) => id)).toEqual([ids[3], ids[1]]);
      expect(await list({ hook: "status", limit: 2, cursor: page.next })).toEqual([ids[0]]);
    });

    it("knows the same request again, within its window, once it was handed over and answered well", async () => {
      const key = await addPlugin(test.store);
      const since = "2026-03-02T08:00:00.000Z";
      const known = (identity: string, changes: { hook?: string; since?: string } = {}) =>
        test.store.hooks.isHandled(key, changes.hook ?? "status", identity, changes.since ?? since);
      await test.store.hooks.add(delivery(key, { identity: "taken" }));
      await test.store.hooks.add(delivery(key, { identity: "down", verdict: "not_running", status: 503 }));
      await test.store.hooks.add(delivery(key, { identity: "refused by the plugin", status: 422 }));
      expect(await known("taken")).toBe(true);
      expect(await known("taken", { since: "2026-03-02T08:00:00.001Z" })).toBe(false);
      expect(await known("taken", { hook: "inbound" })).toBe(false);
      for (const other of ["down", "refused by the plugin", "never seen"]) expect(await known(other)).toBe(false);
      const other = await addPlugin(test.store);
      expect(await test.store.hooks.isHandled(other, "status", "taken", since)).toBe(false);
    });

    it("threat 196: keeps the newest 500 of those that anybody can send, and all the others", async () => {
      const key = await addPlugin(test.store);
      const accepted = delivery(key);
      await test.store.hooks.add(accepted);
      for (let count = 0; count < 620; count++) await test.store.hooks.add(delivery(key, { verdict: "bad_signature" }));
      let [total, cursor]: [number, string | undefined] = [0, undefined];
      do {
        const page: Awaited<ReturnType<typeof test.store.hooks.list>> = await test.store.hooks.list(key, {
          limit: 200,
          verdict: "bad_signature",
          ...(cursor === undefined ? {} : { cursor }),
        });
        total += page.items.length;
        cursor = page.next;
      } while (cursor !== undefined);
      expect(total).toBeGreaterThanOrEqual(500);
      expect(total).toBeLessThanOrEqual(550);
      expect(await test.store.hooks.find(key, accepted.id)).toEqual(accepted);
    });

    it("sweeps what is old, and goes with its instance", async () => {
      const key = await addPlugin(test.store);
      const old = delivery(key, { at: "2026-01-01T00:00:00.000Z" });
      const young = delivery(key);
      for (const one of [old, young]) await test.store.hooks.add(one);
      expect(await test.store.hooks.sweep("2026-02-01T00:00:00.000Z")).toBe(1);
      expect((await test.store.hooks.list(key)).items.map(({ id }) => id)).toEqual([young.id]);
      await test.store.plugins.remove(key.plugin);
      expect((await test.store.hooks.list(key)).items).toEqual([]);
      await expect(test.store.hooks.add(young)).rejects.toMatchObject({ code: "instance.not_found" });
    });
  });
});
