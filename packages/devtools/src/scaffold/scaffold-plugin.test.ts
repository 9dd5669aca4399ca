import { isHilumError, parseManifest, type Problem } from "@hilum/contract";
import { pluginLanguages, type ScaffoldChoice } from "@hilum/contract/api";
import { describe, expect, it } from "vitest";
import { scaffoldPlugin } from "./scaffold-plugin.ts";

const choice: ScaffoldChoice = {
  ...{ language: "node", id: "com.example.begun", name: "Begun" },
  ...{ capabilities: ["send_messages"], pages: false },
};

function problemsOf(wanted: ScaffoldChoice): readonly Problem[] {
  try {
    scaffoldPlugin(wanted);
  } catch (error) {
    if (isHilumError(error)) return error.problems;
  }
  return [];
}

describe("scaffoldPlugin", () => {
  it.each(pluginLanguages)("makes a manifest in %s that registers as it stands", (language) => {
    const { files, folder } = scaffoldPlugin({ ...choice, language });
    const parsed = parseManifest(files.find(({ path }) => path === "hilum.json")?.text);
    expect(parsed).toMatchObject({ ok: true, manifest: { id: choice.id, name: "Begun", runtime: { kind: language } } });
    expect(folder).toBe(choice.id);
  });

  it("says of each file what it is for, and leads out of the folder with none", () => {
    const files = pluginLanguages.flatMap(
      (language) => scaffoldPlugin({ ...choice, language, pages: language === "node" }).files,
    );
    expect(files.filter(({ purpose }) => purpose.length < 10)).toEqual([]);
    expect(files.filter(({ path }) => path.startsWith("/") || path.includes(".."))).toEqual([]);
    expect(files.filter(({ text }) => !text.endsWith("\n"))).toEqual([]);
  });

  it("names what cannot be: an id, a name, a capability that is not served, pages in Python", () => {
    expect(problemsOf({ ...choice, id: "com.Example" })).toMatchObject([{ pointer: "/id" }]);
    expect(problemsOf({ ...choice, id: "org.hilum.mine" })).toMatchObject([{ pointer: "/id" }]);
    expect(problemsOf({ ...choice, name: "Pay\u202epal" })).toMatchObject([{ pointer: "/name" }]);
    expect(problemsOf({ ...choice, capabilities: ["send_messages", "store_records"] })).toMatchObject([
      { pointer: "/capabilities/1" },
    ]);
    expect(problemsOf({ ...choice, language: "python", pages: true })).toMatchObject([{ pointer: "/pages" }]);
  });

  it("makes the same files for the same choice", () => {
    expect(scaffoldPlugin(choice)).toEqual(scaffoldPlugin({ ...choice }));
  });
});
