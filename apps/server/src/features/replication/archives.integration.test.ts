import type { ReplicatedStore } from "@hilum/contract/api";
import {
  createCertificateAuthority,
  requires,
  startOrthancServer,
  startS3Server,
  type OrthancServer,
  type S3Server,
} from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { document, fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import { waitUntil } from "../../../test-support/practice.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";
import type { TestClient } from "../../../test-support/test-client.ts";

const patience = 60_000;
const pdf = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

/** Opens the way, adds a plugin with its settings saved, granted and enabled, and makes an archive of it. */
async function archiveTo(
  operator: TestClient,
  plugin: string,
  { values, secrets, authorities }: { values: object; secrets: object; authorities: string[] },
): Promise<void> {
  const { settings, revision } = await operator.ok("getPlatformSettings");
  const privateRanges = ["127.0.0.0/8", "::1/128"].map((cidr) => ({ cidr, reason: "The archive on this machine" }));
  await operator.ok("savePlatformSettings", {
    body: { settings: { ...settings, privateRanges, authorities }, revision },
  });
  await operator.ok("addIncludedPlugin", { params: { plugin } });
  await operator.ok("saveSettings", {
    params: { plugin },
    body: { values: { ...values }, secrets: { ...secrets }, revision: 0 },
  });
  const { rows } = await operator.ok("getAccess", { params: { plugin } });
  const decisions = rows.map(({ scope }) => ({ scope, decision: "granted" as const }));
  await operator.ok("decideAccess", { params: { plugin }, body: { decisions } });
  const { enabled, gate } = await operator.ok("enableInstance", { params: { plugin }, body: {} });
  if (!enabled) throw new Error(`${plugin} was not enabled: ${JSON.stringify(gate.rows)}`);
  await operator.ok("setStoreRole", { params: { plugin, instance: "default" }, body: { role: "archive" } });
}

function follow(operator: TestClient, plugin: string) {
  const read = async (): Promise<ReplicatedStore> => {
    const found = (await operator.ok("listStores")).items.find((store) => store.plugin === plugin);
    if (found === undefined) throw new Error(`${plugin} is not listed`);
    return found;
  };
  return (what: string, holds: (now: ReplicatedStore) => boolean) => waitUntil(what, read, holds, patience);
}

const isCurrent = ({ state, behind }: ReplicatedStore): boolean => state === "current" && behind.changes === 0;

async function writeLetter(fhir: FhirCaller, subject: string): Promise<string> {
  const file = await fhir.send("POST", "/Binary", { body: pdf, headers: { "content-type": "application/pdf" } });
  const { id: binary } = file.json() as { id: string };
  const content = [{ attachment: { contentType: "application/pdf", url: `Binary/${binary}` } }];
  return (await fhir.ok("POST", "/DocumentReference", document(subject, { content }))).id;
}

const sandbox = requires("bubblewrap").available;

describe.skipIf(!sandbox || !requires("moto").available)("an archive in a bucket, out of the sandbox", () => {
  const plugin = "org.hilum.s3-archive";
  let server: TestServer;
  let s3: S3Server;
  let operator: TestClient;
  let fhir: FhirCaller;

  beforeAll(async () => {
    const authority = await createCertificateAuthority("S3 test authority");
    const certificate = await authority.issue({
      names: ["localhost", "127.0.0.1"],
      notAfter: new Date(Date.now() + 86_400_000),
    });
    s3 = await startS3Server({ certificate, authority: authority.certificate });
    server = await startTestServer();
    operator = await server.as("administrator");
    fhir = fhirOf(operator);
    const { port, region, bucket, accessKeyId, secretAccessKey } = s3;
    await archiveTo(operator, plugin, {
      values: { host: "localhost", port, region, bucket, accessKeyId, ca: authority.certificate },
      secrets: { secretAccessKey },
      authorities: [authority.certificate],
    });
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await s3?.stop();
  });

  it("gets documents and their files and nothing else, keeps what is deleted here, and lists it masked", async () => {
    const waitFor = follow(operator, plugin);
    const { id: person } = await fhir.ok("POST", "/Patient", patient());
    await fhir.ok("POST", "/Observation", observation(`Patient/${person}`));
    const letter = await writeLetter(fhir, `Patient/${person}`);
    // The file twice: it belongs to its letter since that names it.
    const now = await waitFor("the letter", (one) => one.taken === 3 && isCurrent(one));
    expect(now).toMatchObject({ role: "archive", faults: 0 });
    await fhir.ok("DELETE", `/DocumentReference/${letter}`);
    await waitFor("the deletion to be passed over", isCurrent);
    const { items } = await operator.ok("browseRecords", {
      body: { store: `${plugin}/default`, type: "DocumentReference" },
    });
    expect(items.map(({ id }) => id)).toEqual([letter]);
    await operator.ok("reconcileStore", { params: { plugin, instance: "default" }, body: {} });
    const compared = await waitFor("the comparison", ({ reconciliation }) => reconciliation?.state === "done");
    expect(compared.reconciliation).toMatchObject({ checked: 2, missing: 0, older: 0, deleted: 0, foreign: 0 });
  });

  it("is no primary store, for it gives up nothing that it took", async () => {
    const key = { plugin, instance: "default" };
    const refused = await operator.call("setStoreRole", { params: key, body: { role: "primary" } });
    expect([refused.code(), refused.problem().detail]).toEqual([
      "instance.wrong_state",
      expect.stringContaining("could not be taken back"),
    ]);
    expect((await operator.ok("listStores")).items.find((store) => store.plugin === plugin)?.role).toBe("archive");
  });

  it("gets what was written while the service was stopped, and by a comparison what the service has lost", async () => {
    const waitFor = follow(operator, plugin);
    const { id: person } = await fhir.ok("POST", "/Patient", patient());
    const before = await writeLetter(fhir, `Patient/${person}`);
    await waitFor("the first letter", isCurrent);
    await s3.leave();
    const meanwhile = await writeLetter(fhir, `Patient/${person}`);
    const away = await waitFor("the outage to be told", ({ state }) => state === "waiting");
    expect(away).toMatchObject({ refusal: { cause: "network" }, faults: 0 });
    expect(away.behind.changes).toBeGreaterThan(0);
    await s3.comeBack();
    await waitFor("the second letter", isCurrent);
    const listed = async (): Promise<(string | undefined)[]> => {
      const body = { store: `${plugin}/default`, type: "DocumentReference" };
      return (await operator.ok("browseRecords", { body })).items.map(({ id }) => id);
    };
    expect(await listed()).toEqual([meanwhile]);
    await operator.ok("reconcileStore", { params: { plugin, instance: "default" }, body: {} });
    const { reconciliation } = await waitFor(
      "the comparison",
      ({ reconciliation: run }) => run?.state === "done" && run.missing > 0,
    );
    expect(reconciliation).toMatchObject({ older: 0, deleted: 0, foreign: 0, mended: reconciliation?.missing });
    expect((await listed()).toSorted()).toEqual([before, meanwhile].toSorted());
    expect((await waitFor("nothing to be left", isCurrent)).faults).toBe(0);
  }, 180_000);
});

describe.skipIf(!sandbox || !requires("orthanc").available || !requires("python3").available)(
  "an archive in Orthanc, out of the sandbox",
  () => {
    const plugin = "org.hilum.orthanc-dicom";
    let server: TestServer;
    let orthanc: OrthancServer;
    let operator: TestClient;
    let fhir: FhirCaller;

    beforeAll(async () => {
      orthanc = await startOrthancServer();
      server = await startTestServer();
      operator = await server.as("administrator");
      fhir = fhirOf(operator);
      const { port, username, password } = orthanc;
      await archiveTo(operator, plugin, {
        values: { host: "127.0.0.1", port, username, security: "none" },
        secrets: { password },
        authorities: [],
      });
    }, 120_000);
    afterAll(async () => {
      await server?.close();
      await orthanc?.stop();
    });

    it("makes DICOM of a letter, under the number and the name that it reads of the patient", async () => {
      const waitFor = follow(operator, plugin);
      const { id: person } = await fhir.ok("POST", "/Patient", patient());
      await writeLetter(fhir, `Patient/${person}`);
      await waitFor("the letter", (one) => one.taken === 1 && isCurrent(one));
      expect(await orthanc.instances()).toMatchObject([
        { PatientID: "4711", PatientName: "Quillfeather^Zebedee", MIMETypeOfEncapsulatedDocument: "application/pdf" },
      ]);
    });

    it("gets what was written while Orthanc was stopped, once, and by a comparison what was deleted there", async () => {
      const waitFor = follow(operator, plugin);
      const key = { plugin, instance: "default" };
      const { id: person } = await fhir.ok("POST", "/Patient", patient());
      const before = (await orthanc.instances()).length;
      await orthanc.leave();
      await writeLetter(fhir, `Patient/${person}`);
      const away = await waitFor("the outage to be told", ({ state }) => state === "waiting");
      expect(away).toMatchObject({ refusal: { cause: "network" }, faults: 0 });
      await orthanc.comeBack();
      await waitFor("the letter", isCurrent);
      expect(await orthanc.instances()).toHaveLength(before + 1);
      await orthanc.removeAll();
      await operator.ok("reconcileStore", { params: key, body: {} });
      const { reconciliation } = await waitFor("the comparison", ({ reconciliation: run }) => run?.state === "done");
      expect(reconciliation).toMatchObject({ missing: before + 1, mended: before + 1, foreign: 0 });
      expect(await orthanc.instances()).toHaveLength(before + 1);
    }, 180_000);

    it("refuses to be a replica or the primary store, and lists a document that is no DICOM with what to do about it", async () => {
      const key = { plugin, instance: "default" };
      for (const role of ["replica", "primary"] as const) {
        const refused = await operator.call("setStoreRole", { params: key, body: { role } });
        expect(refused.code()).toBe("instance.wrong_state");
      }
      const { id: person } = await fhir.ok("POST", "/Patient", patient());
      const { id } = await fhir.ok("POST", "/DocumentReference", document(`Patient/${person}`));
      await follow(operator, plugin)("the fault", ({ faults }) => faults === 1);
      const { items } = await operator.ok("listStoreFaults", { params: key });
      expect(items).toMatchObject([
        { record: id, code: "record.invalid", fix: expect.stringContaining("PDF") as string },
      ]);
      const reason = { reason: "The letter is kept in Hilum alone" };
      await operator.ok("dismissStoreFault", { params: { ...key, fault: items[0]?.id ?? "" }, body: reason });
      expect((await operator.ok("listStoreFaults", { params: key })).items).toEqual([]);
    });
  },
);
