/** Where pages of plugins are served from; the console may frame nothing else. */
export const pagesPath = "/plugin-ui/";
/** The frame's own restrictions: scripts run, in an origin of their own; no forms, popups, dialogs, downloads, top navigation. */
export const pageSandbox = "allow-scripts";

/** A page as it is served: every file under an address that holds the digest of the bytes. */
export interface ServedPage {
  /** Origin of the console, such as `https://localhost:8443`. */
  origin: string;
  /** Folder of the page's files, from the root, without a slash at its end. */
  folder: string;
  /** What the browser calls the document, for people who hear it. */
  title: string;
  /** Subresource integrity of `page.js`, and of `page.css` where there is one. */
  scriptIntegrity: string;
  styleIntegrity?: string;
  /** The console's own part: fonts, from the root. */
  frameStyle: string;
  fonts: readonly string[];
}

/**
 * `Content-Security-Policy` of a page's document. Every file is named by its whole address, since `'self'` of an opaque
 * origin matches nothing (https://www.w3.org/TR/CSP3/#match-url-to-source-expression).
 */
export function pagePolicy({ origin, folder, styleIntegrity, frameStyle, fonts }: ServedPage): string {
  const at = (path: string): string => origin + path;
  const styles = [at(frameStyle), ...(styleIntegrity === undefined ? [] : [at(`${folder}/page.css`)])];
  return [
    `sandbox ${pageSandbox}`,
    "default-src 'none'",
    `script-src ${at(`${folder}/page.js`)}`,
    `style-src ${styles.join(" ")}`,
    `font-src ${fonts.length === 0 ? "'none'" : fonts.map(at).join(" ")}`,
    "img-src data: blob:",
    "connect-src 'none'",
    "frame-src 'none'",
    "worker-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    `frame-ancestors ${origin}`,
  ].join("; ");
}

/**
 * `Connection-Allowlist` of a page's document: this server and nobody else. It closes what no content security policy reaches,
 * WebRTC and connections made ahead of a request; browsers that do not know it leave those open
 * (https://wicg.github.io/connection-allowlists/).
 */
export const pageConnections = "(response-origin)";

/** The document itself. It holds nothing of the plugin but the names of its files. */
export function pageDocument({ folder, title, scriptIntegrity, styleIntegrity, frameStyle }: ServedPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<link rel="stylesheet" href="${frameStyle}">
${styleIntegrity === undefined ? "" : `<link rel="stylesheet" href="${folder}/page.css" integrity="${styleIntegrity}" crossorigin="anonymous">\n`}<script type="module" src="${folder}/page.js" integrity="${scriptIntegrity}" crossorigin="anonymous"></script>
</head>
<body>
<div id="root"><p>This page of a plugin is shown inside the Admin Console.</p></div>
</body>
</html>
`;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeText = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => escapes[letter] ?? "");
