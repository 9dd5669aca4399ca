import { email, sms } from "@hilum/contract/fhir";
import { requires, type WebhookEndpoint } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putConsent, putDocument, putPatient } from "../../../test-support/patient-records.ts";
import { waitForState } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";
import { startEndpoint, turnOnWebhookSender, webhookPlugin } from "../../../test-support/webhook-endpoint.ts";

const available = requires("bubblewrap").available && requires("python3").available;
const part2 = { system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "42CFRPart2" };

describe.skipIf(!available)("messages about patients that leave through a provider", () => {
  let server: TestServer;
  let ana: TestClient;
  let endpoint: WebhookEndpoint;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    endpoint = await startEndpoint(server, ana);
    await turnOnWebhookSender(ana, endpoint);
    const to = [{ ...webhookPlugin, instance: "default" }];
    await ana.ok("setRoute", { params: { channel: "email" }, body: { to } });
    for (const patient of ["m1", "m2", "m3", "m4"]) await putPatient(ana, patient);
  });
  afterAll(async () => {
    await server?.close();
    await endpoint?.stop();
  });

  const send = async (patient: string | undefined, change: object = {}): Promise<string> => {
    const made = sms({
      to: "+15005550100",
      text: "Your result is there.",
      ...(patient === undefined ? {} : { patient }),
    });
    return (await ana.ok("sendMessage", { body: { ...made, ...change, resourceType: "Communication" } })).id;
  };
  const account = async (patient: string) => (await ana.ok("listDisclosures", { params: { patient } })).items;
  const gone = (id: string) => endpoint.events.filter(({ id: event }) => event === id);

  it("are listed in the accounting of disclosures with who received them, masked, and through whom", async () => {
    const id = await send("Patient/m1");
    await waitForState(ana, id, "sent");
    expect(await account("m1")).toMatchObject([
      {
        ...{ kind: "message", recipient: "••••0100", what: "Message", purpose: "TREAT", by: "user:ana" },
        ...{ via: { plugin: "org.hilum.webhook-sender", instance: "default" }, accountable: false, part2: false },
      },
    ]);
    const csv = await ana.call("downloadDisclosures", { params: { patient: "m1" }, query: { all: true } });
    expect([csv.headers["content-type"], csv.text.split("\r\n").length]).toEqual(["text/csv; charset=utf-8", 3]);
    // A number is no formula to a spreadsheet, and is whole in what the patient is handed (threat 159).
    expect(csv.text).toContain("'+15005550100");
    const owed = await ana.call("downloadDisclosures", { params: { patient: "m1" } });
    expect(owed.text.split("\r\n")).toHaveLength(2);
  });

  it("are no disclosure where they are about nobody, or where the provider refused them", async () => {
    await waitForState(ana, await send(undefined), "sent");
    endpoint.answer = { status: 422, body: { code: "recipient", message: "unknown" } };
    await waitForState(ana, await send("Patient/m2"), "dead");
    endpoint.answer = undefined;
    expect(await account("m2")).toEqual([]);
  });

  it("threat 69: do not leave without the patient's consent, whichever provider is next, and the refusal is noted", async () => {
    await putConsent(ana, "mc3", "m3", { type: "deny" });
    const id = await send("Patient/m3");
    const message = await waitForState(ana, id, "dead");
    expect(message.timeline.find(({ code }) => code !== undefined)).toMatchObject({ code: "consent.denied" });
    expect([gone(id), await account("m3")]).toEqual([[], []]);
    const { text } = await ana.call("exportAudit", { query: { format: "jsonl" } });
    expect(text).toMatch(/"action":"messages\.send"[^\n]*"decision":"deny"[^\n]*"reason":"consent\.denied"/);
    await putConsent(ana, "mc3", "m3", { type: "deny" }, { status: "inactive" });
    await waitForState(ana, await send("Patient/m3"), "sent");
    expect(await account("m3")).toHaveLength(1);
  });

  it("carry the notice of 42 CFR part 2 under a consent, and stay without one", async () => {
    const labelled = { meta: { security: [part2] } };
    expect(await waitForState(ana, await send("Patient/m4", labelled), "dead")).toBeDefined();
    await putConsent(ana, "mc4", "m4", { type: "permit" }, { part2: true });
    const id = await send("Patient/m4", labelled);
    await waitForState(ana, id, "sent");
    expect(gone(id)[0]?.data["text"]).toBe(
      "Your result is there.\n\n42 CFR part 2 prohibits unauthorized use or disclosure of these records.",
    );
    expect(await account("m4")).toMatchObject([{ part2: true, consent: "mc4" }]);
  });

  it("threat 68: ask for the records that attachments were taken from, whoever the message says it is about", async () => {
    const attachTo = async (patient: string, document: string) => {
      const { id: glass } = await ana.ok("openGlass", {
        body: {
          ...{ target: { patient }, purpose: "TREAT", reason: "The patient asks for the document" },
          ...{ fields: ["documents"], minutes: 5 },
        } as never,
      });
      const params = { glass, type: "DocumentReference", id: document, place: "0" };
      const file = await ana.ok("attachFromRecord", { params });
      await ana.ok("closeGlass", { params: { glass } });
      expect((await ana.call("attachFromRecord", { params })).problem().code).toBe("glass.ended");
      expect((await ana.call("downloadAttachment", { params: { attachment: file.id } })).problem().code).toBe(
        "record.masked",
      );
      const attached = {
        contentAttachment: { url: `Binary/${file.id}`, contentType: file.contentType, size: file.size },
      };
      const { medium, recipient } = email({ to: "lab@example.org", subject: "A report", text: "See this." });
      return { medium, recipient, payload: [{ contentString: "See this." }, attached] };
    };
    await putDocument(ana, "md2", "m2");
    const carrying = await attachTo("m2", "md2");
    await putConsent(ana, "mc2", "m2", { type: "deny" });
    const refused = await send(undefined, carrying);
    const message = await waitForState(ana, refused, "dead");
    expect(message.timeline.find(({ code }) => code !== undefined)).toMatchObject({ code: "consent.denied" });
    expect(gone(refused)).toEqual([]);
    await putConsent(ana, "mc2", "m2", { type: "deny" }, { status: "inactive" });
    await waitForState(ana, await send("Patient/m1", carrying), "sent");
    expect(await account("m2")).toMatchObject([
      { what: "Message with 1 attachment", records: [{ type: "DocumentReference", id: "md2" }] },
    ]);
  });

  it("are foreseen: a person asks before whether a consent lets them go", async () => {
    const params = { patient: "m4" };
    expect(await ana.ok("checkConsent", { params, body: { purpose: "TREAT" } })).toMatchObject({ allowed: true });
    expect(await ana.ok("checkConsent", { params, body: { purpose: "HLEGAL", part2: true } })).toMatchObject({
      ...{ allowed: false, because: "part2_proceedings" },
    });
  });

  it("stand beside what was given out elsewhere and is entered by hand", async () => {
    await putDocument(ana, "md1", "m2");
    const entered = {
      at: "2026-01-05T08:00:00.000Z",
      recipient: "Registry of Tests",
      what: "A report",
      purpose: "PUBHLTH",
    };
    const auditor = await server.as("auditor");
    await auditor.ok("enterDisclosure", { params: { patient: "m2" }, body: entered as never });
    expect((await account("m2")).at(-1)).toMatchObject({
      ...entered,
      kind: "entered",
      accountable: true,
      by: "user:auditor",
    });
    const csv = await ana.call("downloadDisclosures", { params: { patient: "m2" } });
    expect(csv.text).toContain("2026-01-05T08:00:00.000Z,Registry of Tests,A report,Public health");
    const operator = await server.as("operator");
    expect((await operator.call("listDisclosures", { params: { patient: "m2" } })).problem().code).toBe(
      "request.forbidden",
    );
  });
});
