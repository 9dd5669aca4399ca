import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgreementRow, EgressReceiptRow, NewVendor } from "../ports/egress.ts";
import { databases, newId, type TestStore } from "../test-support/databases.ts";

const at = "2026-03-02T08:00:00.000Z";
const receipt = (change: Partial<EgressReceiptRow> = {}): EgressReceiptRow => ({
  ...{ id: newId(), plugin: "com.example.sms", instance: "default", at, kind: "fetch", destination: "api" },
  ...{ host: "api.example.org", port: 443, method: "POST", template: "/v1/messages", status: 201 },
  ...{ bytesOut: 120, bytesIn: 40, durationMs: 12, decision: "allow", call: "c1" },
  ...change,
});
const vendor = (change: Partial<NewVendor> = {}): NewVendor => {
  const id = newId();
  return {
    ...{ id, name: `Example ${id}`, kind: "business_associate", hosts: [`api.${id.toLowerCase()}.example`] },
    ...{ note: "", createdAt: at, createdBy: "user:ana" },
    ...change,
  };
};
const agreement = (of: string, change: Partial<AgreementRow> = {}): AgreementRow => ({
  ...{ id: newId(), vendor: of, party: "Example Inc.", signedOn: "2025-12-01", validFrom: "2026-01-01" },
  ...{ validUntil: "2026-12-31", createdAt: at, createdBy: "user:ana" },
  ...change,
});

describe.each(databases)("egress in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    it("keeps receipts, gives them newest first by page, and takes a repeated batch once", async () => {
      const rows = [
        receipt(),
        receipt({ decision: "deny", reason: "scope.not_granted", bytesOut: 0 }),
        { ...receipt({ kind: "tunnel", instance: "second" }) },
      ];
      const { id, plugin, instance, kind, bytesOut, bytesIn, durationMs, decision } = receipt();
      const bare: EgressReceiptRow = { id, plugin, instance, at, kind, bytesOut, bytesIn, durationMs, decision };
      await test.store.egressReceipts.append([...rows, bare]);
      await test.store.egressReceipts.append(rows);
      const first = await test.store.egressReceipts.list({ plugin: "com.example.sms", limit: 3 });
      expect(first.items).toEqual([bare, rows[2], rows[1]]);
      const rest = await test.store.egressReceipts.list({
        plugin,
        limit: 3,
        ...(first.next === undefined ? {} : { cursor: first.next }),
      });
      expect(rest).toEqual({ items: [rows[0]] });
      const denied = await test.store.egressReceipts.list({ plugin, instance: "default", decision: "deny" });
      expect(denied.items).toEqual([rows[1]]);
      expect(await test.store.egressReceipts.list({ plugin: "com.example.other" })).toEqual({ items: [] });
    });

    it("adds them up by instance and host, and finds those that held a secret", async () => {
      const plugin = "com.example.totals";
      const later = "2026-03-02T09:00:00.000Z";
      await test.store.egressReceipts.append([
        receipt({ plugin, at: "2026-03-01T08:00:00.000Z" }),
        receipt({ plugin }),
        receipt({ plugin, at: later, decision: "deny", reason: "agreement.missing", bytesOut: 0, bytesIn: 0 }),
        receipt({ plugin, at: later, host: "other.example.org", reason: "reflected" }),
      ]);
      const place = { plugin, instance: "default" };
      expect(await test.store.egressReceipts.totals(at, plugin)).toEqual([
        { ...place, host: "api.example.org", requests: 2, denied: 1, bytesOut: 120, bytesIn: 40, lastAt: later },
        { ...place, host: "other.example.org", requests: 1, denied: 0, bytesOut: 120, bytesIn: 40, lastAt: later },
      ]);
      expect(await test.store.egressReceipts.reflected(at)).toMatchObject([{ plugin, host: "other.example.org" }]);
      expect(await test.store.egressReceipts.sweep(at)).toBe(1);
    });

    it("keeps vendors with their hosts and agreements, and counts every change", async () => {
      const before = await test.store.vendors.epoch();
      const one = vendor({ hosts: ["b.one.example", ".one.example"], note: "Signed by the board." });
      await test.store.vendors.create(one);
      const now = agreement(one.id);
      const earlier = agreement(one.id, { validFrom: "2025-01-01", validUntil: "2025-12-31" });
      await test.store.vendors.addAgreement(earlier);
      await test.store.vendors.addAgreement(now);
      const found = await test.store.vendors.find(one.id);
      expect(found).toEqual({
        ...one,
        hosts: [".one.example", "b.one.example"],
        rowVersion: 1,
        agreements: [now, earlier],
      });
      expect(await test.store.vendors.list()).toContainEqual(found);
      await test.store.vendors.endAgreement(one.id, now.id, { at, by: "user:ana" });
      expect((await test.store.vendors.find(one.id))?.agreements[0]).toEqual({
        ...now,
        endedAt: at,
        endedBy: "user:ana",
      });
      await expect(test.store.vendors.endAgreement(one.id, now.id, { at, by: "user:ana" })).rejects.toMatchObject({
        code: "vendor.agreement_not_found",
      });
      await test.store.vendors.change(one.id, { name: `New ${one.id}`, hosts: ["c.one.example"] }, 1);
      expect(await test.store.vendors.find(one.id)).toMatchObject({
        name: `New ${one.id}`,
        hosts: ["c.one.example"],
        rowVersion: 2,
      });
      expect(await test.store.vendors.epoch()).toBe(before + 5);
      expect(await test.store.vendors.remove(one.id)).toBe(true);
      expect(await test.store.vendors.remove(one.id)).toBe(false);
      expect(await test.store.vendors.find(one.id)).toBeUndefined();
    });

    it("gives a host to one vendor alone, and refuses a change of what is not there or was changed meanwhile", async () => {
      const [one, two] = [vendor(), vendor()];
      await test.store.vendors.create(one);
      await expect(test.store.vendors.create({ ...two, hosts: one.hosts })).rejects.toMatchObject({
        code: "request.conflict",
        detail: "One of the hosts belongs to another vendor.",
      });
      expect(await test.store.vendors.find(two.id)).toBeUndefined();
      await expect(test.store.vendors.create({ ...two, name: one.name })).rejects.toMatchObject({
        detail: "Another vendor has this name.",
      });
      await expect(test.store.vendors.change(one.id, { note: "x" }, 7)).rejects.toMatchObject({
        code: "request.conflict",
      });
      await expect(test.store.vendors.change("none", { note: "x" }, 1)).rejects.toMatchObject({
        code: "vendor.not_found",
      });
      await expect(test.store.vendors.addAgreement(agreement("none"))).rejects.toMatchObject({
        code: "vendor.not_found",
      });
    });

    it("keeps the signed document of an agreement for as long as the agreement stands", async () => {
      const one = vendor();
      const signed = agreement(one.id);
      await test.store.vendors.create(one);
      await test.store.vendors.addAgreement(signed);
      const blob = newId();
      await test.store.blobs.write(Readable.from([Buffer.from("%PDF-1.7")]), {
        id: blob,
        contentType: "application/pdf",
        by: "user:ana",
        bytesMax: 100,
      });
      await test.store.vendors.setDocument(one.id, signed.id, { id: blob, name: "agreement.pdf" });
      await expect(test.store.vendors.setDocument(one.id, "none", { id: blob, name: "x" })).rejects.toMatchObject({
        code: "vendor.agreement_not_found",
      });
      expect(await test.store.blobs.sweep("2100-01-01T00:00:00.000Z")).toBe(0);
      await expect(test.store.blobs.remove(blob)).rejects.toMatchObject({ code: "request.conflict" });
      await test.store.vendors.remove(one.id);
      expect(await test.store.blobs.sweep("2100-01-01T00:00:00.000Z")).toBe(1);
    });
  });
});
