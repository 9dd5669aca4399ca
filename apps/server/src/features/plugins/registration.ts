import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { findConfusableId, HilumError, type Context, type Manifest, type ParsedManifest } from "@hilum/contract";
import type { Registration } from "@hilum/contract/api";
import { manifestDigest } from "@hilum/contract/digest";
import type { CodeState, PluginRow, RegistrationRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Peer } from "../../http/request.ts";
import type { IncludedPlugin } from "./included.ts";
import { loadPlugin } from "./load-instance.ts";
import { migratedSettings } from "./migrated-settings.ts";
import { readManifest, reviewManifest, type Parsed } from "./review-manifest.ts";

/** Registrations that may wait at once, and for how long: nobody can fill the list or leave a trap for later. */
const waitingMax = 50;
const waitingMs = 24 * 3_600_000;
const manifestFile = "hilum.json";

/** A registration that needed no approval, or has it. */
export interface Decided {
  outcome: "registered" | "unchanged" | "revision_waits";
  plugin: string;
  instance: "default";
}

/** One that waits for a person. */
export interface Waiting {
  outcome: "awaiting_approval";
  registration: RegistrationRow;
}

export interface RegistrationService {
  /** By manifest alone: from the console, an SDK, curl. Without a token it waits, if it comes from this machine. */
  register(context: Context, manifest: unknown, peer: Peer): Promise<Decided | Waiting>;
  include(context: Context, id: string): Promise<Decided>;
  /** A folder on this server with `hilum.json` and code. */
  link(context: Context, path: string): Promise<Decided>;
  waiting(): Promise<Registration[]>;
  approve(context: Context, id: string): Promise<{ registered: Decided; revised: PluginRow | undefined }>;
  reject(id: string): Promise<void>;
}

type Parts = {
  store: Store;
  included: ReadonlyMap<string, IncludedPlugin>;
  /** Whether somebody without a token on this machine may ask. */
  localRegistration(): boolean;
  /** New instances begin in test mode where the platform is one for tests. */
  testMode(): boolean;
};

type Code = { code: CodeState; codePath?: string };

export function createRegistrationService({
  store,
  included,
  localRegistration,
  testMode,
}: Parts): RegistrationService {
  async function admit(context: Context, parsed: Parsed, code: Code | undefined): Promise<Decided> {
    const { manifest, canonical } = parsed;
    const digest = manifestDigest(canonical);
    const current = await store.plugins.find(manifest.id);
    const wanted = code ?? codeOf(manifest);
    if (current === undefined) return await create(context, manifest, digest, wanted);
    refuseOfPackage(current, digest, code);
    const sameCode = code === undefined || (current.code === code.code && current.codePath === code.codePath);
    if (current.digest === digest && sameCode)
      return { outcome: "unchanged", plugin: manifest.id, instance: "default" };
    if (current.digest === digest && current.code === "waiting") {
      await store.plugins.setCode(current.id, { ...wanted, rowVersion: current.rowVersion });
      return { outcome: "registered", plugin: manifest.id, instance: "default" };
    }
    await store.registrations.add(
      { ...newRegistration(context, "revision", manifest, digest), ...(code ?? codeAfterRevision(current, manifest)) },
      { max: waitingMax },
    );
    return { outcome: "revision_waits", plugin: manifest.id, instance: "default" };
  }

  async function create(
    context: Context,
    manifest: Manifest,
    digest: string,
    code: Code,
    registration?: string,
  ): Promise<Decided> {
    await refuseLookAlike(manifest.id);
    const waits =
      registration ??
      (await store.registrations.list()).find((row) => row.kind === "plugin" && row.plugin === manifest.id)?.id;
    await store.plugins.create({
      id: manifest.id,
      name: manifest.name,
      ...(manifest.version === undefined ? {} : { version: manifest.version }),
      manifest: { ...manifest },
      digest,
      ...code,
      at: context.now().toISOString(),
      by: context.actor.id,
      instance: { id: "default", title: manifest.name, testMode: code.code === "host" || testMode() },
      ...(waits === undefined ? {} : { registration: waits }),
    });
    return { outcome: "registered", plugin: manifest.id, instance: "default" };
  }

  async function refuseLookAlike(id: string): Promise<void> {
    const taken = [...(await store.plugins.list()).map((plugin) => plugin.id), ...included.keys()].filter(
      (other) => other !== id,
    );
    const lookAlike = findConfusableId(id, taken);
    if (lookAlike !== undefined)
      throw new HilumError("manifest.id_confusable", {
        detail: `The id ${id} looks like ${lookAlike}, which is known here.`,
        problems: [
          {
            pointer: "/id",
            message: `\`${id}\` can be mistaken for \`${lookAlike}\`.`,
            fix: "Choose an id that cannot be mistaken for another.",
          },
        ],
      });
  }

  async function wait(context: Context, parsed: Parsed, peer: Peer): Promise<Decided | Waiting> {
    const { manifest, canonical } = parsed;
    const digest = manifestDigest(canonical);
    const current = await store.plugins.find(manifest.id);
    if (current?.digest === digest) return { outcome: "unchanged", plugin: manifest.id, instance: "default" };
    refuseOfPackage(current, digest, undefined);
    if (current === undefined) await refuseLookAlike(manifest.id);
    const kind = current === undefined ? "plugin" : "revision";
    const expiresAt = new Date(context.now().getTime() + waitingMs).toISOString();
    const code = current === undefined ? codeOf(manifest) : codeAfterRevision(current, manifest);
    const registration = await store.registrations.add(
      { ...newRegistration(context, kind, manifest, digest), from: `local:${peer.address}`, expiresAt, ...code },
      { max: waitingMax },
    );
    return { outcome: "awaiting_approval", registration };
  }

  return {
    async register(context, input, peer) {
      const { actor } = context;
      if (actor.kind === "anonymous" && !(peer.local && localRegistration()))
        throw new HilumError("request.unauthenticated", {
          detail:
            "Registering from here needs a token of an operator. Send it as `Authorization: Bearer …`; tokens are made in the console under Users, Tokens.",
        });
      if (
        (actor.kind === "user" || actor.kind === "token") &&
        actor.role !== "administrator" &&
        actor.role !== "operator"
      )
        throw new HilumError("request.forbidden", {
          detail: "Registering a plugin needs the role operator or administrator.",
        });
      const parsed = accept(readManifest(input));
      return actor.kind === "anonymous" ? await wait(context, parsed, peer) : await admit(context, parsed, undefined);
    },
    async include(context, id) {
      const plugin = included.get(id);
      if (plugin === undefined)
        throw new HilumError("plugin.not_found", { detail: `No plugin ${id} comes with Hilum.` });
      const code: Code =
        plugin.code.kind === "host" ? { code: "host" } : { code: "included", codePath: plugin.code.path };
      return await admit(context, { ok: true, manifest: plugin.manifest, canonical: plugin.canonical }, code);
    },
    async link(context, path) {
      const folder = await readFolder(path);
      return await admit(context, folder.parsed, { code: "linked", codePath: folder.path });
    },
    async waiting() {
      const [rows, plugins] = await Promise.all([store.registrations.list(), store.plugins.list()]);
      return rows.map((row) =>
        presentRegistration(
          row,
          plugins.find((plugin) => plugin.id === row.plugin),
        ),
      );
    },
    async approve(context, id) {
      const row = await findRegistration(store, id);
      const manifest = row.manifest as unknown as Manifest;
      const code: Code = { code: row.code, ...(row.codePath === undefined ? {} : { codePath: row.codePath }) };
      if (row.kind === "plugin")
        return { registered: await create(context, manifest, row.digest, code, row.id), revised: undefined };
      const current = await loadPlugin(store, row.plugin);
      const revised = await store.plugins.revise({
        id: row.plugin,
        name: manifest.name,
        ...(manifest.version === undefined ? {} : { version: manifest.version }),
        manifest: row.manifest,
        digest: row.digest,
        ...code,
        rowVersion: current.rowVersion,
        registration: row.id,
        settings: await migratedSettings(context, store, current, manifest),
      });
      await forgetDroppedScopes(store, revised, manifest);
      return { registered: { outcome: "registered", plugin: row.plugin, instance: "default" }, revised };
    },
    async reject(id) {
      await findRegistration(store, id);
      await store.registrations.remove(id);
    },
  };
}

/** A manifest without code waits for it; a remote one brings its own. */
function codeOf(manifest: Manifest): Code {
  return { code: manifest.runtime?.kind === "remote" ? "remote" : "waiting" };
}

/** What a package says of itself was signed with its code: another manifest comes with another package. */
function refuseOfPackage(current: PluginRow | undefined, digest: string, code: Code | undefined): void {
  if (current?.code === "installed" && current.digest !== digest && code === undefined)
    throw new HilumError("plugin.installed", { detail: `${current.name} comes from a package.` });
}

/** A revision that comes as a manifest alone keeps the code where it is. */
function codeAfterRevision(current: PluginRow, manifest: Manifest): Code {
  if (manifest.runtime?.kind === "remote") return { code: "remote" };
  return {
    code: current.code === "remote" ? "waiting" : current.code,
    ...(current.codePath === undefined ? {} : { codePath: current.codePath }),
  };
}

function newRegistration(
  context: Context,
  kind: "plugin" | "revision",
  manifest: Manifest,
  digest: string,
): Omit<RegistrationRow, "code"> {
  return {
    id: makeId(context.now().getTime()),
    kind,
    plugin: manifest.id,
    name: manifest.name,
    from: context.actor.id,
    at: context.now().toISOString(),
    manifest: { ...manifest },
    digest,
  };
}

function accept(parsed: ParsedManifest): Parsed {
  if (parsed.ok) return parsed;
  const [first] = parsed.problems;
  throw new HilumError(parsed.code, {
    detail:
      first === undefined
        ? "The manifest is not valid."
        : `${first.pointer === "" ? "The manifest" : first.pointer}: ${first.message}.`,
    problems: parsed.problems,
  });
}

async function readFolder(path: string): Promise<{ path: string; parsed: Parsed }> {
  if (!isAbsolute(path)) throw badFolder(path, "is not an absolute path", "Write the whole path, beginning with /.");
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || !(await stat(real)).isDirectory())
    throw badFolder(
      path,
      "is not a folder on this server",
      "Check the path; it is read on the server, not on your computer.",
    );
  const text = await readFile(join(real, manifestFile), "utf8").catch(() => undefined);
  if (text === undefined)
    throw badFolder(path, `holds no ${manifestFile}`, `Add ${manifestFile} with id, name and capabilities.`);
  return { path: real, parsed: accept(readManifest(text)) };
}

function badFolder(path: string, condition: string, fix: string): HilumError {
  return new HilumError("request.invalid", {
    detail: `The folder ${condition}.`,
    problems: [{ pointer: "/path", message: `\`${path.slice(0, 200)}\` ${condition}.`, fix }],
  });
}

async function findRegistration(store: Pick<Store, "registrations">, id: string): Promise<RegistrationRow> {
  const row = await store.registrations.find(id);
  if (row === undefined) throw new HilumError("registration.not_found");
  return row;
}

async function forgetDroppedScopes(
  store: Pick<Store, "instances" | "grants">,
  plugin: PluginRow,
  manifest: Manifest,
): Promise<void> {
  const asked = new Set((manifest.scopes ?? []).map(({ scope }) => scope));
  for (const { instance } of await store.instances.list(plugin.id)) {
    const key = { plugin: plugin.id, instance };
    const dropped = (await store.grants.list(key)).map(({ scope }) => scope).filter((scope) => !asked.has(scope));
    if (dropped.length > 0) await store.grants.forget(key, dropped);
  }
}

function presentRegistration(row: RegistrationRow, current: PluginRow | undefined): Registration {
  const review = reviewManifest(
    readManifest(row.manifest, { included: row.code === "included" || row.code === "host" }),
    current,
  );
  return {
    id: row.id,
    kind: row.kind,
    plugin: row.plugin,
    name: row.name,
    from: row.from,
    at: row.at,
    review,
    ...(row.expiresAt === undefined ? {} : { expiresAt: row.expiresAt }),
  };
}
