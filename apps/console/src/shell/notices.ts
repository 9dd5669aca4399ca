/** Short messages after an act: shown in a corner until dismissed or for long enough to read, and announced politely. */
export interface Notice {
  id: number;
  text: string;
}

const shownMs = 12_000;
let notices: readonly Notice[] = [];
let said = "";
let next = 1;
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

/** Shows and announces that something was done. Problems are never only a notice: they stay in place. */
export function notify(text: string): void {
  const notice = { id: next++, text };
  notices = [...notices.slice(-1), notice];
  window.setTimeout(() => dismissNotice(notice.id), shownMs);
  announce(text);
}

export function dismissNotice(id: number): void {
  notices = notices.filter((notice) => notice.id !== id);
  changed();
}

/** Says something to a screen reader alone. The same text twice is said twice. */
export function announce(text: string): void {
  said = said === text ? `${text}\u00a0` : text;
  changed();
}

export const noticeStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  notices: (): readonly Notice[] => notices,
  said: (): string => said,
};
