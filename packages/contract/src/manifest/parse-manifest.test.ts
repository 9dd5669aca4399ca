import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../json/canonical-json.ts";
import { manifestDigest } from "./manifest-digest.ts";
import { fieldsNotServed } from "./manifest.ts";
import { parseManifest, type ParseManifestOptions } from "./parse-manifest.ts";

const smallest = { id: "com.example.plugin", name: "Example Plugin", capabilities: ["send_messages", "store_records"] };

function problemsOf(input: unknown, options?: ParseManifestOptions) {
  const parsed = parseManifest(input, options);
  return parsed.ok ? [] : parsed.problems;
}
const withMembers = (members: object) => problemsOf({ ...smallest, ...members });

describe("parseManifest", () => {
  it("takes the smallest manifest, as text and as an object, with one digest", () => {
    const fromText = parseManifest(
      '{"capabilities": ["send_messages","store_records"], "name": "Example Plugin",\n "id": "com.example.plugin"}',
    );
    const fromObject = parseManifest(smallest);
    expect(fromObject).toMatchObject({ ok: true, manifest: smallest });
    expect(fromText.ok && fromObject.ok && fromText.canonical === fromObject.canonical).toBe(true);
    expect(fromText.ok && manifestDigest(fromText.canonical)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it("names line, pointer and mend of each fault at once", () => {
    const text = `{
  "id": "com.example.plugin",
  "nmae": "Example Plugin",
  "name": "Example",
  "capabilities": ["send_messages",
    "send_mesages"]
}`;
    expect(problemsOf(text)).toEqual([
      { pointer: "/nmae", line: 3, message: "`nmae` is not a field", fix: "Did you mean `name`?" },
      {
        pointer: "/capabilities/1",
        line: 6,
        message: "`send_mesages` is not one of the values",
        fix: "Did you mean `send_messages`?",
      },
    ]);
  });

  it("points a missing field at the object that should hold it", () => {
    expect(problemsOf('\n{"name": "x", "capabilities": ["run_jobs"]}')).toEqual([
      { pointer: "/id", line: 2, message: "`id` is missing", fix: 'Add "id".' },
    ]);
  });

  it.each([
    ['{"id": "a",}', 1, /comma stands before/],
    ["{\n'id': 1}", 2, /where a member name belongs/],
    ['{"id": // x\n 1}', 1, /is not a JSON value/],
    ['{"id": "a\n"}', 1, /not closed on its line/],
    ['{"id": 01}', 1, /where a comma/],
    ['{"id": "\\x"}', 1, /escape that JSON does not know/],
    ["{}\n{}", 2, /after the end/],
    ["", 1, /empty/],
    ['{"a":[1 2]}', 1, /where a comma or \]/],
    ['{"a" 1}', 1, /colon is missing/],
    ['{"a": tru', 1, /not a JSON value/],
    ['{"a"', 1, /colon is missing/],
  ])("says where %j is not JSON", (text, line, message) => {
    expect(problemsOf(text)).toEqual([expect.objectContaining({ line, message: expect.stringMatching(message) })]);
  });

  it("refuses duplicate members and those that change objects", () => {
    const text =
      '{"id":"com.example.plugin","id":"com.example.other","name":"x","capabilities":["run_jobs"],\n"__proto__":{"admin":true}}';
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({ pointer: "/id", message: '"id" stands here twice' }),
      expect.objectContaining({ pointer: "/__proto__", line: 2 }),
    ]);
    expect(
      withMembers({ config: JSON.parse('{"type":"object","properties":{"constructor":{"type":"string"}}}') }),
    ).not.toEqual([]);
  });

  it("refuses what is too deep or too large before it looks at anything else", () => {
    expect(problemsOf(`{"a":${"[".repeat(100)}${"]".repeat(100)}}`)).toEqual([
      expect.objectContaining({ message: "values are nested deeper than 16" }),
    ]);
    expect(problemsOf("[".repeat(200_000))).toHaveLength(1);
    expect(problemsOf({ ...smallest, description: "x".repeat(300_000) })).toEqual([
      expect.objectContaining({ message: "the manifest is larger than 256 KiB" }),
    ]);
  });

  it("takes what the Storage Browser is told of a store, and asks for the capability by which it reads", () => {
    const store = { ...smallest, capabilities: ["store_records"] };
    const placesOf = (manifest: object) => {
      const parsed = parseManifest(manifest);
      return parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer);
    };
    for (const browser of [true, false, {}, { title: "Archive", types: ["DocumentReference", "Binary"] }])
      expect(placesOf({ ...store, storage: { browser } })).toEqual([]);
    expect(placesOf({ ...store, storage: { browser: { types: ["Document"] } } })).toEqual(["/storage/browser/types/0"]);
    expect(placesOf({ ...store, storage: { browser: "yes" } })).toEqual(["/storage/browser"]);
    expect(placesOf({ ...store, storage: { broser: true } })).toEqual(["/storage/broser"]);
    expect(placesOf({ ...store, capabilities: ["send_messages"], storage: { browser: true } })).toEqual([
      "/storage/browser",
    ]);
  });

  it("refuses by name each field that this version does not serve", () => {
    for (const field of fieldsNotServed)
      expect(withMembers({ [field]: {} })).toEqual([
        {
          pointer: `/${field}`,
          message: `this version does not serve \`${field}\` yet`,
          fix: "Remove it, or update Hilum.",
        },
      ]);
  });

  it("threat 129: refuses characters that a reviewer cannot see, wherever they stand", () => {
    for (const hidden of [
      "\u200b",
      "\u202e",
      "\u2066",
      "\ufeff",
      "\u00ad",
      "\ufe0f",
      "\u{e0041}",
      "\u3164",
      "\ue000",
      "\u0000",
    ])
      for (const members of [
        { name: `Ex${hidden}ample` },
        { description: `a${hidden}b` },
        { scopes: [{ scope: "jobs:schedule", reason: `why${hidden}so` }] },
      ])
        expect(withMembers(members)[0]?.message).toMatch(/invisible character U\+/);
    expect(withMembers({ description: "Grüße,\n\t日本語" })).toEqual([]);
  });

  it("threat 129: refuses names that mix look-alike alphabets", () => {
    expect(withMembers({ name: "Pаypal" })).toEqual([expect.objectContaining({ pointer: "/name" })]);
    expect(withMembers({ publisher: "Ηealth Inc" })).toEqual([expect.objectContaining({ pointer: "/publisher" })]);
    expect(withMembers({ name: "Ｔwilio" })).toEqual([expect.objectContaining({ pointer: "/name" })]);
    expect(withMembers({ name: "Почта России", publisher: "Ελλάδα Health" })).toEqual([]);
  });

  it("threat 158: takes https home pages only", () => {
    for (const homepage of [
      "javascript:alert(1)",
      "data:text/html,x",
      "http://example.org",
      "https://",
      "https://user:secret@example.org/",
      " https://example.org",
    ])
      expect(withMembers({ homepage })).toEqual([expect.objectContaining({ pointer: "/homepage" })]);
    expect(withMembers({ homepage: "https://example.org/plugin" })).toEqual([]);
  });

  it("reserves Hilum's own ids for what comes with Hilum", () => {
    expect(parseManifest({ ...smallest, id: "org.hilum.smtp" })).toMatchObject({
      ok: false,
      code: "manifest.id_reserved",
    });
    expect(parseManifest({ ...smallest, id: "org.hilum.smtp" }, { included: true }).ok).toBe(true);
    expect(parseManifest({ ...smallest, id: "org.hilum.smtp", extra: 1 })).toMatchObject({
      ok: false,
      code: "manifest.invalid",
    });
  });

  it("threat 55, 95: refuses scopes with wildcards, and says which scope was meant", () => {
    const scopes = [
      "system/*.rs",
      "net:tcp://*.com:25",
      "net:tcp://*.s3.amazonaws.com:443",
      "system/Communicaton.r",
      "system/Patient.sr",
      "phi.readd",
    ].map((scope) => ({ scope, reason: "because" }));
    const problems = withMembers({ scopes });
    expect(problems.map(({ pointer }) => pointer)).toEqual(scopes.map((_, index) => `/scopes/${index}/scope`));
    expect(problems.map(({ fix }) => fix).slice(3, 5)).toEqual([
      "Did you mean `system/Communication.r`?",
      "Did you mean `system/Patient.rs`?",
    ]);
  });

  it("lets a destination name only settings that exist and are no secret", () => {
    const config = { type: "object", properties: { host: { type: "string" }, key: { type: "string", secret: true } } };
    const ask = (scope: string) => withMembers({ config, scopes: [{ scope, reason: "because" }] });
    expect(ask("net:tcp://{config.host}:25")).toEqual([]);
    expect(ask("net:tcp://{config.hots}:25")).toEqual([
      expect.objectContaining({ message: expect.stringContaining("does not declare") }),
    ]);
    expect(ask("net:tcp://{config.key}:25")).toEqual([
      expect.objectContaining({ message: expect.stringContaining("cannot be part") }),
    ]);
  });

  it("keeps entry and icon inside the folder", () => {
    for (const entry of ["../main.mjs", "/main.mjs", "a/../b.mjs", "a\\b.mjs", ".env", "a//b.mjs", "C:/x.mjs"])
      expect(withMembers({ runtime: { kind: "node", entry } })).toEqual([
        expect.objectContaining({ pointer: "/runtime/entry" }),
      ]);
    expect(withMembers({ runtime: { kind: "node", entry: "dist/main.mjs" }, icon: "icon.svg" })).toEqual([]);
    expect(withMembers({ runtime: { kind: "node" } })).toHaveLength(1);
    expect(withMembers({ runtime: { kind: "remote" } })).toEqual([]);
  });

  it("refuses a PHI class that is less than the capabilities imply", () => {
    expect(withMembers({ classification: { phi: "transit" } })).toEqual([
      expect.objectContaining({ pointer: "/classification/phi", fix: "Write `store`, or leave it out." }),
    ]);
    expect(withMembers({ classification: { phi: "store" } })).toEqual([]);
  });

  it("checks that a setup asks for settings that exist", () => {
    const config = {
      type: "object",
      properties: { host: { type: "string" }, mode: { type: "string", enum: ["a", "b"] } },
    };
    const setup = (steps: object[]) => withMembers({ config, setup: { steps } });
    expect(
      setup([
        { id: "where", type: "form", title: "Where", fields: ["host"] },
        { id: "which", type: "menu", title: "Which", options: [{ id: "a", title: "A", set: { mode: "a" } }] },
      ]),
    ).toEqual([]);
    expect(setup([{ id: "where", type: "form", title: "Where", fields: ["hots"] }])[0]?.pointer).toBe(
      "/setup/steps/0/fields/0",
    );
    expect(setup([{ id: "where", type: "form", title: "Where" }])[0]?.pointer).toBe("/setup/steps/0/fields");
    expect(
      setup([{ id: "which", type: "menu", title: "Which", options: [{ id: "a", title: "A", set: { mode: "c" } }] }])[0]
        ?.pointer,
    ).toBe("/setup/steps/0/options/0/set/mode");
  });

  it("refuses values that are no JSON, without running their code twice", () => {
    const cycle: Record<string, unknown> = { ...smallest };
    cycle["self"] = cycle;
    for (const value of [
      cycle,
      undefined,
      () => 1,
      10n,
      {
        ...smallest,
        toJSON: () => {
          throw new Error("no");
        },
      },
    ])
      expect(problemsOf(value)).toHaveLength(1);
    expect(problemsOf(null)).toEqual([expect.objectContaining({ message: "must be an object, not null" })]);
  });

  it("never throws, and reads JSON as JSON.parse does", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => Array.isArray(problemsOf(text))));
    fc.assert(fc.property(fc.anything(), (value) => Array.isArray(problemsOf(value))));
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: "grapheme-ascii" }), (description) => {
        const parsed = parseManifest(JSON.stringify({ ...smallest, description }));
        return (
          parsed.ok &&
          parsed.manifest.description === description &&
          parsed.canonical === canonicalJson({ ...smallest, description })
        );
      }),
    );
  });
});
