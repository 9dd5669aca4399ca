import { definePlugin, type CallContext, type Evidence, type Plugin } from "@hilum/sdk";
import { createArchive, type Archive } from "./archive.ts";
import { openBucket, type Bucket } from "./bucket.ts";
import { checkBucket, checkKey, checkProtection } from "./check-bucket.ts";
import type { ArchiveSettings } from "./settings.ts";

type Context = CallContext<ArchiveSettings>;

/** Keeps records and files in one bucket. Connections stay open from call to call; settings change with a new start alone. */
export function createS3ArchivePlugin(): Plugin {
  const kept = new WeakMap<ArchiveSettings, { bucket: Bucket; archive: Archive }>();
  const open = ({ settings, connect }: Context) => {
    const found = kept.get(settings);
    if (found !== undefined) return found;
    const bucket = openBucket(settings, connect);
    const opened = { bucket, archive: createArchive(bucket, settings) };
    kept.set(settings, opened);
    return opened;
  };
  const trying =
    (check: (tried: { bucket: Bucket; settings: ArchiveSettings }) => Promise<Evidence[]>) =>
    (ctx: Context): Promise<Evidence[]> =>
      check({ bucket: open(ctx).bucket, settings: ctx.settings });
  return definePlugin<ArchiveSettings>({
    records: {
      create: (resource, ctx, details) => open(ctx).archive.create(resource, details),
      read: (wanted, ctx) => open(ctx).archive.read(wanted),
      update: (resource, ctx, details) => open(ctx).archive.update(resource, details),
      delete: (unwanted, ctx) => open(ctx).archive.delete(unwanted),
      search: (asked, ctx) => open(ctx).archive.search(asked),
    },
    setup: { key: trying(checkKey), protection: trying(checkProtection), try: trying(checkBucket) },
    async health(ctx) {
      const rows = await trying(checkKey)(ctx);
      return { state: rows.every(({ status }) => status === "passed") ? "healthy" : "failing", rows };
    },
    smokeTests: { bucket: trying(checkBucket) },
  });
}
