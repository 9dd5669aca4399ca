import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { naiveConsistency, naivePath, naiveRoot } from "../../test/naive-tree.ts";
import { emptyRoot, leafHash } from "./hash.ts";
import {
  proveConsistency,
  proveInclusion,
  readRoot,
  verifyConsistency,
  verifyInclusion,
  type SubtreeReader,
} from "./proof.ts";
import { createTileBuilder } from "./tile-builder.ts";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

/** The reference tree of the Certificate Transparency project (its merkle_tree_test.cc): inputs, roots, paths, proofs. */
const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(
  hex,
);
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
].map(hex);
/** The leaf is counted from 0 here, from 1 there. */
const paths = [
  { leaf: 0, size: 1, path: [] },
  {
    leaf: 0,
    size: 8,
    path: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    leaf: 5,
    size: 8,
    path: [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
  { leaf: 2, size: 3, path: ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"] },
  {
    leaf: 1,
    size: 5,
    path: [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  },
];
const proofs = [
  { old: 1, size: 1, proof: [] },
  {
    old: 1,
    size: 8,
    proof: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    old: 6,
    size: 8,
    proof: [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
  {
    old: 2,
    size: 5,
    proof: [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  },
];

/** Reads perfect subtrees from the entries themselves. */
const readerOf =
  (entries: readonly Buffer[]): SubtreeReader =>
  (level, index) =>
    Promise.resolve(naiveRoot(entries.slice(index * 2 ** level, (index + 1) * 2 ** level)));
const prefixed = (entry: Buffer): Buffer => Buffer.concat([Buffer.of(0), entry]);

describe("the RFC 6962 reference tree", () => {
  it("has the known roots", async () => {
    const tree = createTileBuilder();
    expect(tree.root().toString("hex")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(emptyRoot()).toEqual(tree.root());
    for (const [i, input] of inputs.entries()) {
      tree.add(prefixed(input));
      expect(tree.root()).toEqual(roots[i]);
      expect(await readRoot(i + 1, readerOf(inputs))).toEqual(roots[i]);
    }
  });

  it.each(paths)("has the known path of leaf $leaf in $size", async ({ leaf, size, path }) => {
    const proof = await proveInclusion(leaf, size, readerOf(inputs));
    expect(proof.map((hash) => hash.toString("hex"))).toEqual(path);
    expect(verifyInclusion(leaf, size, leafHash(inputs[leaf]!), proof, roots[size - 1]!)).toBe(true);
  });

  it.each(proofs)("has the known consistency proof from $old to $size", async ({ old, size, proof: known }) => {
    const proof = await proveConsistency(old, size, readerOf(inputs));
    expect(proof.map((hash) => hash.toString("hex"))).toEqual(known);
    expect(verifyConsistency(old, size, roots[old - 1]!, roots[size - 1]!, proof)).toBe(true);
  });
});

const trees = fc.array(fc.uint8Array({ maxLength: 12 }).map(Buffer.from), { minLength: 1, maxLength: 600 });

describe("any tree", () => {
  it("has the root that the definition gives", () => {
    fc.assert(
      fc.property(trees, (entries) => {
        const tree = createTileBuilder();
        for (const entry of entries) tree.add(prefixed(entry));
        expect(tree.root()).toEqual(naiveRoot(entries));
      }),
      { numRuns: 60 },
    );
  });

  it("proves each of its leaves, and nothing else verifies", async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.nat(), fc.nat(), async (entries, leafPick, bend) => {
        const index = leafPick % entries.length;
        const root = naiveRoot(entries);
        const proof = await proveInclusion(index, entries.length, readerOf(entries));
        expect(proof).toEqual(naivePath(index, entries));
        const leaf = leafHash(entries[index]!);
        expect(verifyInclusion(index, entries.length, leaf, proof, root)).toBe(true);
        expect(verifyInclusion(index, entries.length, leafHash(Buffer.from("another")), proof, root)).toBe(false);
        expect(verifyInclusion(index, entries.length, leaf, [...proof, root], root)).toBe(false);
        expect(verifyInclusion(entries.length, entries.length, leaf, proof, root)).toBe(false);
        if (proof.length === 0) return;
        expect(verifyInclusion(index, entries.length, leaf, proof.slice(1), root)).toBe(false);
        expect(verifyInclusion(index, entries.length, leaf, proof.with(bend % proof.length, emptyRoot()), root)).toBe(
          false,
        );
      }),
      { numRuns: 60 },
    );
  });

  it("proves that it grew from each smaller one, and nothing else verifies", async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.nat(), fc.nat(), async (entries, oldPick, bend) => {
        const size = entries.length;
        const old = 1 + (oldPick % size);
        const [oldRoot, root] = [naiveRoot(entries.slice(0, old)), naiveRoot(entries)];
        const proof = await proveConsistency(old, size, readerOf(entries));
        expect(proof).toEqual(naiveConsistency(old, entries));
        expect(verifyConsistency(old, size, oldRoot, root, proof)).toBe(true);
        expect(verifyConsistency(old, size, emptyRoot(), root, proof)).toBe(false);
        expect(verifyConsistency(old, size, oldRoot, emptyRoot(), proof)).toBe(false);
        expect(verifyConsistency(old, size, oldRoot, root, [...proof, root])).toBe(false);
        if (proof.length === 0) return;
        expect(verifyConsistency(old, size, oldRoot, root, proof.slice(1))).toBe(false);
        expect(verifyConsistency(old, size, oldRoot, root, proof.with(bend % proof.length, emptyRoot()))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
