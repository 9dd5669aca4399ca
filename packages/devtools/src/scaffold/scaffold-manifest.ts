import type { ScaffoldChoice } from "@hilum/contract/api";
import { requiredHilum } from "../upgrade/003-requires-hilum.ts";

/** `hilum.json` of a new plugin: what it is, one setting, one smoke test. */
export function scaffoldManifest({ id, name, capabilities, pages, language }: ScaffoldChoice): string {
  const entry = { node: "main.ts", python: "main.py" }[language];
  const page = { entry: "dist/ui/pages.js", style: "dist/ui/pages.css" };
  const manifest = {
    id,
    name,
    version: "0.1.0",
    description: "Takes each message and keeps it to itself, until your provider is called.",
    requires: { hilum: requiredHilum },
    capabilities: [...new Set(capabilities)],
    runtime: { kind: language, entry },
    config: {
      type: "object",
      properties: {
        sender: {
          type: "string",
          title: "Sender",
          description: "What recipients see as the sender.",
          default: "Clinic",
          maxLength: 40,
        },
      },
    },
    smokeTests: [{ id: "sender", title: "A sender is set" }],
    ...(pages ? { ui: { settings: page } } : {}),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** What conformance needs to know of the new plugin, so that no case of its capabilities is left out. */
export const scaffoldSubject = `${JSON.stringify(
  { channel: "email", accepted: "ada@example.org", refused: "nobody@example.org" },
  undefined,
  2,
)}\n`;
