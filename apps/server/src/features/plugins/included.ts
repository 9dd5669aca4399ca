import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HilumError, parseManifest, type Manifest } from "@hilum/contract";
import { practiceMailboxManifest } from "../practice-mailbox/manifest.ts";

/** A plugin that comes with Hilum. */
export interface IncludedPlugin {
  manifest: Manifest;
  canonical: string;
  /** `host`: code of the platform itself, run in its process; else a folder that runs sandboxed like any other. */
  code: { kind: "host" } | { kind: "included"; path: string };
}

/** Reads the included plugins once; a broken one is a broken installation and stops the start. */
export function loadIncludedPlugins(pluginsDir: string): ReadonlyMap<string, IncludedPlugin> {
  const plugins = [
    read(practiceMailboxManifest, { kind: "host" }),
    fromFolder(join(pluginsDir, "smtp")),
    fromFolder(join(pluginsDir, "twilio-sms")),
    fromFolder(join(pluginsDir, "webhook-sender")),
    fromFolder(join(pluginsDir, "fhir-server")),
    fromFolder(join(pluginsDir, "s3-archive")),
    fromFolder(join(pluginsDir, "orthanc-dicom")),
  ];
  return new Map(plugins.map((plugin) => [plugin.manifest.id, plugin]));
}

function fromFolder(path: string): IncludedPlugin {
  return read(readFileSync(join(path, "hilum.json"), "utf8"), { kind: "included", path });
}

function read(input: unknown, code: IncludedPlugin["code"]): IncludedPlugin {
  const parsed = parseManifest(input, { included: true });
  if (parsed.ok) return { manifest: parsed.manifest, canonical: parsed.canonical, code };
  throw new HilumError("data.corrupt", {
    detail: `The manifest of an included plugin is not valid: ${parsed.problems[0]?.pointer ?? ""} ${parsed.problems[0]?.message ?? ""}`,
  });
}
