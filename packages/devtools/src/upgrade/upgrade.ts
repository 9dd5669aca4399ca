import type { PluginLanguage } from "@hilum/contract/api";

/** Files of a plugin's folder that an upgrade may look at: path from the folder, with forward slashes, to text. */
export type FolderFiles = ReadonlyMap<string, string>;

/** Puts `text` in the place of what stands from `start` to `end`, both counted in UTF-16 units of the file's text. */
export interface Edit {
  path: string;
  start: number;
  end: number;
  text: string;
}

/** A place where it is not certain what is meant, so a person decides. */
export interface ByHand {
  path: string;
  /** From 1. */
  line: number;
  /** What to do there. */
  todo: string;
}

export interface Changes {
  edits: Edit[];
  byHand: ByHand[];
}

/** One numbered step from an SDK version towards the next. */
export interface Upgrade {
  /** Rises; never given twice. */
  number: number;
  /** SDK version that it leads to. */
  version: string;
  title: string;
  /** In one sentence. */
  why: string;
  /** Languages of the folders that it applies to. */
  languages: readonly PluginLanguage[];
  /** Reads nothing but `files`. Of its own result it makes no edits: twice is once. */
  find(files: FolderFiles, language: PluginLanguage): Promise<Changes>;
}

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** The files with the edits made. Throws a TypeError for edits that overlap: that is a bug of an upgrade. */
export function applyEdits(files: FolderFiles, edits: readonly Edit[]): Map<string, string> {
  const changed = new Map(files);
  for (const path of new Set(edits.map((edit) => edit.path))) {
    let text = changed.get(path) ?? "";
    let before = Infinity;
    const backwards = edits.filter((edit) => edit.path === path).toSorted((a, b) => b.start - a.start);
    for (const { start, end, text: put } of backwards) {
      if (end > before || start > end) throw new TypeError(`edits of ${path} overlap at ${start}`);
      text = text.slice(0, start) + put + text.slice(end);
      before = start;
    }
    changed.set(path, text);
  }
  return changed;
}
