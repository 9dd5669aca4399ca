import { purposesOfUse, type Actor } from "@hilum/contract";
import type { Glass, GlassDetail, GlassTarget, Permission } from "@hilum/contract/api";
import { glassMinutesMax } from "@hilum/contract/api";
import type { GlassNoteRow, GlassRow, GlassUseRow, Records } from "@hilum/store";
import { createPermit } from "../browser/permissions.ts";
import { browseRow } from "../browser/present-record.ts";
import { faceOf } from "../browser/record-faces.ts";

/** A glass for a list: neither its reason nor what was read. `title` is masked. */
export function presentGlass(row: GlassRow, title: string, actor: Actor): Glass {
  const { user: _user, session: _session, reason: _reason, caseReference: _case, ...shown } = row;
  return { ...shown, purposeLabel: purposesOfUse[row.purpose], title, can: permissionsOf(row, actor) };
}

export function presentGlassDetail(
  row: GlassRow,
  title: string,
  actor: Actor,
  { uses, notes }: { uses: readonly GlassUseRow[]; notes: readonly GlassNoteRow[] },
): GlassDetail {
  return {
    ...presentGlass(row, title, actor),
    reason: row.reason,
    ...(row.caseReference === undefined ? {} : { caseReference: row.caseReference }),
    uses: uses.map(({ at, what, record }) => ({ at, what, ...record })),
    notes: notes.map(({ id: _id, ...note }) => note),
  };
}

/** What a glass is for, masked: the patient's masked name, or the record's. */
export async function titleOfTarget(records: Pick<Records, "find">, target: GlassTarget): Promise<string> {
  const { type, id } = "patient" in target ? { type: "Patient", id: target.patient } : target.record;
  const row = await records.find(type, id);
  return row === undefined ? faceOf(type).kind : browseRow(row).record.title;
}

function permissionsOf({ state, user, minutes, by }: GlassRow, actor: Actor): Permission[] {
  const permit = createPermit(actor);
  const own = actor.kind === "user" && actor.user === user;
  const open = state === "open" ? undefined : "The glass is closed.";
  const notOwn = own ? undefined : `${by} broke this glass.`;
  const breaking = ["administrator", "operator"] as const;
  return [
    permit(
      "extend",
      breaking,
      notOwn ?? open ?? (minutes < glassMinutesMax ? undefined : "A glass stays open for an hour at most."),
    ),
    permit("close", breaking, notOwn ?? open),
    permit(
      "review",
      ["administrator", "auditor"],
      (own ? "You broke this glass, so another person reviews it." : undefined) ??
        (state === "open" ? "It is open still." : state === "accepted" ? "It is accepted." : undefined),
    ),
    permit("answer", breaking, notOwn ?? (state === "asked" ? undefined : "Nobody asks anything about it.")),
  ];
}
