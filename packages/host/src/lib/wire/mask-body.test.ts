import { email } from "@hilum/contract/fhir";
import { describe, expect, it } from "vitest";
import { maskBody } from "./mask-body.ts";

const person = {
  to: ["ada.lovelace@example.org"],
  subject: "Your biopsy of 3 March",
  text: "Dear Ada Lovelace, the result is E11.9.",
};

describe("maskBody", () => {
  it("shows that a message is one, and nothing of whom it is about", () => {
    const message = {
      ...email(person),
      id: "01J-ADA",
      subject: { reference: "Patient/555-01", display: "Ada Lovelace" },
    };
    const masked = maskBody({ message, attempt: 2, idempotencyKey: "01J-ADA", attachments: [] });
    const text = JSON.stringify(masked);
    for (const secret of ["ada", "Ada", "Lovelace", "biopsy", "E11.9", "555-01", "example.org"])
      expect(text).not.toContain(secret);
    expect(masked).toMatchObject({
      attempt: 2,
      message: { resourceType: "Communication", subject: { display: "•••• (12 characters)" } },
    });
  });

  it("shows of settings their names alone, numbers and switches too", () => {
    expect(
      maskBody({ protocol: "1", settings: { host: "mail.example.org", port: 25, password: "secret", on: true } }),
    ).toEqual({
      protocol: "1",
      settings: { host: "••••", port: "••••", password: "••••", on: "••••" },
    });
  });

  it("shows tokens of the protocol: codes, states, scopes, sizes", () => {
    const body = {
      grants: ["net:tcp://127.0.0.1:2525"],
      limits: { frameBytesMax: 1_048_576 },
      rows: [{ id: "row", status: "failed", cause: "network", durationMs: 12 }],
    };
    expect(maskBody(body)).toEqual(body);
  });

  it("hides a sentence where a token is expected, and a name of a member that is no name", () => {
    const masked = maskBody({ status: "Ada is ill", code: "E11.9 of Ada", state: { "ada@example.org": 1 } });
    expect(JSON.stringify(masked)).not.toMatch(/Ada|ada/);
  });

  it("takes a code inside a resource for a diagnosis, and a number for a record number", () => {
    const masked = maskBody({
      resource: { resourceType: "Condition", code: { coding: [{ code: "E11.9" }] }, id: "p1", n: 4_711 },
    });
    expect(masked).toEqual({
      resource: {
        resourceType: "Condition",
        code: { coding: [{ code: "•••• (5 characters)" }] },
        id: "•••• (2 characters)",
        n: "•••• (number)",
      },
    });
  });

  it("shows of a search its parameters, and nothing of whom it finds or asks for", () => {
    const search = {
      type: "Patient",
      query: [
        ["identifier", "http://mrn|555-01"],
        ["name:exact", "Lovelace"],
      ],
      count: 20,
    };
    expect(maskBody(search)).toEqual({
      type: "Patient",
      query: [
        ["identifier", "••••"],
        ["name:exact", "••••"],
      ],
      count: 20,
    });
    expect(maskBody({ type: "Patient", id: "555-01", version: "MRN555", call: "01K" })).toEqual({
      type: "Patient",
      id: "••••",
      version: "••••",
      call: "01K",
    });
    const written = {
      resource: { resourceType: "Patient", id: "555-01", name: [{ family: "Lovelace" }] },
      ifNoneExist: [["Ada Lovelace", "555-01"]],
      ifMatch: "555-01",
    };
    const found = {
      resources: [written.resource],
      next: "c-555-01",
      content: { id: "blob1", size: 12, contentType: "text/plain" },
    };
    const chunk = { call: "01K", base64: "QWRhIExvdmVsYWNl", last: true };
    for (const body of [written, found, chunk])
      expect(JSON.stringify(maskBody(body))).not.toMatch(/555-01|Ada|Lovelace|QWRh/);
  });

  it("ends at a depth and a length, and says so", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`) as object;
    expect(JSON.stringify(maskBody(deep))).toContain("deeper");
    expect(maskBody({ rows: Array.from({ length: 25 }, () => null) })).toEqual({
      rows: [...Array.from({ length: 20 }, () => null), "•••• (5 more)"],
    });
  });
});
