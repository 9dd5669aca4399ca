import { createHash } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { HilumError, type Context } from "@hilum/contract";
import type { AnswerOf, OperationOf, SourceRefresh } from "@hilum/contract/api";
import { bundleMirror, exportMirror, keepMirror, readBundle } from "@hilum/marketplace";
import type { Store } from "@hilum/store";
import { createTempFolder, readBody } from "../read-body.ts";
import type { SourcesService } from "./sources.ts";
import { describeRoot, readNewestRoot } from "./source-root.ts";

export const mirrorBytesMax = 1_073_741_824;

export interface MirrorsService {
  /** A source as one file. */
  export(source: string): Promise<Buffer>;
  /** Keeps the files aside; trusted by nobody. */
  upload(bytes: Readable): Promise<AnswerOf<OperationOf<"uploadMirror">>>;
  /** The next state of a source that lies in an uploaded mirror. */
  take(context: Context, source: string, mirror: string): Promise<SourceRefresh>;
}

export function createMirrorsService({
  sources,
  store,
  dir,
}: {
  sources: SourcesService;
  store: Pick<Store, "marketplace">;
  dir: string;
}): MirrorsService {
  const folder = join(dir, "mirrors");
  return {
    async export(id) {
      const { entry: _entry, ...options } = await sources.optionsOf(id);
      // A folder of this run alone: what is exported is verified from the beginning.
      const own = await createTempFolder(dir);
      try {
        return await bundleMirror(exportMirror({ ...options, folder: own }));
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },
    async upload(stream) {
      const bundle = await readBody(stream, mirrorBytesMax);
      const { files, read } = readBundle(bundle);
      const root = describeRoot(await readNewestRoot(read));
      const mirror = createHash("sha256").update(bundle).digest("hex");
      await keepMirror(join(folder, mirror), files);
      return { mirror, bytes: bundle.length, files: files.length, root };
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
