import { parseSync, Visitor } from "oxc-parser";
import type { SourceFile } from "./source-files.ts";

export interface Import {
  specifier: string;
  /** 1-based. */
  line: number;
}

/** Every module that a file names in an import, export, `import()` or `import("x").T`, as the parser sees it. */
export function readImports({ path, text }: SourceFile): Import[] {
  const imports: Import[] = [];
  const take = (source: unknown): void => {
    if (!isStringLiteral(source)) return;
    imports.push({ specifier: source.value, line: text.slice(0, source.start).split("\n").length });
  };
  new Visitor({
    ImportDeclaration: (node) => take(node.source),
    ExportNamedDeclaration: (node) => take(node.source),
    ExportAllDeclaration: (node) => take(node.source),
    ImportExpression: (node) => take(node.source),
    TSImportType: (node) => take(node.source),
  }).visit(parseSync(path, text).program);
  return imports;
}

function isStringLiteral(node: unknown): node is { value: string; start: number } {
  return typeof node === "object" && node !== null && "value" in node && typeof node.value === "string";
}
