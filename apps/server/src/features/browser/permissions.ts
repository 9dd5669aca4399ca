import type { Actor } from "@hilum/contract";
import type { Permission, Role } from "@hilum/contract/api";

/** How a record, or a patient, stands. */
export interface Standing {
  /** In the store that is part of Hilum; what lies elsewhere is not written here. */
  embedded: boolean;
  deleted: boolean;
  hold: boolean;
  /** An older version than the current one. */
  older: boolean;
}

const names: Record<Role, string> = {
  administrator: "an administrator",
  operator: "an operator",
  auditor: "an auditor",
  viewer: "a viewer",
};

/** What a person may do with a record now, and if not, why not and who can: nothing is hidden (the console shows both). */
export function permissionsFor(actor: Actor, { embedded, deleted, hold, older }: Standing): Permission[] {
  const permit = createPermit(actor);
  const here = embedded ? undefined : "It lies in another store; act on it there.";
  const held = hold ? "It is under a legal hold." : undefined;
  return [
    permit(
      "reveal",
      ["administrator", "operator"],
      deleted ? "The record was deleted; reveal an earlier version." : undefined,
    ),
    permit(
      "restore",
      ["administrator", "operator"],
      here ??
        (older
          ? deleted
            ? "This version says no more than that it was deleted."
            : undefined
          : "This is the current version."),
    ),
    permit(
      "hold",
      ["administrator", "operator", "auditor"],
      here ?? (hold ? "It is under a legal hold already." : undefined),
    ),
    permit("liftHold", ["administrator"], here ?? (hold ? undefined : "It is not under a legal hold.")),
    permit("export", ["administrator", "operator"], here),
    permit("shred", ["administrator"], here ?? held),
  ];
}

/** Makes permissions: `why` is the reason that stands against it apart from the role. */
export function createPermit(actor: Actor) {
  return (act: Permission["act"], roles: readonly Role[], why?: string): Permission => {
    if (actor.kind !== "user") return { act, allowed: false, why: "This needs a person; a token cannot." };
    if (!roles.includes(actor.role))
      return { act, allowed: false, why: `This needs ${roles.map((role) => names[role]).join(" or ")}.` };
    return why === undefined ? { act, allowed: true } : { act, allowed: false, why };
  };
}
