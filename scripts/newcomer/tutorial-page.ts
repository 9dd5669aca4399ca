/** What a tutorial asks its reader to do, in the order in which it asks. */
export type Step =
  | { kind: "command"; command: string }
  /** A file as it stands after what came before; nothing is to be typed. */
  | { kind: "shown"; path: string; text: string }
  | { kind: "change"; path: string; before: string; after: string };

/** Reads the fenced blocks of a page. Throws where a block is not one that a newcomer can follow. */
export function readSteps(page: string): Step[] {
  const blocks = [...page.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, language = "", path, text = ""]): Step[] => {
    if (language === "sh") return readCommands(text).map((command) => ({ kind: "command", command }));
    if (path === undefined) throw new Error(`A block in ${language} names no file: \`\`\`${language} <file>`);
    return language === "diff" ? [readChange(path, text)] : [{ kind: "shown", path, text }];
  });
}

/** One command a line; a line that ends with a backslash goes on. */
function readCommands(text: string): string[] {
  const lines = text.replaceAll(/\\\n\s*/g, "").split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

function readChange(path: string, text: string): Step {
  const [before, after, ...rest] = text.trimEnd().split("\n");
  if (before?.startsWith("-") !== true || after?.startsWith("+") !== true || rest.length > 0)
    throw new Error(`The change of ${path} is not one line: a line with - and one with +`);
  return { kind: "change", path, before: before.slice(1), after: after.slice(1) };
}

/** The text with the line changed. Throws where the line is not there exactly once. */
export function applyChange(text: string, { path, before, after }: Extract<Step, { kind: "change" }>): string {
  const lines = text.split("\n");
  const places = lines.flatMap((line, index) => (line === before ? [index] : []));
  if (places.length !== 1) throw new Error(`${path} has ${places.length} lines that read ${JSON.stringify(before)}`);
  return lines.map((line) => (line === before ? after : line)).join("\n");
}
