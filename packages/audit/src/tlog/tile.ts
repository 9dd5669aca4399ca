/** Hashes in a full tile: height 8, fixed by C2SP tlog-tiles. */
export const TILE_WIDTH = 256;

/** A tile's place: its level (or "entries" for a bundle), its index, and its width where it is partial (1..255). */
export interface TilePlace {
  level: number | "entries";
  index: number;
  width?: number;
}

/**
 * Path of a tile below the log's directory: `tile/<L>/<N>[.p/<W>]`, N in zero-padded groups of three digits of which all
 * but the last begin with `x` (C2SP tlog-tiles, "Merkle Tree"). Index 1234067 becomes `x001/x234/067`.
 */
export function tilePath(place: TilePlace): string {
  const digits = String(place.index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/\d{3}/g) ?? [];
  const name = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join("/");
  const partial = place.width === undefined || place.width === TILE_WIDTH ? "" : `.p/${place.width}`;
  return `tile/${place.level}/${name}${partial}`;
}

/** How many hashes a tree of `size` leaves has at tile level `level`: floor(size / 256^level). */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width of the tile at (level, index) in a tree of `size` leaves: 0 where it does not exist, 256 where it is full. */
export function tileWidth(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAtLevel(size, level) - index * TILE_WIDTH));
}
