import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createTempDir } from "@hilum/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { watchFolder, type FolderWatch } from "./watch-folder.ts";

const open: FolderWatch[] = [];
afterEach(() => open.splice(0).forEach((watch) => watch.close()));

const eventually = (check: () => void): Promise<unknown> => vi.waitFor(check, { timeout: 20_000, interval: 10 });

describe.each([{ polling: false }, { polling: true }])("watchFolder with polling $polling", ({ polling }) => {
  async function watch(path: string) {
    const seen: string[][] = [];
    const ended: unknown[] = [];
    const made = await watchFolder(path, {
      ...{ polling, pollMs: 20 },
      onChange: (paths) => seen.push([...paths]),
      onEnd: (error) => ended.push(error),
    });
    open.push(made);
    return { seen, ended, made };
  }

  it("tells of a change, of a new file in a new folder, and of one that is gone", async () => {
    using folder = createTempDir("watch");
    writeFileSync(folder.join("plugin.ts"), "1");
    const { seen, made } = await watch(folder.path);
    expect(made.kind).toBe(polling ? "polling" : "events");
    writeFileSync(folder.join("plugin.ts"), "22");
    await eventually(() => expect(seen.flat()).toContain("plugin.ts"));
    mkdirSync(folder.join("pages"));
    writeFileSync(folder.join("pages/main.tsx"), "1");
    await eventually(() => expect(seen.flat().some((path) => path.startsWith("pages"))).toBe(true));
    seen.length = 0;
    rmSync(folder.join("plugin.ts"));
    await eventually(() => expect(seen.flat()).toContain("plugin.ts"));
  });

  it("gathers what an editor does in several steps, and leaves out what tools leave behind", async () => {
    using folder = createTempDir("watch");
    mkdirSync(folder.join("__pycache__"));
    const { seen } = await watch(folder.path);
    for (const name of ["a.ts", "b.ts", ".a.ts.swp", "a.ts~", "__pycache__/a.pyc"])
      writeFileSync(folder.join(name), "1");
    await eventually(() => expect(seen.flat()).toContain("b.ts"));
    expect(new Set(seen.flat())).toEqual(new Set(["a.ts", "b.ts"]));
  });

  it("is silent once it is closed", async () => {
    using folder = createTempDir("watch");
    const { seen, made } = await watch(folder.path);
    made.close();
    writeFileSync(folder.join("a.ts"), "1");
    // As long as it takes another watch to see it.
    const other = await watch(folder.path);
    writeFileSync(folder.join("b.ts"), "1");
    await eventually(() => expect(other.seen.flat()).toContain("b.ts"));
    expect(seen).toEqual([]);
  });

  it("refuses a folder that is not there", async () => {
    using folder = createTempDir("watch");
    await expect(watch(folder.join("absent"))).rejects.toThrow("ENOENT");
  });
});

it("says when the folder that it looks at is gone", async () => {
  using folder = createTempDir("watch");
  mkdirSync(folder.join("plugin"));
  const ended: unknown[] = [];
  open.push(
    await watchFolder(folder.join("plugin"), {
      ...{ polling: true, pollMs: 10 },
      onChange: () => undefined,
      onEnd: (error) => ended.push(error),
    }),
  );
  rmSync(folder.join("plugin"), { recursive: true });
  await eventually(() => expect(ended).toHaveLength(1));
});
