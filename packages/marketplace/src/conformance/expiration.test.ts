import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedClient, removeSimulatedClients, type SimulatedClient } from "./simulated-client.ts";
import { createSimulator, moment, type Simulator } from "./simulator.ts";

afterAll(removeSimulatedClients);

describe("tuf-conformance: test_expiration", () => {
  let repo: Simulator;
  let client: SimulatedClient;
  beforeEach(() => {
    repo = createSimulator();
    client = createSimulatedClient(repo);
  });
  const refusesAsExpired = async (): Promise<void> =>
    expect(client.refresh()).rejects.toMatchObject({ code: "source.expired" });
  const onDay18 = async (): Promise<void> => client.refresh(new Date(moment(18)));

  it("threat 121: test_root_expired", async () => {
    await client.refresh();
    repo.publish(["root"]);
    await client.refresh();
    repo.root.expires = moment(-1);
    repo.publish(["root", "targets", "snapshot", "timestamp"]);
    await refusesAsExpired();
    expect(client.trusted()).toEqual({ root: 3, timestamp: 1, snapshot: 1, targets: 1 });
  });

  it("threat 121: test_timestamp_expired", async () => {
    await client.refresh();
    repo.timestamp.expires = moment(-5);
    repo.publish(["timestamp"]);
    await refusesAsExpired();
    expect(client.trusted()).toEqual({ root: 1, timestamp: 1, snapshot: 1, targets: 1 });
  });

  it("threat 121: test_snapshot_expired", async () => {
    await client.refresh();
    repo.snapshot.expires = moment(-5);
    repo.publish(["snapshot", "timestamp"]);
    await refusesAsExpired();
    expect(client.trusted()).toEqual({ root: 1, timestamp: 2, snapshot: 1, targets: 1 });
  });

  it("threat 121: test_targets_expired", async () => {
    await client.refresh();
    repo.targets.expires = moment(-5);
    repo.publish(["targets", "snapshot", "timestamp"]);
    await refusesAsExpired();
    expect(client.trusted()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 1 });
  });

  it("test_expired_local_root", async () => {
    repo.root.expires = moment(7);
    repo.publish(["root"]);
    await client.refresh();
    repo.root.expires = moment(21);
    repo.publish(["root"]);
    await onDay18();
    expect(client.version("root")).toBe(3);
  });

  it("test_expired_local_timestamp", async () => {
    repo.timestamp.expires = moment(7);
    repo.publish(["timestamp"]);
    await client.refresh();
    repo.timestamp.expires = moment(21);
    repo.publish(["targets", "snapshot", "timestamp"]);
    await onDay18();
    expect(client.trusted()).toEqual({ root: 1, timestamp: 3, snapshot: 2, targets: 2 });
  });
});
