import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHilumError } from "../errors/hilum-error.ts";
import { recordAnswerParsers } from "./record-answers.ts";
import { parseBlobWrite, recordParsers } from "./record-params.ts";
import { recordLimits, recordMethods, type RecordMethod } from "./records.ts";

function refusalOf(read: () => unknown): { code: string; pointer: string | undefined } | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!isHilumError(error)) throw error;
    return { code: error.code, pointer: error.problems[0]?.pointer };
  }
}
const asked = (method: RecordMethod, params: Record<string, unknown>) => refusalOf(() => recordParsers[method](params));
const patient = { resourceType: "Patient", id: "p1" };
const search = { type: "Patient", query: [["identifier", "1"]], count: 10 };

describe("what a plugin asks of records", () => {
  it("is copied member by member", () => {
    expect(recordParsers["records.search"]({ ...search, cursor: "c", call: "01K", more: 1 })).toEqual({
      ...{ ...search, cursor: "c", call: "01K" },
    });
    expect(recordParsers["records.read"]({ type: "Patient", id: "p1", version: "2", meta: {} })).toEqual({
      ...{ type: "Patient", id: "p1", version: "2" },
    });
  });

  it.each<[RecordMethod, Record<string, unknown>, string, string]>([
    ["records.create", {}, "request.invalid", "/resource"],
    ["records.create", { resource: { resourceType: "Account" } }, "request.invalid", "/resource/resourceType"],
    ["records.create", { resource: { ...patient, id: "a/b" } }, "request.invalid", "/resource/id"],
    ["records.create", { resource: patient, ifNoneExist: "identifier=1" }, "request.invalid", "/ifNoneExist"],
    ["records.create", { resource: patient, content: { id: "b" } }, "request.invalid", "/call"],
    ["records.create", { resource: patient, call: "c", content: { id: "b" } }, "request.invalid", "/content/size"],
    ["records.update", { resource: { resourceType: "Patient" } }, "request.invalid", "/resource/id"],
    ["records.update", { resource: patient, ifMatch: 'W/"1"' }, "request.invalid", "/ifMatch"],
    ["records.read", { type: "Patient" }, "request.invalid", "/id"],
    ["records.read", { type: "patient", id: "p1" }, "request.invalid", "/type"],
    ["records.delete", { type: "Patient", id: "p1/../p2" }, "request.invalid", "/id"],
    ["records.search", { ...search, count: 0 }, "request.invalid", "/count"],
    ["records.search", { ...search, count: recordLimits.countMax + 1 }, "request.invalid", "/count"],
    ["records.search", { ...search, cursor: "" }, "request.invalid", "/cursor"],
    ["records.search", { ...search, query: [["identifier"]] }, "request.invalid", "/query/0"],
    ["records.search", { ...search, query: [["a", "x".repeat(2000)]] }, "request.invalid", "/query/0/1"],
  ])("%s refuses %j", (method, params, code, pointer) => {
    expect(asked(method, params)).toEqual({ code, pointer });
  });

  it("threat 49: searches no further than the type that was asked for", () => {
    for (const name of [
      ...["_include", "_revinclude:iterate", "_has:Observation:patient:code", "subject.name", "subject:Patient.name"],
      ...["_filter", "_query", "_contained"],
    ])
      expect(asked("records.search", { ...search, query: [[name, "x"]] }), name).toEqual({
        code: "search.invalid",
        pointer: "/query/0/0",
      });
    expect(asked("records.create", { resource: patient, ifNoneExist: [["general-practitioner.name", "x"]] })).toEqual({
      ...{ code: "search.invalid", pointer: "/ifNoneExist/0/0" },
    });
  });

  it("refuses a resource that could not be answered again", () => {
    const large = { ...patient, text: { div: "x".repeat(recordLimits.resourceBytesMax) } };
    expect(asked("records.create", { resource: large })).toEqual({ code: "record.too_large", pointer: "/resource" });
  });

  it("never quotes a value, and throws nothing but its own refusals, whatever it is asked", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...recordMethods),
        fc.dictionary(
          fc.constantFrom("type", "id", "resource", "query", "count", "content", "ifMatch", "call", "ifNoneExist"),
          fc.oneof(fc.jsonValue(), fc.constant("CANARY"), fc.constant([["CANARY", "CANARY"]])),
        ),
        (method, params) => {
          try {
            recordParsers[method](params);
          } catch (error) {
            if (!isHilumError(error)) throw error;
            expect(JSON.stringify([error.message, error.problems])).not.toContain("CANARY");
          }
        },
      ),
    );
  });
});

describe("blobs.write", () => {
  it("takes whole chunks of canonical base64", () => {
    const chunk = { call: "01K", base64: "QUJD", last: false };
    expect(parseBlobWrite({ ...chunk, id: "b1", more: 1 })).toEqual({ ...chunk, id: "b1" });
    expect(parseBlobWrite({ ...chunk, base64: "" })).toMatchObject({ base64: "" });
    for (const [change, pointer] of [
      [{ call: undefined }, "/call"],
      [{ base64: "QUJ" }, "/base64"],
      [{ base64: "QUJD\n" }, "/base64"],
      [{ base64: "QUJDRA-_" }, "/base64"],
      [{ base64: "QUJD".repeat(200_000) }, "/base64"],
      [{ last: "true" }, "/last"],
      [{ id: "../x" }, "/id"],
    ] as const)
      expect(refusalOf(() => parseBlobWrite({ ...chunk, ...change }))).toEqual({ code: "request.invalid", pointer });
  });
});

describe("what a store answers", () => {
  const answer = (method: RecordMethod, result: unknown, params: Record<string, unknown>) =>
    refusalOf(() => recordAnswerParsers[method](result, params));
  const read = { type: "Patient", id: "p1" };

  it("is the record that was asked for", () => {
    expect(recordAnswerParsers["records.read"]({ resource: patient, more: 1 }, read)).toEqual({ resource: patient });
    for (const [resource, pointer] of [
      [{ ...patient, id: "p2" }, "/resource/id"],
      [{ resourceType: "Patient" }, "/resource/id"],
      [{ ...patient, resourceType: "Observation" }, "/resource/resourceType"],
      [[patient], "/resource"],
    ] as const)
      expect(answer("records.read", { resource }, read)).toEqual({ code: "plugin.bad_reply", pointer });
    expect(
      answer("records.read", { resource: { ...patient, meta: { versionId: "1" } } }, { ...read, version: "2" }),
    ).toEqual({
      ...{ code: "plugin.bad_reply", pointer: "/resource/meta/versionId" },
    });
    expect(answer("records.create", { resource: { ...patient, id: "p2" } }, { resource: patient })).toEqual({
      ...{ code: "plugin.bad_reply", pointer: "/resource/id" },
    });
    // What was there before has an id of its own.
    const conditional = { resource: patient, ifNoneExist: [["identifier", "1"]] };
    expect(answer("records.create", { resource: { ...patient, id: "p2" } }, conditional)).toBeUndefined();
  });

  it("finds records of the type that was asked for, and no more than were asked for", () => {
    expect(answer("records.search", { resources: [patient], next: "c", total: 9 }, search)).toBeUndefined();
    for (const [result, pointer] of [
      [{}, "/resources"],
      [{ resources: Array.from({ length: 11 }, () => patient) }, "/resources"],
      [{ resources: [{ ...patient, resourceType: "Observation" }] }, "/resources/0/resourceType"],
      [{ resources: [], next: "" }, "/next"],
      [{ resources: [], total: -1 }, "/total"],
    ] as const)
      expect(answer("records.search", result, search)).toEqual({ code: "plugin.bad_reply", pointer });
  });
});
