import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RegistrationRow } from "../ports/plugins.ts";
import { addPlugin, databases, newId, type TestStore } from "../test-support/databases.ts";

const at = "2026-03-02T08:00:00.000Z";
const by = "user:ana";

describe.each(databases)("plugins in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    const registration = (change: Partial<RegistrationRow> = {}): RegistrationRow => ({
      id: newId(),
      kind: "plugin",
      plugin: "org.example.waiting",
      name: "Waiting",
      from: "127.0.0.1",
      at,
      expiresAt: "2026-03-03T08:00:00.000Z",
      manifest: { id: "org.example.waiting" },
      digest: "d1",
      code: "waiting",
      ...change,
    });

    it("registers a plugin with its first instance, once", async () => {
      const key = await addPlugin(test.store, "org.example.once");
      expect(await test.store.plugins.find("org.example.once")).toEqual({
        id: "org.example.once",
        name: "Example",
        manifest: { id: "org.example.once", name: "Example", capabilities: ["send_messages"] },
        digest: "d1",
        code: "included",
        registeredAt: at,
        registeredBy: by,
        rowVersion: 1,
      });
      expect(await test.store.instances.find(key)).toMatchObject({
        state: "registered",
        health: "not_tested",
        testMode: false,
        settingsRevision: 0,
        rowVersion: 1,
      });
      await expect(addPlugin(test.store, "org.example.once")).rejects.toMatchObject({ code: "request.conflict" });
      expect(await test.store.instances.list("org.example.once")).toHaveLength(1);
    });

    it("approves a registration and registers the plugin together", async () => {
      const waiting = await test.store.registrations.add(registration({ plugin: "org.example.approved" }), { max: 20 });
      const plugin = {
        id: "org.example.approved",
        name: "A",
        manifest: {},
        digest: "d1",
        code: "waiting" as const,
        at,
        by,
        instance: { id: "default", title: "D", testMode: true },
        registration: waiting.id,
      };
      await test.store.plugins.create(plugin);
      expect(await test.store.registrations.find(waiting.id)).toBeUndefined();
      await expect(test.store.plugins.create({ ...plugin, id: "org.example.approved2" })).rejects.toMatchObject({
        code: "request.conflict",
      });
      expect(await test.store.plugins.find("org.example.approved2")).toBeUndefined();
    });

    it("revises a manifest only from the version that was read", async () => {
      const { plugin } = await addPlugin(test.store);
      const revision = {
        id: plugin,
        name: "Example 2",
        version: "2.0.0",
        manifest: { id: plugin, name: "Example 2" },
        digest: "d2",
        rowVersion: 1,
      };
      expect(await test.store.plugins.revise(revision)).toMatchObject({
        name: "Example 2",
        version: "2.0.0",
        digest: "d2",
        code: "included",
        rowVersion: 2,
      });
      await expect(test.store.plugins.revise(revision)).rejects.toMatchObject({ code: "request.conflict" });
    });

    it("revises a manifest and the settings of its instances together, or neither", async () => {
      const key = await addPlugin(test.store);
      const save = { ...key, changes: [], at, by };
      await test.store.settings.save({ ...save, revision: 0, values: { host: "a" }, secrets: { password: "p" } });
      const { rowVersion } = (await test.store.plugins.find(key.plugin)) ?? { rowVersion: 0 };
      const moved = { ...save, revision: 1, values: { server: "a" }, secrets: { password: null, key: "p" } };
      const revision = { id: key.plugin, name: "Example 2", manifest: {}, digest: "d2", rowVersion };

      const stale = { ...moved, revision: 7 };
      await expect(test.store.plugins.revise({ ...revision, settings: [stale] })).rejects.toMatchObject({
        code: "request.conflict",
      });
      expect(await test.store.plugins.find(key.plugin)).toMatchObject({ digest: "d1", rowVersion });
      expect(await test.store.settings.secrets(key)).toEqual({ password: "p" });

      await test.store.plugins.revise({ ...revision, settings: [moved] });
      expect(await test.store.settings.current(key)).toMatchObject({ revision: 2, values: { server: "a" } });
      expect(await test.store.settings.secrets(key)).toEqual({ key: "p" });
    });

    it("keeps the waiting registration for the same manifest, replaces it for another, and is bounded", async () => {
      const first = await test.store.registrations.add(registration(), { max: 1 });
      const same = await test.store.registrations.add(registration({ expiresAt: "2026-03-04T08:00:00.000Z" }), {
        max: 1,
      });
      expect(same).toMatchObject({ id: first.id, expiresAt: "2026-03-04T08:00:00.000Z" });
      const other = await test.store.registrations.add(registration({ digest: "d2" }), { max: 1 });
      expect(other.id).not.toBe(first.id);
      await expect(
        test.store.registrations.add(registration({ plugin: "org.example.more" }), { max: 1 }),
      ).rejects.toMatchObject({ code: "registration.queue_full" });
      expect(await test.store.registrations.list()).toHaveLength(1);
      await test.clock.advance(3 * 86_400_000);
      expect(await test.store.registrations.list()).toEqual([]);
      expect(await test.store.registrations.sweep(test.clock.date().toISOString())).toBe(1);
    });

    it("changes an instance only from the states that allow it", async () => {
      const key = await addPlugin(test.store);
      const problem = {
        code: "smoke.failed",
        title: "A smoke test failed",
        why: "The server refused",
        fix: "Open Health",
        since: at,
      };
      const changed = await test.store.instances.change(
        key,
        { state: "quarantined", problem, smokeEveryMinutes: 60 },
        { from: ["registered", "enabled"] },
      );
      expect(changed).toMatchObject({ state: "quarantined", problem, smokeEveryMinutes: 60, rowVersion: 2 });
      await expect(
        test.store.instances.change(key, { state: "enabled" }, { from: ["disabled"] }),
      ).rejects.toMatchObject({ code: "instance.wrong_state" });
      await expect(test.store.instances.change(key, { title: "X" }, { rowVersion: 1 })).rejects.toMatchObject({
        code: "request.conflict",
      });
      await expect(test.store.instances.change({ ...key, instance: "none" }, { title: "X" })).rejects.toMatchObject({
        code: "instance.not_found",
      });
      const cleared = await test.store.instances.change(key, { problem: null, state: "enabled", nextSmokeAt: at });
      expect(cleared.problem).toBeUndefined();
      expect((await test.store.instances.smokeDue("2026-03-02T08:00:00.001Z")).map(({ plugin }) => plugin)).toEqual([
        key.plugin,
      ]);
    });

    it("keeps two instances of one plugin apart", async () => {
      const key = await addPlugin(test.store);
      const second = { plugin: key.plugin, instance: "second" };
      await test.store.instances.create({ ...second, title: "Second", testMode: true, at, by });
      await expect(
        test.store.instances.create({ ...second, title: "Second", testMode: true, at, by }),
      ).rejects.toMatchObject({ code: "request.conflict" });
      await expect(
        test.store.instances.create({ plugin: "org.example.none", instance: "x1", title: "X", testMode: true, at, by }),
      ).rejects.toMatchObject({ code: "plugin.not_found" });
      await test.store.settings.save({
        ...key,
        revision: 0,
        values: { host: "one" },
        changes: [],
        secrets: { password: "first" },
        at,
        by,
      });
      await test.store.settings.save({
        ...second,
        revision: 0,
        values: { host: "two" },
        changes: [],
        secrets: { password: "second" },
        at,
        by,
      });
      expect(await test.store.settings.secrets(key)).toEqual({ password: "first" });
      expect(await test.store.settings.secrets(second)).toEqual({ password: "second" });
      await test.store.instances.remove(second);
      expect(await test.store.settings.secrets(second)).toEqual({});
      expect((await test.store.settings.current(key))?.values).toEqual({ host: "one" });
    });

    it("saves settings by revision, keeps secrets that are not named and removes those that are null", async () => {
      const key = await addPlugin(test.store);
      const changes = [
        { name: "host", secret: false, after: "mail.example.org" },
        { name: "password", secret: true },
      ];
      const saved = await test.store.settings.save({
        ...key,
        revision: 0,
        values: { host: "mail.example.org", port: 587 },
        changes,
        secrets: { password: "pw", token: "tk" },
        testMode: true,
        at,
        by,
      });
      expect(saved).toEqual({ revision: 1, values: { host: "mail.example.org", port: 587 }, at, by });
      await expect(
        test.store.settings.save({ ...key, revision: 0, values: {}, changes: [], at, by }),
      ).rejects.toMatchObject({ code: "request.conflict" });
      await test.store.settings.save({
        ...key,
        revision: 1,
        values: { host: "mx.example.org" },
        changes: [],
        secrets: { token: null },
        at,
        by,
      });
      expect(await test.store.settings.secrets(key)).toEqual({ password: "pw" });
      expect(await test.store.settings.secretMarks(key)).toEqual({ password: { setAt: at, setBy: by } });
      expect(await test.store.settings.history(key)).toEqual([
        { revision: 2, at, by, changes: [] },
        { revision: 1, at, by, changes },
      ]);
      expect((await test.store.settings.revision(key, 1))?.values).toEqual({ host: "mail.example.org", port: 587 });
      expect((await test.store.settings.current(key))?.revision).toBe(2);
      expect(await test.store.instances.find(key)).toMatchObject({ settingsRevision: 2, testMode: true });
      await expect(
        test.store.settings.save({
          plugin: key.plugin,
          instance: "none",
          revision: 0,
          values: {},
          changes: [],
          at,
          by,
        }),
      ).rejects.toMatchObject({ code: "request.conflict" });
    });

    it("lets one of two who save at once win", async () => {
      const key = await addPlugin(test.store);
      const saves = await Promise.allSettled(
        ["a", "b", "c"].map((host) =>
          test.store.settings.save({ ...key, revision: 0, values: { host }, changes: [], at, by }),
        ),
      );
      expect(saves.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });

    it("keeps a setup in progress and refuses a stale answer", async () => {
      const key = await addPlugin(test.store);
      const started = await test.store.setup.start({ ...key, session: { step: "account" }, at, by });
      expect(started).toMatchObject({ rowVersion: 1, session: { step: "account" } });
      await expect(test.store.setup.start({ ...key, session: {}, at, by })).rejects.toMatchObject({
        code: "request.conflict",
      });
      expect(await test.store.setup.save(key, { step: "test" }, 1)).toMatchObject({ rowVersion: 2, startedBy: by });
      await expect(test.store.setup.save(key, {}, 1)).rejects.toMatchObject({ code: "request.conflict" });
      expect((await test.store.setup.find(key))?.session).toEqual({ step: "test" });
      expect(await test.store.setup.remove(key)).toBe(true);
    });

    it("decides grants together and raises the epoch", async () => {
      const key = await addPlugin(test.store);
      const before = await test.store.grants.epoch();
      const epoch = await test.store.grants.decide(
        key,
        [
          {
            scope: "net:tcp://{config.host}:{config.port}",
            decision: "granted",
            pinned: "net:tcp://mail.example.org:587",
          },
          { scope: "system/Patient.r", decision: "denied" },
        ],
        { at, by, reviewed: true },
      );
      expect(epoch).toBe(before + 1);
      expect(await test.store.grants.list(key)).toEqual([
        {
          ...key,
          scope: "net:tcp://{config.host}:{config.port}",
          decision: "granted",
          pinned: "net:tcp://mail.example.org:587",
          at,
          by,
        },
        { ...key, scope: "system/Patient.r", decision: "denied", at, by },
      ]);
      expect(await test.store.instances.find(key)).toMatchObject({ accessReviewedAt: at });
      await test.store.grants.decide(
        key,
        [{ scope: "system/Patient.r", decision: "granted", narrowedTo: "system/Patient.r?active=true" }],
        { at, by },
      );
      expect((await test.store.grants.list(key))[1]).toMatchObject({
        decision: "granted",
        narrowedTo: "system/Patient.r?active=true",
      });
      expect(await test.store.grants.forget(key, ["system/Patient.r"])).toBe(epoch + 2);
      await test.store.plugins.remove(key.plugin);
      expect(await test.store.grants.epoch()).toBe(epoch + 3);
      expect((await test.store.grants.all()).filter(({ plugin }) => plugin === key.plugin)).toEqual([]);
    });

    it("adds up the use of a grant by day", async () => {
      const key = await addPlugin(test.store);
      const use = { ...key, scope: "events:publish:x", count: 3, lastAt: "2026-03-02T09:00:00.000Z" };
      await test.store.grants.recordUse([
        { ...use, day: "2026-03-01" },
        { ...use, day: "2026-03-02" },
        { ...use, plugin: "org.example.gone", day: "2026-03-02" },
      ]);
      await test.store.grants.recordUse([{ ...use, day: "2026-03-02", count: 4, lastAt: "2026-03-02T10:00:00.000Z" }]);
      expect(await test.store.grants.usage(key, "2026-03-02")).toEqual([
        { scope: "events:publish:x", used: 7, lastUsedAt: "2026-03-02T10:00:00.000Z" },
      ]);
    });

    it("keeps private state with compare-and-set and within its size", async () => {
      const key = await addPlugin(test.store);
      expect(await test.store.state.set(key, "cursor", { at: 1 }, { ifVersion: 0 })).toMatchObject({ version: 1 });
      await expect(test.store.state.set(key, "cursor", {}, { ifVersion: 0 })).rejects.toMatchObject({
        code: "request.conflict",
      });
      expect(await test.store.state.set(key, "cursor", { at: 2 }, { ifVersion: 1 })).toMatchObject({ version: 2 });
      await Promise.all([1, 2, 3].map((n) => test.store.state.set(key, "last", n)));
      expect(await test.store.state.get(key, "last")).toMatchObject({ version: 3 });
      expect((await test.store.state.get(key, "cursor"))?.value).toEqual({ at: 2 });
      await expect(test.store.state.set(key, "big", "x".repeat(65 * 1024))).rejects.toMatchObject({
        code: "request.body_too_large",
      });
      for (let n = 0; n < 17; n += 1) await test.store.state.set(key, `part${n}`, "x".repeat(60_000));
      await expect(test.store.state.set(key, "one-more", "x".repeat(60_000))).rejects.toMatchObject({
        code: "request.body_too_large",
      });
      await expect(test.store.state.remove(key, "cursor", { ifVersion: 1 })).rejects.toMatchObject({
        code: "request.conflict",
      });
      expect(await test.store.state.remove(key, "cursor")).toBe(true);
      expect(await test.store.state.get(key, "cursor")).toBeUndefined();
    });

    it("does several things in one transaction, or none", async () => {
      const key = await addPlugin(test.store);
      await test.store.transaction(async (within) => {
        await within.instances.change(key, { state: "configured" });
        expect(await within.instances.find(key)).toMatchObject({ state: "configured" });
        await within.platform.setFact("seen", "yes");
      });
      expect(await test.store.platform.fact("seen")).toBe("yes");
      const failing = test.store.transaction(async (within) => {
        await within.instances.change(key, { state: "enabled" });
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(await test.store.instances.find(key)).toMatchObject({ state: "configured" });
    });

    it("serializes transactions that read before they write", async () => {
      const key = await addPlugin(test.store);
      const raise = () =>
        test.store.transaction(async (within) => {
          const row = await within.state.get(key, "count");
          await within.state.set(key, "count", Number(row?.value ?? 0) + 1);
        });
      await Promise.all([raise(), raise(), raise(), raise()]);
      expect((await test.store.state.get(key, "count"))?.value).toBe(4);
    });
  });
});
