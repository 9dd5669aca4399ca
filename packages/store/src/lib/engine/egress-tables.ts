import type { VendorKind } from "../ports/egress.ts";

/** Of migration 002. */
export interface EgressReceiptsTable {
  id: string;
  plugin: string;
  instance: string;
  at: string;
  kind: "fetch" | "tunnel";
  destination: string | null;
  host: string | null;
  port: number | null;
  method: string | null;
  template: string | null;
  status: number | null;
  bytesOut: number;
  bytesIn: number;
  durationMs: number;
  decision: "allow" | "deny";
  reason: string | null;
  call: string | null;
}

export interface VendorsTable {
  id: string;
  name: string;
  kind: VendorKind;
  note: string;
  createdAt: string;
  createdBy: string;
  rowVersion: number;
}

export interface VendorHostsTable {
  host: string;
  vendor: string;
}

export interface AgreementsTable {
  id: string;
  vendor: string;
  party: string;
  signedOn: string;
  validFrom: string;
  validUntil: string | null;
  document: string | null;
  documentName: string | null;
  endedAt: string | null;
  endedBy: string | null;
  createdAt: string;
  createdBy: string;
}
