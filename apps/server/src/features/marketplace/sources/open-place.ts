import { join } from "node:path";
import type { SourcePlace } from "@hilum/contract/api";
import { readFolderFiles, readHttpFiles, type ReadFile } from "@hilum/marketplace";

/** Files of a marketplace wherever they lie; `mirrors` is the folder of those that were uploaded. */
export function openPlace(place: SourcePlace, mirrors: string): ReadFile {
  if (place.kind === "address") return readHttpFiles(place.address, fetch);
  return readFolderFiles(place.kind === "folder" ? place.path : join(mirrors, place.mirror));
}
