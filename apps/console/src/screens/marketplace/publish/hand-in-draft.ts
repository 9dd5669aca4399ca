import type { PublicationPreview } from "@hilum/contract/api";
import type { Chosen } from "./package-step.tsx";
import type { Said } from "./listing-step.tsx";

export type StepId = "package" | "listing" | "preview" | "sign";

/**
 * What was chosen and made so far. The package, its pictures and the conformance run lie on the server; this says which they are, so
 * that a reload goes on from here. No key is ever in it: who signs unlocks it anew.
 */
export interface Draft {
  at: StepId;
  /** Id of the plugin whose folder is packed. */
  folder?: string;
  /** Id of the conformance run over it. */
  run?: string;
  chosen?: Chosen;
  said?: Said;
  preview?: PublicationPreview;
}

/** Whose draft it is: another person in the same tab, or the way in from another plugin, begins anew. */
export interface DraftOwner {
  user: string;
  plugin: string | undefined;
}

type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const place = "hilum.hand-in";
const format = "hilum-hand-in/1";

/** The draft of that person in this tab; a new one where there is none, or what is kept is not one. */
export function readDraft(storage: Kept, { user, plugin }: DraftOwner): Draft {
  try {
    const kept = JSON.parse(storage.getItem(place) ?? "null") as Record<string, unknown> | null;
    if (kept?.["format"] !== format || kept["user"] !== user || kept["plugin"] !== (plugin ?? null)) return begun;
    return reachable(kept["draft"] as Draft);
  } catch {
    // Storage that is switched off, or was written to by hand.
    return begun;
  }
}

/** Keeps what is named here and nothing else that an object may hold. Where there is no room the draft lasts until the reload. */
export function keepDraft(storage: Kept, { user, plugin }: DraftOwner, draft: Draft): void {
  const { at, folder, run, chosen, said, preview } = draft;
  const kept: Draft = {
    at,
    ...(folder !== undefined && { folder }),
    ...(run !== undefined && { run }),
    ...(chosen && { chosen: pick(chosen, ["name", "size", "digest", "conformance"]) }),
    ...(said && { said: pick(said, ["publisher", "changelog", "security", "screenshots"]) }),
    ...(preview && { preview: pick(preview, ["listing", "files", "detail"]) }),
  };
  try {
    storage.setItem(place, JSON.stringify({ format, user, plugin: plugin ?? null, draft: kept }));
  } catch {
    forgetDraft(storage);
  }
}

export function forgetDraft(storage: Kept): void {
  try {
    storage.removeItem(place);
  } catch {
    // Nothing was kept either.
  }
}

const begun: Draft = { at: "package" };

/** A step is stood at only with what it needs. */
function reachable(draft: Draft): Draft {
  if (draft.chosen === undefined) return { ...draft, at: "package" };
  const needsPreview = draft.at === "preview" || draft.at === "sign";
  return needsPreview && (draft.preview === undefined || draft.said === undefined)
    ? { ...draft, at: "listing" }
    : draft;
}

function pick<T extends object, Name extends keyof T>(from: T, names: readonly Name[]): Pick<T, Name> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<
    T,
    Name
  >;
}
