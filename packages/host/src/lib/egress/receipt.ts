/** What is kept about one outbound call: where to and how much, never what. */
export interface EgressReceipt {
  plugin: string;
  instance: string;
  at: Date;
  kind: "fetch" | "tunnel";
  /** Id of the destination in the manifest; of a fetch. */
  destination?: string;
  host?: string;
  port?: number;
  method?: string;
  /** The path as the manifest declares it, so that no value of it is kept. */
  template?: string;
  /** HTTP status of the answer. */
  status?: number;
  bytesOut: number;
  bytesIn: number;
  durationMs: number;
  decision: "allow" | "deny";
  /** Why it was refused or how it failed; `reflected` when the answer held the secret. */
  reason?: string;
  /** The call of the host in which it was made. */
  call?: string;
}

/** Keeps a receipt. Returns at once and never throws: a receipt is a convenience, the audit log is the truth. */
export type RecordReceipt = (receipt: EgressReceipt) => void;
