import { describe, expect, it } from "vitest";
import { naiveRoot } from "../../test/naive-tree.ts";
import { HASH_BYTES } from "./hash.ts";
import { hashesAtLevel, TILE_WIDTH, tilePath, tileWidth } from "./tile.ts";
import { createTileBuilder, type TileFile } from "./tile-builder.ts";

describe("tiles (C2SP tlog-tiles)", () => {
  it("are named as the specification's example", () => {
    expect(tilePath({ level: 0, index: 1_234_067 })).toBe("tile/0/x001/x234/067");
    expect(tilePath({ level: "entries", index: 1_234_067, width: 8 })).toBe("tile/entries/x001/x234/067.p/8");
    expect(tilePath({ level: 2, index: 0, width: 256 })).toBe("tile/2/000");
    expect(tilePath({ level: 0, index: 999 })).toBe("tile/0/999");
    expect(tilePath({ level: 0, index: 1_000 })).toBe("tile/0/x001/000");
  });

  it("have the widths of the specification's example of 70,000 entries", () => {
    const size = 70_000;
    expect([hashesAtLevel(size, 0) / TILE_WIDTH, hashesAtLevel(size, 1) / TILE_WIDTH].map(Math.floor)).toEqual([
      273, 1,
    ]);
    expect([
      tileWidth(size, 0, 272),
      tileWidth(size, 0, 273),
      tileWidth(size, 1, 0),
      tileWidth(size, 1, 1),
      tileWidth(size, 2, 0),
      tileWidth(size, 0, 274),
    ]).toEqual([256, 112, 256, 17, 1, 0]);
    expect([tileWidth(256, 0, 0), tileWidth(256, 1, 0)]).toEqual([256, 1]);
  });

  it("hold the hashes of full tiles below and the entries as length-prefixed bundles", () => {
    const entries = Array.from({ length: 70_000 }, (_, i) => Buffer.from(`entry ${i}`));
    const files: TileFile[] = [];
    const tree = createTileBuilder({ onFull: (file) => files.push(file) });
    for (const entry of entries) tree.add(Buffer.concat([Buffer.of(0), entry]));
    const { partials, root, size } = tree.snapshot();
    expect(size).toBe(70_000);
    expect(root).toEqual(naiveRoot(entries));
    expect(files.filter(({ place }) => place.level === 0)).toHaveLength(273);
    expect(files.filter(({ place }) => place.level === "entries")).toHaveLength(273);
    expect(files.filter(({ place }) => place.level === 1).map(({ path }) => path)).toEqual(["tile/1/000"]);
    expect(partials.map(({ path }) => path).toSorted()).toEqual([
      "tile/0/273.p/112",
      "tile/1/001.p/17",
      "tile/2/000.p/1",
      "tile/entries/273.p/112",
    ]);
    const levelOne = files.find(({ path }) => path === "tile/1/000")!;
    expect(levelOne.bytes.subarray(5 * HASH_BYTES, 6 * HASH_BYTES)).toEqual(naiveRoot(entries.slice(5 * 256, 6 * 256)));
    const bundle = files.find(({ path }) => path === "tile/entries/001")!;
    expect(bundle.bytes.readUInt16BE(0)).toBe("entry 256".length);
    expect(bundle.bytes.toString("latin1", 2, 11)).toBe("entry 256");
  });

  it("goes on from its unfinished tiles as if it had never stopped", () => {
    const entries = Array.from({ length: 700 }, (_, i) => Buffer.from(`\0entry ${i}`));
    const whole = createTileBuilder();
    const first = createTileBuilder();
    for (const entry of entries.slice(0, 333)) first.add(entry);
    const { partials, size } = first.snapshot();
    const bytesOf = (level: number | "entries"): Buffer =>
      partials.find(({ place }) => place.level === level)?.bytes ?? Buffer.alloc(0);
    const second = createTileBuilder({ edge: { size, tiles: [bytesOf(0), bytesOf(1)], bundle: bytesOf("entries") } });
    for (const entry of entries) whole.add(entry);
    for (const entry of entries.slice(333)) second.add(entry);
    expect(second.snapshot()).toEqual(whole.snapshot());
  });
});
