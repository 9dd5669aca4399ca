import { HilumError, type Context } from "@hilum/contract";
import type { FieldGroup, RevealedRecord } from "@hilum/contract/api";
import { maskResource } from "@hilum/contract/mask";
import { decideGlass, isPart2 } from "@hilum/policy";
import type { GlassRow, RecordRow, Store } from "@hilum/store";
import type { Readable } from "node:stream";
import { Readable as NodeReadable } from "node:stream";
import { makeId } from "../../make-id.ts";
import { attachmentsOf, presentAttachment, type FoundAttachment } from "../browser/attachments-of.ts";
import { codeOfRefusal, part2Notice, type Consents } from "../consent/consents.ts";
import { withoutStoredContent } from "../records/stored-content.ts";
import { revealFields } from "./field-groups.ts";
import { termsOf } from "./glasses.ts";

export interface RevealParts {
  store: Pick<Store, "glasses" | "records">;
  consents: Pick<Consents, "decide">;
  /** Bytes of a Binary that was decided on already. Throws `record.not_found`. */
  content(binary: string): Promise<StoredContent>;
}

export interface StoredContent {
  contentType: string;
  size: number;
  stream: Readable;
  /** Ids of the patients whom the Binary itself says that it is about. */
  patients: readonly string[];
}

export interface RevealedContent {
  contentType: string;
  size: number;
  stream: Readable;
}

interface RevealRequest {
  glass: string;
  type: string;
  id: string;
  version?: number;
}

/**
 * Reads under a glass. In this order: the glass covers it, the patient's consent allows it for the glass's purpose, the use is written
 * down durably, and then it is answered.
 */
export interface Reveals {
  record(context: Context, request: RevealRequest): Promise<{ revealed: RevealedRecord; glass: GlassRow }>;
  attachment(
    context: Context,
    request: RevealRequest & { place: number },
  ): Promise<{ content: RevealedContent; glass: GlassRow }>;
}

export function createReveals({ store: { glasses, records }, consents, content }: RevealParts): Reveals {
  async function admit(context: Context, { glass: id, type, id: record, version }: RevealRequest) {
    const glass = await glasses.find(id);
    const row = await records.find(type, record, version);
    const subject = { type, id: record, patients: row?.patients ?? [] };
    const decision = decideGlass({
      ...{ actor: context.actor, glass: glass && termsOf(glass), record: subject, now: context.now().getTime() },
    });
    // Whether there is such a record is told to nobody whose glass does not cover it.
    if (!decision.allow && (row !== undefined || decision.reason !== "glass.not_covering"))
      throw new HilumError(decision.reason);
    if (glass === undefined || row === undefined) throw new HilumError("record.not_found");
    if (row.resource === undefined) throw new HilumError("record.gone");
    const resource = JSON.parse(row.resource) as Record<string, unknown> & { resourceType: string };
    await askConsent(context, glass, row, resource);
    return { glass, row, resource };
  }

  async function askConsent(context: Context, glass: GlassRow, row: RecordRow, resource: unknown): Promise<void> {
    const ask = { crossing: "read", purpose: glass.purpose } as const;
    const subject = { type: row.type, patients: row.patients, resource };
    const [decision] = await consents.decide(ask, [subject], context.now());
    if (decision === undefined) throw new HilumError("policy.failed");
    if (!decision.allow) throw new HilumError(codeOfRefusal(decision));
  }

  async function writeDown(
    context: Context,
    glass: GlassRow,
    what: "record" | "attachment",
    row: RecordRow,
  ): Promise<void> {
    const now = context.now();
    const record = { type: row.type, id: row.id, version: row.version };
    await glasses.addUse(glass.id, { id: makeId(now.getTime()), at: now.toISOString(), what, record });
  }

  return {
    async record(context, request) {
      const { glass, row, resource } = await admit(context, request);
      await writeDown(context, glass, "record", row);
      return { glass, revealed: reveal(row, resource, glass) };
    },
    async attachment(context, request) {
      const { glass, row, resource } = await admit(context, request);
      requireDocuments(glass.fields);
      const attachment = attachmentsOf(resource)[request.place];
      if (attachment === undefined || attachment.bytesIn === "elsewhere") throw new HilumError("blob.not_found");
      const found = await open(attachment, row);
      await writeDown(context, glass, "attachment", row);
      return { glass, content: found };
    },
  };

  async function open({ bytesIn, contentType }: FoundAttachment, row: RecordRow): Promise<RevealedContent> {
    if (typeof bytesIn === "string") throw new HilumError("blob.not_found");
    if ("data" in bytesIn) {
      const bytes = Buffer.from(bytesIn.data, "base64");
      return { contentType: contentType ?? octets, size: bytes.length, stream: NodeReadable.from([bytes]) };
    }
    const { patients, ...stored } = await content(bytesIn.binary);
    // A record of one patient must not lead to another's file (threat 53).
    if (!patients.every((patient) => row.patients.includes(patient))) {
      stored.stream.destroy();
      throw new HilumError("glass.not_covering");
    }
    return stored;
  }
}

const octets = "application/octet-stream";

function requireDocuments(fields: readonly FieldGroup[]): void {
  if (fields.includes("documents")) return;
  throw new HilumError("glass.not_covering", { detail: "The glass was broken for other fields than documents." });
}

function reveal(
  row: RecordRow,
  resource: Record<string, unknown> & { resourceType: string },
  { fields, until }: GlassRow,
): RevealedRecord {
  const given = withoutStoredContent(resource);
  return {
    ...{ type: row.type, id: row.id, version: row.version, revealed: [...fields], until },
    resource: { ...revealFields(given, maskResource(given), fields), resourceType: given.resourceType },
    attachments: attachmentsOf(resource).map(presentAttachment),
    ...(isPart2(resource) ? { notice: part2Notice } : {}),
  };
}
