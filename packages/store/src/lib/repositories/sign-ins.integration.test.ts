import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPlugin, databases, type TestStore } from "../test-support/databases.ts";
import type { InstanceKey } from "../ports/shapes.ts";

const by = "user:ana";
const at = "2026-03-02T08:00:00.000Z";

describe.each(databases)("sign-ins and snoozes in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    let key: InstanceKey;
    beforeAll(async () => {
      test = await open();
      key = await addPlugin(test.store, "org.example.signing-in");
    });
    afterAll(() => test.close());

    const inMinutes = (minutes: number): string => new Date(test.clock.now() + minutes * 60_000).toISOString();
    const begin = (hash: string, minutes = 10) =>
      test.store.signIns.begin(hash, {
        ...key,
        step: "sign-in",
        browserHash: "b1",
        request: { verifier: "v1" },
        startedAt: at,
        startedBy: by,
        expiresAt: inMinutes(minutes),
      });

    it("threat 170: answers a state once, and not after its time", async () => {
      await begin("s1");
      expect(await test.store.signIns.pending(key, "sign-in")).toMatchObject({ startedBy: by });
      const both = await Promise.all([test.store.signIns.take("s1"), test.store.signIns.take("s1")]);
      expect(both.filter((taken) => taken !== undefined)).toMatchObject([{ ...key, request: { verifier: "v1" } }]);
      expect(await test.store.signIns.take("s1")).toBeUndefined();
      expect(await test.store.signIns.pending(key, "sign-in")).toBeUndefined();
      await begin("s2", -1);
      expect(await test.store.signIns.take("s2")).toBeUndefined();
      expect(await test.store.signIns.take("never")).toBeUndefined();
    });

    it("keeps one sign-in of a step: the newest", async () => {
      await begin("s3");
      await begin("s4");
      expect(await test.store.signIns.take("s3")).toBeUndefined();
      expect(await test.store.signIns.take("s4")).toBeDefined();
      await begin("s5");
      await test.store.signIns.giveUp(key);
      expect(await test.store.signIns.take("s5")).toBeUndefined();
      await begin("s6", -1);
      expect(await test.store.signIns.sweep(inMinutes(0))).toBe(1);
      await expect(
        test.store.signIns.begin("s7", {
          plugin: "org.example.absent",
          instance: "default",
          step: "x",
          browserHash: "b",
          request: {},
          startedAt: at,
          startedBy: by,
          expiresAt: at,
        }),
      ).rejects.toMatchObject({ code: "instance.not_found" });
    });

    it("remembers since when a sign-in no longer holds", async () => {
      const fault = { ...key, step: "sign-in", code: "oauth.expired", reply: "invalid_grant", since: at };
      await test.store.signIns.reportFault(fault);
      await test.store.signIns.reportFault({ ...fault, since: "2026-03-03T08:00:00.000Z", reply: "later" });
      expect(await test.store.signIns.faults()).toEqual([fault]);
      await test.store.signIns.clearFault(key, "sign-in");
      expect(await test.store.signIns.faults()).toEqual([]);
    });

    it("renews a secret only from the version that was read, and keeps who set it", async () => {
      await test.store.settings.save({
        ...key,
        revision: 0,
        values: {},
        changes: [],
        secrets: { tokens: "one" },
        at,
        by,
      });
      const first = await test.store.settings.secret(key, "tokens");
      expect(first).toMatchObject({ value: "one" });
      const renew = (value: string, version: number) =>
        test.store.settings.renewSecret(key, "tokens", { value, version });
      expect(await renew("two", first?.version ?? 0)).toBe(true);
      expect(await renew("lost", first?.version ?? 0)).toBe(false);
      expect(await renew("three", (await test.store.settings.secret(key, "tokens"))?.version ?? 0)).toBe(true);
      expect(await test.store.settings.secrets(key)).toEqual({ tokens: "three" });
      expect(await test.store.settings.secretMarks(key)).toEqual({ tokens: { setAt: at, setBy: by } });
      await test.store.settings.save({
        ...key,
        revision: 1,
        values: {},
        changes: [],
        secrets: { tokens: "new" },
        at,
        by,
      });
      expect(await test.store.settings.secret(key, "tokens")).toMatchObject({ value: "new" });
      expect(await test.store.settings.secret(key, "absent")).toBeUndefined();
    });

    it("keeps one snooze of a problem, until its day", async () => {
      const snooze = { repair: "messages:dead", severity: "warning", until: inMinutes(60), reason: "Known", at, by };
      await test.store.snoozes.set(snooze);
      await test.store.snoozes.set({ ...snooze, reason: "Still known" });
      expect(await test.store.snoozes.list()).toEqual([{ ...snooze, reason: "Still known" }]);
      expect(await test.store.snoozes.sweep(inMinutes(30))).toBe(0);
      expect(await test.store.snoozes.sweep(inMinutes(61))).toBe(1);
      expect(await test.store.snoozes.remove("messages:dead")).toBe(false);
    });
  });
});
