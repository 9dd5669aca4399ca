import type { RotationState } from "../ports/keys.ts";

export interface DataKeysTable {
  id: number;
  purpose: "data" | "index";
  state: "pending" | "active" | "retired";
  provider: string;
  wrapped: Uint8Array;
  checkValue: Uint8Array;
  createdAt: string;
  retiredAt: string | null;
  counted: number | null;
}

export interface KeyRotationsTable {
  id: string;
  key: number;
  state: RotationState;
  startedAt: string;
  startedBy: string;
  finishedAt: string | null;
  done: number;
  total: number;
  atTable: string | null;
  fault: string | null;
}
