import { formatScope, type Actor, type DataAction, type Scope } from "@hilum/contract";
import { roles, type Role } from "@hilum/contract/api";
import { canonicalTypes } from "@hilum/contract/fhir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideRecord, type RecordDecision } from "./decide-record.ts";

const letters: readonly DataAction[] = ["c", "r", "u", "d", "s"];
const token = (...scopes: string[]): Actor => ({
  kind: "token",
  id: "token:t",
  token: "t",
  role: "administrator",
  scopes,
});
const user = (role: Role, steppedUpUntil?: number): Actor => ({
  ...{ kind: "user", id: "user:ana", user: "ana", role, session: "s" },
  ...(steppedUpUntil === undefined ? {} : { steppedUpUntil }),
});

type DataScope = Extract<Scope, { kind: "data" }>;
const dataScope: fc.Arbitrary<DataScope> = fc.record({
  kind: fc.constant("data" as const),
  level: fc.constantFrom("system" as const, "user" as const, "patient" as const),
  resource: fc.constantFrom(...canonicalTypes.slice(0, 6)),
  actions: fc.subarray([...letters], { minLength: 1 }),
  filters: fc.constantFrom<[string, string][]>(
    [],
    [["status", "final"]],
    [
      ["category", "imaging"],
      ["status", "final"],
    ],
  ),
});
const request = fc.record({
  type: fc.constantFrom(...canonicalTypes.slice(0, 6)),
  action: fc.constantFrom(...letters),
});
const rowsOf = (decision: RecordDecision) =>
  decision.allow && decision.reach.by === "rows" ? decision.reach.rows : undefined;

describe("decideRecord", () => {
  it("threat 48: gives a token the types and acts of its scopes and nothing else", () => {
    fc.assert(
      fc.property(fc.array(dataScope, { maxLength: 5 }), request, (scopes, { type, action }) => {
        const decision = decideRecord({ actor: token(...scopes.map(formatScope)), type, action });
        const covering = scopes.filter(
          ({ level, resource, actions }) => level === "system" && resource === type && actions.includes(action),
        );
        if (covering.length === 0) return !decision.allow;
        return rowsOf(decision)?.length === covering.length;
      }),
      { numRuns: 1000 },
    );
  });

  it("threat 49: keeps the filters of each scope, so that none is lost beside a wider act", () => {
    const filtered = token("system/Observation.r?category=imaging", "system/Observation.s");
    expect(rowsOf(decideRecord({ actor: filtered, type: "Observation", action: "r" }))).toEqual([
      { all: [["category", "imaging"]], none: [] },
    ]);
    expect(rowsOf(decideRecord({ actor: filtered, type: "Observation", action: "s" }))).toEqual([
      { all: [], none: [] },
    ]);
  });

  it("adding a scope never takes a row away, and taking one never adds any", () => {
    fc.assert(
      fc.property(fc.array(dataScope, { maxLength: 4 }), dataScope, request, (scopes, more, asked) => {
        const texts = scopes.map(formatScope);
        const few = decideRecord({ actor: token(...texts), ...asked });
        const many = decideRecord({ actor: token(...texts, formatScope(more)), ...asked });
        return !few.allow || (many.allow && (rowsOf(many)?.length ?? 0) >= (rowsOf(few)?.length ?? 0));
      }),
    );
  });

  it("gives a token nothing by its role", () => {
    for (const type of canonicalTypes)
      for (const action of letters)
        expect(decideRecord({ actor: token(), type, action })).toEqual({ allow: false, reason: "scope.missing" });
  });

  it("lets people write by role and read what a glass covers, however fresh their proof is", () => {
    fc.assert(
      fc.property(fc.constantFrom(...roles), request, fc.option(fc.nat(), { nil: undefined }), (role, asked, until) => {
        const decision = decideRecord({ actor: user(role, until), ...asked });
        if (role === "auditor" || role === "viewer") return !decision.allow;
        const reads = asked.action === "r" || asked.action === "s";
        return decision.allow && decision.reach.by === (reads ? "glass" : "rows");
      }),
    );
  });

  it("threat 58, 59: looks at no flag and no purpose that an asker brings", () => {
    const flagged: Actor = Object.assign(token("system/Patient.r"), { breakGlass: true, glass: true, emergency: true });
    for (const action of letters)
      expect(decideRecord({ actor: flagged, type: "Patient", action, ...{ purpose: "ETREAT", glass: true } })).toEqual(
        decideRecord({ actor: token("system/Patient.r"), type: "Patient", action }),
      );
  });

  it("threat 61, 62: denies plugins, the system, nobody, and whatever it cannot read", () => {
    const others: Actor[] = [
      { kind: "plugin", id: "plugin:a/default", plugin: "a", instance: "default" },
      { kind: "system", id: "system:retry" },
      { kind: "anonymous", id: "anonymous", peer: "127.0.0.1" },
    ];
    for (const actor of others)
      expect(decideRecord({ actor, type: "Patient", action: "r" })).toEqual({ allow: false, reason: "actor.other" });
    expect(decideRecord({ actor: null as never, type: "Patient", action: "r" }).allow).toBe(false);
    expect(decideRecord({ actor: token("system/Patient.r"), type: "*", action: "r" }).allow).toBe(false);
    expect(decideRecord({ actor: token("system/Patient.r"), type: "Patient.r?x=y", action: "r" }).allow).toBe(false);
    expect(decideRecord({ actor: token("system/Patient.cruds"), type: "Patient", action: "" as never }).allow).toBe(
      false,
    );
    expect(decideRecord({ actor: token("system/Patient.r?category=%"), type: "Patient", action: "r" }).allow).toBe(
      false,
    );
    expect(decideRecord({ actor: user("root" as Role), type: "Patient", action: "c" }).allow).toBe(false);
    expect(decideRecord({ actor: token("system/*.cruds", "*"), type: "Patient", action: "r" }).allow).toBe(false);
  });
});
