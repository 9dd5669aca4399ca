import { afterAll, describe, expect, it } from "vitest";
import { newSigner, type Signer } from "./signer.ts";
import { createSimulatedClient, removeSimulatedClients } from "./simulated-client.ts";
import { createSimulator, type Simulator } from "./simulator.ts";

afterAll(removeSimulatedClients);

/** Which of ten keys a version of a role has, how many of them must sign, and which do. */
type Version = readonly [keys: number[], threshold: number, signing: number[]];
const five = [0, 1, 2, 3, 4];
const next = [0, 1, 3, 4, 5];
const others = [5, 6, 7, 8, 9];

const rootCases: [name: string, taken: boolean, versions: Version[]][] = [
  [
    "1-of-1-key-rotation",
    true,
    [
      [[1], 1, [1]],
      [[2], 1, [2, 1]],
      [[2], 1, [2]],
    ],
  ],
  [
    "1-of-1-key-rotation-unused-signatures",
    true,
    [
      [[1], 1, [3, 1, 4]],
      [[2], 1, [3, 2, 1, 4]],
      [[2], 1, [3, 2, 4]],
    ],
  ],
  [
    "3-of-5-sign-with-different-keycombos",
    true,
    [
      [five, 3, [0, 2, 4]],
      [five, 3, [0, 4, 1]],
      [five, 3, [0, 1, 3]],
      [five, 3, [0, 1, 3]],
    ],
  ],
  [
    "3-of-5-one-key-rotated",
    true,
    [
      [five, 3, [0, 2, 4]],
      [next, 3, [0, 4, 1]],
    ],
  ],
  [
    "3-of-5-one-key-rotated-with-intermediate-step",
    true,
    [
      [five, 3, [0, 2, 4]],
      [others, 3, [0, 2, 4, 5, 6, 7]],
      [others, 3, [5, 6, 7]],
    ],
  ],
  [
    "1-of-3-threshold-increase-to-2-of-3",
    true,
    [
      [[1, 2, 3], 1, [1]],
      [[1, 2, 3], 2, [1, 2]],
    ],
  ],
  [
    "2-of-3-threshold-decrease-to-1-of-3",
    true,
    [
      [[1, 2, 3], 2, [1, 2]],
      [[1, 2, 3], 1, [1, 2]],
      [[1, 2, 3], 1, [1]],
    ],
  ],
  [
    "1-of-2-threshold-increase-to-2-of-2",
    true,
    [
      [[1], 1, [1]],
      [[1, 2], 2, [1, 2]],
    ],
  ],
  [
    "1-of-1-key-rotation-fail-not-signed-with-old-key",
    false,
    [
      [[1], 1, [1]],
      [[2], 1, [2, 3, 4]],
    ],
  ],
  [
    "1-of-1-key-rotation-fail-not-signed-with-new-key",
    false,
    [
      [[1], 1, [1]],
      [[2], 1, [1, 3, 4]],
    ],
  ],
  [
    "3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys",
    false,
    [
      [five, 3, [0, 2, 4]],
      [next, 3, [0, 2, 4]],
    ],
  ],
  [
    "3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys",
    false,
    [
      [five, 3, [0, 2, 4]],
      [next, 3, [0, 4, 5]],
    ],
  ],
  [
    "1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached",
    false,
    [
      [[1, 2, 3], 1, [1]],
      [[1, 2, 3], 2, [2]],
    ],
  ],
  [
    "2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-eached",
    false,
    [
      [[1, 2, 3], 2, [1, 2]],
      [[1, 2, 3], 1, [1]],
    ],
  ],
];

const otherCases: [name: string, taken: boolean, version: Version][] = [
  ["1-of-1-key-rotation", true, [[2], 1, [2]]],
  ["1-of-1-key-rotation-unused-signatures", true, [[1], 1, [3, 1, 4]]],
  ["1-of-1-key-rotation-fail-not-signed-with-new-key", false, [[2], 1, [1, 3, 4]]],
  ["3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys", false, [next, 3, [0, 2, 4]]],
  ["2-of-5-one-key-signature-mising-threshold-not-reached", false, [next, 3, [0, 4]]],
  ["3-of-5-sign-first-combo", true, [five, 3, [0, 2, 4]]],
  ["3-of-5-sign-second-combo", true, [five, 3, [0, 4, 1]]],
  ["3-of-5-sign-third-combo", true, [five, 3, [0, 1, 3]]],
  ["3-of-5-sign-fourth-combo", true, [five, 3, [1, 2, 3]]],
  ["3-of-5-sign-fifth-combo", true, [five, 3, [2, 3, 4]]],
];

const newKeys = (): Signer[] => Array.from({ length: 10 }, () => newSigner());

function setKeys(repo: Simulator, role: string, signers: readonly Signer[], [keys, threshold, signing]: Version): void {
  repo.dropKeys(role);
  for (const key of keys) repo.addKey(role, signers[key]);
  repo.signers.get(role)?.clear();
  for (const key of signing) repo.addSigner(role, signers[key] as Signer);
  (repo.root.roles[role] as { threshold: number }).threshold = threshold;
}

describe("tuf-conformance: test_updater_key_rotations", () => {
  it.each(rootCases)("threat 125: test_root_rotation[%s], taken: %s", async (_name, taken, versions) => {
    const repo = createSimulator();
    const signers = newKeys();
    repo.published.delete("root");
    for (const version of versions) {
      setKeys(repo, "root", signers, version);
      repo.publish(["root"]);
    }
    repo.publish(["targets", "snapshot", "timestamp"]);
    const client = createSimulatedClient(repo);
    if (taken) await client.refresh();
    else await expect(client.refresh()).rejects.toMatchObject({ code: "source.signature" });
    expect(client.bytes("root")).toEqual(repo.published.get("root")?.at(taken ? -1 : -2));
  });

  it.each(otherCases)("threat 119: test_non_root_rotations[%s], taken: %s", async (_name, taken, version) => {
    for (const role of ["timestamp", "snapshot", "targets"]) {
      const repo = createSimulator();
      const client = createSimulatedClient(repo);
      setKeys(repo, role, newKeys(), version);
      repo.publish(["root", "targets", "snapshot", "timestamp"]);
      if (!taken) {
        await expect(client.refresh()).rejects.toMatchObject({ code: "source.signature" });
        expect(client.version(role)).toBeUndefined();
        continue;
      }
      await client.refresh();
      expect(client.bytes(role)).toEqual(repo.published.get(role)?.at(-1));
    }
  });
});
