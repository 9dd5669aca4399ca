import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const agreement = { party: "Example Inc.", signedOn: "2026-01-01", validFrom: "2026-01-01" };
const reason = { reason: "Not used any more" };

describe("the register of vendors", () => {
  let server: TestServer;
  let administrator: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    administrator = await server.as("administrator");
  });
  afterAll(() => server.close());

  let serial = 0;
  const create = (hosts: string[], change: object = {}) =>
    administrator.call("createVendor", {
      body: { name: `Vendor ${(serial += 1)}`, kind: "business_associate", hosts, ...change },
    });
  const made = async (hosts: string[] = []) =>
    (await create(hosts)).json() as { id: string; revision: number; hosts: string[] };

  it("reads hosts as people write them, and keeps them in one spelling", async () => {
    const vendor = await made([
      "API.Example.com.",
      " .eu.example.com ",
      "api.example.com",
      "203.0.113.7",
      "[2001:db8::1]",
    ]);
    expect(vendor.hosts).toEqual([".eu.example.com", "2001:db8::1", "203.0.113.7", "api.example.com"]);
  });

  it.each([
    ".com",
    ".co.uk",
    ".github.io",
    ".s3.amazonaws.com",
    ".compute.amazonaws.com",
    "*.example.com",
    "https://api.example.com",
    "api.example.com:443",
    "a@example.com",
    ".127.0.0.1",
    "2130706433",
    "0x7f.1",
    "exa mple.com",
    "",
    ".",
  ])("threat 95: refuses %j as a vendor's host, and names its place", async (host) => {
    const answer = await create(["good.example.com", host]);
    expect([answer.status, answer.problem().problems?.[0]?.pointer]).toEqual([
      422,
      expect.stringMatching(/^\/hosts\/1/),
    ]);
  });

  it("gives a host to one vendor, and a name to one", async () => {
    await made(["one.example.org"]);
    expect((await create(["one.example.org"])).problem()).toMatchObject({
      code: "request.conflict",
      detail: "One of the hosts belongs to another vendor.",
    });
    expect((await create([], { name: "Vendor 1" })).problem().detail).toBe("Another vendor has this name.");
    expect((await create([], { name: "  " })).problem().problems).toMatchObject([{ pointer: "/name" }]);
  });

  it("changes what it is told to at the revision that was read, and refuses a change over somebody else's", async () => {
    const { id, revision } = await made(["a.two.example"]);
    const params = { vendor: id };
    const changed = await administrator.ok("changeVendor", {
      params,
      body: { revision, hosts: ["b.two.example"], note: "Signed by the board." },
    });
    expect(changed).toMatchObject({ hosts: ["b.two.example"], note: "Signed by the board.", revision: revision + 1 });
    expect((await administrator.call("changeVendor", { params, body: { revision, note: "x" } })).problem().code).toBe(
      "request.conflict",
    );
    expect(
      (await administrator.call("changeVendor", { params: { vendor: "absent" }, body: { revision, note: "x" } }))
        .status,
    ).toBe(404);
  });

  it("takes days of the calendar in their order, and follows agreements that join each other", async () => {
    const params = { vendor: (await made()).id };
    const add = (change: object) => administrator.call("addAgreement", { params, body: { ...agreement, ...change } });
    expect((await add({ validUntil: "2026-02-30" })).problem().problems).toMatchObject([{ pointer: "/validUntil" }]);
    expect((await add({ validUntil: "2025-12-31" })).problem().problems).toMatchObject([{ pointer: "/validUntil" }]);
    expect((await add({ signedOn: "2026-13-01" })).problem().problems).toMatchObject([{ pointer: "/signedOn" }]);
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    await add({ validFrom: day(-10), validUntil: day(10) });
    expect(await administrator.ok("getVendor", { params })).toMatchObject({
      state: "ends_soon",
      coveredUntil: day(10),
    });
    await add({ validFrom: day(11), validUntil: day(400) });
    expect(await administrator.ok("getVendor", { params })).toMatchObject({
      state: "in_force",
      coveredUntil: day(400),
      agreements: [{ state: "future" }, { state: "ends_soon" }],
    });
    await add({ validFrom: day(100) });
    const open = await administrator.ok("getVendor", { params });
    expect([open.state, open.coveredUntil]).toEqual(["in_force", undefined]);
  });

  it("asks the organisation itself for no agreement", async () => {
    const { id } = (await create(["inner.example"], { kind: "own_organisation" })).json() as { id: string };
    expect(await administrator.ok("getVendor", { params: { vendor: id } })).toMatchObject({ state: "not_needed" });
    expect((await administrator.call("addAgreement", { params: { vendor: id }, body: agreement })).problem().code).toBe(
      "request.invalid",
    );
  });

  it("threat 149: keeps the signed document sealed, gives it back as a file, and takes nothing that a browser would run", async () => {
    const params = { vendor: (await made()).id, agreement: "" };
    const { agreements } = await administrator.ok("addAgreement", { params, body: agreement });
    params.agreement = agreements[0]?.id ?? "";
    const put = (contentType: string, body: string, name = "agreement ü.pdf") =>
      administrator.send(
        "PUT",
        `/api/v1/vendors/${params.vendor}/agreements/${params.agreement}/document?name=${encodeURIComponent(name)}`,
        { body, headers: { "content-type": contentType } },
      );
    expect((await put("text/html", "<script>")).problem().code).toBe("request.media_type");
    expect((await put("application/pdf", "%PDF", "../x")).status).toBe(422);
    expect((await put("application/pdf", "%PDF-1.7 signed")).status).toBe(200);
    expect((await administrator.ok("getVendor", { params })).agreements[0]?.document).toEqual({
      name: "agreement ü.pdf",
      contentType: "application/pdf",
      size: 15,
    });
    const auditor = await server.as("auditor");
    const file = await auditor.call("downloadAgreementDocument", { params });
    expect([file.text, file.headers["content-type"], file.headers["content-disposition"]]).toEqual([
      "%PDF-1.7 signed",
      "application/octet-stream",
      "attachment; filename*=UTF-8''agreement%20%C3%BC.pdf",
    ]);
    expect(
      (await auditor.call("downloadAgreementDocument", { params: { ...params, agreement: "absent" } })).problem().code,
    ).toBe("vendor.agreement_not_found");
    const entries = await administrator.ok("searchAudit", { query: { action: "downloadAgreementDocument" } });
    expect(entries.items[0]).toMatchObject({ resource: "Agreement", actor: expect.stringMatching(/^user:/) });
  });

  it("is removed only when nothing holds any more, with its agreements", async () => {
    const params = { vendor: (await made()).id };
    const { agreements } = await administrator.ok("addAgreement", { params, body: agreement });
    expect((await administrator.call("removeVendor", { params, body: reason })).problem().code).toBe("vendor.in_force");
    const ended = await administrator.ok("endAgreement", {
      params: { ...params, agreement: agreements[0]?.id ?? "" },
      body: reason,
    });
    expect(ended).toMatchObject({ state: "expired", agreements: [{ state: "ended", endedBy: "user:ana" }] });
    await administrator.ok("removeVendor", { params, body: reason });
    expect((await administrator.call("getVendor", { params })).status).toBe(404);
  });

  it("is read by who operates and who audits, and written by an administrator with a fresh proof", async () => {
    const body = { name: "Other", kind: "business_associate" as const, hosts: [] };
    for (const role of ["operator", "auditor"] as const) {
      const client = await server.as(role);
      expect((await client.call("listVendors")).status).toBe(200);
      expect((await client.call("createVendor", { body })).problem().code).toBe("request.forbidden");
    }
    expect((await (await server.as("viewer")).call("listVendors")).problem().code).toBe("request.forbidden");
    using _clock = moveClock(6 * 60_000);
    expect((await administrator.call("createVendor", { body })).problem().code).toBe("request.step_up");
  });
});
