import type { PlatformSettings } from "@hilum/contract/api";
import type { InstanceKey } from "../ports/shapes.ts";
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
  await store.marketplace.put({
    ...{ kind: "source", id: newId(), subject: "", state: "organisation", rowVersion: 0 },
    document: { title: "Our own" },
  });
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
  const glass = await fillGovernance(store, patient);
  await fillRecordStores(store, key);
  await store.disclosures.noteSource(blob, { type: "DocumentReference", id: "d1" });
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
    glasses: [await from.glasses.find(glass), await from.glasses.uses(glass), await from.glasses.notes(glass)],
    disclosures: [await from.disclosures.list({ patient }), await from.disclosures.sourcesOf([blob])],
    approvals: await from.approvals.list("export", {}),
    marketplace: (await from.marketplace.list("source")).items,
    recordStores: [await from.recordStores.list(), await from.recordStores.faults(key, {})],
    primaryWrites: await from.primaryWrites.list(key),
  });
}

/** Answers the id of the glass. */
async function fillGovernance(store: Store, patient: string): Promise<string> {
  const [glass, approval] = [newId(), newId()];
  const until = "2199-03-02T08:00:00.000Z";
  await store.glasses.open({
    ...{ id: glass, user: newId(), session: newId(), by, purpose: "TREAT", fields: ["identity"], minutes: 15 },
    ...{ openedAt: at, until, target: { patient }, reason: "the patient fell ill at night" },
  });
  await store.glasses.addUse(glass, { id: newId(), at, what: "record", record: { type: "Patient", id: patient } });
  await store.glasses.end(glass, "closed", at);
  const note = { id: newId(), at, by, what: "ask" as const, words: "Which case was it?" };
  await store.glasses.note(glass, note, { from: ["waiting"], to: "asked", reviewed: true });
  await store.disclosures.add([
    {
      ...{ id: newId(), patient, source: "message:1", at, kind: "message", purpose: "TREAT", by, part2: false },
      ...{
        accountable: true,
        recipient: "b@example.org",
        what: "A letter",
        records: [{ type: "Patient", id: patient }],
      },
    },
  ]);
  await store.approvals.create({
    ...{ id: approval, kind: "export", patient, requestedUser: newId(), requestedBy: by, requestedAt: at, until },
    content: { why: "the patient asks for it" },
  });
  await store.approvals.move(approval, "waiting", "refused", { decidedBy: by, decidedAt: at, refusal: "not hers" });
  return glass;
}

async function fillRecordStores(store: Store, key: InstanceKey): Promise<void> {
  const refusal = { code: "record.invalid", cause: "other", fix: "Mend it.", reply: "HTTP 422" } as const;
  await store.recordStores.setRole(key, "replica", { cursor: 0, at, by });
  await store.recordStores.setRefusal(key, refusal, at);
  await store.recordStores.setReconciliation(key, {
    ...{ state: "failed", startedAt: at, startedBy: by, mend: true, seq: 5, refusal },
    ...{ checked: 5, missing: 1, older: 0, deleted: 0, foreign: 0, mended: 1 },
  });
  await store.recordStores.putFault({
    ...{ ...key, id: newId(), type: "Patient", record: "p1", version: 1, change: "create", at, attempts: 1 },
    ...{ lastAttemptAt: at, ...refusal },
  });
  await store.primaryWrites.begin({ ...key, id: newId(), at, writes: [newPatient("p2")], handed: [0] });
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
