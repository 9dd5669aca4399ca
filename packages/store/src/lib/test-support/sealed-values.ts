import type { PlatformSettings } from "@hilum/contract/api";
import type { Store } from "../ports/store.ts";
import { addPlugin, newId, newMessage } from "./databases.ts";
import { newPatient } from "./records.ts";

const at = "2026-03-02T08:00:00.000Z";
const by = "user:ana";
const defaults: PlatformSettings = {
  organisation: "My organisation",
  environment: "test",
  localRegistration: true,
  privateRanges: [],
};
const evidence = [{ id: "login", title: "Signs in", status: "passed" as const }];

/** A value in every sealed column, written as the platform writes it; answers what reads them all. */
export async function fillSealedColumns(store: Store): Promise<(from?: Store) => Promise<unknown>> {
  const key = await addPlugin(store);
  const user = newId();
  const blob = newId();
  const message = newId();
  const patient = newId();
  const { revision } = await store.platform.settings(defaults);
  await store.platform.setFact("kept", "a fact");
  await store.platform.saveSettings({ ...defaults, organisation: "Clinic" }, revision, { at, by });
  await store.settings.save({
    ...key,
    ...{ revision: 0, at, by },
    values: { host: "mail.example.org" },
    changes: [{ name: "host", secret: false, after: "mail.example.org" }],
    secrets: { password: "s3cret" },
  });
  await store.setup.start({ ...key, session: { answers: { host: "a" } }, at, by });
  await store.state.set(key, "cursor", { page: 7 });
  const run = { ...key, id: newId(), trigger: "person" as const, by, startedAt: at, status: "running" as const };
  await store.smoke.start({ ...run, results: [] });
  await store.health.record({ ...key, state: "healthy", checkedAt: "2026-03-02T09:30:00.123Z", checks: evidence });
  await store.logs.append(key, [{ at, level: "info", source: "plugin", text: "began" }]);
  await write(store, blob);
  await store.messages.accept(newMessage({ id: message, attachments: [blob] }));
  await store.messages.cancel(message, { actor: by });
  const dead = newMessage();
  await store.messages.accept(dead);
  await store.messages.claim("owner", 10, 60_000);
  await store.messages.giveUp(dead.id, "owner", { code: "message.invalid", reply: "no such box" });
  await store.practice.add({
    ...{ id: newId(), message, channel: "email", at, subject: "Hello", text: "Tuesday" },
    ...{ to: ["b@example.org"], attachments: [] },
  });
  await store.hooks.add({
    ...{ ...key, id: newId(), hook: "status", at, method: "POST", origin: "vendor", verdict: "accepted", status: 204 },
    ...{ bytes: 3, durationMs: 1, content: { target: "/hooks", headers: {}, body: { text: "a=b" } } },
  });
  await store.users.create({ id: user, username: user, displayName: "Ana", role: "viewer", at });
  await store.users.beginTotp(user, "JBSWY3DPEHPK3PXP");
  await store.users.confirmTotp(user, 100, ["r1"]);
  await store.users.beginTotp(user, "KRSXG5CTMVRXEZLU");
  await store.signIns.begin(newId(), {
    ...{ ...key, step: "sign-in", browserHash: "b1", request: { verifier: "v1" }, startedAt: at, startedBy: by },
    expiresAt: "2199-03-02T08:00:00.000Z",
  });
  await store.signIns.reportFault({ ...key, step: "sign-in", code: "provider.refused", reply: "expired", since: at });
  await store.records.write([newPatient(patient)]);
  await store.records.setHold({ patient }, { on: true, reason: "a request of a court", by });
  await store.snoozes.set({
    ...{ repair: `audit:${user}`, severity: "error", until: "2199-03-02T08:00:00.000Z" },
    ...{ reason: "the vendor is told", at, by },
  });

  return async (from = store) => ({
    fact: await from.platform.fact("kept"),
    platform: await from.platform.settings(defaults),
    settings: [await from.settings.current(key), await from.settings.history(key), await from.settings.secrets(key)],
    setup: await from.setup.find(key),
    state: await from.state.get(key, "cursor"),
    smoke: await from.smoke.last(key),
    health: await from.health.snapshot(key),
    logs: await from.logs.list(key),
    blob: [await from.blobs.find(blob), await collect((await from.blobs.read(blob)).content)],
    messages: [await from.messages.detail(message), await from.messages.detail(dead.id)],
    practice: await from.practice.list(),
    hooks: await Promise.all((await from.hooks.list(key)).items.map(({ id }) => from.hooks.find(key, id))),
    user: [await from.users.totp(user), await from.users.pendingTotp(user)],
    signIns: [await from.signIns.pending(key, "sign-in"), await from.signIns.faults()],
    snoozes: await from.snoozes.list(),
    records: [await from.records.find("Patient", patient), await from.records.holds()],
  });
}

async function write(store: Store, id: string): Promise<void> {
  const content = (async function* () {
    yield Buffer.from("a document");
  })();
  await store.blobs.write(content, { id, contentType: "text/plain", by, bytesMax: 1000 });
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
