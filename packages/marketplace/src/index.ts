export { archiveLimits, readArchive } from "./archive/read-archive.ts";
export { writeArchive, type ArchiveFile } from "./archive/write-archive.ts";
export {
  listName,
  packageFormat,
  readPackage,
  sbomName,
  type ListedFile,
  type ReadPackage,
} from "./package/read-package.ts";
export {
  openSource,
  packageBytesMax,
  type SignedTarget,
  type Source,
  type SourceOptions,
} from "./source/open-source.ts";
export { readHttpFiles } from "./source/http-files.ts";
export { bundleMirror, exportMirror, importMirror, readBundle } from "./source/mirror.ts";
export { readFolderFiles } from "./source/read-files.ts";
export type { ReadFile } from "./source/fetcher.ts";
export { createInstalledPackages, type InstalledPackages } from "./installed/installed-packages.ts";
