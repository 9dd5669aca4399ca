import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalTypes } from "./canonical-types.ts";
import { loadValidator } from "./index.ts";
import { validResources } from "./valid-resources.ts";

const compiled = await loadValidator("compiled");
const layered = await loadValidator("layered");

it("has a valid resource of every canonical type to mutate", () => {
  expect(new Set(validResources.map((resource) => resource["resourceType"]))).toEqual(new Set(canonicalTypes));
});

it.each(validResources.map((resource, index) => [`${String(resource["resourceType"])} ${index}`, resource] as const))(
  "accepts a valid %s with both engines",
  (_name, resource) => {
    expect(compiled.validateResource(resource)).toEqual([]);
    expect(layered.validateResource(resource)).toEqual([]);
  },
);

it(
  "gives the same verdict by the compiled engine as by the layered one on mutated resources",
  { timeout: 120_000 },
  () => {
    const verdicts = { accepted: 0, refused: 0 };
    const property = fc.property(
      fc.constantFrom(...validResources),
      fc.array(mutation(), { minLength: 1, maxLength: 2 }),
      (resource, mutations) => {
        const mutated = structuredClone(resource) as Record<string, unknown>;
        for (const mutate of mutations) mutate(mutated);
        const own = compiled.validateResource(mutated);
        verdicts[own.length === 0 ? "accepted" : "refused"] += 1;
        // The layered engine asks ours first, so a refusal of ours is its refusal too: what can differ is an acceptance.
        if (own.length === 0) expect(layered.validateResource(mutated)).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: Number(process.env["HILUM_PROPERTY_RUNS"] ?? 1500) });
    expect(verdicts.accepted).toBeGreaterThan(100);
    expect(verdicts.refused).toBeGreaterThan(100);
  },
);

type Mutation = (resource: Record<string, unknown>) => void;

const values = [
  null,
  "",
  " ",
  "x",
  "a b",
  "#",
  "#pat",
  "#none",
  "Patient/1",
  "Device/1",
  "foo",
  "http://x.example/y",
  true,
  false,
  0,
  1,
  -1,
  1.5,
  3e9,
  [],
  {},
  [null],
  [{}],
  ["x"],
  { x: 1 },
  { reference: "Group/1" },
  { text: "t" },
  { start: "2026-02-01", end: "2025-01" },
  { start: "2025-01-01T00:00:00Z", end: "2026" },
  "2026-02-30",
  "2026-02-28",
  "2026",
  "2026-01-01T10:00:00Z",
  "2026-01-01T10:00:00",
  "2026-01-01T10:00Z",
  "2026Z",
  "10:00:00",
  "final",
  "active",
  "completed",
  "text/html",
  "SGk=",
  "S===",
  "<div>x</div>",
  "a\u0007b",
];

const names = [
  "id",
  "status",
  "value",
  "valueString",
  "valueQuantity",
  "valueBoolean",
  "extension",
  "modifierExtension",
  "start",
  "end",
  "system",
  "code",
  "type",
  "use",
  "resourceType",
  "contained",
  "_status",
  "_value",
  "_family",
  "reference",
  "low",
  "high",
  "unit",
  "comparator",
  "data",
  "url",
  "contentString",
  "onsetAge",
  "deceasedDateTime",
  "total",
  "identifier",
  "request",
  "meta",
  "text",
  "policyRule",
  "dataAbsentReason",
  "when",
  "timeOfDay",
  "duration",
  "period",
];

/** Removes, replaces, wraps, doubles or adds a property somewhere in the resource. */
function mutation(): fc.Arbitrary<Mutation> {
  return fc
    .record({
      where: fc.nat(10_000),
      kind: fc.constantFrom("remove", "replace", "add", "wrap", "unwrap", "double", "swap"),
      value: fc.constantFrom(...values),
      name: fc.constantFrom(...names),
      other: fc.nat(10_000),
    })
    .map((choice) => (resource) => {
      const places = placesOf(resource);
      const place = places[choice.where % places.length];
      const other = places[choice.other % places.length];
      if (place === undefined || other === undefined) return;
      const current = place.owner[place.key];
      if (choice.kind === "remove") delete place.owner[place.key];
      else if (choice.kind === "replace") place.owner[place.key] = structuredClone(choice.value);
      else if (choice.kind === "wrap") place.owner[place.key] = [current];
      else if (choice.kind === "unwrap") place.owner[place.key] = Array.isArray(current) ? current[0] : current;
      else if (choice.kind === "double" && Array.isArray(current))
        place.owner[place.key] = [...current, structuredClone(current[0])];
      else if (choice.kind === "swap") place.owner[place.key] = structuredClone(other.owner[other.key]);
      else place.owner[choice.name] = structuredClone(choice.value);
    });
}

function placesOf(
  value: unknown,
  found: { owner: Record<string, unknown>; key: string }[] = [],
): { owner: Record<string, unknown>; key: string }[] {
  if (Array.isArray(value)) for (const item of value) placesOf(item, found);
  else if (typeof value === "object" && value !== null) {
    for (const key of Object.keys(value)) {
      found.push({ owner: value as Record<string, unknown>, key });
      placesOf((value as Record<string, unknown>)[key], found);
    }
  }
  return found;
}
