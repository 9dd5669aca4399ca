import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir, requires } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { disguises, filesBelow } from "../../../test-support/canary.ts";
import { entriesOf, fhirOf, type FhirJson } from "../../../test-support/fhir.ts";
import { startServerProcess } from "../../../test-support/server-process.ts";
import { password } from "../../../test-support/test-server.ts";

/** What is referred to comes first. */
const types = [
  ...["Organization", "Practitioner", "Patient"],
  ...["AllergyIntolerance", "Immunization", "DocumentReference"],
] as const;
const perBundle = 100;

describe.skipIf(!requires("test-data").available)("ten synthetic patients", () => {
  it(
    "threat 77, 192: are imported whole, found and read, and stand in no file, log, metric, refusal or link of ours",
    { timeout: 240_000 },
    async () => {
      using folder = createTempDir("import");
      const server = await startServerProcess({ folder: folder.path });
      const ana = server.client();
      await ana.ok("createFirstAdministrator", {
        body: { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password },
      });
      const scopes = types.map((type) => `system/${type}.cruds`);
      const { value: token } = await ana.ok("createApiToken", {
        body: { name: "Import", role: "viewer", days: 1, scopes, purpose: "TREAT" },
      });
      const program = fhirOf(server.client({ token }));

      const data = new Map(types.map((type) => [type, readResources(type)]));
      for (const [type, resources] of data) {
        for (let from = 0; from < resources.length; from += perBundle) {
          const entry = resources.slice(from, from + perBundle).map((resource) => ({
            resource,
            request: { method: "PUT", url: `${type}/${resource.id}` },
          }));
          const answer = await program.ok("POST", "", { resourceType: "Bundle", type: "transaction", entry });
          expect((answer["entry"] as object[]).length).toBe(entry.length);
        }
        expect(await program.ok("GET", `/${type}?_summary=count`)).toMatchObject({ total: resources.length });
      }

      const [person] = data.get("Patient") ?? [];
      if (person === undefined) throw new Error("there is a patient");
      const family = (person["name"] as { family: string }[])[0]?.family ?? "";
      // The first of them is the id as well, which addresses may hold.
      const identifier =
        (person["identifier"] as { value: string }[]).find(({ value }) => value !== person.id)?.value ?? "";
      expect(await program.ids(`/Patient?identifier=${identifier}`)).toEqual([person.id]);
      expect(await program.ids(`/Patient?family=${encodeURIComponent(family)}`)).toContain(person.id);
      const letters = await readPages(program, `/DocumentReference?patient=${person.id}&_count=40`);
      const theirs = (data.get("DocumentReference") ?? []).filter(
        ({ subject }) => (subject as { reference: string }).reference === `Patient/${person.id}`,
      );
      expect(letters.map(({ id }) => id).toSorted()).toEqual(theirs.map(({ id }) => id).toSorted());
      const read = await program.ok("GET", `/DocumentReference/${theirs[0]?.id}`);
      expect(read["content"]).toEqual(theirs[0]?.["content"]);

      // Importing the same again changes nothing.
      const again = await program.send("PUT", `/Patient/${person.id}`, { body: person });
      expect([again.status, again.headers["etag"]]).toEqual([200, 'W/"1"']);

      const refusals = await Promise.all([
        program.send("POST", "/Patient", {
          body: { ...person, id: undefined, birthDate: family, [identifier]: family },
        }),
        program.send("POST", "/Patient", { body: `{"resourceType":"Patient","name":[{"family":"${family}",}]}` }),
        program.send("GET", `/Patient?identifer=${identifier}`),
        program.send("GET", `/Patient?birthdate=${encodeURIComponent(family)}`),
        program.send("GET", `/Patient/${encodeURIComponent(identifier)}`),
        program.send("GET", `/Patient/${encodeURIComponent(`${family} ${identifier}`)}`),
        program.send("PATCH", `/Patient/${person.id}`, { body: [{ op: "test", path: "/name/0/family", value: 1 }] }),
        program.send("POST", "", { body: { resourceType: "Bundle", type: family, entry: [{ fullUrl: identifier }] } }),
        program.send("POST", "/Observation", { body: { resourceType: "Observation", note: [{ text: family }] } }),
        fhirOf(ana).send("GET", `/Patient?name=${encodeURIComponent(family)}`),
      ]);
      const metrics = await ana.call("getMetrics");
      const audit = await ana.call("exportAudit", { query: { format: "jsonl" } });
      expect(audit.text).toContain("sendBundle");
      await server.end("SIGTERM");

      const phi = [identifier, family, (person["address"] as { line: string[] }[])[0]?.line[0] ?? "no address"];
      const places: [string, Buffer][] = [
        ["stdout", Buffer.from(server.stdout())],
        ["stderr", Buffer.from(server.stderr())],
        ["/metrics", metrics.bytes],
        ["the audit export", audit.bytes],
        ...refusals.map((answer, at): [string, Buffer] => [`refusal ${at} (${answer.status})`, answer.bytes]),
        ...filesBelow(folder.path),
      ];
      for (const [place, bytes] of places)
        for (const text of phi)
          for (const disguise of disguises(text)) expect(bytes.includes(disguise), `${place} holds PHI`).toBe(false);
    },
  );
});

function readResources(type: string): FhirJson[] {
  const path = join(process.env["HILUM_TEST_DATA"] ?? "", "fhir-synthea-10", `${type}.ndjson`);
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as FhirJson);
}

/** Follows the links of a search to its end. None of them holds what was searched for. */
async function readPages(program: ReturnType<typeof fhirOf>, path: string): Promise<FhirJson[]> {
  const found: FhirJson[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const page: Record<string, unknown> = await program.ok("GET", next);
    found.push(...entriesOf(page));
    const links = (page["link"] ?? []) as { relation: string; url: string }[];
    for (const { url } of links) expect(url).not.toMatch(/patient/i);
    const url = links.find(({ relation }) => relation === "next")?.url;
    next = url?.slice(url.indexOf("/fhir/R4") + "/fhir/R4".length);
  }
  return found;
}
