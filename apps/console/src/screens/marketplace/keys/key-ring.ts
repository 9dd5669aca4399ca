import type { KeyFile, SigningKey } from "@hilum/marketplace/sign";
import { useSyncExternalStore } from "react";
import { session } from "../../../api/session-events.ts";

/** A key that was opened in this tab, with the file that it came from. */
export interface HeldKey {
  key: SigningKey;
  file: KeyFile;
}

/** How long a key stays open without being used. */
export const ringMs = 15 * 60_000;

/**
 * Keys that a person opened, in the memory of this tab alone: never stored, never sent. They are let go after a quarter of an
 * hour without use, with the session, and with the tab.
 */
export function createKeyRing({
  later = (act: () => void, ms: number): unknown => globalThis.setTimeout(act, ms),
  never = (timer: unknown): void => globalThis.clearTimeout(timer as number),
} = {}) {
  let held: readonly HeldKey[] = [];
  let timer: unknown;
  const listeners = new Set<() => void>();
  const set = (next: readonly HeldKey[]): void => {
    held = next;
    never(timer);
    if (held.length > 0) timer = later(() => set([]), ringMs);
    for (const listener of listeners) listener();
  };
  return {
    hold: (one: HeldKey): void => set([...held.filter(({ key }) => key.id !== one.key.id), one]),
    letGo: (id: string): void => set(held.filter(({ key }) => key.id !== id)),
    clear: (): void => set([]),
    /** Begins the quarter of an hour anew. */
    used: (): void => set([...held]),
    read: (): readonly HeldKey[] => held,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const keyRing = createKeyRing();
session.onEnded(() => keyRing.clear());

export const useKeyRing = (): readonly HeldKey[] => useSyncExternalStore(keyRing.subscribe, keyRing.read);
