export { createKeyFile, keyIdOf, openKeyFile, verify, type KeyFile, type PublicKey, type SigningKey } from "./keys.ts";
export {
  describe,
  encode,
  sign,
  type Metadata,
  type RoleName,
  type Root,
  type Snapshot,
  type TargetFile,
  type Targets,
  type Timestamp,
} from "./metadata.ts";
export {
  createRepository,
  delegate,
  foundRepository,
  publish,
  renew,
  renewTargets,
  rotateRoot,
  takePublication,
  targetPath,
  usualLifetimes,
  type Repository,
  type RepositoryFile,
  type Signers,
  type SignersOf,
} from "./repository.ts";
export {
  addFiles,
  amendListing,
  changeFile,
  filesOf,
  listingPath,
  revocationsPath,
  withRevocation,
  type FileAbout,
  type NewFile,
  type PublicationFiles,
} from "./publication-files.ts";
export { cosignatureLine, witnessKeyText } from "./note.ts";
export type { PackageLog } from "./package-log.ts";
export { publisherPattern } from "./publisher-name.ts";
export { checkLifetimes, findDue, lifetimesOf, type DueRole, type Lifetimes, type Serving } from "./lifetimes.ts";
export { checkPublication } from "./check-publication.ts";
export {
  checkSignatures,
  countSignatures,
  describeProposal,
  mergeProposals,
  parseProposal,
  proposeRoot,
  signProposal,
  takeRoot,
  type RootChange,
  type RootProposal,
} from "./root-proposal.ts";
