import { manifestJsonSchema } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { describeSchema, schemaAt, type JsonSchema } from "./schema-at.ts";

const root = manifestJsonSchema() as JsonSchema;
const at = (pointer: string): JsonSchema | undefined => schemaAt(root, pointer);

describe("help for a place of the manifest", () => {
  it("finds fields, entries of lists and members of one of several forms", () => {
    expect(at("/runtime/kind")?.enum).toContain("remote");
    expect(at("/scopes/3/reason")?.description).toBe("Why, in the operator's words.");
    expect(at("/destinations/0/auth/step")).toBeDefined();
    expect(at("")?.properties).toHaveProperty("capabilities");
  });

  it("knows nothing of a field that does not exist", () => {
    expect(at("/nmae")).toBeUndefined();
    expect(at("/runtime/kind/deeper")).toBeUndefined();
  });

  it("says the form in words", () => {
    expect(describeSchema(at("/name") ?? {})).toBe("text; 1 to 80 characters");
    expect(describeSchema(at("/capabilities") ?? {})).toBe("list: each one of the values; 1 to 7 entries");
    expect(describeSchema(at("/destinations/0/auth") ?? {})).toBe("one of 5 forms");
  });
});
