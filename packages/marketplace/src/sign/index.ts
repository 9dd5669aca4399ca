export { createKeyFile, keyIdOf, openKeyFile, verify, type KeyFile, type PublicKey, type SigningKey } from "./keys.ts";
export {
  describe,
  encode,
  sign,
  type Metadata,
  type Root,
  type Snapshot,
  type TargetFile,
  type Targets,
  type Timestamp,
} from "./metadata.ts";
export {
  createRepository,
  delegate,
  metadataFiles,
  publish,
  renew,
  rotateRoot,
  takePublication,
  targetPath,
  usualLifetimes,
  type Lifetimes,
  type Repository,
  type RepositoryFile,
  type Signers,
  type SignersOf,
} from "./repository.ts";
export { publisherPattern } from "./publisher-name.ts";
