import type { Selectable } from "kysely";
import { toStatement } from "../../engine/query.ts";
import type { Tables } from "../../engine/tables.ts";
import type { ApprovalRow, Approvals } from "../../ports/governance.ts";
import { dropNulls, openJson, pageLimit, refuseWith, sealJson, toPage, type Session } from "../../session.ts";

type Content = Pick<ApprovalRow, "patient" | "content">;

export function createApprovals(session: Session): Approvals {
  const { sql } = session;
  const present = (row: Selectable<Tables["approvals"]>): ApprovalRow => toRow(session, row);
  const rows = () => sql.selectFrom("approvals").selectAll();

  return {
    create: async ({ patient, content, ...row }) => {
      const sealed: Content = { patient, content };
      const insert = sql.insertInto("approvals").values({
        ...row,
        state: "waiting",
        patient: { blind: patient, domain: "approvals.patient" },
        sealedContent: sealJson(contentPlace(row.id), sealed),
      });
      await session.commit([toStatement(insert)]);
    },
    find: async (kind, id) => {
      const row = await session.first(rows().where("id", "=", id).where("kind", "=", kind));
      return row === undefined ? undefined : present(row);
    },
    list: async (kind, page) => {
      const query = rows().where("kind", "=", kind).orderBy("id", "desc").limit(pageLimit(page));
      const found = await session.scan(page.cursor === undefined ? query : query.where("id", "<", page.cursor));
      return toPage(found.map(present), page, ({ id }) => id);
    },
    move: async (id, from, to, { refusal, ...change } = {}) => {
      const moved = sql
        .updateTable("approvals")
        .set({
          ...change,
          state: to,
          ...(refusal === undefined ? {} : { sealedRefusal: sealJson(refusalPlace(id), refusal) }),
        })
        .where("id", "=", id)
        .where("state", "=", from);
      await session.commit([toStatement(moved, 1)], refuseWith("approval.wrong_state"));
    },
    expire: async (now) => {
      const over = sql
        .updateTable("approvals")
        .set({ state: "expired" })
        .where("state", "in", ["waiting", "approved"])
        .where("until", "<=", now);
      await session.commit([toStatement(over)]);
    },
  };
}

const contentPlace = (id: string) => ({ table: "approvals", id, field: "content", version: 1 });
const refusalPlace = (id: string) => ({ table: "approvals", id, field: "refusal", version: 1 });

function toRow(session: Session, row: Selectable<Tables["approvals"]>): ApprovalRow {
  const { patient: _, sealedContent, sealedRefusal, ...rest } = row;
  return {
    ...dropNulls(rest),
    ...openJson<Content>(session, contentPlace(row.id), sealedContent),
    ...(sealedRefusal === null ? {} : { refusal: openJson<string>(session, refusalPlace(row.id), sealedRefusal) }),
  };
}
