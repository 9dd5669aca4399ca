import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { keyIdOf, newSigner } from "./signer.ts";
import { createSimulatedClient, removeSimulatedClients, type SimulatedClient } from "./simulated-client.ts";
import { createSimulator, moment, topRoles, type Simulator } from "./simulator.ts";

afterAll(removeSimulatedClients);
const all = ["root", "targets", "snapshot", "timestamp"];
const asked = [
  ["root", 2],
  ["timestamp", null],
  ["snapshot", 1],
  ["targets", 1],
];

describe("tuf-conformance: test_basic", () => {
  let repo: Simulator;
  let client: SimulatedClient;
  beforeEach(() => {
    repo = createSimulator();
    client = createSimulatedClient(repo);
  });
  const refuses = async (code: string): Promise<void> => expect(client.refresh()).rejects.toMatchObject({ code });
  const alteredRoot = (change: (file: { signed: Record<string, unknown>; signatures: { sig: string }[] }) => void) => {
    const file = JSON.parse(String(repo.published.get("root")?.[0]));
    change(file);
    return createSimulatedClient(repo, Buffer.from(JSON.stringify(file)));
  };

  it("test_basic_refresh_requests", async () => {
    await client.refresh();
    expect(repo.asked.roles).toEqual(asked);
  });

  it("test_basic_refresh_trusted_data", async () => {
    await client.refresh();
    for (const role of topRoles) expect(client.bytes(role)).toEqual(repo.published.get(role)?.at(-1));
  });

  it("test_implicit_refresh", async () => {
    await expect(client.download("nonexistent artifact")).rejects.toMatchObject({ code: "source.invalid" });
    expect(repo.asked.roles).toEqual(asked);
    for (const role of topRoles) expect(client.bytes(role)).toEqual(repo.published.get(role)?.at(-1));
  });

  it("test_invalid_initial_root", async () => {
    client = alteredRoot(({ signed }) => delete signed["version"]);
    await refuses("source.invalid");
    expect(repo.asked.roles).toEqual([]);
  });

  it("threat 119: test_unsigned_initial_root", async () => {
    client = alteredRoot(({ signatures }) => ((signatures[0] as { sig: string }).sig = "00".repeat(64)));
    await refuses("source.signature");
    expect(repo.asked.roles).toEqual([]);
  });

  it.each([
    ["root", { root: 1 }],
    ["timestamp", { root: 2 }],
    ["snapshot", { root: 2, timestamp: 2 }],
    ["targets", { root: 2, timestamp: 2, snapshot: 2 }],
  ])("threat 119: test_unsigned_metadata[%s]", async (role, trusted) => {
    repo.signers.get(role)?.clear();
    repo.publish(all);
    await refuses("source.signature");
    expect(client.trusted()).toEqual(trusted);
  });

  it.each([
    ["root", { root: 1 }],
    ["snapshot", { root: 2, timestamp: 2 }],
    ["targets", { root: 2, timestamp: 2, snapshot: 2 }],
  ])("threat 123: test_url_and_metadata_version_mismatch[%s]", async (role, trusted) => {
    const signed = repo.roles.get(role) as { version: number };
    signed.version += 1;
    repo.publish(all);
    // The files above name version 2, as their addresses do.
    repo.snapshot.meta["targets.json"] = { version: 2 };
    repo.timestamp.meta["snapshot.json"] = { version: 2 };
    for (const again of ["snapshot", "timestamp"].filter((one) => one !== role)) republish(repo, again);
    await refuses("source.mixed");
    expect(client.trusted()).toEqual(trusted);
  });

  it("test_timestamp_content_changes", async () => {
    await client.refresh();
    repo.timestamp.meta["snapshot.json"] = { version: 100 };
    repo.published.delete("timestamp");
    repo.publish(["timestamp"]);
    await client.refresh();
    expect(repo.asked.roles.at(-1)).toEqual(["timestamp", null]);
    expect(String(client.bytes("timestamp"))).not.toContain("100");
  });

  it("test_basic_metadata_hash_support", async () => {
    repo.options.hashes = true;
    repo.publish(["targets", "snapshot", "timestamp"]);
    await client.refresh();
    expect(client.version("targets")).toBe(2);
  });

  it("threat 123: test_targets_hash_mismatch", async () => {
    repo.options.hashes = true;
    repo.publish(["targets", "snapshot", "timestamp"]);
    await client.refresh();
    repo.publish(["targets"]);
    (repo.snapshot.meta["targets.json"] as { hashes: object }).hashes = { sha256: "0".repeat(64) };
    repo.publish(["snapshot", "timestamp"]);
    await refuses("source.mixed");
    expect(client.trusted()).toMatchObject({ snapshot: 3, targets: 2 });
  });

  it("threat 123: test_snapshot_hash_mismatch", async () => {
    repo.options.hashes = true;
    repo.publish(["snapshot", "timestamp"]);
    await client.refresh();
    repo.publish(["snapshot"]);
    (repo.timestamp.meta["snapshot.json"] as { hashes: object }).hashes = { sha256: "0".repeat(64) };
    repo.publish(["timestamp"]);
    await refuses("source.mixed");
    expect(client.trusted()).toMatchObject({ timestamp: 3, snapshot: 2 });
  });

  it("test_metadata_bytes_match", async () => {
    const bytes = Buffer.concat([repo.published.get("timestamp")?.pop() ?? Buffer.alloc(0), Buffer.from(" ")]);
    repo.published.set("timestamp", [bytes]);
    await client.refresh();
    expect(client.bytes("timestamp")).toEqual(bytes);
  });

  it("test_custom_fields", async () => {
    await client.refresh();
    const signer = newSigner("ed25519", { "extra-field": { a: 1, b: 2 } });
    repo.root["custom-field"] = "value";
    repo.addKey("root", signer);
    (repo.root.roles["root"] as Record<string, unknown>)["another-field"] = "value";
    repo.publish(["root"]);
    await client.refresh();
    expect(client.version("root")).toBe(2);
  });

  it("test_deprecated_keyid_hash_algorithms", async () => {
    await client.refresh();
    repo.dropKeys("snapshot");
    const signer = newSigner("ed25519", { keyid_hash_algorithms: "md5" });
    expect(signer.id).toBe(keyIdOf(signer.public));
    repo.addKey("snapshot", signer);
    repo.publish(["root", "snapshot", "timestamp"]);
    await client.refresh();
    expect(client.trusted()).toMatchObject({ root: 2, snapshot: 2 });
  });

  it("threat 123: test_snapshot_404", async () => {
    await client.refresh();
    repo.timestamp.meta["snapshot.json"] = { version: 2 };
    repo.publish(["timestamp"]);
    await refuses("source.mixed");
    expect(repo.asked.roles.at(-1)).toEqual(["snapshot", 2]);
    expect(client.trusted()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 2 });
  });

  it("threat 123: test_targets_404", async () => {
    await client.refresh();
    repo.snapshot.meta["targets.json"] = { version: 2 };
    repo.publish(["snapshot", "timestamp"]);
    await refuses("source.mixed");
    expect(repo.asked.roles.at(-1)).toEqual(["targets", 2]);
    expect(client.trusted()).toEqual({ root: 1, snapshot: 2, targets: 1, timestamp: 2 });
  });

  it("test_timestamp_404", async () => {
    await client.refresh();
    repo.published.delete("timestamp");
    await refuses("source.mixed");
    expect(repo.asked.roles.at(-1)).toEqual(["timestamp", null]);
  });

  it("test_incorrect_metadata_type", async () => {
    const [signer] = repo.signers.get("timestamp")?.values() ?? [];
    repo.addKey("snapshot", signer);
    repo.snapshot.meta = { "snapshot.json": { version: 1 } };
    repo.publish(["root", "snapshot"]);
    const snapshot = repo.published.get("snapshot")?.pop() ?? Buffer.alloc(0);
    repo.published.get("timestamp")?.push(snapshot);
    await refuses("source.invalid");
    expect(client.trusted()).toEqual({ root: 2 });
  });

  it("test_faketime", async () => {
    repo.root.expires = moment(7);
    repo.publish(["root"]);
    await client.refresh();
    await expect(client.refresh(new Date(moment(8)))).rejects.toMatchObject({ code: "source.expired" });
  });
});

/** Publishes a role's latest version once more, with what it says now. */
function republish(repo: Simulator, role: string): void {
  repo.published.get(role)?.pop();
  (repo.roles.get(role) as { version: number }).version -= 1;
  repo.publish([role]);
}
