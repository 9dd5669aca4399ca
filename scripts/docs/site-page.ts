import { posix } from "node:path";

/** A Markdown file of the repository that is a page of the site. */
export interface SitePage {
  /** From the root, with forward slashes. */
  path: string;
  /** The page's address without slashes around it; the home page's is empty. */
  slug: string;
  title: string;
  /** Without the heading, which the site draws from the title. */
  body: string;
}

/** Reads what a page is from its file. Throws where it does not begin with a heading. */
export function parsePage(path: string, text: string): SitePage {
  const heading = /^# (.+)$/m.exec(text);
  if (heading?.[1] === undefined) throw new Error(`${path} has no heading; its first line is to be \`# Title\``);
  return { path, slug: slugOf(path), title: plain(heading[1]), body: text.replace(heading[0], "").trimStart() };
}

/** `docs/guides/first-run.md` is `guides/first-run`, `examples/register/README.md` is `examples/register`. */
function slugOf(path: string): string {
  const name = path.replace(/^docs\//, "").replace(/\.md$/, "");
  if (name === "index") return "";
  return name.replace(/\/README$/, "").toLowerCase();
}

const plain = (markdown: string): string => markdown.replaceAll(/[`*]/g, "");

/**
 * The page as the generator takes it: title as front matter, and each link to where its target is on the site. What is
 * not on the site, such as a source file, keeps its words and loses its link.
 */
export function renderPage(page: SitePage, pages: readonly SitePage[], files: ReadonlySet<string>): string {
  const front = `---\ntitle: ${JSON.stringify(page.title)}\n---\n\n`;
  const parts = page.body.split(/(^```[\s\S]*?^```$)/m);
  const body = parts.map((part) =>
    part.startsWith("```") ? titleBlock(part) : rewriteLinks(part, page.path, pages, files),
  );
  return front + body.join("");
}

/** The name of a file after the language (```js plugin.mjs) becomes the block's title. */
function titleBlock(block: string): string {
  return block.replace(/^```(\w+) (\S+)$/m, '```$1 title="$2"');
}

function rewriteLinks(text: string, from: string, pages: readonly SitePage[], files: ReadonlySet<string>): string {
  const link = /(!?)\[((?:[^[\]]|\[[^\]]*\]\([^)]*\))*)\]\(([^)\s]+)\)/g;
  return text.replaceAll(link, (whole, picture: string, words: string, target: string) => {
    if (/^[a-z]+:|^#/.test(target)) return whole;
    const inner = rewriteLinks(words, from, pages, files);
    const address = addressOf(target, from, pages, files);
    return address === undefined ? inner : `${picture}[${inner}](${address})`;
  });
}

function addressOf(
  target: string,
  from: string,
  pages: readonly SitePage[],
  files: ReadonlySet<string>,
): string | undefined {
  const [place = "", fragment] = target.split("#");
  const path = posix.join(posix.dirname(from), place).replace(/\/$/, "");
  const page = pages.find((candidate) => candidate.path === path || candidate.path === `${path}/README.md`);
  if (page !== undefined)
    return `/${page.slug}${page.slug === "" ? "" : "/"}${fragment === undefined ? "" : `#${fragment}`}`;
  return files.has(path) ? `/${path.replace(/^docs\//, "")}` : undefined;
}
