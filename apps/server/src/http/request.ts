import type { Context, PurposeOfUse } from "@hilum/contract";
import type { AnswerOf, BodyOf, OperationId, OperationOf, ParamsOf, QueryOf } from "@hilum/contract/api";
import type { Readable } from "node:stream";

/** A parsed and validated request for one operation. */
export interface RequestOf<Id extends OperationId> {
  params: ParamsOf<OperationOf<Id>>;
  query: QueryOf<OperationOf<Id>>;
  body: BodyOf<OperationOf<Id>>;
  /** The JSON body as it was sent, where the operation judges text itself: a manifest's faults are named by line. */
  text?: string;
  /** Of an operation in the FHIR dialect: the query's parameters in their order, decoded, with repeats. */
  search?: readonly (readonly [name: string, value: string])[];
  /** Lower-case names. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The raw body of an operation whose `bodyType` is `bytes`. */
  bytes: Readable;
  /** Path and query as they came, of an operation that is `raw`. */
  target?: string;
  peer: Peer;
}

/** Who is at the other end of the connection, as far as the transport tells. */
export interface Peer {
  address: string;
  /** True when the peer address and the Host are loopback and nothing says that a proxy stands between. */
  local: boolean;
  /** Coarse and free of fingerprints: `Firefox on Linux`. */
  client: string;
}

/** What the pipeline writes into the outcome entry beyond ok or error. */
export interface OutcomeNote {
  /** Who acted, where only performing found out (a sign-in). */
  actor?: string;
  /** Id of the record that was made or touched; stored keyed-hashed. */
  record?: { resource: string; id: string };
  plugin?: string;
  instance?: string;
  count?: number;
  /** Of use, where only performing found out: that of an open glass, or of an export. */
  purpose?: PurposeOfUse;
  /** Keys of the audit log's own list; short tokens and numbers. */
  detail?: Readonly<Record<string, string | number | boolean>>;
}

export interface AnswerTo<Id extends OperationId> {
  status: number;
  body?: AnswerOf<OperationOf<Id>>;
  headers?: Readonly<Record<string, string>>;
  /** Instead of `body`: bytes with their content type in `headers`. */
  stream?: Readable;
  note?: OutcomeNote;
}

export type Handler<Id extends OperationId> = (context: Context, request: RequestOf<Id>) => Promise<AnswerTo<Id>>;
export type Handlers<Ids extends OperationId = OperationId> = { [Id in Ids]: Handler<Id> };
