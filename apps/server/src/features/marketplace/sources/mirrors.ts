import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { HilumError, type Context, type Log } from "@hilum/contract";
import type { AnswerOf, OperationOf, SourceRefresh } from "@hilum/contract/api";
import { bundleMirror, exportMirror, keepBundle, mirrorLimits, sweepBundles } from "@hilum/marketplace";
import type { Store } from "@hilum/store";
import { createTempFolder, limitBody, sweepTempFolders } from "../read-body.ts";
import type { SourcesService } from "./sources.ts";
import { describeRoot, readNewestRoot } from "./source-root.ts";

export interface MirrorsService {
  /** A source as one file, which is verified whole before its first byte comes. Whoever asked reads it, or destroys it. */
  export(source: string): Promise<{ size: number; bytes: Readable }>;
  /** Keeps the files aside; trusted by nobody. */
  upload(bytes: Readable): Promise<AnswerOf<OperationOf<"uploadMirror">>>;
  /** The next state of a source that lies in an uploaded mirror. */
  take(context: Context, source: string, mirror: string): Promise<SourceRefresh>;
  /** Removes those that were uploaded before that moment and that no source is read from; answers how many. */
  sweep(before: Date): Promise<number>;
  /** Removes what a killed process left half written. Called once, before anything is asked. */
  sweepDrafts(): Promise<void>;
}

export function createMirrorsService({
  sources,
  store,
  dir,
  log,
}: {
  sources: SourcesService;
  store: Pick<Store, "marketplace">;
  dir: string;
  log: Log;
}): MirrorsService {
  const folder = join(dir, "mirrors");
  return {
    async export(id) {
      const { entry: _entry, ...options } = await sources.optionsOf(id);
      // A folder of this run alone: what is exported is verified from the beginning.
      const own = await createTempFolder(dir);
      const removeOwn = (): Promise<void> => rm(own, { recursive: true, force: true });
      try {
        const files = exportMirror({ ...options, folder: join(own, "source") });
        const { size, bytes } = await bundleMirror(files, join(own, "files"));
        const stream = Readable.from(bytes, { objectMode: false });
        // Also where nobody reads it to its end.
        stream.once("close", () => void removeOwn().catch(() => log.warn("mirror.draft_not_removed")));
        return { size, bytes: stream };
      } catch (error) {
        await removeOwn();
        throw error;
      }
    },
    async upload(stream) {
      const body = limitBody(stream, mirrorLimits.bytes);
      const { accepted, mirror, bytes, files } = await keepBundle(body, folder, async (read) =>
        describeRoot(await readNewestRoot(read)),
      );
      return { mirror, bytes, files, root: accepted };
    },
    async sweep(before) {
      const names = await readdir(folder).catch(() => []);
      const used = new Set(
        (await sources.entries()).flatMap(({ document: { place } }) => (place.kind === "mirror" ? [place.mirror] : [])),
      );
      let removed = 0;
      for (const name of names) {
        const uploaded = (await stat(join(folder, name)).catch(() => undefined))?.mtime;
        if (uploaded === undefined || uploaded >= before || used.has(name)) continue;
        await rm(join(folder, name), { recursive: true, force: true });
        removed += 1;
      }
      return removed;
    },
    async sweepDrafts() {
      await sweepBundles(folder);
      await sweepTempFolders(dir);
    },
    async take(context, id, mirror) {
      const { entry } = await sources.optionsOf(id);
      if (entry.document.kind !== "air_gapped")
        throw new HilumError("request.invalid", {
          detail: "This source is read where it lies. A mirror is taken in by one that is kept for that.",
        });
      if ((await stat(join(folder, mirror)).catch(() => undefined)) === undefined)
        throw new HilumError("source.not_found", { detail: "There is no such mirror. Upload it again." });
      const before = entry.document.place;
      const moved = await store.marketplace.put({
        ...entry,
        document: { ...entry.document, place: { kind: "mirror" as const, mirror } },
      });
      try {
        return await sources.refresh(context, id);
      } catch (error) {
        // What was refused is not where it is read from: it goes on from where it was.
        const now = await store.marketplace.find<typeof moved.document>("source", id);
        if (now !== undefined) await store.marketplace.put({ ...now, document: { ...now.document, place: before } });
        throw error;
      }
    },
  };
}
