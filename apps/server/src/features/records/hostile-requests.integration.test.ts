import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../test-support/engines.ts";
import { entriesOf, fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import type { RawAnswer, SendOptions } from "../../../test-support/test-client.ts";
import type { TestServer } from "../../../test-support/test-server.ts";

/** Found nowhere else: no refusal and no log may hold it. */
const secret = "Zyxwvutsrq";
const patchType = { "content-type": "application/json-patch+json" };
const formType = { "content-type": "application/x-www-form-urlencoded" };
const urn = (at: number) => `urn:uuid:00000000-0000-4000-8000-00000000000${at}`;

interface Issue {
  details: { text: string; coding: { code: string }[] };
  diagnostics?: string;
}

type Case = [method: string, path: string, status: number, code: string, options?: SendOptions];

describe.each(engines)("what a hostile client sends to the FHIR API on $name", ({ available, start }) => {
  describe.skipIf(!available)("is refused by name", () => {
    let server: TestServer;
    let lab: FhirCaller;
    let person: string;
    let before: string;
    beforeAll(async () => {
      server = await start();
      lab = fhirOf(await server.withScopes("system/Patient.cruds", "system/Observation.cruds", "system/Binary.cruds"));
      person = (await lab.ok("POST", "/Patient", patient({ name: [{ family: secret }] }))).id;
      before = await stored();
    });
    afterAll(() => server?.close());

    /** Every version of every record. */
    const stored = async (): Promise<string> => {
      const all = await Promise.all(
        ["Patient", "Observation", "Binary"].map((type) => lab.ok("GET", `/${type}/_history`)),
      );
      return JSON.stringify(all.map((bundle) => entriesOf(bundle).map(({ id, meta }) => [id, meta.versionId])));
    };

    /** A refusal says what and the mend, quotes nothing, and nothing is stored. */
    const refusal = (answer: RawAnswer): [status: number, code: string | undefined] => {
      const { resourceType, issue } = answer.json() as { resourceType: string; issue: Issue[] };
      expect(resourceType).toBe("OperationOutcome");
      for (const { details, diagnostics = "" } of issue) {
        expect(details.text.length).toBeGreaterThan(5);
        expect(diagnostics.length).toBeGreaterThan(5);
      }
      expect(answer.text).not.toContain(secret);
      return [answer.status, issue[0]?.details.coding[0]?.code];
    };
    const expectAll = async (cases: readonly Case[]): Promise<void> => {
      for (const [method, path, status, code, options = {}] of cases)
        expect([method, path, ...refusal(await lab.send(method, path, options))]).toEqual([method, path, status, code]);
      expect(await stored()).toBe(before);
      expect(server.log.join("\n")).not.toContain(secret);
    };

    it("of searches: values, prefixes, counts, includes and chains that are none", async () => {
      const queries = [
        ...[
          "name=",
          "name=,",
          "name=%00",
          `name=%zz${secret}`,
          "name=%ED%A0%80",
          secret,
          `=${secret}`,
          `name:exact:exact=${secret}`,
        ],
        ...[`birthdate=${secret}`, "birthdate=xx2020", "birthdate=2020-02-30", `birthdate:missing=${secret}`],
        ...[
          "_count=-1",
          "_count=1e9",
          "_count=99999999999999999999",
          `_count=${secret}`,
          `_summary=${secret}`,
          "_summary=",
        ],
        ...[`_total=${secret}`, `_sort=${secret}`, `_elements=${secret}.x`, "_include=*", `_include=Patient:${secret}`],
        ...["_include:iterate=Patient:link", "_include=constructor:__proto__", "_revinclude=__proto__:subject"],
        ...["_id=../..", "_id=%00", `_lastUpdated=${secret}`, "identifier=|", "__proto__=x", "constructor.name=x"],
        ...[
          "organization.partof.name=x",
          "organization.=x",
          ".name=x",
          "_has=x",
          "_has:__proto__:a:b=c",
          `_cursor=${secret}`,
        ],
        ...[Array.from({ length: 50 }, () => "name=x").join("&"), `${"a".repeat(5000)}=x`],
      ];
      await expectAll(queries.map((query) => ["GET", `/Patient?${query}`, 400, "search.invalid"]));
      await expectAll(
        ["%", secret, `_count=1\r\n&name=${secret}`].map((body) => [
          ...(["POST", "/Patient/_search", 400, "search.invalid"] as const),
          { body, headers: formType },
        ]),
      );
    });

    it("of addresses: what cannot be decoded, what is too long, types and versions that there are none of", async () => {
      await expectAll([
        ["GET", `/Patient/${secret}%`, 422, "request.invalid"],
        ["GET", `/Patient/${secret}%ff`, 422, "request.invalid"],
        ["GET", `/Patient/${secret.repeat(30)}`, 422, "request.invalid"],
        ["GET", `/Patient/${secret}%00`, 404, "record.not_found"],
        ["PUT", "/Patient/a%00", 422, "record.invalid", { body: patient({ id: "a\u0000" }) }],
        ["PUT", "/Patient/a_b", 422, "record.invalid", { body: patient({ id: "a_b" }) }],
        ...[`/${secret}`, "/AuditEvent", "/__proto__", "/$export", "/metadata/x"].map((path): Case => [
          "GET",
          path,
          404,
          "record.not_carried",
        ]),
        ["GET", `/Patient/${person}/_history/${secret}`, 404, "record.not_found"],
        ["GET", "/Patient/_history?_count=0", 400, "search.invalid"],
        ["GET", "/Patient/_history?_count=1e9", 400, "search.invalid"],
        ["GET", `/Patient/_history?_since=${secret}`, 400, "search.invalid"],
      ]);
      const count = await lab.send("GET", "/Patient/_history?_count=-1");
      expect(count.text).toContain("Write a number from 1 to 200.");
    });

    it("of content types: other types, charsets and versions of FHIR", async () => {
      const body = JSON.stringify(patient({ name: [{ family: secret }] }));
      const types = [
        ...[
          "text/plain",
          "application/xml",
          "application/fhir+xml",
          "application/fhir+jsonx",
          `application/${secret}`,
          ";",
        ],
        ...[
          "application/fhir+json; charset=utf-16",
          'application/json;charset="iso-8859-1"',
          "application/json; charset=",
        ],
        ...["application/fhir+json; fhirVersion=5.0", "multipart/form-data; boundary=x", "application/json-patch+json"],
      ];
      await expectAll(
        types.map((type) => [
          "POST",
          "/Patient",
          415,
          "request.media_type",
          { body, headers: { "content-type": type } },
        ]),
      );
      await expectAll([
        [
          "PATCH",
          `/Patient/${person}`,
          415,
          "request.media_type",
          { body: "[]", headers: { "content-type": "application/xml" } },
        ],
        [
          "POST",
          "/Patient/_search",
          415,
          "request.media_type",
          { body: `name=${secret}`, headers: { "content-type": "text/plain" } },
        ],
        [
          ...(["POST", "/Patient/_search", 415, "request.media_type"] as const),
          { body: `name=${secret}`, headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-16" } },
        ],
        ["POST", "/Binary", 415, "request.media_type", { body: secret, headers: { "content-type": "no type" } }],
        [
          ...(["POST", "/Binary", 415, "request.media_type"] as const),
          { body: "{}", headers: { "content-type": "application/fhir+json; charset=latin1" } },
        ],
      ]);
      const form = await lab.send("POST", "/Patient/_search", { body: "x", headers: { "content-type": "text/plain" } });
      expect(form.text).toContain("Send application/x-www-form-urlencoded.");
      const taken = { "content-type": 'application/fhir+json; fhirVersion=4.0; charset="UTF-8"' };
      expect((await lab.send("PUT", `/Patient/${person}`, { body: "{}", headers: taken })).status).toBe(422);
    });

    it("of conditions: If-Match and If-None-Exist that are none, and searches that find too much or nothing", async () => {
      const versions = [secret, "1", 'W/"x"', 'W/"1","2"', "*", "", "a".repeat(41)];
      await expectAll(
        versions.flatMap((version): Case[] => [
          [
            ...(["PUT", `/Patient/${person}`, 422, "request.invalid"] as const),
            { body: patient({ id: person }), headers: { "if-match": version } },
          ],
          [
            "PATCH",
            `/Patient/${person}`,
            422,
            "request.invalid",
            { body: [], headers: { ...patchType, "if-match": version } },
          ],
          ["DELETE", `/Patient/${person}`, 422, "request.invalid", { headers: { "if-match": version } }],
        ]),
      );
      const conditions = [
        "",
        "?",
        "=",
        secret,
        "identifier=",
        "identifier=%",
        "https://evil.example/Patient?identifier=x",
        "_id=x",
      ];
      await expectAll(
        [...conditions, "identifier=zz&_cursor=x", "identifier:not=zz", "organization.name=x"].map(
          (condition): Case => [
            ...(["POST", "/Patient", 400, "search.invalid"] as const),
            { body: patient(), headers: { "if-none-exist": condition } },
          ],
        ),
      );
      await expectAll(
        ["", secret, "_cursor=x", "identifier=zz&_cursor=x", "identifier=%", "identifier:not=zz"].flatMap(
          (query): Case[] => [
            ["PUT", `/Patient?${query}`, 400, "search.invalid", { body: patient() }],
            ["PATCH", `/Patient?${query}`, 400, "search.invalid", { body: [], headers: patchType }],
            ["DELETE", `/Patient?${query}`, 400, "search.invalid"],
          ],
        ),
      );
    });

    it("of bodies: what is no JSON, says something twice, is too deep or too large, and refers to nobody", async () => {
      const large = `{"resourceType":"Patient","name":[{"family":"${"a".repeat(10_000_000)}"}]}`;
      const twice = `{"resourceType":"Patient","gender":"male",\n"name":[{"family":"${secret}"}],"gender":"female"}`;
      const raw: [body: unknown, status: number, code: string][] = [
        ["", 400, "request.not_json"],
        [`{"resourceType":"Patient","name":[{"family":"${secret}`, 400, "request.not_json"],
        [twice, 400, "request.not_json"],
        ['{"resourceType":"Patient","__proto__":{"x":1}}', 400, "request.not_json"],
        [`{"resourceType":"Patient","x":${"[".repeat(5000)}${"]".repeat(5000)}}`, 400, "request.not_json"],
        [Buffer.from('{"resourceType":"Patient"}', "utf16le"), 400, "request.not_json"],
        [large, 413, "request.body_too_large"],
        [`"${secret}"`, 422, "record.invalid"],
        [JSON.stringify({ resourceType: secret }), 422, "record.invalid"],
        [JSON.stringify({ resourceType: "Patient", name: [{ family: "a\u0000b" }] }), 422, "record.invalid"],
        [
          JSON.stringify({ resourceType: "Patient", name: Array.from({ length: 20_000 }, () => ({ family: 5 })) }),
          422,
          "record.invalid",
        ],
      ];
      const headers = { "content-type": "application/fhir+json" };
      await expectAll(raw.map(([body, status, code]) => ["POST", "/Patient", status, code, { body, headers }]));
      const doubled = await lab.send("POST", "/Patient", { body: twice, headers });
      expect(doubled.text).toContain("a member twice");
      const nobody = [`Patient/${secret}`, `#${secret}`, `../../Patient/1?x#${secret}`, `Patient?identifier=${secret}`];
      await expectAll(
        nobody.map((reference) => ["POST", "/Observation", 422, "record.invalid", { body: observation(reference) }]),
      );
      const binary = JSON.stringify({ resourceType: "Binary", contentType: "text/plain", data: `${secret}!` });
      await expectAll([["POST", "/Binary", 422, "record.invalid", { body: binary, headers }]]);
    });

    it("of patches: steps that are none, that lead astray, or leave no record", async () => {
      const patches: unknown[] = [
        ...["null", "{}", `"${secret}"`, "[1]", "[[]]"],
        ...[
          { op: secret, path: "/x" },
          { path: "/x" },
          { op: "add", value: 1 },
          { op: "add", path: secret, value: 1 },
        ].map((step) => [step]),
        ...["/toString", "/constructor", "/name/0/hasOwnProperty", "/__proto__", "/name/-", "/name/01", "/nothere"].map(
          (path) => [{ op: "remove", path }],
        ),
        [{ op: "test", path: "/toString" }],
        [{ op: "copy", from: "/toString", path: "/gender" }],
        [{ op: "move", from: "/name", path: "/name/0/given" }],
        [{ op: "add", path: "/constructor/prototype/x", value: 1 }],
        [{ op: "replace", path: "/name/length", value: 100_000_000 }],
        [{ op: "remove", path: "" }],
        [{ op: "test", path: "/name/0/family", value: "Q" }],
        Array.from({ length: 201 }, () => ({ op: "test", path: "/x", value: 1 })),
        [
          { op: "add", path: "/contained", value: [] },
          ...Array.from({ length: 60 }, () => ({ op: "copy", from: "", path: "/contained/-" })),
        ],
      ];
      await expectAll(
        patches.map((body) => [
          "PATCH",
          `/Patient/${person}`,
          422,
          "record.patch_failed",
          { body, headers: patchType },
        ]),
      );
      await expectAll(
        [
          [{ op: "replace", path: "", value: { resourceType: "Observation" } }],
          [{ op: "replace", path: "/id", value: secret }],
          [{ op: "replace", path: "/birthDate", value: secret }],
        ].map((body) => ["PATCH", `/Patient/${person}`, 422, "record.invalid", { body, headers: patchType }]),
      );
    });

    it("of bundles: entries that are none, names that stand twice, cycles to others, patches that hide something", async () => {
      const patch = (text: string) => ({
        resource: {
          resourceType: "Binary",
          contentType: patchType["content-type"],
          data: Buffer.from(text).toString("base64"),
        },
        request: { method: "PATCH", url: `Patient/${person}` },
      });
      const post = (resource: object, rest: object = {}, how: object = {}) => ({
        ...{ resource, ...rest },
        request: { method: "POST", url: (resource as { resourceType: string }).resourceType, ...how },
      });
      const get = (url: unknown) => ({ request: { method: "GET", url } });
      const bundle = (type: string, entry: unknown): SendOptions => ({ body: { resourceType: "Bundle", type, entry } });
      const either: [entry: unknown, pointer?: string][] = [
        [{}],
        [secret],
        [[null], "/entry/0/request"],
        [[get(5)], "/entry/0/request/url"],
        [[get("__proto__/x")], "/entry/0/request/url"],
        [[get("Patient/a\u0000")], "/entry/0/request/url"],
        [[get("Patient/x"), get(`Patient?name=%zz${secret}`)], "/entry/1/request/url"],
        [
          [post(patient()), post(patient(), {}, { ifNoneExist: `identifier=%${secret}` })],
          "/entry/1/request/ifNoneExist",
        ],
        [[post(patient(), {}, { ifNoneExist: secret })], "/entry/0/request/ifNoneExist"],
        [[post(patient(), {}, { ifMatch: secret })], "/entry/0/request/ifMatch"],
        [[post(patient(), {}, { method: "HEAD" })], "/entry/0/request/method"],
      ];
      for (const type of ["batch", "transaction"])
        for (const [entry, pointer] of either) {
          const answer = await lab.send("POST", "", bundle(type, entry));
          expect([pointer, ...refusal(answer)]).toEqual([pointer, 400, "bundle.invalid"]);
          if (pointer !== undefined) expect(answer.text).toContain(`"${pointer}"`);
        }
      const link = (to: number) => patient({ link: [{ other: { reference: urn(to) }, type: "seealso" }] });
      const whole: [entry: unknown, status: number, code: string][] = [
        [[post(patient(), { fullUrl: urn(1) }), post(patient(), { fullUrl: urn(1) })], 400, "bundle.invalid"],
        // Each is about itself, and leads to the other.
        [[post(link(2), { fullUrl: urn(1) }), post(link(1), { fullUrl: urn(2) })], 422, "record.invalid"],
        [[post(patient()), post(observation(`Patient?identifier=${secret}`))], 422, "record.invalid"],
        [[post(patient()), post(patient({ birthDate: secret }))], 422, "record.invalid"],
        [
          [post(patient()), patch(`[{"op":"add","path":"/x","value":{"__proto__":{"${secret}":1}}}]`)],
          422,
          "record.patch_failed",
        ],
        [[post(patient()), patch(`${"[".repeat(20_000)}${"]".repeat(20_000)}`)], 422, "record.patch_failed"],
        [[post(patient()), patch(`{"${secret}`)], 422, "record.patch_failed"],
      ];
      await expectAll(whole.map(([entry, status, code]) => ["POST", "", status, code, bundle("transaction", entry)]));
      // A batch refuses the entry alone.
      const answer = await lab.ok(
        "POST",
        "",
        bundle("batch", [post(observation(`Patient?identifier=${secret}`)), patch("{")]).body,
      );
      const statuses = (answer["entry"] as { response: { status: string } }[]).map(({ response }) => response.status);
      expect(statuses).toEqual(["422", "422"]);
      expect(await stored()).toBe(before);
    });
  });
});
