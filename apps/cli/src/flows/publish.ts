import { basename } from "node:path";
import type { PublicationPreview, Submission } from "@hilum/contract/api";
import {
  addFiles,
  amendListing,
  changeFile,
  filesOf,
  listingPath,
  publish as signFiles,
  revocationsPath,
  withRevocation,
  type PublicationFiles,
} from "@hilum/marketplace/sign";
import { oneLine } from "../render.ts";
import { UsageError } from "../usage-error.ts";
import { confirm, listed, needed, readBytes, readText, type Flow, type FlowContext } from "./flow.ts";
import { currentOf, whenOf } from "./keeper.ts";
import { createKeyOpener, passphraseFlag } from "./open-keys.ts";

const signerFlags = {
  publisher: { type: "string" },
  key: { type: "string", multiple: true },
  serving: { type: "string" },
  yes: { type: "boolean" },
  ...passphraseFlag,
} as const;

const publishHint = "hilum publish --help";
type Evidence = { conformance: { passed: number; failed: number; skipped: number } };

const publish: Flow = {
  words: "publish",
  summary: "Publish a version: validate, conformance, pack, sign, preview, submit",
  usage: [
    "hilum publish <plugin | file.hilum> --publisher <name> --key <key file>... [--changelog <text>] [--security] [--picture <file>=<what it shows>]... [--yes]",
    "A plugin is one whose folder is linked at the server; a file was packed before.",
  ],
  flags: {
    ...signerFlags,
    changelog: { type: "string" },
    security: { type: "boolean" },
    picture: { type: "string", multiple: true },
  },
  operations: [
    ...(["previewPackage", "runConformance", "packPlugin", "getOwnMarketplace"] as const),
    ...(["uploadPublishedFile", "previewPublication", "submitPublication"] as const),
  ],
  async run(context) {
    const publisher = needed(context, "publisher", publishHint);
    const { archive, evidence } = await obtain(context);
    const preview = await previewOf(context, publisher, archive, evidence);
    show(preview, context.say);
    const { plugin, version } = preview.detail;
    await confirm(context, `Sign ${plugin} ${version} as ${publisher} and hand it in?`);
    await upload(context, Buffer.from(preview.listing), "application/json");
    await submit(context, { kind: "version", plugin, version }, (files) => addFiles(files, preview.files));
  },
};

/** The package, with what shows that it is good: made of a linked folder, or read from a file. */
async function obtain(context: FlowContext): Promise<{ archive: Buffer; evidence?: Evidence }> {
  const [what] = context.positionals;
  if (what === undefined) throw new UsageError("It takes a plugin or a package.", publishHint);
  if (what.endsWith(".hilum")) return { archive: await readBytes(what) };
  const params = { plugin: what };
  const { files } = await context.ask("previewPackage", { params });
  context.say(`validate     ${files.length} files`);
  const { passed, counts, cases } = await context.ask("runConformance", { params, body: {} });
  context.say(`conformance  ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (!passed) {
    const failed = cases.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
    throw new UsageError(`Conformance failed: ${failed.join(", ")}.`, `hilum dev run-conformance ${what}`);
  }
  const archive = await context.download("packPlugin", { params });
  context.say(`pack         ${archive.length} bytes`);
  return { archive, evidence: { conformance: counts } };
}

async function previewOf(
  context: FlowContext,
  publisher: string,
  archive: Buffer,
  evidence: Evidence | undefined,
): Promise<PublicationPreview> {
  const screenshots = [];
  for (const picture of listed(context, "picture")) {
    const [path = "", ...alt] = picture.split("=");
    if (alt.length === 0) throw new UsageError(`${basename(path)} does not say what it shows.`, publishHint);
    screenshots.push({ image: await upload(context, await readBytes(path), "image/png"), alt: alt.join("=") });
  }
  const { changelog } = context.flags;
  return await context.ask("previewPublication", {
    body: {
      ...{ publisher, package: await upload(context, archive, "application/zip"), screenshots },
      security: context.flags["security"] === true,
      ...(typeof changelog === "string" ? { changelog: await readText(changelog) } : {}),
      ...(evidence === undefined ? {} : { evidence }),
    },
  });
}

function show({ detail }: PublicationPreview, say: FlowContext["say"]): void {
  say(`preview      ${oneLine(detail.name)} ${detail.version}, ${detail.quality}`);
  say(`package      ${detail.digest}`);
  for (const { plain } of detail.permissions) say(`may          ${oneLine(plain)}`);
  for (const host of detail.hosts) say(`contacts     ${oneLine(host)}`);
  for (const { title, met, evidence } of detail.qualityCriteria)
    if (!met) say(`missing      ${oneLine(title)}: ${oneLine(evidence)}`);
}

async function upload({ ask }: FlowContext, bytes: Uint8Array, contentType: string): Promise<string> {
  return (await ask("uploadPublishedFile", { upload: { bytes, contentType } })).digest;
}

/** Signs the next list of files where the key is, and hands it in for review. */
async function submit(
  context: FlowContext,
  about: Pick<Submission, "kind" | "plugin" | "version" | "reason">,
  change: (files: PublicationFiles) => PublicationFiles | Promise<PublicationFiles>,
): Promise<void> {
  const publisher = needed(context, "publisher", publishHint);
  const open = createKeyOpener(context);
  if (listed(context, "key").length === 0) needed(context, "key", publishHint);
  const keys = await Promise.all(listed(context, "key").map(async (path) => (await open(path)).key));
  const before = (await currentOf(context)).publishers[publisher];
  const files = await change(filesOf(before));
  const publication = await signFiles(before, publisher, files, keys, whenOf(context));
  context.say(`sign         ${keys.map(({ id }) => id.slice(0, 12)).join(", ")}`);
  const { id, approvalsNeeded } = await context.ask("submitPublication", {
    body: { publisher, ...about, publication },
  });
  context.say(`submit       ${id}: ${approvalsNeeded} other people have to approve it`);
}

const amendments = {
  yank: "Take a version out of the offer; where it runs it goes on",
  deprecate: "Advise against a version",
  revoke: "Take a version back as dangerous: it is stopped where the policy says so",
} as const;

const amendmentFlows = Object.entries(amendments).map(([words, summary]): Flow => {
  const kind = words as keyof typeof amendments;
  return {
    ...{ words, summary },
    usage: [`hilum ${words} <plugin> <version> --publisher <name> --key <key file>... --reason <why> [--yes]`],
    flags: { ...signerFlags, reason: { type: "string" } },
    operations: ["getOwnMarketplace", "getPublishedFile", "uploadPublishedFile", "submitPublication"],
    run: async (context) => await amend(kind, context),
  };
});

async function amend(kind: keyof typeof amendments, context: FlowContext): Promise<void> {
  const hint = `hilum ${kind} --help`;
  const [plugin, version] = context.positionals;
  if (plugin === undefined || version === undefined) throw new UsageError("It takes plugin and version.", hint);
  const [publisher, reason] = [needed(context, "publisher", hint), needed(context, "reason", hint)];
  await confirm(context, `${amendments[kind]}: ${plugin} ${version}?`);
  await submit(context, { kind, plugin, version, reason }, async (files) => {
    const path = kind === "revoke" ? revocationsPath(publisher) : listingPath(publisher, plugin, version);
    const digest = files[path]?.hashes.sha256;
    if (digest === undefined && kind !== "revoke")
      throw new UsageError(`${plugin} ${version} is not published.`, "hilum publishing get-own-marketplace");
    const before =
      digest === undefined
        ? undefined
        : (await context.download("getPublishedFile", { params: { digest } })).toString("utf8");
    const text =
      kind === "revoke"
        ? withRevocation(before, { plugin, version, reason, since: new Date().toISOString() })
        : amendListing(before ?? "", kind === "yank" ? { yanked: reason } : { deprecated: reason });
    const bytes = new TextEncoder().encode(text);
    await upload(context, bytes, "application/json");
    const about = kind === "revoke" ? { kind: "revocations" as const } : { kind: "listing" as const, plugin, version };
    return await changeFile(files, path, bytes, about);
  });
}

export const publishFlows: readonly Flow[] = [publish, ...amendmentFlows];
