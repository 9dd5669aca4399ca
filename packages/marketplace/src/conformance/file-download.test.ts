import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createSimulatedClient, removeSimulatedClients, type SimulatedClient } from "./simulated-client.ts";
import { createSimulator, type Simulator } from "./simulator.ts";

afterAll(removeSimulatedClients);
const below = ["targets", "snapshot", "timestamp"];

describe("tuf-conformance: test_file_download", () => {
  let repo: Simulator;
  let client: SimulatedClient;
  beforeEach(() => {
    repo = createSimulator();
    client = createSimulatedClient(repo);
  });
  const offer = (path: string, content: string): void => {
    repo.addArtifact("targets", path, content);
    repo.publish(below);
  };
  const swap = (path: string): void => void repo.artifacts.set(path, Buffer.from("what nobody signed"));
  const refuses = async (path: string): Promise<void> =>
    expect(client.download(path)).rejects.toMatchObject({ code: expect.stringMatching(/^source\.(mixed|too_large)$/) });

  it("test_client_downloads_expected_file", async () => {
    offer("file.txt", "content");
    await client.refresh();
    expect(repo.asked.artifacts).toEqual([]);
    expect(await client.download("file.txt")).toEqual(["content"]);
  });

  it("test_client_downloads_expected_file_in_sub_dir", async () => {
    offer("path/to/a/file.txt", "content");
    expect(await client.download("path/to/a/file.txt")).toEqual(["content"]);
  });

  it("test_repository_substitutes_target_file", async () => {
    repo.addArtifact("targets", "one.txt", "the first");
    offer("two.txt", "the second");
    expect(await client.download("one.txt")).toEqual(["the first"]);
    swap("one.txt");
    swap("two.txt");
    // The first was kept and is verified again; the second is not taken.
    expect(await client.download("one.txt")).toEqual(["the first"]);
    await refuses("two.txt");
  });

  it("test_multiple_changes_to_target", async () => {
    offer("file.txt", "content");
    expect(await client.download("file.txt")).toEqual(["content"]);
    for (let round = 0; round <= 10; round += 1) {
      offer("file.txt", `changed ${round}`);
      offer(`more-${round}`, `more ${round}`);
      // The client sees every fifth version alone.
      if (round % 5 !== 0) continue;
      expect(await client.download("file.txt", `more-${round}`)).toEqual([`changed ${round}`, `more ${round}`]);
      swap("file.txt");
      repo.publish(below);
      expect(await client.download("file.txt")).toEqual([`changed ${round}`]);
    }
  });

  it.each([[["sha256"]], [["sha512"]], [["sha256", "sha512"]]])(
    "test_download_with_hash_algorithms%j",
    async (algorithms) => {
      repo.addArtifact("targets", "file.txt", "content", algorithms);
      repo.publish(below);
      expect(await client.download("file.txt")).toEqual(["content"]);
      const hashes = Object.values(repo.targets.targets["file.txt"]?.hashes ?? {});
      expect(repo.asked.artifacts).toHaveLength(1);
      expect(hashes).toContain(repo.asked.artifacts[0]?.[1]);
    },
  );

  it("test_download_with_unknown_hash_algorithm", async () => {
    repo.addArtifact("targets", "file.txt", "content", ["sha512"]);
    const target = repo.targets.targets["file.txt"] as { hashes: Record<string, string> };
    target.hashes = { "unknown-hash": target.hashes["sha512"] as string };
    repo.publish(below);
    await expect(client.download("file.txt")).rejects.toMatchObject({ code: expect.stringMatching(/^source\./) });
  });

  it("test_artifact_cache", async () => {
    offer("file.txt", "content");
    await client.download("file.txt");
    await client.download("file.txt");
    expect(repo.asked.artifacts).toHaveLength(1);
  });
});
