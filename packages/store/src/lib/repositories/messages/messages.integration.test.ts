import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPlugin, databases, newId, newMessage, type TestStore } from "../../test-support/databases.ts";

describe.each(databases)("messages in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    const accept = async (change: Parameters<typeof newMessage>[0] = {}): Promise<string> =>
      (await test.store.messages.accept(newMessage(change))).id;
    /** Takes exactly this message: others of the file may be due too. */
    const claim = async (id: string, owner = "boot-1") => {
      for (;;) {
        const claimed = await test.store.messages.claim(owner, 100, 60_000);
        const found = claimed.find((message) => message.id === id);
        if (found !== undefined) return found;
        if (claimed.length === 0) throw new Error(`${id} is not due`);
      }
    };
    const start = async (id: string, owner = "boot-1"): Promise<number> => {
      await claim(id, owner);
      return test.store.messages.startAttempt(id, owner, { plugin: "org.example.smtp", instance: "default" });
    };

    it("keeps a message as it was accepted", async () => {
      const message = newMessage({ recipientMasked: "b***@e***.org", moreRecipients: 2, testMode: true });
      expect(await test.store.messages.accept(message)).toEqual({ outcome: "created", id: message.id });
      expect(await test.store.messages.detail(message.id)).toEqual({
        id: message.id,
        channel: "email",
        state: "queued",
        testMode: true,
        createdAt: message.createdAt,
        updatedAt: message.createdAt,
        createdBy: "user:ana",
        recipientMasked: "b***@e***.org",
        moreRecipients: 2,
        attempts: 0,
        maybeSentTwice: false,
        body: message.body,
        timeline: [{ at: message.createdAt, kind: "accepted", actor: "user:ana" }],
        attachments: [],
      });
    });

    it("answers the first message when an idempotency key comes again, also at the same time", async () => {
      const idempotency = { scope: "token:t1", key: "order-4711" };
      const answers = await Promise.all([1, 2, 3].map(() => test.store.messages.accept(newMessage({ idempotency }))));
      const created = answers.filter(({ outcome }) => outcome === "created");
      expect(created).toHaveLength(1);
      expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([created[0]?.id]));
    });

    it("refuses an idempotency key that was used for another body, and takes it from another caller", async () => {
      await accept({ idempotency: { scope: "token:t1", key: "order-4712" } });
      const other = newMessage({ idempotency: { scope: "token:t1", key: "order-4712" }, body: "{}" });
      await expect(test.store.messages.accept(other)).rejects.toMatchObject({ code: "request.idempotency_conflict" });
      expect(await test.store.messages.find(other.id)).toBeUndefined();
      expect(
        await test.store.messages.accept({ ...other, idempotency: { scope: "token:t2", key: "order-4712" } }),
      ).toMatchObject({ outcome: "created" });
    });

    it("refuses a message that names an attachment which is not stored, and leaves nothing", async () => {
      const message = newMessage({ attachments: [newId()], idempotency: { scope: "s", key: "attached-1" } });
      await expect(test.store.messages.accept(message)).rejects.toMatchObject({ code: "blob.not_found" });
      expect(await test.store.messages.find(message.id)).toBeUndefined();
      expect(await test.store.messages.accept({ ...message, attachments: [] })).toMatchObject({ outcome: "created" });
    });

    it("gives each due message to one owner only", async () => {
      const ids = new Set(await Promise.all(Array.from({ length: 40 }, () => accept())));
      const claims = await Promise.all(
        ["a", "b", "c", "d"].map((owner) => test.store.messages.claim(owner, 200, 60_000)),
      );
      const mine = claims.flat().filter(({ id }) => ids.has(id));
      expect(mine).toHaveLength(40);
      expect(new Set(mine.map(({ id }) => id)).size).toBe(40);
    });

    it("gives a claim to another when the lease has run out", async () => {
      const id = await accept();
      await claim(id, "slow");
      await test.clock.advance(61_000);
      expect((await claim(id, "fast")).id).toBe(id);
      await expect(
        test.store.messages.startAttempt(id, "slow", { plugin: "p.q", instance: "default" }),
      ).rejects.toMatchObject({ code: "message.wrong_state" });
    });

    it("claims nothing before its time, and the urgent first", async () => {
      const now = test.clock.date().toISOString();
      const late = await accept({ notBefore: new Date(test.clock.now() + 3_600_000).toISOString() });
      const low = await accept({ createdAt: now });
      const high = await accept({ createdAt: now, priority: 5 });
      const ids = (await test.store.messages.claim("order", 200, 60_000)).map(({ id }) => id);
      expect(ids).not.toContain(late);
      expect(ids.indexOf(high)).toBeLessThan(ids.indexOf(low));
    });

    it("follows a message through failure, retry and success", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      expect(await start(id)).toBe(1);
      const nextAttemptAt = new Date(test.clock.now() + 30_000).toISOString();
      await test.store.messages.finishAttempt(id, 1, {
        state: "retrying",
        nextAttemptAt,
        cause: "network",
        code: "provider.unreachable",
        reply: "connect ECONNREFUSED",
        durationMs: 12,
      });
      expect(await test.store.messages.find(id)).toMatchObject({
        state: "retrying",
        attempts: 1,
        nextAttemptAt,
        cause: "network",
        code: "provider.unreachable",
        plugin: "org.example.smtp",
        instance: "default",
      });
      await test.clock.advance(31_000);
      expect(await start(id)).toBe(2);
      await test.store.messages.finishAttempt(id, 2, { state: "sent", reply: "250 queued" });
      await test.store.messages.recordReceipt(id, "delivered");
      const detail = await test.store.messages.detail(id);
      expect(detail?.state).toBe("delivered");
      expect(detail?.cause).toBeUndefined();
      expect(detail?.timeline.map(({ kind, attempt }) => [kind, attempt])).toEqual([
        ["accepted", undefined],
        ["attempt", 1],
        ["failed", 1],
        ["retry_scheduled", 1],
        ["attempt", 2],
        ["sent", 2],
        ["delivered", 2],
      ]);
      expect(detail?.timeline[2]).toMatchObject({ reply: "connect ECONNREFUSED", cause: "network", durationMs: 12 });
    });

    it("refuses to finish an attempt that is not the open one", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      await start(id);
      await expect(test.store.messages.finishAttempt(id, 2, { state: "sent" })).rejects.toMatchObject({
        code: "message.wrong_state",
      });
      await test.store.messages.finishAttempt(id, 1, { state: "sent" });
      await expect(test.store.messages.finishAttempt(id, 1, { state: "dead" })).rejects.toMatchObject({
        code: "message.wrong_state",
      });
      expect(await test.store.messages.find(id)).toMatchObject({ state: "sent" });
    });

    it("threat 213: after a crash names the attempts that were in flight and gives back what had not begun", async () => {
      const flying = await accept({ createdAt: test.clock.date().toISOString() });
      const claimed = await accept({ createdAt: test.clock.date().toISOString() });
      await start(flying, "boot-dead");
      await test.store.messages.claim("boot-dead", 200, 60_000);
      const interrupted = await test.store.messages.recoverClaims("boot-new");
      expect(interrupted.filter(({ id }) => id === flying || id === claimed)).toEqual([
        {
          id: flying,
          channel: "email",
          attempt: 1,
          plugin: "org.example.smtp",
          instance: "default",
          testMode: false,
          rounds: 0,
        },
      ]);
      await test.store.messages.finishAttempt(flying, 1, { state: "uncertain", code: "plugin.link_lost" });
      expect(await claim(claimed, "boot-new")).toMatchObject({ attempts: 0 });
      expect((await test.store.messages.recoverClaims("boot-new")).map(({ id }) => id)).not.toContain(flying);
    });

    it("sends an uncertain message again only when a person says so, and remembers it", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      await start(id);
      await test.store.messages.finishAttempt(id, 1, { state: "uncertain" });
      await expect(test.store.messages.retry(id, { actor: "user:ana" })).rejects.toMatchObject({
        code: "message.wrong_state",
      });
      expect(await test.store.messages.retry(id, { actor: "user:ana", evenIfSent: true })).toMatchObject({
        state: "queued",
        maybeSentTwice: true,
      });
    });

    it("remembers that an attempt which was cut off and is made again may be the second", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      await start(id);
      await test.store.messages.finishAttempt(id, 1, {
        state: "retrying",
        nextAttemptAt: test.clock.date().toISOString(),
        code: "plugin.link_lost",
      });
      expect(await start(id)).toBe(2);
      await test.store.messages.finishAttempt(id, 2, { state: "sent" });
      const detail = await test.store.messages.detail(id);
      expect(detail).toMatchObject({ state: "sent", maybeSentTwice: true });
      expect(detail?.timeline.map(({ kind }) => kind)).toEqual([
        "accepted",
        "attempt",
        "uncertain",
        "retry_scheduled",
        "attempt",
        "sent",
      ]);
    });

    it("cancels only what has not gone out, and discards only what is given up", async () => {
      const waiting = await accept();
      expect(await test.store.messages.cancel(waiting, { actor: "user:ana" })).toMatchObject({ state: "cancelled" });
      await expect(test.store.messages.discard(waiting, { actor: "user:ana", reason: "wrong" })).rejects.toMatchObject({
        code: "message.wrong_state",
      });
      await expect(
        test.store.messages.cancel("00000000000000000000000000", { actor: "user:ana" }),
      ).rejects.toMatchObject({ code: "message.not_found" });
      const dead = await accept({ createdAt: test.clock.date().toISOString() });
      await claim(dead);
      await test.store.messages.giveUp(dead, "boot-1", { cause: "configuration", code: "route.none" });
      expect(await test.store.messages.discard(dead, { actor: "user:ana", reason: "written twice" })).toMatchObject({
        state: "discarded",
      });
    });

    it("puts a claimed message back with its reason when there is no way to send it now", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      await claim(id);
      const until = new Date(test.clock.now() + 60_000).toISOString();
      await test.store.messages.defer(id, "boot-1", until, { code: "route.none" });
      expect(await test.store.messages.find(id)).toMatchObject({ state: "queued", attempts: 0, code: "route.none" });
      await test.clock.advance(61_000);
      expect(await claim(id, "boot-2")).toMatchObject({ id });
    });

    it("accepts a corrected copy and gives up the dead one together", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      await expect(test.store.messages.accept(newMessage({ replaces: id }))).rejects.toMatchObject({
        code: "message.wrong_state",
      });
      await start(id);
      await test.store.messages.finishAttempt(id, 1, { state: "dead", code: "provider.recipient" });
      const copy = newMessage({ replaces: id });
      await test.store.messages.accept(copy);
      expect((await test.store.messages.detail(id))?.timeline.at(-1)).toMatchObject({
        kind: "resent",
        actor: "user:ana",
      });
      expect(await test.store.messages.find(id)).toMatchObject({ state: "discarded" });
      expect(await test.store.messages.find(copy.id)).toMatchObject({ state: "queued" });
    });

    it("lists newest first by keyset, with filters", async () => {
      const sms = [];
      for (let count = 0; count < 5; count += 1) sms.push(await accept({ channel: "sms" }));
      const first = await test.store.messages.list({ channel: "sms", limit: 2 });
      expect(first.items.map(({ id }) => id)).toEqual([sms[4], sms[3]]);
      const second = await test.store.messages.list({
        channel: "sms",
        limit: 2,
        ...(first.next === undefined ? {} : { cursor: first.next }),
      });
      expect(second.items.map(({ id }) => id)).toEqual([sms[2], sms[1]]);
      const last = await test.store.messages.list({
        channel: "sms",
        limit: 2,
        ...(second.next === undefined ? {} : { cursor: second.next }),
      });
      expect(last).toMatchObject({ items: [{ id: sms[0] }] });
      expect(last.next).toBeUndefined();
      expect((await test.store.messages.list({ channel: "fax" })).items).toEqual([]);
    });

    it("counts by state and by hour", async () => {
      const counts = await test.store.messages.counts();
      const listed = await test.store.messages.list({ state: "delivered", limit: 200 });
      expect(counts.delivered).toBe(listed.items.length);
      const hours = await test.store.messages.hours(24);
      expect(hours).toHaveLength(24);
      expect(hours.reduce((sum, { retried }) => sum + retried, 0)).toBe(2);
      expect(hours.reduce((sum, { failed }) => sum + failed, 0)).toBeGreaterThanOrEqual(2);
    });

    it("fails over: tells why and to whom, keeps where the message goes on, and goes back to the first after a round", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      const now = (): string => test.clock.date().toISOString();
      const second = { plugin: "org.example.other", instance: "default" };
      const refusal = { cause: "sender_not_verified", code: "provider.sender", reply: "21608" } as const;
      await start(id);
      await test.store.messages.finishAttempt(id, 1, {
        state: "retrying",
        nextAttemptAt: now(),
        position: { rounds: 0, next: second, mayRecover: true },
        ...refusal,
      });
      expect(await claim(id)).toMatchObject({
        attempts: 1,
        code: "provider.sender",
        position: { rounds: 0, next: second, mayRecover: true },
      });
      await test.store.messages.startAttempt(id, "boot-1", second);
      await test.store.messages.finishAttempt(id, 2, {
        state: "retrying",
        nextAttemptAt: now(),
        position: { rounds: 1 },
        cause: "network",
        code: "provider.unreachable",
      });
      expect((await claim(id)).position).toEqual({ rounds: 1 });
      await test.store.messages.startAttempt(id, "boot-1", second, { cause: "plugin", code: "plugin.not_running" });
      const detail = await test.store.messages.detail(id);
      expect(detail?.timeline.slice(1).map(({ kind, attempt, plugin, code }) => [kind, attempt, plugin, code])).toEqual(
        [
          ["attempt", 1, "org.example.smtp", undefined],
          ["refused", 1, undefined, "provider.sender"],
          ["failed_over", undefined, second.plugin, "provider.sender"],
          ["attempt", 2, second.plugin, undefined],
          ["failed", 2, undefined, "provider.unreachable"],
          ["retry_scheduled", 2, undefined, undefined],
          ["failed_over", undefined, second.plugin, "plugin.not_running"],
          ["attempt", 3, second.plugin, undefined],
        ],
      );
      expect(detail).toMatchObject({ attempts: 3, ...second, maybeSentTwice: false });
    });

    it("keeps a message that may have gone out at its provider until a person lets it go elsewhere", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      await start(id);
      const only = { rounds: 2, next: { plugin: "org.example.smtp", instance: "default" }, only: true };
      const now = test.clock.date().toISOString();
      const cut = { state: "retrying", nextAttemptAt: now, code: "plugin.link_lost", position: only } as const;
      await test.store.messages.finishAttempt(id, 1, cut);
      await test.store.messages.retry(id, { actor: "user:ana" });
      expect((await claim(id)).position).toEqual({ ...only, rounds: 0 });
      await test.store.messages.giveUp(id, "boot-1", { code: "route.none" }, "uncertain");
      await test.store.messages.retry(id, { actor: "user:ana", evenIfSent: true });
      const free = await claim(id);
      expect(free.position).toEqual({ rounds: 0 });
      expect(free.maybeSentSince).toBe((await test.store.messages.detail(id))?.timeline[1]?.at);
    });

    it("takes the provider's receipt once: it arrived, or it failed after all", async () => {
      const sent = async (): Promise<string> => {
        const id = await accept({ createdAt: test.clock.date().toISOString() });
        await start(id);
        await expect(test.store.messages.recordReceipt(id, "delivered")).rejects.toMatchObject({
          code: "message.wrong_state",
        });
        await test.store.messages.finishAttempt(id, 1, { state: "sent" });
        return id;
      };
      const failed = await sent();
      const why = { cause: "recipient", code: "provider.recipient", reply: "30005" } as const;
      await test.store.messages.recordReceipt(failed, "failed", why);
      await test.store.messages.recordReceipt(failed, "failed", why);
      const detail = await test.store.messages.detail(failed);
      expect(detail).toMatchObject({ state: "dead", cause: "recipient", code: "provider.recipient" });
      expect(detail?.timeline.slice(3)).toMatchObject([
        { kind: "refused", attempt: 1, reply: "30005" },
        { kind: "dead", attempt: 1 },
      ]);
      const arrived = await sent();
      await test.store.messages.recordReceipt(arrived, "delivered");
      await test.store.messages.recordReceipt(arrived, "failed", why);
      expect(await test.store.messages.find(arrived)).toMatchObject({ state: "delivered" });
    });

    it("says once why a message waits, however often it is put back", async () => {
      const id = await accept({ createdAt: test.clock.date().toISOString() });
      const why = { cause: "plugin", code: "plugin.not_running" } as const;
      for (const told of [false, true, true]) {
        await claim(id);
        await test.store.messages.defer(id, "boot-1", test.clock.date().toISOString(), why, { told });
      }
      const detail = await test.store.messages.detail(id);
      expect(detail?.timeline.map(({ kind }) => kind)).toEqual(["accepted", "retry_scheduled"]);
    });

    it("routes a channel to instances that exist, in their order, and forgets each with its plugin", async () => {
      const [first, second] = [await addPlugin(test.store), await addPlugin(test.store)];
      const by = { at: "2026-03-02T08:00:00.000Z", by: "user:ana" };
      await expect(
        test.store.routes.set("fax", [first, { plugin: "org.example.none", instance: "default" }], by),
      ).rejects.toMatchObject({ code: "instance.not_found" });
      expect(await test.store.routes.find("fax")).toBeUndefined();
      await test.store.routes.set("fax", [first, second], by);
      await test.store.routes.set("fax", [second, first], by);
      const route = { channel: "fax", targets: [second, first], setAt: by.at, setBy: by.by };
      expect(await test.store.routes.find("fax")).toEqual(route);
      expect(await test.store.routes.list()).toEqual([route]);
      await test.store.plugins.remove(second.plugin);
      expect((await test.store.routes.find("fax"))?.targets).toEqual([first]);
      await test.store.routes.set("fax", [], by);
      expect(await test.store.routes.find("fax")).toBeUndefined();
    });

    it("keeps the practice mailbox sealed and in order", async () => {
      const row = {
        message: newId(),
        channel: "email" as const,
        at: "2026-03-02T08:00:00.000Z",
        to: ["ana@example.org"],
        subject: "Test",
        text: "Hello",
        attachments: [],
      };
      const ids = [newId(), newId()];
      for (const id of ids) await test.store.practice.add({ id, ...row });
      expect((await test.store.practice.list()).items).toEqual([
        { id: ids[1], ...row },
        { id: ids[0], ...row },
      ]);
      expect(await test.store.practice.clear()).toBe(2);
    });
  });
});
