import { glassPurposes, type Actor } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { decideSecondPerson, needsSecondPerson } from "./decide-second-person.ts";

const ben: Actor = { kind: "user", id: "user:ben", user: "u-ben", role: "auditor", session: "s1" };
const terms = { requestedBy: "u-ana", decided: false, until: 1000 };

describe("decideSecondPerson", () => {
  it("lets another person decide while it waits, and nobody else", () => {
    expect(decideSecondPerson(ben, terms, 999)).toEqual({ allow: true });
    expect(decideSecondPerson(ben, terms, 1000)).toMatchObject({ reason: "approval.wrong_state" });
    expect(decideSecondPerson(ben, { ...terms, decided: true }, 1)).toMatchObject({ reason: "approval.wrong_state" });
    expect(decideSecondPerson(ben, { ...terms, requestedBy: "u-ben" }, 1)).toMatchObject({
      reason: "approval.another_person",
    });
    const token: Actor = { kind: "token", id: "token:t", token: "t", role: "administrator" };
    expect(decideSecondPerson(token, terms, 1)).toMatchObject({ reason: "request.forbidden" });
  });
});

describe("needsSecondPerson", () => {
  it("asks for another person for every purpose but an emergency, where the platform is set so", () => {
    expect(glassPurposes.filter((purpose) => needsSecondPerson(true, purpose))).toEqual(
      glassPurposes.filter((purpose) => purpose !== "ETREAT"),
    );
    for (const off of [false, undefined])
      expect(glassPurposes.some((purpose) => needsSecondPerson(off, purpose))).toBe(false);
  });
});
