import type { DataKeyRow, RotationRow } from "@hilum/store";
import { describe, expect, it } from "vitest";
import { listKeyRepairs } from "./key-repairs.ts";

const now = new Date("2027-03-03T08:00:00.000Z");
const key = (createdAt: string): DataKeyRow => ({ id: 1, state: "active", createdAt });
const rotation: RotationRow = {
  ...{ id: "r1", key: 3, state: "failed", startedAt: "2027-03-02T08:00:00.000Z", startedBy: "user:ana" },
  ...{ finishedAt: "2027-03-02T09:00:00.000Z", done: 5, total: 6, fault: "envelope.invalid" },
};
const idsOf = async (keys: DataKeyRow[], newest?: RotationRow): Promise<string[]> =>
  (await listKeyRepairs({ list: async () => keys, rotation: async () => newest }, now)).map(({ id }) => id);

describe("problems of the keys", () => {
  it("are none while the key is young and nothing failed", async () => {
    expect(await idsOf([key("2026-12-01T08:00:00.000Z")], { ...rotation, state: "finished" })).toEqual([]);
  });

  it("are a key that has sealed for a year, and a rotation that left values behind", async () => {
    expect(await idsOf([key("2026-03-02T08:00:00.000Z")])).toEqual(["keys:old"]);
    expect(await idsOf([key("2026-03-02T08:00:00.000Z")], rotation)).toEqual(["keys:rotation_failed"]);
  });
});
