import type { KeyMaterial } from "../crypto/keyring.ts";
import type { Dialect, SqlChannel } from "./statement.ts";

export interface EngineStatus {
  available: boolean;
  waiting: number;
  bytes?: number;
  walBytes?: number;
}

/** A database, opened and migrated. */
export interface Engine extends SqlChannel {
  readonly dialect: Dialect;
  /** Number of the newest migration. */
  readonly migration: number;
  /** Keys of the sealed and blind values in statements; none can be written before. */
  useKeys(material: KeyMaterial): Promise<void>;
  transaction<T>(work: (channel: SqlChannel) => Promise<T>): Promise<T>;
  status(): Promise<EngineStatus>;
  close(): Promise<void>;
}
