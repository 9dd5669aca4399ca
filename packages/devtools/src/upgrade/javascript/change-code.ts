import type { Changes, FolderFiles } from "../upgrade.ts";
import { isCode, parseCode, type SyntaxNode } from "./syntax.ts";

/** A file that was parsed. */
export interface Code {
  path: string;
  text: string;
  program: SyntaxNode;
}

/** Changes each file of code that holds `name`. One that cannot be read as code is left to a person, with `mend` as what to do. */
export async function changeCode(
  files: FolderFiles,
  { name, mend, change }: { name: string; mend: string; change(code: Code): Changes },
): Promise<Changes> {
  const changes: Changes = { edits: [], byHand: [] };
  for (const [path, text] of files) {
    if (!isCode(path) || !text.includes(name)) continue;
    const program = await parseCode(path, text);
    if (program === undefined) {
      changes.byHand.push({ path, line: 1, todo: `It could not be read as code: ${mend}` });
      continue;
    }
    const found = change({ path, text, program });
    changes.edits.push(...found.edits);
    changes.byHand.push(...found.byHand);
  }
  return changes;
}
