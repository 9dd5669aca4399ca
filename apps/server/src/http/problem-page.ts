import type { ProblemDocument } from "@hilum/contract/api";

/** A refusal as a page, for an address to which another site sends a person's browser. No script, no style, nothing loaded. */
export function presentProblemPage({ title, detail, fix, code, requestId }: ProblemDocument): string {
  const said = detail === title ? "" : `<p>${escapeHtml(detail)}</p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} - Hilum</title></head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${said}
<p>${escapeHtml(fix)}</p>
<p><a href="/admin/ui/">Go to Hilum</a></p>
<p><small>Error code <code>${escapeHtml(code)}</code>, request <code>${escapeHtml(requestId)}</code></small></p>
</main>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
