import type { ManifestReview } from "@hilum/contract/api";
import { useMemo, useRef, useState } from "react";
import { announce } from "../../shell/notices.ts";
import { applyFix } from "./apply-fix.ts";
import { findPlaces, pointerAt } from "./json-places.ts";

type Problem = ManifestReview["problems"][number];
export type Editor = ReturnType<typeof useEditor>;

export const example = `{
  "id": "com.example.plugin",
  "name": "Example Plugin",
  "version": "0.1.0",
  "capabilities": ["send_messages"],
  "runtime": { "kind": "node", "entry": "src/main.ts" }
}
`;
/** Kept while the console is open, so that a look at another page loses nothing. */
const draft = { text: example, begunWith: example };

/** Text and cursor, and what the buttons beside do to them. */
export function useEditor() {
  const [text, setText] = useState(draft.text);
  const [cursor, setCursor] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const write = (next: string): void => {
    draft.text = next;
    setText(next);
  };
  const places = useMemo(() => findPlaces(text), [text]);
  const select = (start: number, end: number): void => {
    area.current?.focus();
    area.current?.setSelectionRange(start, end);
    setCursor(start + 1);
    if (area.current !== null) {
      const line = text.slice(0, start).split("\n").length;
      area.current.scrollTop = Math.max(0, (line - 6) * Number.parseFloat(getComputedStyle(area.current).lineHeight));
    }
  };
  return {
    text,
    area,
    write,
    setCursor,
    /** Something was written that is nowhere else. */
    isOwn: text !== draft.begunWith && text.trim() !== "",
    start: (next: string): void => {
      draft.begunWith = next;
      write(next);
      area.current?.focus();
    },
    pointer: pointerAt(places, cursor),
    goTo: (problem: Problem): void => {
      const place = places.get(problem.pointer) ?? lineOf(text, problem.line);
      select(place.start, place.end);
    },
    mend: (problem: Problem): void => {
      const mended = applyFix(text, problem);
      if (mended === undefined) return;
      write(mended);
      announce(`Mended ${problem.pointer}`);
      area.current?.focus();
    },
    layOut: (): void => {
      try {
        write(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
      } catch {
        announce("This is no JSON yet: mend the named place first.");
      }
    },
  };
}

function lineOf(text: string, line = 1): { start: number; end: number } {
  const before = text
    .split("\n")
    .slice(0, line - 1)
    .join("\n");
  const start = line === 1 ? 0 : before.length + 1;
  const end = text.indexOf("\n", start);
  return { start, end: end < 0 ? text.length : end };
}
