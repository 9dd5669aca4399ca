import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserRow } from "../ports/identity.ts";
import { addPlugin, databases, newId, type TestStore } from "../test-support/databases.ts";

const at = "2026-03-02T08:00:00.000Z";

describe.each(databases)("identity in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    const inHours = (hours: number): string => new Date(test.clock.now() + hours * 3_600_000).toISOString();
    const addUser = (
      change: Partial<{ username: string; role: UserRow["role"]; passwordHash: string; first: boolean }> = {},
    ): Promise<UserRow> => {
      const id = newId();
      return test.store.users.create({
        id,
        username: `u${id.toLowerCase()}`,
        displayName: "Synthetic",
        role: "viewer",
        passwordHash: "$argon2id$x",
        at,
        ...change,
      });
    };
    const signIn = async (user: UserRow): Promise<{ id: string; hash: string }> => {
      const id = newId();
      const hash = `hash-${id}`;
      const now = test.clock.date().toISOString();
      await test.store.sessions.create({
        id,
        hash,
        user: user.id,
        startedAt: now,
        lastSeenAt: now,
        idleExpiresAt: inHours(0.25),
        expiresAt: inHours(12),
        client: "Firefox on Linux",
      });
      return { id, hash };
    };

    it("makes the first administrator exactly once, however many ask at once", async () => {
      const asked = await Promise.allSettled([1, 2, 3].map(() => addUser({ role: "administrator", first: true })));
      expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await test.store.users.count()).toBe(1);
    });

    it("never loses the last active administrator", async () => {
      const [first] = await test.store.users.list();
      if (first === undefined) throw new Error("there is no administrator");
      await expect(test.store.users.change(first.id, { role: "operator" })).rejects.toMatchObject({
        code: "user.last_administrator",
      });
      await expect(test.store.users.change(first.id, { state: "disabled" })).rejects.toMatchObject({
        code: "user.last_administrator",
      });
      const second = await addUser({ role: "administrator" });
      const both = await Promise.allSettled(
        [first, second].map(({ id }) => test.store.users.change(id, { state: "disabled" })),
      );
      expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(
        (await test.store.users.list()).filter(({ role, state }) => role === "administrator" && state === "active"),
      ).toHaveLength(1);
    });

    it("refuses a user name that is taken", async () => {
      await addUser({ username: "taken" });
      await expect(addUser({ username: "taken" })).rejects.toMatchObject({ code: "user.name_taken" });
      await expect(test.store.users.change("nobody", { displayName: "X" })).rejects.toMatchObject({
        code: "user.not_found",
      });
    });

    it("keeps preferences and counts open sessions", async () => {
      const user = await addUser();
      const preferences = {
        theme: "dark",
        contrast: "system",
        font: "atkinson",
        textSize: 110,
        motion: "system",
        shortcuts: true,
        timeZone: "Europe/Berlin",
      } as const;
      await test.store.users.change(user.id, { preferences });
      await signIn(user);
      expect(await test.store.users.findByUsername(user.username)).toMatchObject({
        preferences,
        sessions: 1,
        secondFactor: false,
        recoveryCodesLeft: 0,
      });
    });

    it("finds a session until it is idle, over, ended, or its user may not sign in", async () => {
      const user = await addUser();
      const one = await signIn(user);
      const two = await signIn(user);
      const found = await test.store.sessions.findByHash(one.hash);
      expect(found).toMatchObject({
        session: { id: one.id, client: "Firefox on Linux" },
        user: { id: user.id, sessions: 2 },
      });
      await test.store.sessions.rotate(one.id, "rotated", inHours(0.1));
      expect(await test.store.sessions.findByHash(one.hash)).toBeUndefined();
      expect((await test.store.sessions.findByHash("rotated"))?.session.steppedUpUntil).toBeDefined();
      expect(await test.store.sessions.endAll(user.id, one.id)).toBe(1);
      expect(await test.store.sessions.findByHash(two.hash)).toBeUndefined();
      await test.clock.advance(14 * 60_000);
      await test.store.sessions.touch(one.id, { lastSeenAt: inHours(0), idleExpiresAt: inHours(0.25) });
      await test.clock.advance(14 * 60_000);
      expect(await test.store.sessions.findByHash("rotated")).toBeDefined();
      await test.store.users.change(user.id, { state: "disabled" });
      expect(await test.store.sessions.findByHash("rotated")).toBeUndefined();
      await test.store.users.change(user.id, { state: "active" });
      await test.clock.advance(16 * 60_000);
      expect(await test.store.sessions.findByHash("rotated")).toBeUndefined();
      expect(await test.store.sessions.sweep(inHours(0))).toBeGreaterThan(0);
    });

    it("takes a challenge once and counts wrong codes", async () => {
      const user = await addUser();
      await test.store.sessions.createChallenge("challenge-1", { user: user.id, expiresAt: inHours(0.1) });
      expect(await test.store.sessions.failChallenge("challenge-1")).toBe(1);
      expect(await test.store.sessions.failChallenge("challenge-1")).toBe(2);
      expect(await test.store.sessions.challenge("challenge-1")).toMatchObject({ user: user.id, failures: 2 });
      const taken = await Promise.all([1, 2].map(() => test.store.sessions.takeChallenge("challenge-1")));
      expect(taken.toSorted()).toEqual([false, true]);
    });

    it("counts failed sign-ins by key", async () => {
      expect(await test.store.sessions.recordFailure("user:eve")).toEqual({ failures: 1 });
      const blockedUntil = inHours(0.02);
      expect(await test.store.sessions.recordFailure("user:eve", blockedUntil)).toEqual({ failures: 2, blockedUntil });
      expect(await test.store.sessions.throttle("user:eve")).toEqual({ failures: 2, blockedUntil });
      await test.store.sessions.clearFailures("user:eve");
      expect(await test.store.sessions.throttle("user:eve")).toBeUndefined();
    });

    it("takes a one-time code and a recovery code once each", async () => {
      const user = await addUser();
      await test.store.users.beginTotp(user.id, "JBSWY3DPEHPK3PXP");
      expect(await test.store.users.totp(user.id)).toBeUndefined();
      expect(await test.store.users.pendingTotp(user.id)).toBe("JBSWY3DPEHPK3PXP");
      await test.store.users.confirmTotp(user.id, 100, ["r1", "r2"]);
      expect(await test.store.users.totp(user.id)).toEqual({
        secret: "JBSWY3DPEHPK3PXP",
        confirmed: true,
        lastStep: 100,
      });
      expect(await test.store.users.find(user.id)).toMatchObject({ secondFactor: true, recoveryCodesLeft: 2 });
      expect(await test.store.users.takeTotpStep(user.id, 100)).toBe(false);
      expect((await Promise.all([1, 2].map(() => test.store.users.takeTotpStep(user.id, 101)))).toSorted()).toEqual([
        false,
        true,
      ]);
      expect(await test.store.users.takeRecoveryCode(user.id, "r1")).toBe(true);
      expect(await test.store.users.takeRecoveryCode(user.id, "r1")).toBe(false);
      await test.store.users.replaceRecoveryCodes(user.id, ["n1", "n2", "n3"]);
      expect(await test.store.users.takeRecoveryCode(user.id, "r2")).toBe(false);
      await test.store.users.removeTotp(user.id);
      expect(await test.store.users.find(user.id)).toMatchObject({ secondFactor: false, recoveryCodesLeft: 0 });
      await expect(test.store.users.confirmTotp(user.id, 1, [])).rejects.toMatchObject({ code: "request.conflict" });
    });

    it("accepts an invitation once, and only the newest", async () => {
      const user = await test.store.users.create({
        id: newId(),
        username: "invited",
        displayName: "Invited",
        role: "operator",
        at,
      });
      expect(user.state).toBe("invited");
      await test.store.invitations.create("old", { user: user.id, expiresAt: inHours(72), createdBy: "user:ana", at });
      await test.store.invitations.create("new", { user: user.id, expiresAt: inHours(72), createdBy: "user:ana", at });
      expect(await test.store.invitations.accept("old", "$argon2id$1")).toBeUndefined();
      expect(await test.store.invitations.accept("new", "$argon2id$2")).toMatchObject({
        state: "active",
        passwordHash: "$argon2id$2",
      });
      expect(await test.store.invitations.accept("new", "$argon2id$3")).toBeUndefined();
    });

    it("finds a token of a program until it is revoked or expired", async () => {
      const token = {
        id: newId(),
        name: "Scheduler",
        role: "operator" as const,
        scopes: ["system/Patient.rs", "system/Observation.r?category=laboratory"],
        purpose: "TREAT" as const,
        prefix: "hlm_ab12",
        createdBy: "user:ana",
        createdAt: at,
        expiresAt: inHours(24),
      };
      await test.store.tokens.create({ ...token, hash: "token-hash" });
      expect(await test.store.tokens.findByHash("token-hash")).toEqual(token);
      await test.store.tokens.touch(token.id, at);
      expect(await test.store.tokens.list()).toEqual([{ ...token, lastUsedAt: at }]);
      expect(await test.store.tokens.revoke(token.id)).toBe(true);
      expect(await test.store.tokens.revoke(token.id)).toBe(false);
      expect(await test.store.tokens.findByHash("token-hash")).toBeUndefined();
    });

    it("enrols a remote plugin with a code that works once, and cuts it off at once", async () => {
      const key = await addPlugin(test.store);
      const enrolment = newId();
      await test.store.remote.createEnrolment({
        ...key,
        id: enrolment,
        hash: "code-hash",
        at,
        by: "user:ana",
        expiresAt: inHours(1),
      });
      const link = { id: newId(), publicKey: "MCowBQ", fingerprint: "f1", expiresAt: inHours(24 * 365) };
      const enrolled = await Promise.all(
        [link, { ...link, id: newId() }].map((one) => test.store.remote.enrol("code-hash", one)),
      );
      expect(enrolled.filter((one) => one !== undefined)).toHaveLength(1);
      const made = enrolled.find((one) => one !== undefined);
      expect(made).toMatchObject({ ...key, kind: "link", publicKey: "MCowBQ", fingerprint: "f1" });
      const id = made?.id ?? "";
      expect(await test.store.remote.takeNonce(id, "n-1", inHours(1))).toBe(true);
      expect(await test.store.remote.takeNonce(id, "n-1", inHours(1))).toBe(false);
      await test.store.remote.createToken("token-1", { link: id, expiresAt: inHours(0.08) });
      expect(await test.store.remote.findByToken("token-1")).toMatchObject({ id });
      expect(await test.store.remote.revoke(key, id)).toBe(true);
      expect(await test.store.remote.findByToken("token-1")).toBeUndefined();
      expect((await test.store.remote.list(key)).map(({ kind }) => kind).toSorted()).toEqual(["enrolment", "link"]);
      expect(await test.store.remote.revokeAll(key)).toBe(1);
    });
  });
});
