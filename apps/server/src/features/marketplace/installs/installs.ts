import { mkdir, open, rename } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { HilumError, type Context } from "@hilum/contract";
import type { AnswerOf, BodyOf, InstallJob, InstallPreview, OperationOf, QueryOf } from "@hilum/contract/api";
import { packageBytesMax, readPackageApart } from "@hilum/marketplace";
import type { PluginRow, Store } from "@hilum/store";
import { makeId } from "../../../make-id.ts";
import { readBody } from "../read-body.ts";
import { newSteps, presentJob, type JobDocument, type JobEntry } from "./job.ts";
import type { createPlanner, Wanted } from "./plan.ts";
import type { JobRunner } from "./run-jobs.ts";

export interface InstallsService {
  preview(context: Pick<Context, "now">, wanted: Wanted): Promise<InstallPreview>;
  /** `updates`: the run of updates that it is part of, which goes on with it itself. */
  start(
    context: Pick<Context, "now" | "actor">,
    wanted: BodyOf<OperationOf<"startInstall">>,
    updates?: string,
  ): Promise<InstallJob>;
  rollBack(context: Context, plugin: PluginRow, digest: string, reason: string): Promise<InstallJob>;
  list(query: QueryOf<OperationOf<"listInstalls">>): Promise<AnswerOf<OperationOf<"listInstalls">>>;
  read(id: string): Promise<InstallJob>;
  approve(context: Context, id: string, scopes: readonly string[]): Promise<InstallJob>;
  cancel(id: string): Promise<InstallJob>;
  upload(bytes: Readable): Promise<AnswerOf<OperationOf<"uploadPackage">>>;
}

export function createInstallsService({
  store,
  plan,
  jobs,
  uploads,
}: {
  store: Store;
  plan: ReturnType<typeof createPlanner>;
  jobs: JobRunner;
  uploads: string;
}): InstallsService {
  async function load(id: string): Promise<JobEntry> {
    const job = await store.marketplace.find<JobDocument>("job", id);
    if (job === undefined) throw new HilumError("install.not_found");
    return job as JobEntry;
  }

  async function begin(context: Pick<Context, "now">, plugin: string, document: JobDocument): Promise<InstallJob> {
    const id = makeId(context.now().getTime());
    const job = await store.marketplace.put<JobDocument>({
      ...{ kind: "job", id, subject: plugin, state: "running", rowVersion: 0, document },
    });
    if (document.updates === undefined) void jobs.run(id);
    return presentJob(job);
  }

  const started = (context: Pick<Context, "now" | "actor">) => ({
    startedAt: context.now().toISOString(),
    startedBy: context.actor.id,
  });

  return {
    preview: async (context, wanted) => (await plan(wanted, context.now())).preview,
    async start(context, { digest, reason, ...wanted }, updates) {
      const { preview, current, candidate } = await plan(wanted, context.now());
      if (preview.digest !== digest) throw new HilumError("install.changed");
      const [hard] = preview.blocked.filter(({ override }) => !override || reason === undefined);
      if (hard !== undefined)
        throw new HilumError("install.blocked", { detail: `${hard.title}: ${hard.why} ${hard.fix}` });
      const { kind, name, from, to } = preview;
      return await begin(context, preview.plugin, {
        ...{
          kind,
          name,
          to,
          digest,
          upload: candidate.offer === undefined,
          steps: newSteps(kind),
          ...started(context),
        },
        ...(from === undefined ? {} : { from }),
        ...(candidate.offer === undefined
          ? {}
          : { source: candidate.offer.source, publisher: candidate.offer.listing.publisher }),
        ...(current === undefined ? {} : { previous: snapshotOf(current) }),
        ...(reason === undefined ? {} : { reason }),
        ...(updates === undefined ? {} : { updates }),
      });
    },
    async rollBack(context, current, digest, reason) {
      const row = await store.packages.find(digest);
      if (row === undefined || row.plugin !== current.id) throw new HilumError("package.not_installed");
      if (row.revoked !== undefined) throw new HilumError("package.revoked", { detail: row.revoked });
      return await begin(context, current.id, {
        ...{ kind: "roll_back" as const, name: current.name, to: row.version, digest, upload: false, reason },
        ...{ steps: newSteps("roll_back"), previous: snapshotOf(current), ...started(context) },
        ...(current.version === undefined ? {} : { from: current.version }),
        ...(row.source === undefined ? {} : { source: row.source }),
        ...(row.publisher === undefined ? {} : { publisher: row.publisher }),
      });
    },
    async list({ plugin, state, ...page }) {
      const { items, next } = await store.marketplace.list<JobDocument>("job", {
        ...page,
        ...(plugin === undefined ? {} : { subject: plugin }),
        ...(state === undefined ? {} : { states: [state] }),
      });
      return { items: items.map(presentJob), ...(next === undefined ? {} : { next }) };
    },
    read: async (id) => presentJob(await load(id)),
    async approve(context, id, scopes) {
      const job = await load(id);
      if (job.state !== "awaiting_approval") throw new HilumError("install.wrong_state");
      const asked = new Set((job.document.approval ?? []).map(({ scope }) => scope));
      const other = scopes.find((scope) => !asked.has(scope));
      if (other !== undefined)
        throw new HilumError("request.invalid", { detail: `The new version does not ask for \`${other}\` anew.` });
      const kept = await store.marketplace.put<JobDocument>({
        ...job,
        state: "running",
        document: { ...job.document, approved: [...scopes], approvedBy: context.actor.id },
      });
      void jobs.run(id);
      return presentJob(kept);
    },
    async cancel(id) {
      const job = await load(id);
      if (!presentJob(job).cancellable) throw new HilumError("install.wrong_state");
      return presentJob(await jobs.cancel(job));
    },
    async upload(stream) {
      const archive = await readBody(stream, packageBytesMax);
      const { manifest } = await readPackageApart(archive);
      const digest = createHash("sha256").update(archive).digest("hex");
      await keepUpload(uploads, digest, archive);
      return {
        digest,
        plugin: manifest.id,
        name: manifest.name,
        version: manifest.version ?? "",
        bytes: archive.length,
      };
    },
  };
}

function snapshotOf({ name, version, manifest, digest, code, codePath, package: taken }: PluginRow) {
  return {
    ...{ name, manifest, digest, code },
    ...(version === undefined ? {} : { version }),
    ...(codePath === undefined ? {} : { codePath }),
    ...(taken === undefined ? {} : { package: taken }),
  };
}

async function keepUpload(uploads: string, digest: string, archive: Buffer): Promise<void> {
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  const draft = join(uploads, `${digest}.${process.pid}.draft`);
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(archive);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(uploads, `${digest}.hilum`));
}
