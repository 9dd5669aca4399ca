import type { ScaffoldChoice } from "@hilum/contract/api";

/** How to work on the new plugin, in the words of its language. */
export function readme(choice: ScaffoldChoice): string {
  const { name, language, pages } = choice;
  return `# ${name}

A Hilum plugin. What it is stands in \`hilum.json\`; what it does stands in \`${language === "node" ? "plugin.ts" : "plugin.py"}\`.

## Test it

\`\`\`sh
${language === "node" ? "node --test" : "python3 -m pytest"}
\`\`\`
${language === "node" ? "" : "\nIt needs the package `hilum`, pytest and pytest-asyncio.\n"}
## Run it

1. Link this folder: Plugins, Add, Link a folder; or \`hilum plugins link-folder --path "$PWD"\`.
2. Save its settings, review its access, enable it.
3. Turn on Live reload under Developer tools: each change is running a moment later.
${
  pages
    ? `
## Its page

\`pages/settings.tsx\` stands in place of the generated settings page. \`npm run build\` makes \`dist/ui\`, which is what the
console shows; enable the plugin again to accept the new files.
`
    : ""
}
## Before it goes to anybody

Run the conformance cases and pack it under Developer tools; or \`hilum dev run-conformance ${choice.id}\` and
\`hilum dev pack ${choice.id} --out ${choice.id}.hilum\`.
`;
}
