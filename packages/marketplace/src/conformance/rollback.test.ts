import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedClient, removeSimulatedClients, type SimulatedClient } from "./simulated-client.ts";
import { createSimulator, type Simulator } from "./simulator.ts";

afterAll(removeSimulatedClients);

describe("tuf-conformance: test_rollback", () => {
  let repo: Simulator;
  let client: SimulatedClient;
  beforeEach(() => {
    repo = createSimulator();
    client = createSimulatedClient(repo);
  });
  const refuses = async (): Promise<void> =>
    expect(client.refresh()).rejects.toMatchObject({ code: "source.rolled_back" });
  /** What is published next begins at the first version again. */
  const beginAgain = (role: string): void => {
    repo.published.delete(role);
    (repo.roles.get(role) as { version: number }).version = 1;
  };
  const publishTimes = (count: number, role: string): void => {
    for (let time = 0; time < count; time += 1) repo.publish([role]);
  };

  it("threat 120: test_new_timestamp_version_rollback", async () => {
    repo.publish(["timestamp"]);
    await client.refresh();
    beginAgain("timestamp");
    repo.publish(["timestamp"]);
    await refuses();
    expect(client.version("timestamp")).toBe(2);
    expect(repo.asked.roles.at(-1)).toEqual(["timestamp", null]);
  });

  it.each([
    ["basic", false],
    ["with hashes", true],
  ])("threat 120: test_snapshot_rollback[%s]", async (_name, hashes) => {
    repo.options.hashes = hashes;
    repo.publish(["snapshot", "timestamp"]);
    await client.refresh();
    beginAgain("snapshot");
    repo.publish(["snapshot", "timestamp"]);
    await refuses();
    expect(client.trusted()).toMatchObject({ timestamp: 2, snapshot: 2 });
    expect(repo.asked.roles.at(-1)).toEqual(["timestamp", null]);
  });

  it("threat 120: test_targets_role_removal", async () => {
    repo.delegate("targets", "delegated", { paths: ["delegatedpath/*"] });
    repo.publish(["delegated", "targets", "snapshot", "timestamp"]);
    await client.refresh();
    delete repo.snapshot.meta["delegated.json"];
    repo.publish(["snapshot", "timestamp"]);
    await refuses();
    expect(client.version("snapshot")).toBe(2);
  });

  it("threat 122: test_targets_fast_forward_recovery", async () => {
    repo.delegate("targets", "delegated", { paths: ["delegatedpath/*"] });
    repo.publish(["delegated"]);
    publishTimes(99, "targets");
    repo.publish(["snapshot", "timestamp"]);
    await client.refresh();
    expect(client.version("targets")).toBe(100);
    repo.rotateKeys("snapshot");
    beginAgain("targets");
    delete repo.snapshot.meta["delegated.json"];
    repo.publish(["root", "targets", "snapshot", "timestamp"]);
    await client.refresh();
    expect(client.version("targets")).toBe(1);
  });

  it("threat 122: test_new_snapshot_fast_forward_recovery", async () => {
    publishTimes(99, "snapshot");
    repo.publish(["timestamp"]);
    await client.refresh();
    expect(client.version("snapshot")).toBe(100);
    repo.rotateKeys("snapshot");
    repo.rotateKeys("timestamp");
    beginAgain("snapshot");
    repo.publish(["root", "targets", "snapshot", "timestamp"]);
    await client.refresh();
    expect(client.version("snapshot")).toBe(1);
  });

  it("threat 122: test_new_timestamp_fast_forward_recovery", async () => {
    publishTimes(99, "timestamp");
    await client.refresh();
    expect(client.version("timestamp")).toBe(100);
    repo.rotateKeys("timestamp");
    beginAgain("timestamp");
    repo.publish(["root", "timestamp"]);
    await client.refresh();
    expect(client.version("timestamp")).toBe(1);
  });

  it.each([
    ["basic", false],
    ["with hashes", true],
  ])("threat 120: test_targets_rollback[%s]", async (_name, hashes) => {
    repo.options.hashes = hashes;
    repo.publish(["targets", "snapshot", "timestamp"]);
    await client.refresh();
    beginAgain("targets");
    repo.publish(["targets", "snapshot", "timestamp"]);
    await refuses();
    expect(client.trusted()).toMatchObject({ snapshot: 2, targets: 2 });
  });
});
