import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const folders = ["guides", "tutorial"].map((name) => join(import.meta.dirname, "..", name));
const pages = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name): [string, string] => [name, readFileSync(join(folder, name), "utf8")]),
);

/** Headings of the sections that have commands and say nothing of the console: its name, or a place in it such as *Messages, Routing*. */
function sectionsWithoutConsole(page: string): string[] {
  return page
    .split(/^(?=#{1,2} )/m)
    .filter((section) => /^```sh/m.test(section) && !/[Cc]onsole|\*[A-Z][\w ]+(?:, [A-Z][\w ]+)+\*/.test(section))
    .map((section) => section.split("\n")[0] ?? "");
}

describe("a guide", () => {
  it("is caught where a command stands alone", () => {
    const fence = "```";
    const alone = `# A\n\n## B\n\n${fence}sh\nhilum a b\n${fence}\n`;
    expect(sectionsWithoutConsole(alone)).toEqual(["## B"]);
    expect(sectionsWithoutConsole(`${alone}\n*Messages, Routing* does the same.\n`)).toEqual([]);
  });

  it.each(pages)("%s says beside each command how the console does it", (_name, page) => {
    expect(sectionsWithoutConsole(page)).toEqual([]);
  });
});
