import { createTempDir } from "@hilum/testkit";
import { createFileKeyProvider, openStore, type Store } from "@hilum/store";
import type { AuditInput } from "@hilum/audit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGlassWatch } from "./glass-watch.ts";

const now = new Date("2026-03-02T08:30:00.000Z");

describe("the watch over glasses", () => {
  const folder = createTempDir("glass-watch");
  const entries: AuditInput[] = [];
  let store: Store;
  beforeAll(async () => {
    const keyProvider = createFileKeyProvider(folder.join("keys", "hilum.key"));
    store = await openStore({ url: "sqlite::memory:", keyProvider, blobDir: folder.join("blobs") });
  });
  afterAll(async () => {
    await store.close();
    folder.remove();
  });

  let calls = 0;
  const watch = () =>
    createGlassWatch({
      store,
      governor: {
        audit: { append: (entry) => Promise.resolve({ index: entries.push(entry) }) },
        denials: { deny: () => Promise.reject(new Error("nothing is denied here")) },
      },
      holds: (actor) => Promise.resolve(actor.kind === "user" && actor.session !== "signed out"),
      nextCall: () => `call-${(calls += 1)}`,
    });
  const open = async (id: string, until: string, session = "open") =>
    await store.glasses.open({
      ...{ id, user: id, session, by: "user:ana", purpose: "TREAT", fields: ["identity"], minutes: 15 },
      ...{ openedAt: "2026-03-02T08:15:00.000Z", until, target: { patient: "p1" }, reason: "A reason of a person" },
    });

  it("ends those whose time or session is over, each with an entry that says so, and leaves the others", async () => {
    await open("g1", "2026-03-02T08:30:00.000Z");
    await open("g2", "2026-03-02T08:45:00.000Z", "signed out");
    await open("g3", "2026-03-02T08:45:00.000Z");
    await watch().sweep(now);
    expect(await store.glasses.find("g1")).toMatchObject({
      state: "waiting",
      ended: "expired",
      endedAt: now.toISOString(),
    });
    expect(await store.glasses.find("g2")).toMatchObject({ state: "waiting", ended: "session_ended" });
    expect(await store.glasses.find("g3")).toMatchObject({ state: "open" });
    const said = entries.map(({ kind, action, actor, detail }) => [kind, action, actor, detail]);
    const stopped = (state: string, glass: string) => ({ event: "emergency_override_stopped", state, glass });
    expect(said).toEqual(
      expect.arrayContaining([
        ["intent", "endGlass", "system:glass", stopped("expired", "g1")],
        ["outcome", "endGlass", "system:glass", stopped("expired", "g1")],
        ["outcome", "endGlass", "system:glass", stopped("session_ended", "g2")],
      ]),
    );
    entries.length = 0;
    await watch().sweep(now);
    expect(entries).toEqual([]);
  });

  it("shows under Repairs what was escalated, and what waits for too long", async () => {
    const note = { id: "n1", at: now.toISOString(), by: "user:rev", what: "escalate" as const };
    await store.glasses.note("g1", note, { from: ["waiting"], to: "escalated", reviewed: true });
    const repairs = await watch().repairs(now);
    expect(repairs.map(({ id }) => id)).toEqual(["glass:escalated"]);
    const later = new Date("2026-03-06T08:30:00.000Z");
    expect((await watch().repairs(later)).map(({ id }) => id)).toEqual(["glass:escalated", "glass:late"]);
  });
});
