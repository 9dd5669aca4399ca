import { cpSync } from "node:fs";
import { createTempDir, requires, startPostgres } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { moveClock } from "../test-support/move-clock.ts";
import { mailbox, someEmail, turnOnPractice, waitUntil } from "../test-support/practice.ts";
import { startTestServer } from "../test-support/test-server.ts";

const postgresql = requires("postgresql");

describe.skipIf(!postgresql.available)("two servers on one database", () => {
  it(
    "send each message once, run each schedule once, and see each other's people, tokens and grants at once",
    { timeout: 180_000 },
    async () => {
      const database = (await startPostgres()).createDatabase();
      using folder = createTempDir("cluster");
      const env = { HILUM_DATABASE_URL: database.connectionString };
      try {
        await using first = await startTestServer({ folder: folder.path, env });
        const ana = await first.as("administrator");
        await turnOnPractice(ana);
        // The second node has a folder of its own and the deployment's key.
        using other = createTempDir("cluster");
        cpSync(folder.join("hilum-data.key"), other.join("hilum-data.key"));
        await using second = await startTestServer({ folder: other.path, env });
        const elsewhere = await second.signIn("ana");
        expect((await elsewhere.ok("getPlugin", { params: mailbox })).instances[0]?.state).toBe("enabled");

        const programs = [await first.withToken("operator"), await second.withToken("operator")];
        const ids = await Promise.all(
          Array.from({ length: 60 }, async (_unused, at) => {
            const program = programs[at % 2];
            return (await program?.ok("sendMessage", { body: someEmail({ text: `Message ${at}` }) }))?.id ?? "";
          }),
        );
        const counts = await waitUntil(
          "all messages",
          async () => (await ana.ok("listMessages")).counts,
          ({ sent }) => sent === 60,
          60_000,
        );
        expect(counts["sent"]).toBe(60);
        const { items } = await elsewhere.ok("listPracticeMessages", { query: { limit: 200 } });
        expect(items.map(({ message }) => message).toSorted()).toEqual(ids.toSorted());

        const headers = { "idempotency-key": "one-of-two-nodes" };
        const raced = await Promise.all(
          [...programs, ...programs].map((program) => program.call("sendMessage", { body: someEmail(), headers })),
        );
        const made = new Map<string, Set<string>>();
        for (const answer of raced) {
          const { id, createdBy } = answer.json() as { id: string; createdBy: string };
          made.set(createdBy, (made.get(createdBy) ?? new Set()).add(id));
        }
        // Keys belong to the token that uses them: one message of each.
        expect([...made.values()].map((set) => set.size)).toEqual([1, 1]);

        await ana.ok("saveSmokeSchedule", { params: mailbox, body: { everyMinutes: 1 } });
        using _clock = moveClock(61_000);
        const before = (await ana.ok("listSmokeRuns", { params: mailbox, query: { limit: 200 } })).items.length;
        await waitUntil(
          "a scheduled run",
          () => ana.ok("listSmokeRuns", { params: mailbox, query: { limit: 200 } }),
          (page) => page.items.some(({ trigger }) => trigger === "schedule"),
          90_000,
        );
        await new Promise((resolve) => setTimeout(resolve, 6_000));
        const runs = (await ana.ok("listSmokeRuns", { params: mailbox, query: { limit: 200 } })).items;
        expect(runs.filter(({ trigger }) => trigger === "schedule")).toHaveLength(1);
        expect(runs).toHaveLength(before + 1);

        const { token, value } = await ana.ok("createApiToken", { body: { name: "Roams", role: "viewer", days: 1 } });
        const bearer = { authorization: `Bearer ${value}` };
        expect((await second.nobody().call("listPlugins", { headers: bearer })).status).toBe(200);
        await ana.ok("revokeApiToken", { params: { token: token.id } });
        expect((await second.nobody().call("listPlugins", { headers: bearer })).status).toBe(401);
      } finally {
        database.drop();
      }
    },
  );
});
