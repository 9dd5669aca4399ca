import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import { phi, phiWords, putObservation, putPatient } from "../../../test-support/patient-records.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const reason = "The ward asks for the last haemoglobin";

describe("a glass that is broken by two", () => {
  let server: TestServer;
  let ana: TestClient;
  let operator: TestClient;
  let auditor: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    operator = await server.as("operator");
    auditor = await server.as("auditor");
    await putPatient(ana, "p1");
    await putObservation(ana, "o1", "p1");
    await turn(true);
  });
  afterAll(() => server.close());

  async function turn(glassSecondPerson: boolean): Promise<void> {
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, glassSecondPerson }, revision } });
  }

  const wanted = { target: { patient: "p1" }, purpose: "TREAT", reason, minutes: 5, fields: ["clinical"] } as const;
  const ask = async (change: object = {}, who = operator) =>
    await who.ok("requestGlass", { body: { ...wanted, ...change } as never });
  const open = (id: string, who = operator) => who.call("openRequestedGlass", { params: { request: id } });
  const read = (glass: string) => operator.call("readUnderGlass", { params: { glass, type: "Observation", id: "o1" } });

  it("is refused to one alone, and opens once for who asked after another person agreed, as it was asked for", async () => {
    expect((await operator.ok("listGlasses")).secondPerson).toBe(true);
    const alone = await operator.call("openGlass", { body: wanted as never });
    expect(alone.problem()).toMatchObject({ status: 403, code: "glass.second_person" });
    const request = await ask({ caseReference: "C-7" });
    expect(request).toMatchObject({ state: "waiting", title: "Z••• Q•••", requestedBy: "user:operator", minutes: 5 });
    expect((await open(request.id)).problem().code).toBe("approval.wrong_state");
    const params = { request: request.id };
    expect((await auditor.ok("listGlassRequests")).items[0]).toMatchObject({ id: request.id, reason });
    const approved = await auditor.ok("approveGlassRequest", { params });
    expect(approved).toMatchObject({ state: "approved", decidedBy: "user:auditor" });
    expect((await open(request.id, ana)).problem().code).toBe("approval.not_found");
    const glass = (await open(request.id)).json() as { id: string };
    expect(glass).toMatchObject({
      ...{ state: "open", by: "user:operator", approvedBy: "user:auditor", reason, caseReference: "C-7" },
      ...{ fields: ["clinical"], minutes: 5 },
    });
    expect((await read(glass.id)).text).toContain(phi.note);
    expect((await open(request.id)).problem().code).toBe("approval.wrong_state");
    const longer = await operator.call("extendGlass", { params: { glass: glass.id }, body: { minutes: 5 } });
    expect(longer.problem()).toMatchObject({
      code: "glass.too_long",
      detail: expect.stringContaining("user:auditor approved it for 5 minutes"),
    });
    await operator.ok("closeGlass", { params: { glass: glass.id } });
    expect((await auditor.ok("getGlass", { params: { glass: glass.id } })).state).toBe("waiting");
  });

  it("threat 162: is approved by nobody who asked for it, by no operator and by no token", async () => {
    const params = { request: (await ask({}, ana)).id };
    expect((await ana.call("approveGlassRequest", { params })).problem().code).toBe("approval.another_person");
    expect((await operator.call("approveGlassRequest", { params })).problem().code).toBe("request.forbidden");
    const token = await server.withToken("administrator");
    expect((await token.call("approveGlassRequest", { params })).problem().code).toBe("request.forbidden");
    expect((await token.call("requestGlass", { body: wanted as never })).problem().code).toBe("request.forbidden");
    await ana.ok("refuseGlassRequest", { params, body: { reason: "Not needed any more" } });
    expect((await auditor.call("approveGlassRequest", { params })).problem().code).toBe("approval.wrong_state");
  });

  it("opens at once in an emergency, and is reviewed like any other", async () => {
    const body = { ...wanted, purpose: "ETREAT" };
    const glass = await operator.ok("openGlass", { body: body as never });
    expect(glass).not.toHaveProperty("approvedBy");
    await operator.ok("closeGlass", { params: { glass: glass.id } });
    expect((await auditor.ok("getGlass", { params: { glass: glass.id } })).state).toBe("waiting");
  });

  it("stays closed when it is refused, taken back, or too late on either side", async () => {
    const refused = { request: (await ask()).id };
    await auditor.ok("refuseGlassRequest", { params: refused, body: { reason: "Ask the ward itself" } });
    expect((await open(refused.request)).problem().code).toBe("approval.wrong_state");
    const back = { request: (await ask()).id };
    await auditor.ok("approveGlassRequest", { params: back });
    await operator.ok("refuseGlassRequest", { params: back, body: { reason: "It was another patient" } });
    expect((await open(back.request)).problem().code).toBe("approval.wrong_state");

    const late = { request: (await ask()).id };
    await auditor.ok("approveGlassRequest", { params: late });
    const unseen = { request: (await ask()).id };
    using _after = moveClock(16 * 60_000);
    const again = await server.signIn("operator");
    expect((await open(late.request, again)).problem().code).toBe("approval.wrong_state");
    using _tomorrow = moveClock(60 * 60_000);
    const reviewer = await server.signIn("auditor");
    expect((await reviewer.call("approveGlassRequest", { params: unseen })).problem().code).toBe(
      "approval.wrong_state",
    );
    const { items } = await reviewer.ok("listGlassRequests");
    expect(items.filter(({ id }) => id === late.request || id === unseen.request).map(({ state }) => state)).toEqual([
      "expired",
      "expired",
    ]);
  });

  it("shows an operator their own requests alone, and nobody a word about the patient in the clear", async () => {
    await ana.ok("stepUp", { body: { password } });
    await ask({}, ana);
    const own = await operator.call("listGlassRequests", { query: { limit: 100 } });
    const { items } = own.json() as { items: { requestedBy: string }[] };
    expect(new Set(items.map(({ requestedBy }) => requestedBy))).toEqual(new Set(["user:operator"]));
    expect(phiWords.filter((word) => own.text.includes(word))).toEqual([]);
    expect((await (await server.as("viewer")).call("listGlassRequests")).status).toBe(403);
    const { open: repairs } = await ana.ok("listRepairs");
    expect(repairs.map(({ id }) => id)).toContain("glass:asked");
  });

  it("writes down who asked, who agreed and what was opened, for the purpose that was given", async () => {
    const { text } = await ana.call("exportAudit", { query: { format: "jsonl" } });
    const outcomes = text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { action: string; kind: string; outcome?: string; purpose?: string })
      .filter(({ kind, outcome }) => kind === "outcome" && outcome === "ok");
    const purposes = (action: string) =>
      new Set(outcomes.filter((one) => one.action === action).map(({ purpose }) => purpose));
    for (const action of ["requestGlass", "approveGlassRequest", "refuseGlassRequest", "openRequestedGlass"])
      expect([action, purposes(action)]).toEqual([action, new Set(["TREAT"])]);
    expect(text).toContain('"event":"emergency_override_started"');
    expect(text).not.toContain(reason);
    expect(phiWords.filter((word) => text.includes(word) || server.log.join("\n").includes(word))).toEqual([]);
  });

  it("is one person's again where it is turned off", async () => {
    await turn(false);
    const glass = await operator.ok("openGlass", { body: wanted as never });
    await operator.ok("closeGlass", { params: { glass: glass.id } });
    expect((await operator.ok("listGlasses")).secondPerson).toBe(false);
  });
});
