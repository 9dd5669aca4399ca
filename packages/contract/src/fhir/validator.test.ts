import { describe, expect, it } from "vitest";
import { email, loadValidator, presentIssues, sms } from "./index.ts";
import { broken, full, mail, set, valid, type Json } from "./broken-resources.ts";

const validator = await loadValidator("compiled");

describe("a broken resource", () => {
  it.each(broken)("is refused with the place: %s", (_name, make, damage, pointer) => {
    const resource = make();
    expect(validator.validateResource(resource)).toEqual([]);
    damage(resource);
    const problems = presentIssues(validator.validateResource(resource));
    expect(problems.map((problem) => problem.pointer || "/")).toContain(pointer);
    for (const problem of problems)
      expect(problem).toMatchObject({ message: expect.stringMatching(/\.$/), fix: expect.stringMatching(/\S/) });
  });

  it("is counted: the set is larger than the one the validators were compared on", () => {
    expect(broken.length).toBeGreaterThanOrEqual(60);
  });

  it("names the near property", () => {
    const resource = { ...mail(), recipent: [] };
    expect(validator.validateResource(resource)).toMatchObject([
      { code: "structure", expression: ["Communication.recipent"], diagnostics: "Did you mean recipient?" },
    ]);
  });

  it("puts the place of the resource in the request before each pointer", () => {
    expect(presentIssues(validator.validateResource({ ...mail(), status: "sent" }), "/message")).toMatchObject([
      { pointer: "/message/status" },
    ]);
  });

  it("stops at fifty issues", () => {
    const resource = { ...mail(), recipient: Array.from({ length: 500 }, () => ({ nothing: 1 })) };
    expect(validator.validateResource(resource)).toHaveLength(50);
  });
});

describe("what is no resource", () => {
  it.each([
    [null],
    [undefined],
    ["x"],
    [1],
    [[]],
    [{}],
    [{ resourceType: 1 }],
    [{ resourceType: "constructor" }],
    [{ resourceType: "Medication" }],
    [new Map()],
    [Object.create({ resourceType: "Patient" })],
  ])("is refused: %s", (value) => {
    expect(validator.validateResource(value)).toHaveLength(1);
  });

  it("is refused when it is of another type than expected", () => {
    expect(validator.validateResource(valid("Patient"), "Communication")).toMatchObject([
      { expression: ["Communication.resourceType"] },
    ]);
  });

  it("threat 22: refuses __proto__, constructor and prototype at any depth", () => {
    for (const name of ["__proto__", "constructor", "prototype"]) {
      const hostile: unknown = JSON.parse(
        `{"resourceType":"Communication","status":"preparation","payload":[{"contentString":"x","extension":[{"url":"https://a.example","${name}":{"admin":true}}]}]}`,
      );
      expect(validator.validateResource(hostile)).toMatchObject([
        { code: "security", expression: ["Resource.payload[0].extension[0]"] },
      ]);
    }
    expect(({} as Json)["admin"]).toBeUndefined();
  });

  it("threat 21: refuses nesting beyond 64 levels and objects that contain themselves", () => {
    const depth = 100_000;
    const deep: unknown = JSON.parse(
      `{"resourceType":"Communication","extension":${'[{"extension":'.repeat(depth)}[]${"}]".repeat(depth)}}`,
    );
    expect(validator.validateResource(deep)).toMatchObject([{ code: "security" }]);
    const cyclic: Json = { resourceType: "Communication" };
    cyclic["extension"] = [cyclic];
    expect(validator.validateResource(cyclic)).toMatchObject([{ code: "security" }]);
  });

  it("threat 26: refuses numbers that JSON cannot carry exactly", () => {
    const resource = mail();
    set("/payload/2/contentAttachment/size", JSON.parse("1e999"))(resource);
    expect(validator.validateResource(resource)).toMatchObject([
      { expression: ["Communication.payload[2].contentAttachment.size"] },
    ]);
  });

  it("refuses a list of more than 10,000 items without walking it", () => {
    const started = performance.now();
    expect(
      validator.validateResource({ ...mail(), recipient: Array.from({ length: 1_000_000 }, () => null) }),
    ).toMatchObject([{ code: "security", expression: ["Resource.recipient"] }]);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("issues", () => {
  const canary = "Canary Patientsdottir";

  it("threat 192: quote no value of the resource, in any place", () => {
    const places = [
      "/status",
      "/priority",
      "/id",
      "/sent",
      "/subject",
      "/text/div",
      "/payload/0",
      "/payload/1/contentAttachment/data",
      "/payload/1/contentAttachment/contentType",
      "/note/0",
      "/identifier/0/use",
      "/contained/0",
      "/contained/0/gender",
      `/${canary}`,
      `/contained/0/${canary}`,
      "/recipient/0/reference",
      "/resourceType",
    ];
    const results = places.map((place) => {
      const resource = full();
      set(place, canary)(resource);
      return { place, issues: validator.validateResource(resource) };
    });
    expect(results.filter(({ issues }) => issues.length === 0)).toEqual([]);
    expect(results.filter(({ issues }) => JSON.stringify(issues).includes("Patientsdottir"))).toEqual([]);
  });

  it("threat 192: quote no property name that may be a person's", () => {
    const hostile: unknown = JSON.parse(`{"resourceType":"Patient","contact":[{"${canary}":{"__proto__":1}}]}`);
    expect(presentIssues(validator.validateResource(hostile))).toMatchObject([{ pointer: "/contact/0" }]);
  });

  it("leave the resource as it was", () => {
    const resource = Object.freeze(email({ to: "ana@example.org", subject: "s", text: "t" }));
    const before = JSON.stringify(resource);
    expect(validator.validateResource(resource)).toEqual([]);
    expect(JSON.stringify(resource)).toBe(before);
  });
});

it(
  "refuses a contained resource of a type without a structure, which the layered engine checks",
  { timeout: 60_000 },
  async () => {
    const message = {
      ...sms({ to: "+4915112345678", text: "t" }),
      contained: [{ resourceType: "Device", id: "d" }],
      sender: { reference: "#d" },
    };
    expect(validator.validateResource(message)).toMatchObject([
      { code: "not-supported", expression: ["Communication.contained[0]"] },
    ]);
    const layered = await loadValidator("layered");
    expect(layered.validateResource(message)).toEqual([]);
    expect(
      layered.validateResource({ ...message, contained: [{ resourceType: "Device", id: "d", udiCarrier: "x" }] }),
    ).not.toEqual([]);
  },
);

it("loads once for each engine", async () => {
  expect(await loadValidator("compiled")).toBe(validator);
});
