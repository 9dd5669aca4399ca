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

/** True once the person moved to another page: the next page header then takes the focus and is announced. */
let moved = false;
export const pageFocus = {
  moved(): void {
    moved = true;
  },
  take(): boolean {
    const was = moved;
    moved = false;
    return was;
  },
};
