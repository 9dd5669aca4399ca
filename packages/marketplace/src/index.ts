export { archiveLimits, readArchive } from "./archive/read-archive.ts";
export {
  archiveBytesMax,
  streamArchive,
  writeArchive,
  type ArchiveFile,
  type StreamedFile,
} from "./archive/write-archive.ts";
export { createInstalledPackages, type InstalledPackages } from "./installed/installed-packages.ts";
export { checkListing, listingLimits, parseListing } from "./listing/check-listing.ts";
export {
  listingFormat,
  type Advisory,
  type Evidence,
  type PluginListing,
  type Run,
  type SbomSummary,
} from "./listing/listing.ts";
export { listingOf, namesOf, type ListedNames, type ListingExtras } from "./listing/listing-of.ts";
export {
  isOf,
  parseRevocations,
  revocationsFormat,
  revocationsName,
  writeRevocations,
  type Revocation,
} from "./listing/revocations.ts";
export { summarizeSbom } from "./listing/summarize-sbom.ts";
export { repositoryFiles } from "./log/log-files.ts";
export { readPackageApart } from "./package/read-package-apart.ts";
export {
  listName,
  packageFormat,
  readPackage,
  sbomName,
  type ListedFile,
  type ReadPackage,
} from "./package/read-package.ts";
export { qualityLevels, type QualityFacts, type QualityLevel } from "./quality/criteria.ts";
export { judgeQuality, type JudgedCriterion, type Quality } from "./quality/judge-quality.ts";
export { recallLog, type FollowedLog } from "./source/follow-log.ts";
export { readWitnessKeys, type LogTrust } from "./source/witness-trust.ts";
export type { ReadFile } from "./source/fetcher.ts";
export { readHttpFiles, type Fetch, type HttpFilesOptions } from "./source/http-files.ts";
export { bundleMirror, exportMirror, importMirror, keepBundle, mirrorLimits, sweepBundles } from "./source/mirror.ts";
export {
  openSource,
  packageBytesMax,
  type PublisherFault,
  type SignedTarget,
  type Source,
  type SourceOptions,
} from "./source/open-source.ts";
export { readFolderFiles } from "./source/read-files.ts";
export { packageStatuses, readPackageStatus, type PackageStatus, type StatusFacts } from "./status/package-status.ts";
