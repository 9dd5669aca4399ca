import { randomBytes } from "node:crypto";
import {
  checkClaim,
  isProviderError,
  ProviderError,
  type CallContext,
  type Evidence,
  type RecordResource,
} from "@hilum/sdk";
import { askServer, type JsonObject } from "./ask-server.ts";
import { isRecord } from "./explain-refusal.ts";
import { findOnServer } from "./find-records.ts";
import { createRecord, deleteRecord, readRecord } from "./keep-records.ts";
import type { ServerSettings } from "./settings.ts";

type Context = CallContext<ServerSettings>;
type Step = [id: string, title: string, run: (ctx: Context) => Promise<string | undefined>];

const capability: Step = [
  "capability",
  "It is a FHIR R4 server that keeps ids of Hilum's",
  async (ctx) => {
    const statement = await readStatement(ctx);
    const version = statement?.["fhirVersion"];
    if (statement?.["resourceType"] !== "CapabilityStatement")
      throw new ProviderError("provider.bad_answer", {
        detail: "What answers is no FHIR server: it has no CapabilityStatement.",
        fix: "Correct the path of the FHIR API.",
        field: "/basePath",
      });
    if (typeof version !== "string" || !version.startsWith("4.0"))
      throw new ProviderError("provider.refused", {
        cause: "configuration",
        detail: `The server speaks FHIR ${typeof version === "string" ? version.slice(0, 10) : "of an unknown version"}.`,
        fix: "Enter the path of its R4 API (4.0.1). Many servers have one path per version.",
        field: "/basePath",
      });
    const refusing = typesWithoutOwnIds(statement);
    if (refusing.length > 0)
      throw new ProviderError("provider.refused", {
        cause: "configuration",
        detail: `The server gives ids of its own to ${refusing.slice(0, 5).join(", ")}, so references between records would break.`,
        fix: "Let clients choose ids on the server (in HAPI: client_id_strategy, or allow_update_create), then try again.",
      });
    return `FHIR ${version}${nameOf(statement)}.`;
  },
];

/** Open to everybody on most servers: then a wrong sign-in is told as what it is, by the next row. */
async function readStatement(ctx: Context): Promise<JsonObject | undefined> {
  try {
    return await askServer(ctx, { path: "/metadata", open: true });
  } catch (error) {
    if (!isProviderError(error) || error.code !== "provider.bad_credentials") throw error;
    return await askServer(ctx, { path: "/metadata" });
  }
}

/** A count needs the right to search and shows nothing of anybody. */
const authentication: Step = [
  "authentication",
  "It takes the sign-in",
  async (ctx) => {
    const bundle = await askServer(ctx, {
      method: "POST",
      path: "/Organization/_search",
      body: { form: { _summary: "count" } },
    });
    const total = bundle?.["total"];
    return typeof total === "number" ? `${total} organizations are there.` : undefined;
  },
];

/** A made-up organization: no patient's data, and of a name that nobody mistakes. */
const roundTrip: Step = [
  "round-trip",
  "It keeps a record, gives it back, finds it and deletes it",
  async (ctx) => {
    const id = `hilum-check-${randomBytes(8).toString("hex")}`;
    const identifier = { system: "https://hilum.dev/fhir/sid/check", value: id };
    const made = {
      resourceType: "Organization",
      id,
      meta: { versionId: "1" },
      identifier: [identifier],
      active: false,
      name: "Made up by Hilum to try the server",
    } as const satisfies RecordResource;
    await createRecord({ ...made, identifier: [identifier] }, ctx, {});
    try {
      const read = await readRecord({ type: "Organization", id }, ctx);
      const back = "resource" in read ? read.resource : read;
      if (back.meta?.versionId !== "1" || !("name" in back) || back.name !== made.name)
        throw lost("gave it back changed");
      const query = [["identifier", `${identifier.system}|${id}`]] as const;
      const { resources } = await findOnServer(ctx, { type: "Organization", query, count: 2 });
      if (resources.length !== 1) throw lost("does not find it by its identifier");
    } finally {
      await deleteRecord({ type: "Organization", id }, ctx);
    }
    return "A made-up organization went there and is deleted again.";
  },
];

const lost = (how: string): ProviderError =>
  new ProviderError("provider.bad_answer", {
    cause: "configuration",
    detail: `The server took a record and ${how}.`,
    fix: "Look whether it changes records as they come in (interceptors), drops tags, or indexes them later.",
  });

export const checkSignIn = (ctx: Context): Promise<Evidence[]> => runUntilFailure(ctx, [capability, authentication]);

export const checkServer = (ctx: Context): Promise<Evidence[]> =>
  runUntilFailure(ctx, [capability, authentication, roundTrip]);

async function runUntilFailure(ctx: Context, steps: readonly Step[]): Promise<Evidence[]> {
  const rows: Evidence[] = [];
  for (const [id, title, run] of steps)
    rows.push(
      rows.some(({ status }) => status === "failed")
        ? { id, title, status: "skipped", detail: "Not tried: a step before it failed." }
        : await checkClaim(id, title, () => run(ctx)),
    );
  return rows;
}

/** Types for which the server says that it takes no id of a client's. Silence is no refusal. */
function typesWithoutOwnIds({ rest }: JsonObject): string[] {
  const [first] = Array.isArray(rest) ? (rest as unknown[]) : [];
  const resources = isRecord(first) && Array.isArray(first["resource"]) ? (first["resource"] as unknown[]) : [];
  return resources.flatMap((one) =>
    isRecord(one) && one["updateCreate"] === false && kept.has(String(one["type"])) ? [String(one["type"])] : [],
  );
}

const kept: ReadonlySet<string> = new Set([
  "Binary",
  "Communication",
  "Consent",
  "DiagnosticReport",
  "DocumentReference",
  "Observation",
  "Organization",
  "Patient",
  "Practitioner",
]);

function nameOf({ software }: JsonObject): string {
  const [name, version] = isRecord(software) ? [software["name"], software["version"]] : [];
  if (typeof name !== "string") return "";
  return `, ${name.slice(0, 60)}${typeof version === "string" ? ` ${version.slice(0, 30)}` : ""}`;
}
