import { constants } from "node:fs";
import { access, chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HilumError, parseManifest, type Context } from "@hilum/contract";
import type { Scaffold, ScaffoldChoice, Workspace, WorkspaceFolder } from "@hilum/contract/api";
import { buildPages, scaffoldPlugin } from "@hilum/devtools";
import type { Store } from "@hilum/store";
import type { PagesService } from "../pages/pages.ts";
import { loadPlugin } from "../plugins/load-instance.ts";
import type { RegistrationService } from "../plugins/registration.ts";

const foldersMax = 200;
const folderMode = 0o755;
const fileMode = 0o644;

/** The one folder of the server below which new plugins are written. */
export interface WorkspaceService {
  read(): Promise<Workspace>;
  /** Writes a new plugin into a folder of its own and links it. Nothing that is there is written over. */
  scaffold(context: Context, choice: ScaffoldChoice): Promise<{ plugin: string; path: string; files: string[] }>;
}

type Parts = {
  store: Store;
  registration: Pick<RegistrationService, "link">;
  accepted: Pick<PagesService, "accept">;
  pages: Parameters<typeof buildPages>[1];
  dir: string;
};

export function createWorkspaceService({ store, registration, accepted, pages, dir }: Parts): WorkspaceService {
  async function describeFolder(folder: string): Promise<WorkspaceFolder | undefined> {
    const path = join(dir, folder);
    const text = await readFile(join(path, "hilum.json"), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const parsed = parseManifest(text);
    if (!parsed.ok)
      return { folder, path, state: "invalid", problem: parsed.problems[0]?.message ?? "It is not valid." };
    const { id, name, runtime } = parsed.manifest;
    const plugin = await store.plugins.find(id);
    const waits = (await store.registrations.revisionOf(id)) !== undefined;
    const linked = plugin?.code === "linked" && plugin.codePath === path;
    return {
      ...{ folder, path, plugin: id, name, state: linked ? "linked" : waits ? "revision_waits" : "not_linked" },
      ...(runtime?.kind === undefined ? {} : { language: runtime.kind }),
    };
  }

  return {
    async read() {
      const names = await readdir(dir, { withFileTypes: true }).catch(() => []);
      const folders: WorkspaceFolder[] = [];
      for (const { name } of names.filter((entry) => entry.isDirectory()).slice(0, foldersMax)) {
        const folder = await describeFolder(name);
        if (folder !== undefined) folders.push(folder);
      }
      return { path: dir, writable: await isWritable(dir), folders };
    },
    async scaffold(context, choice) {
      const scaffold = scaffoldPlugin(choice);
      if ((await store.plugins.find(choice.id)) !== undefined)
        throw new HilumError("scaffold.exists", { detail: `A plugin ${choice.id} is registered.` });
      const path = await makeFolder(dir, scaffold.folder);
      try {
        await writeFiles(path, scaffold.files);
        if (choice.pages) await buildPages(path, pages);
        const { plugin } = await registration.link(context, path);
        await accepted.accept(await loadPlugin(store, plugin));
        return { plugin, path, files: scaffold.files.map((file) => file.path) };
      } catch (error) {
        // It was made a moment ago, by this call alone.
        await rm(path, { recursive: true, force: true });
        throw error;
      }
    },
  };
}

/** The name is a plugin's id: letters, digits, dots and hyphens, beginning with a letter. */
async function makeFolder(dir: string, name: string): Promise<string> {
  const path = join(dir, name);
  try {
    await mkdir(dir, { recursive: true, mode: folderMode });
    await mkdir(path, { mode: folderMode });
    await chmod(path, folderMode);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST")
      throw new HilumError("scaffold.exists", { detail: `The workspace has a folder ${name}.`, cause });
    throw new HilumError("workspace.not_writable", { detail: `${dir} cannot be written.`, cause });
  }
  return path;
}

async function writeFiles(folder: string, files: Scaffold["files"]): Promise<void> {
  for (const { path, text } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true, mode: folderMode });
    await writeFile(target, text, { flag: "wx", mode: fileMode });
    // The plugin's own user reads it in the sandbox, whatever umask the server has.
    await chmod(target, fileMode);
    await chmod(dirname(target), folderMode);
  }
}

/** Before the first plugin there is no folder; then it is the one above that counts. */
async function isWritable(dir: string): Promise<boolean> {
  const may = (path: string): Promise<boolean> =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
  return (
    (await may(dir)) ||
    ((await access(dir).then(
      () => false,
      () => true,
    )) &&
      (await may(dirname(dir))))
  );
}
