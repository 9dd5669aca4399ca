import { describe, expect, it } from "vitest";
import { applyChange, readSteps } from "./tutorial-page.ts";

const fence = "```";
const change = { kind: "change", path: "plugin.ts", before: "  a();", after: "  b();" } as const;

describe("the steps of a tutorial", () => {
  it("are its commands, shown files and changes, in their order", () => {
    const page = `Words.\n\n${fence}sh\nnpm install\nhilum a \\\n  --b c\n# a remark\n${fence}\n\n${fence}ts plugin.ts\nx\n${fence}\n\n${fence}diff plugin.ts\n-  a();\n+  b();\n${fence}\n`;
    expect(readSteps(page)).toEqual([
      { kind: "command", command: "npm install" },
      { kind: "command", command: "hilum a --b c" },
      { kind: "shown", path: "plugin.ts", text: "x\n" },
      change,
    ]);
  });

  it("are refused where a block names no file or changes more than a line", () => {
    expect(() => readSteps(`${fence}ts\nx\n${fence}\n`)).toThrow("names no file");
    expect(() => readSteps(`${fence}diff a.ts\n-a\n+b\n+c\n${fence}\n`)).toThrow("not one line");
  });

  it("change a line that is there once, and no other", () => {
    expect(applyChange("x\n  a();\ny", change)).toBe("x\n  b();\ny");
    expect(() => applyChange("x", change)).toThrow("plugin.ts has 0 lines");
    expect(() => applyChange("  a();\n  a();", change)).toThrow("plugin.ts has 2 lines");
  });
});
