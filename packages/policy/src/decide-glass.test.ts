import type { Actor } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideGlass, type GlassQuestion, type GlassTerms } from "./decide-glass.ts";
import { decideSecondPerson } from "./decide-second-person.ts";

const now = Date.parse("2026-03-02T12:00:00.000Z");
const person: Actor = { kind: "user", id: "user:ana", user: "u1", role: "operator", session: "s1" };
const glass: GlassTerms = {
  ...{ user: "u1", session: "s1", until: now + 1, target: { patient: "p1" }, fields: ["identity"] },
};
const reading: GlassQuestion = {
  actor: person,
  glass,
  record: { type: "Observation", id: "o1", patients: ["p1"] },
  now,
};
const reasonOf = (question: Partial<GlassQuestion>) => {
  const decision = decideGlass({ ...reading, ...question });
  return decision.allow ? undefined : decision.reason;
};

describe("decideGlass", () => {
  it("lets the person read what the glass was broken for, and says which fields", () => {
    expect(decideGlass(reading)).toEqual({ allow: true, fields: ["identity"] });
    const one = { ...glass, target: { record: { type: "Organization", id: "x" } } };
    expect(reasonOf({ glass: one, record: { type: "Organization", id: "x", patients: [] } })).toBeUndefined();
    expect(reasonOf({ glass: one })).toBe("glass.not_covering");
  });

  it("refuses another person, another session, and a glass that has ended", () => {
    expect(reasonOf({ actor: { ...person, user: "u2" } })).toBe("glass.not_found");
    expect(reasonOf({ glass: undefined })).toBe("glass.not_found");
    expect(reasonOf({ actor: { ...person, session: "s2" } })).toBe("glass.ended");
    expect(reasonOf({ now: glass.until })).toBe("glass.ended");
    expect(reasonOf({ glass: { ...glass, endedAt: now - 1 } })).toBe("glass.ended");
  });

  it("threat 59: is for persons, never for a plugin or a token, whatever they claim", () => {
    for (const actor of [
      { kind: "plugin", id: "plugin:a/b", plugin: "a", instance: "b", user: "u1", session: "s1" },
      { kind: "token", id: "token:t", token: "t", role: "administrator", user: "u1", session: "s1" },
      { kind: "system", id: "system:x", user: "u1", session: "s1" },
    ] as unknown as Actor[])
      expect(reasonOf({ actor })).toBe("request.forbidden");
  });

  it("covers no record that is about another patient too, nor one about nobody", () => {
    expect(reasonOf({ record: { ...reading.record, patients: ["p1", "p2"] } })).toBe("glass.not_covering");
    expect(reasonOf({ record: { ...reading.record, patients: [] } })).toBe("glass.not_covering");
  });

  it("threat 61: denies when deciding fails", () => {
    expect(reasonOf({ record: undefined as never })).toBe("glass.not_covering");
    expect(reasonOf({ now: Number.NaN })).toBe("glass.ended");
    expect(reasonOf({ glass: { ...glass, until: Number.NaN } })).toBe("glass.ended");
  });

  it("allows only within the time, the session and the target", () => {
    const id = fc.constantFrom("a", "b");
    const terms = fc.record(
      {
        user: id,
        session: id,
        until: fc.integer({ min: now - 3, max: now + 3 }),
        endedAt: fc.integer(),
        target: fc.oneof(fc.record({ patient: id }), fc.record({ record: fc.record({ type: id, id }) })),
        fields: fc.constant(["identity"] as const),
      },
      { requiredKeys: ["user", "session", "until", "target", "fields"] },
    );
    const record = fc.record({ type: id, id, patients: fc.array(id, { maxLength: 2 }) });
    fc.assert(
      fc.property(terms, record, id, id, (given, of, user, session) => {
        const question = { actor: { ...person, user, session } as Actor, glass: given, record: of, now };
        const held =
          given.user === user && given.session === session && given.endedAt === undefined && given.until > now;
        const covered =
          "record" in given.target
            ? given.target.record.type === of.type && given.target.record.id === of.id
            : new Set(of.patients).size === 1 && of.patients[0] === given.target.patient;
        return decideGlass(question).allow === (held && covered);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("decideSecondPerson", () => {
  const terms = { requestedBy: "u1", decided: false, until: now + 1 };
  const other: Actor = { ...person, user: "u2" };

  it("is another person, while it waits", () => {
    expect(decideSecondPerson(other, terms, now)).toEqual({ allow: true });
    expect(decideSecondPerson(person, terms, now)).toMatchObject({ reason: "approval.another_person" });
    expect(decideSecondPerson(other, { ...terms, decided: true }, now)).toMatchObject({
      reason: "approval.wrong_state",
    });
    expect(decideSecondPerson(other, terms, terms.until)).toMatchObject({ reason: "approval.wrong_state" });
    const token: Actor = { kind: "token", id: "token:t", token: "t", role: "administrator" };
    expect(decideSecondPerson(token, terms, now)).toMatchObject({ reason: "request.forbidden" });
  });
});
