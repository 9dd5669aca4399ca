import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type Decision, type Request } from "./decide.ts";
import type { Grant } from "./grant.ts";

const own = { plugin: "com.example.records", instance: "default" };
const actor = { kind: "plugin", id: "plugin:com.example.records/default", ...own } as const;
const granted = (scope: string, changes: Partial<Grant> = {}): Grant => ({
  ...{ ...own, scope, resolved: scope, decision: "granted" },
  ...changes,
});
/** As a denial is kept: nothing is pinned. */
const denied = (scope: string): Grant => ({ ...own, scope, decision: "denied" });
const ask = (scope: string, changes: Partial<Request> = {}): Request => ({
  ...{ actor, lane: "records", action: "records.read", scope, now: 1000 },
  ...changes,
});
const rowsOf = (decision: Decision) => (decision.allow ? decision.rows : decision.reason);

describe("decide, on records", () => {
  it("threat 48: needs a grant of the type and of each letter, at the same level", () => {
    const grants = [granted("system/Patient.rs")];
    expect(rowsOf(decide(ask("system/Patient.r"), grants, 1))).toEqual([{ all: [], none: [] }]);
    for (const scope of ["system/Patient.c", "system/Patient.cs", "system/Observation.r", "user/Patient.r"])
      expect(rowsOf(decide(ask(scope), grants, 1)), scope).toBe("scope.not_granted");
    expect(rowsOf(decide(ask("system/Patient.r"), [granted("patient/Patient.r")], 1))).toBe("scope.not_granted");
  });

  it("threat 49: hands over the filters of each grant, decoded, for every record to meet one of", () => {
    const grants = [
      granted("system/Observation.rs?category=laboratory"),
      granted("system/Observation.r?code=http:%2F%2Floinc.org%7C8867-4&status=final"),
    ];
    expect(rowsOf(decide(ask("system/Observation.r"), grants, 1))).toEqual([
      { all: [["category", "laboratory"]], none: [] },
      {
        all: [
          ["code", "http://loinc.org|8867-4"],
          ["status", "final"],
        ],
        none: [],
      },
    ]);
    expect(rowsOf(decide(ask("system/Observation.s", { action: "records.search" }), grants, 1))).toHaveLength(1);
  });

  it("does not let the asker name filters of its own: those are criteria of a search", () => {
    const grants = [granted("system/Observation.rs")];
    expect(rowsOf(decide(ask("system/Observation.r?category=laboratory"), grants, 1))).toBe("scope.invalid");
  });

  it("takes a denial's rows from each grant of the same or a wider scope, and leaves a narrower one", () => {
    const wide = granted("system/Observation.rs");
    expect(rowsOf(decide(ask("system/Observation.r"), [wide, denied("system/Observation.r")], 1))).toBe("scope.denied");
    expect(
      rowsOf(decide(ask("system/Observation.r"), [wide, denied("system/Observation.rs?category=social-history")], 1)),
    ).toEqual([{ all: [], none: [[["category", "social-history"]]] }]);
    const narrow = granted("system/Observation.r?category=laboratory");
    expect(rowsOf(decide(ask("system/Observation.r"), [narrow, denied("system/Observation.cruds")], 1))).toEqual([
      { all: [["category", "laboratory"]], none: [] },
    ]);
  });

  it("threat 61: opens nothing by a filter that nobody can read", () => {
    expect(rowsOf(decide(ask("system/Observation.r"), [granted("system/Observation.r?category=%E0%A4%A")], 1))).toBe(
      "decision.failed",
    );
  });

  it("counts no grant that has ended, or is another instance's", () => {
    for (const changes of [{ until: 1000 }, { instance: "second" }, { plugin: "com.example.other" }])
      expect(rowsOf(decide(ask("system/Patient.r"), [granted("system/Patient.r", changes)], 1))).toBe(
        "scope.not_granted",
      );
  });

  it("lets a store write the bytes of its answer, and anybody else only by a grant on files", () => {
    const write: Request = { actor, lane: "records", action: "blobs.write", now: 0 };
    expect(decide({ ...write, owner: own }, [], 1)).toEqual({ allow: true, grant: "implied" });
    expect(rowsOf(decide({ ...write, owner: { ...own, instance: "second" } }, [], 1))).toBe("scope.missing");
    expect(rowsOf(decide({ ...write, scope: "system/Binary.c" }, [], 1))).toBe("scope.not_granted");
    expect(decide({ ...write, scope: "system/Binary.c" }, [granted("system/Binary.cr")], 1).allow).toBe(true);
  });

  it("never reaches further with a denial than without it, whatever the grants are", () => {
    const scope = fc
      .tuple(
        fc.constantFrom("Patient", "Observation"),
        fc.subarray(["c", "r", "u", "d", "s"], { minLength: 1 }),
        fc.constantFrom("", "?category=laboratory", "?category=laboratory&status=final"),
      )
      .map(([type, letters, filters]) => `system/${type}.${letters.join("")}${filters}`);
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 4 }), scope, (scopes, refused) => {
        const grants = scopes.map((one) => granted(one));
        const before = decide(ask("system/Observation.r"), grants, 1);
        const after = decide(ask("system/Observation.r"), [...grants, denied(refused)], 1);
        const counted = (decision: Decision): number => (decision.allow ? (decision.rows?.length ?? 0) : 0);
        expect(counted(after)).toBeLessThanOrEqual(counted(before));
      }),
    );
  });
});
