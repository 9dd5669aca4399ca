import { toStatement } from "../engine/query.ts";
import type { Practice, PracticeRow } from "../ports/messages.ts";
import { openJson, pageLimit, sealJson, toPage, type Session } from "../session.ts";

type Content = Pick<PracticeRow, "to" | "subject" | "text" | "attachments">;

export function createPractice(session: Session): Practice {
  const { sql } = session;
  return {
    add: async ({ id, message, channel, at, to, subject, text, attachments }) => {
      const content: Content = { to, subject, text, attachments };
      await session.commit([
        toStatement(
          sql
            .insertInto("practiceMessages")
            .values({ id, message, channel, at, sealedContent: sealJson(contentPlace(id), content) }),
        ),
      ]);
    },
    list: async (page = {}) => {
      const query = sql.selectFrom("practiceMessages").selectAll().orderBy("id", "desc").limit(pageLimit(page));
      const rows = await session.all(page.cursor === undefined ? query : query.where("id", "<", page.cursor));
      const items = rows.map(({ sealedContent, ...row }): PracticeRow => ({
        ...row,
        ...openJson<Content>(session, contentPlace(row.id), sealedContent),
      }));
      return toPage(items, page, ({ id }) => id);
    },
    clear: async () => (await session.commit([toStatement(sql.deleteFrom("practiceMessages"))]))[0]?.changes ?? 0,
  };
}

function contentPlace(id: string) {
  return { table: "practice_messages", id, field: "content", version: 1 };
}
