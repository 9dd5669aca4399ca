/** Vectors of one kind: `about` says what each member of a case is; the outcome of each is what the real code gives. */
export interface VectorFile {
  name: string;
  about: string;
  cases: readonly object[];
}

/** One case per line, so that a difference can be read. */
export function renderVectors({ about, cases }: VectorFile): string {
  const lines = cases.map((one) => `    ${JSON.stringify(one)}`);
  return `{\n  "about": ${JSON.stringify(about)},\n  "cases": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
