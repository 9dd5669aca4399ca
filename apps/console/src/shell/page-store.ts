import { focusHeading } from "./focus-heading.ts";

/** What the page that is shown tells the shell: where it stands and what can be done on it. */
export interface Crumb {
  text: string;
  to?: string;
}
export interface Command {
  id: string;
  label: string;
  /** More words to find it by. */
  words?: string;
  /** Why it cannot be done now; it is shown all the same. */
  blocked?: string | undefined;
  run(): void;
}
export interface PageFacts {
  crumbs: readonly Crumb[];
  commands: readonly Command[];
}

const none: PageFacts = { crumbs: [], commands: [] };
let facts = none;
const listeners = new Set<() => void>();

export const pageStore = {
  set(next: PageFacts): void {
    facts = next;
    for (const listener of listeners) listener();
  },
  clear(): void {
    pageStore.set(none);
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): PageFacts => facts,
};

const openDialogs = (): Element[] => [...document.querySelectorAll("[aria-modal=true]")];

/** Dialogs that were open when the person moved to another page and go with the old one; undefined once a page has landed. */
let left: readonly Element[] | undefined;
export const pageFocus = {
  moved(): void {
    left = openDialogs();
  },
  /**
   * The heading of a new page takes the focus; true when the person has just moved there. A dialog that was opened on the
   * way keeps the focus, and the heading takes it when that has closed and nothing else did.
   */
  land(heading: HTMLElement | null): boolean {
    if (left === undefined) return false;
    const gone = left;
    left = undefined;
    const isFree = (): boolean => openDialogs().every((dialog) => gone.includes(dialog));
    if (isFree()) {
      heading?.focus();
      return true;
    }
    const observer = new MutationObserver(() => {
      if (!isFree()) return;
      observer.disconnect();
      focusHeading();
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return true;
  },
};
