import type { InstanceKey, Page, PageRequest, Time } from "./shapes.ts";

/** One outbound call: where to and how much, never what. */
export interface EgressReceiptRow extends InstanceKey {
  id: string;
  at: Time;
  kind: "fetch" | "tunnel";
  destination?: string;
  host?: string;
  port?: number;
  method?: string;
  /** The path as the manifest declares it. */
  template?: string;
  status?: number;
  bytesOut: number;
  bytesIn: number;
  durationMs: number;
  decision: "allow" | "deny";
  reason?: string;
  call?: string;
}

export interface EgressFilter extends PageRequest {
  plugin: string;
  instance?: string;
  decision?: "allow" | "deny";
}

/** What one instance did at one host. */
export interface EgressTotals extends InstanceKey {
  host: string;
  requests: number;
  denied: number;
  bytesOut: number;
  bytesIn: number;
  lastAt: Time;
}

export interface EgressReceipts {
  append(receipts: readonly EgressReceiptRow[]): Promise<void>;
  /** Newest first. */
  list(filter: EgressFilter): Promise<Page<EgressReceiptRow>>;
  /** Per instance and host since a time; of one plugin, or of all. */
  totals(since: Time, plugin?: string): Promise<EgressTotals[]>;
  /** Receipts of answers that held the secret, newest first. */
  reflected(since: Time): Promise<EgressReceiptRow[]>;
  /** Removes those before a time; answers how many. */
  sweep(before: Time): Promise<number>;
}

export type VendorKind = "business_associate" | "own_organisation";

/** A business associate agreement (45 CFR 164.504(e)). Dates are `YYYY-MM-DD`. */
export interface AgreementRow {
  id: string;
  vendor: string;
  /** With whom it was signed, as it says. */
  party: string;
  signedOn: string;
  validFrom: string;
  /** The last day on which it holds; absent for one without an end. */
  validUntil?: string;
  /** Attachment that holds the signed document. */
  document?: string;
  documentName?: string;
  /** Ended before its time, by a person. */
  endedAt?: Time;
  endedBy?: string;
  createdAt: Time;
  createdBy: string;
}

export interface VendorRow {
  id: string;
  name: string;
  kind: VendorKind;
  /** Exact hosts, or `.suffix.example` for every host below it; lower case, sorted. */
  hosts: string[];
  note: string;
  createdAt: Time;
  createdBy: string;
  rowVersion: number;
  /** Newest first. */
  agreements: AgreementRow[];
}

export type NewVendor = Omit<VendorRow, "rowVersion" | "agreements">;
export type VendorChange = Partial<Pick<VendorRow, "name" | "kind" | "hosts" | "note">>;

export interface Vendors {
  list(): Promise<VendorRow[]>;
  find(id: string): Promise<VendorRow | undefined>;
  /** Throws `request.conflict` naming what is taken: the name, or a host that belongs to another vendor. */
  create(vendor: NewVendor): Promise<void>;
  /** Throws `vendor.not_found`; `request.conflict` for another `rowVersion`, a taken name or host. */
  change(id: string, change: VendorChange, rowVersion: number): Promise<void>;
  /** With its agreements. False when there was none. */
  remove(id: string): Promise<boolean>;
  addAgreement(agreement: AgreementRow): Promise<void>;
  /** Throws `vendor.agreement_not_found` when there is none that is not ended already. */
  endAgreement(vendor: string, id: string, end: { at: Time; by: string }): Promise<void>;
  /** Throws `vendor.agreement_not_found`. */
  setDocument(vendor: string, id: string, document: { id: string; name: string }): Promise<void>;
  /** Rises with every change of a vendor or an agreement. */
  epoch(): Promise<number>;
}
