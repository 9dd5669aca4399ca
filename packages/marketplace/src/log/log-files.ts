import { createTileBuilder, hashesAtLevel, TILE_WIDTH, tilePath, tileWidth } from "@hilum/audit/tlog";
import type { PackageLog } from "../sign/package-log.ts";
import { metadataFiles, type Repository, type RepositoryFile } from "../sign/repository.ts";

export const checkpointPath = "log/checkpoint";
/** The checkpoint with the lines of witnesses: theirs to write, beside what the keeper writes. */
export const cosignedPath = "log/cosigned";

/**
 * Everything that is served of a repository but its targets. In the order in which it is written: the head of the log after what it is over,
 * `timestamp.json` last.
 */
export function repositoryFiles(repository: Repository): RepositoryFile[] {
  return [...(repository.log === undefined ? [] : logFiles(repository.log)), ...metadataFiles(repository)];
}

/** Tiles, entry bundles and the checkpoint below `log/` (C2SP tlog-tiles). A tile never changes under its name. */
export function logFiles({ entries, checkpoint }: PackageLog): RepositoryFile[] {
  const files: RepositoryFile[] = [];
  const builder = createTileBuilder({ onFull: ({ path, bytes }) => files.push({ path: `log/${path}`, bytes }) });
  for (const entry of entries) builder.add(prefixed(Buffer.from(entry, "utf8")));
  for (const { path, bytes } of builder.snapshot().partials) files.push({ path: `log/${path}`, bytes });
  return [...files, { path: checkpointPath, bytes: Buffer.from(checkpoint, "utf8") }];
}

/** A tile's names, the one of its width and the full one that comes after it. */
export type TileNames = readonly [path: string, full: string];

/** Tiles of hashes of a tree of `size` leaves. */
export function hashTiles(size: number): TileNames[] {
  const names: TileNames[] = [];
  for (let level = 0; hashesAtLevel(size, level) > 0; level += 1)
    for (let index = 0; index * TILE_WIDTH < hashesAtLevel(size, level); index += 1)
      names.push(namesOf(level, index, tileWidth(size, level, index)));
  return names;
}

/** The bundle of entries with this index in a tree of `size` leaves. */
export const bundleNames = (size: number, index: number): TileNames =>
  namesOf("entries", index, tileWidth(size, 0, index));

const namesOf = (level: number | "entries", index: number, width: number): TileNames => [
  `log/${tilePath({ level, index, width })}`,
  `log/${tilePath({ level, index })}`,
];

/** An entry as the tree hashes it: behind the 0x00 of a leaf. */
export const prefixed = (entry: Uint8Array): Buffer => Buffer.concat([Buffer.of(0), entry]);
