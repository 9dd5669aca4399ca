import { HilumError, type Context, type Problem } from "@hilum/contract";
import type { Readable } from "node:stream";
import { Readable as NodeReadable } from "node:stream";
import { dayOf, isInForce } from "@hilum/policy";
import type { AgreementRow, BlobRow, Store, VendorKind, VendorRow } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { parseVendorHosts } from "./vendor-hosts.ts";
import type { VendorTable } from "./vendor-table.ts";

export interface VendorInput {
  name: string;
  kind: VendorKind;
  hosts: readonly string[];
  note?: string | undefined;
}

export interface AgreementInput {
  party: string;
  signedOn: string;
  validFrom: string;
  validUntil?: string | undefined;
}

/** The register of vendors. Each change counts from the moment it is answered. */
export interface VendorsService {
  load(id: string): Promise<VendorRow>;
  create(context: Context, input: VendorInput): Promise<string>;
  change(id: string, change: Partial<VendorInput>, revision: number): Promise<void>;
  /** Throws `vendor.in_force` while one of its agreements holds. */
  remove(context: Context, id: string): Promise<void>;
  addAgreement(context: Context, vendor: string, input: AgreementInput): Promise<string>;
  endAgreement(context: Context, vendor: string, agreement: string): Promise<void>;
  keepDocument(
    context: Context,
    at: { vendor: string; agreement: string },
    file: { name: string; contentType: string | undefined; bytes: Readable },
  ): Promise<void>;
  openDocument(at: { vendor: string; agreement: string }): Promise<{ row: BlobRow; name: string; stream: Readable }>;
}

const documentBytesMax = 10 * 1024 * 1024;
const documentTypes = new Set(["application/pdf", "image/png", "image/jpeg"]);

export function createVendorsService({ store, table }: { store: Store; table: VendorTable }): VendorsService {
  const load = async (id: string): Promise<VendorRow> => {
    const row = await store.vendors.find(id);
    if (row === undefined) throw new HilumError("vendor.not_found");
    return row;
  };
  const loadAgreement = async ({ vendor, agreement }: { vendor: string; agreement: string }): Promise<AgreementRow> => {
    const row = (await load(vendor)).agreements.find(({ id }) => id === agreement);
    if (row === undefined) throw new HilumError("vendor.agreement_not_found");
    return row;
  };

  return {
    load,
    async create(context, { name, kind, hosts, note = "" }) {
      const id = makeId(context.now().getTime());
      await store.vendors.create({
        ...{ id, kind, note },
        name: readName(name),
        hosts: await readHosts(hosts),
        createdAt: context.now().toISOString(),
        createdBy: context.actor.id,
      });
      await table.refresh();
      return id;
    },
    async change(id, { name, kind, hosts, note }, revision) {
      const change = {
        ...(name === undefined ? {} : { name: readName(name) }),
        ...(kind === undefined ? {} : { kind }),
        ...(hosts === undefined ? {} : { hosts: await readHosts(hosts) }),
        ...(note === undefined ? {} : { note }),
      };
      await store.vendors.change(id, change, revision);
      await table.refresh();
    },
    async remove(context, id) {
      const today = dayOf(context.now().getTime());
      const { agreements } = await load(id);
      if (agreements.some((agreement) => isInForce(agreement, today))) throw new HilumError("vendor.in_force");
      if (!(await store.vendors.remove(id))) throw new HilumError("vendor.not_found");
      await table.refresh();
    },
    async addAgreement(context, vendor, input) {
      refuseBadDays(input);
      const { kind } = await load(vendor);
      if (kind === "own_organisation")
        throw new HilumError("request.invalid", { detail: "Hosts of the organisation itself need no agreement." });
      const id = makeId(context.now().getTime());
      const { validUntil, ...rest } = input;
      await store.vendors.addAgreement({
        ...{ ...rest, id, vendor, party: readName(input.party) },
        ...(validUntil === undefined ? {} : { validUntil }),
        createdAt: context.now().toISOString(),
        createdBy: context.actor.id,
      });
      await table.refresh();
      return id;
    },
    async endAgreement(context, vendor, agreement) {
      await load(vendor);
      await store.vendors.endAgreement(vendor, agreement, {
        at: context.now().toISOString(),
        by: context.actor.id,
      });
      await table.refresh();
    },
    async keepDocument(context, at, { name, contentType, bytes }) {
      await loadAgreement(at);
      const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
      if (!documentTypes.has(type))
        throw new HilumError("request.media_type", { detail: "A document is a PDF, a PNG or a JPEG." });
      const blob = await store.blobs.write(bytes as AsyncIterable<Uint8Array>, {
        ...{ id: makeId(context.now().getTime()), contentType: type },
        ...{ by: context.actor.id, bytesMax: documentBytesMax },
      });
      await store.vendors.setDocument(at.vendor, at.agreement, { id: blob.id, name });
      await table.refresh();
    },
    async openDocument(at) {
      const { document, documentName = "agreement" } = await loadAgreement(at);
      if (document === undefined) throw new HilumError("blob.not_found");
      const { row, content } = await store.blobs.read(document);
      return { row, name: documentName, stream: NodeReadable.from(content) };
    },
  };
}

async function readHosts(given: readonly string[]): Promise<string[]> {
  const { hosts, problems } = await parseVendorHosts(given);
  if (problems.length > 0) throw invalid(problems);
  return hosts;
}

function readName(text: string): string {
  const name = text.trim();
  if (name === "") throw invalid([{ pointer: "/name", message: "A name is needed.", fix: "Enter one." }]);
  return name;
}

function refuseBadDays({ signedOn, validFrom, validUntil }: AgreementInput): void {
  const days = { signedOn, validFrom, ...(validUntil === undefined ? {} : { validUntil }) };
  const problems: Problem[] = Object.entries(days)
    .filter(([, day]) => !isRealDay(day))
    .map(([name]) => ({ pointer: `/${name}`, message: "This is not a day of the calendar.", fix: "Correct it." }));
  if (problems.length === 0 && validUntil !== undefined && validUntil < validFrom)
    problems.push({
      pointer: "/validUntil",
      message: "The last day lies before the first.",
      fix: "Enter a last day that is not before the first.",
    });
  if (problems.length > 0) throw invalid(problems);
}

/** `2026-02-30` has the form of a day and is none. */
function isRealDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00.000Z`);
  return !Number.isNaN(at) && dayOf(at) === day;
}

const invalid = (problems: readonly Problem[]): HilumError =>
  new HilumError("request.invalid", { detail: problems[0]?.message ?? "The request is not valid.", problems });
