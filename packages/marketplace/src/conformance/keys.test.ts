import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { newSigner } from "./signer.ts";
import { createSimulatedClient, removeSimulatedClients, type SimulatedClient } from "./simulated-client.ts";
import { createSimulator, type AlteredFile, type Simulator } from "./simulator.ts";

afterAll(removeSimulatedClients);
const all = ["root", "targets", "snapshot", "timestamp"];
const rolesWith = (repo: Simulator, role: string) => repo.root.roles[role] as { keyids: string[]; threshold: number };
const signatureOf = (file: AlteredFile, id?: string) =>
  file.signatures.find(({ keyid }) => keyid === id) as { keyid: string; sig: string };

describe("tuf-conformance: test_keys", () => {
  let repo: Simulator;
  let client: SimulatedClient;
  beforeEach(() => {
    repo = createSimulator();
    client = createSimulatedClient(repo);
  });
  const refuses = async (code = "source.signature"): Promise<void> =>
    expect(client.refresh()).rejects.toMatchObject({ code });

  it("threat 119: test_snapshot_does_not_meet_threshold", async () => {
    rolesWith(repo, "snapshot").threshold = 3;
    repo.addKey("snapshot");
    const last = repo.addKey("snapshot");
    repo.publish(all);
    await client.refresh();
    repo.signers.get("snapshot")?.delete(last.id);
    repo.publish(["targets", "snapshot", "timestamp"]);
    await refuses();
    expect(client.version("snapshot")).toBe(2);
  });

  it("threat 119: test_snapshot_has_too_few_keys", async () => {
    for (let more = 0; more < 4; more += 1) repo.addKey("snapshot");
    rolesWith(repo, "snapshot").threshold = 6;
    repo.publish(["root", "snapshot", "timestamp"]);
    await refuses();
    expect(client.trusted()).toEqual({ root: 2, timestamp: 2 });
  });

  it("threat 119: test_duplicate_keys", async () => {
    const { id } = repo.addKey("snapshot");
    const role = rolesWith(repo, "snapshot");
    role.keyids.push(...Array.from({ length: 8 }, () => id));
    role.threshold = 6;
    repo.publish(["root", "snapshot", "timestamp"]);
    repo.alter("snapshot", (file) => {
      const again = signatureOf(file, id);
      file.signatures.push(...Array.from({ length: 8 }, () => again));
    });
    await refuses("source.invalid");
    expect(client.version("snapshot")).toBeUndefined();
  });

  it("threat 119: test_duplicate_sig_keyids", async () => {
    repo.alter("snapshot", ({ signatures }) => signatures.push(...signatures));
    await refuses();
    expect(client.version("snapshot")).toBeUndefined();
  });

  it.each(["rsa", "ecdsa", "ed25519"] as const)("threat 119: test_keytype_and_scheme[%s]", async (kind) => {
    const signer = repo.addKey("root", newSigner(kind));
    rolesWith(repo, "root").threshold += 1;
    repo.publish(["root"]);
    await client.refresh();
    expect(client.version("root")).toBe(2);
    repo.publish(["root"]);
    const other = newSigner(kind).sign(Buffer.from("something else"));
    repo.alter("root", (file) => (signatureOf(file, signer.id).sig = other));
    await refuses();
    expect(client.version("root")).toBe(2);
  });

  it("test_invalid_sig_in_valid_metadata", async () => {
    const [first] = repo.signers.get("timestamp")?.keys() ?? [];
    repo.addKey("timestamp");
    repo.publish(["root", "timestamp"]);
    repo.alter("timestamp", (file) => (signatureOf(file, first).sig = "00".repeat(64)));
    await client.refresh();
    repo.publish(["timestamp"]);
    repo.alter("timestamp", (file) => (signatureOf(file, first).sig = ""));
    await client.refresh();
    expect(client.version("timestamp")).toBe(3);
  });
});
