import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** One sentence for each link of the built site that leads to a file or a place in a page that is not there. */
export function findDeadLinks(built: string): string[] {
  const pages = new Map(
    readdirSync(built, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".html"))
      .map((path) => [`/${path.replaceAll("\\", "/")}`, readFileSync(join(built, path), "utf8")]),
  );
  const ids = new Map([...pages].map(([path, html]) => [path, new Set(attributesOf(html, ["id", "name"]))]));
  return [...pages].flatMap(([page, html]) =>
    [...new Set(attributesOf(html, ["href", "src"]))]
      .filter((target) => !/^(?:[a-z]+:|\/\/)/i.test(target))
      .flatMap((target) => judgeLink(built, page, target, ids).map((fault) => `${page}: ${target} ${fault}`)),
  );
}

function judgeLink(
  built: string,
  page: string,
  target: string,
  ids: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const [place = "", fragment = ""] = decodeURIComponent(target).split("#");
  const address = place === "" ? page : posix.join(dirname(page), place.split("?")[0] ?? "");
  const path = place.startsWith("/") ? (place.split("?")[0] ?? "") : address;
  const file = path.endsWith("/") ? `${path}index.html` : path;
  const there = existsSync(join(built, file)) && statSync(join(built, file)).isFile();
  if (!there) return ["leads to nothing"];
  if (fragment === "" || ids.get(file)?.has(fragment) !== false) return [];
  return [`leads to no place of ${file}`];
}

function attributesOf(html: string, names: readonly string[]): string[] {
  const pattern = new RegExp(`\\s(?:${names.join("|")})=(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "g");
  return [...html.matchAll(pattern)].map(([, double, single, bare]) =>
    (double ?? single ?? bare ?? "").replaceAll("&amp;", "&"),
  );
}
