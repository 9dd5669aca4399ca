import { readJson } from "./json-members.ts";
import { lineOf, type Changes, type Upgrade } from "./upgrade.ts";

/** Range of Hilum versions that plugins made with SDK 0.2 run on. */
export const requiredHilum = ">=0.1.0";
const path = "hilum.json";

export const requiresHilum: Upgrade = {
  number: 3,
  version: "0.2.0",
  title: "Say in the manifest which Hilum it needs",
  why: "A Hilum that is too old says so before it runs anything of the plugin, instead of failing in the middle.",
  languages: ["node", "python"],
  async find(files): Promise<Changes> {
    const text = files.get(path);
    if (text === undefined) return { edits: [], byHand: [] };
    const document = await readJson(text);
    const first = document?.members[0];
    if (document === undefined || first === undefined)
      return { edits: [], byHand: [{ path, line: 1, todo: "It is no JSON object: correct it, then upgrade again." }] };
    const { members } = document;
    const given = members.find(({ name }) => name === "requires");
    if (given !== undefined) {
      const { hilum } = (JSON.parse(text) as { requires: { hilum?: unknown } }).requires;
      const todo = `requires says nothing of Hilum: write {"hilum": "${requiredHilum}"}.`;
      return { edits: [], byHand: hilum === undefined ? [{ path, line: lineOf(text, given.start), todo }] : [] };
    }
    // Beside the version that it belongs to; spaced as the members before it are.
    const at = members.find(({ name }) => name === "version") ?? members.at(-1) ?? first;
    const gap = text.slice(document.start + 1, first.start);
    const put = `,${gap}"requires": { "hilum": "${requiredHilum}" }`;
    return { edits: [{ path, start: at.end, end: at.end, text: put }], byHand: [] };
  },
};
