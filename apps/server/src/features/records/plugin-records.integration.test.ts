import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asker, createAskingFolder, turnOnAsker, type Asked } from "../../../test-support/asking-plugin.ts";
import { fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const scopes = ["system/Patient.cru", "system/Observation.rs?category=laboratory", "system/Binary.cr", "system/Task.s"];
const resourceOf = (answer: Asked | undefined): { id: string; meta: { versionId: string } } =>
  (answer?.result ?? {})["resource"] as { id: string; meta: { versionId: string } };
const codeOf = (answer: Asked | undefined): string | undefined => answer?.error?.data?.code;

describe.skipIf(!requires("bubblewrap").available)("a plugin's records", () => {
  let server: TestServer;
  let ana: TestClient;
  let lab: FhirCaller;
  let ask: Awaited<ReturnType<typeof turnOnAsker>>;
  const folder = createAskingFolder(scopes);

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    lab = fhirOf(await server.withScopes("system/Patient.cruds", "system/Observation.cruds", "system/Binary.cruds"));
    ask = await turnOnAsker(ana, folder, [
      ...scopes.slice(0, 3).map((scope) => ({ scope, decision: "granted" as const })),
      { scope: "system/Task.s", decision: "denied" },
    ]);
  });
  afterAll(async () => {
    await server.close();
    folder.remove();
  });

  it("are judged, stored and read by the same service as everybody's", async () => {
    const [made] = await ask({ method: "records.create", params: { resource: patient() } });
    const resource = resourceOf(made);
    expect(resource.meta.versionId).toBe("1");
    expect(await lab.ok("GET", `/Patient/${resource.id}`)).toMatchObject({ birthDate: "1970-03-02" });
    const [changed, stale, read, invalid] = await ask(
      {
        method: "records.update",
        params: { resource: { ...patient({ gender: "other" }), id: resource.id }, ifMatch: "1" },
      },
      { method: "records.update", params: { resource: { ...patient(), id: resource.id }, ifMatch: "1" } },
      { method: "records.read", params: { type: "Patient", id: resource.id } },
      { method: "records.create", params: { resource: patient({ birthDate: "never" }) } },
    );
    expect(changed?.result).toMatchObject({ resource: { gender: "other", meta: { versionId: "2" } } });
    expect([codeOf(stale), codeOf(invalid)]).toEqual(["record.conflict", "record.invalid"]);
    expect(read?.result).toMatchObject({ resource: { gender: "other" } });
  });

  it("threat 48, 49: are those of its grants, row by row, and everything else is not there", async () => {
    const person = await lab.ok("POST", "/Patient", patient());
    const laboratory = await lab.ok("POST", "/Observation", observation(`Patient/${person.id}`));
    const imaging = {
      category: [
        { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "imaging" }] },
      ],
    };
    const picture = await lab.ok("POST", "/Observation", observation(`Patient/${person.id}`, imaging));
    const query = [["patient", `Patient/${person.id}`]];
    const [found, seen, hidden, absent, unsearched, denied, written, gone, made] = await ask(
      { method: "records.search", params: { type: "Observation", query, count: 10 } },
      { method: "records.read", params: { type: "Observation", id: laboratory.id } },
      { method: "records.read", params: { type: "Observation", id: picture.id } },
      { method: "records.read", params: { type: "Observation", id: "absent" } },
      { method: "records.search", params: { type: "Patient", query: [], count: 10 } },
      { method: "records.search", params: { type: "Task", query: [], count: 10 } },
      { method: "records.create", params: { resource: observation(`Patient/${person.id}`) } },
      { method: "records.delete", params: { type: "Patient", id: person.id } },
      { method: "records.update", params: { resource: { ...patient(), id: "never-there" } } },
    );
    expect(((found?.result ?? {})["resources"] as { id: string }[]).map(({ id }) => id)).toEqual([laboratory.id]);
    expect(seen?.result).toMatchObject({ resource: { id: laboratory.id } });
    expect([codeOf(hidden), codeOf(absent)]).toEqual(["record.not_found", "record.not_found"]);
    expect(hidden?.error?.message).toBe(absent?.error?.message);
    for (const refused of [unsearched, denied, written, gone]) expect(codeOf(refused)).toBe("policy.denied");
    // Changing makes nothing.
    expect(codeOf(made)).toBe("record.not_found");
  });

  it("threat 58, 59: hear no flag and no purpose that it sends along", async () => {
    const flags = { breakGlass: true, purpose: "ETREAT", actor: "user:ana", emergency: true };
    const [answer] = await ask({
      method: "records.search",
      params: { type: "Patient", query: [], count: 1, ...flags },
    });
    expect(codeOf(answer)).toBe("policy.denied");
  });

  it("come with their bytes by handles that hold for the call alone", async () => {
    const base64 = Buffer.from("bytes of a letter").toString("base64");
    const binary = { resourceType: "Binary", contentType: "text/plain" };
    const content = { id: "$last", size: 17, contentType: "text/plain" };
    const [begun, made] = await ask(
      { method: "blobs.write", params: { base64, last: true } },
      { method: "records.create", params: { resource: binary, content } },
    );
    expect(begun?.result).toMatchObject({ size: 17 });
    const resource = resourceOf(made);
    const raw = await lab.send("GET", `/Binary/${resource.id}`, { headers: { accept: "text/plain" } });
    // A file without an owner is its maker's until a record names it; a token with the right to files reads it.
    expect(raw.text).toBe("bytes of a letter");
    const [read] = await ask({ method: "records.read", params: { type: "Binary", id: resource.id } });
    const handle = (read?.result ?? {})["content"] as { id: string; size: number };
    expect(handle.size).toBe(17);
    const [late] = await ask({ method: "blobs.read", params: { id: handle.id, offset: 0, length: 17 } });
    expect(codeOf(late)).toBe("blob.not_found");
    const [stolen] = await ask({
      method: "records.create",
      params: { resource: binary, content: { ...content, id: handle.id } },
    });
    expect(codeOf(stolen)).toBe("blob.not_found");
    for (const path of [`/api/v1/attachments/${handle.id}`])
      expect((await ana.send("GET", path)).code()).toBe("blob.not_found");
  });

  it("threat 57: are closed at the next question when a grant is taken back", async () => {
    const search = { method: "records.search", params: { type: "Observation", query: [], count: 1 } };
    expect((await ask(search))[0]?.error).toBeUndefined();
    const scope = scopes[1] ?? "";
    await ana.ok("decideAccess", { params: asker, body: { decisions: [{ scope, decision: "denied" }] } });
    expect(codeOf((await ask(search))[0])).toBe("policy.denied");
  });
});
