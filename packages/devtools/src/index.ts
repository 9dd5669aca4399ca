export { buildPages, pageEntry } from "./package/build-pages.ts";
export { packFolder, type Package, type PackSources } from "./package/pack-folder.ts";
export { digestFiles, readFolder } from "./package/read-folder.ts";
export { writeZip, type ZipFile } from "./package/zip.ts";
export { scaffoldCapabilities, scaffoldLanguages, scaffoldPlugin } from "./scaffold/scaffold-plugin.ts";
export { watchFolder, type FolderWatch } from "./watch/watch-folder.ts";
