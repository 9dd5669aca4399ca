import { HilumError } from "@hilum/contract/errors";
import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type { Statement } from "../engine/statement.ts";
import type { CodeState, NewPlugin, PluginRevision, PluginRow, Plugins } from "../ports/plugins.ts";
import { dropNulls, type Session } from "../session.ts";
import { raiseEpoch } from "./grants.ts";
import { insertInstance } from "./instances.ts";
import { settingsStatements } from "./settings.ts";

export function createPlugins(session: Session): Plugins {
  const { sql } = session;

  const find = async (id: string): Promise<PluginRow | undefined> => {
    const row = await session.first(sql.selectFrom("plugins").selectAll().where("id", "=", id));
    return row === undefined ? undefined : present(row);
  };

  const update = async (
    id: string,
    rowVersion: number,
    set: Partial<Selectable<Tables["plugins"]>>,
    more: readonly Statement[] = [],
  ): Promise<PluginRow> => {
    const change = sql
      .updateTable("plugins")
      .set({ ...set, rowVersion: rowVersion + 1 })
      .where("id", "=", id)
      .where("rowVersion", "=", rowVersion)
      .returningAll();
    const [changed] = await session.commit([toStatement(change, 1), ...more]);
    return present(changed?.rows[0] as unknown as Selectable<Tables["plugins"]>);
  };

  return {
    list: async () =>
      (await session.all(sql.selectFrom("plugins").selectAll().orderBy("name").orderBy("id"))).map(present),
    find,
    create: async (plugin) => {
      const row = toRow(plugin);
      await session.commit(
        [
          toStatement(sql.insertInto("plugins").values(row)),
          insertInstance(session, {
            plugin: plugin.id,
            instance: plugin.instance.id,
            title: plugin.instance.title,
            testMode: plugin.instance.testMode,
            at: plugin.at,
            by: plugin.by,
          }),
          ...dropRegistration(session, plugin.registration),
        ],
        ({ at }) =>
          new HilumError("request.conflict", {
            detail:
              at < 2 ? `The plugin ${plugin.id} is registered already.` : "The registration was decided meanwhile.",
          }),
      );
      return present(row);
    },
    revise: (revision) =>
      update(revision.id, revision.rowVersion, revisedColumns(revision), [
        ...dropRegistration(session, revision.registration),
        ...(revision.settings ?? []).flatMap((save) => settingsStatements(session, save)),
      ]),
    setCode: (id, { rowVersion, ...code }) => update(id, rowVersion, codeColumns(code)),
    remove: async (id) => {
      const [removed] = await session.commit([
        toStatement(sql.deleteFrom("plugins").where("id", "=", id)),
        toStatement(sql.deleteFrom("registrations").where("plugin", "=", id)),
        // What its versions left behind are settings of it; how high it has come stays known.
        toStatement(
          sql
            .deleteFrom("marketplaceEntries")
            .where("subject", "=", id)
            .where((eb) => eb.or([eb("kind", "=", "left"), eb("kind", "=", "pin")])),
        ),
        raiseEpoch(session),
      ]);
      return (removed?.changes ?? 0) > 0;
    },
  };
}

function dropRegistration(session: Session, id: string | undefined) {
  return id === undefined ? [] : [toStatement(session.sql.deleteFrom("registrations").where("id", "=", id), 1)];
}

function toRow(plugin: NewPlugin): Selectable<Tables["plugins"]> {
  return {
    id: plugin.id,
    name: plugin.name,
    version: plugin.version ?? null,
    manifest: JSON.stringify(plugin.manifest),
    digest: plugin.digest,
    ...codeColumns(plugin),
    registeredAt: plugin.at,
    registeredBy: plugin.by,
    rowVersion: 1,
  };
}

function revisedColumns({
  name,
  version,
  manifest,
  digest,
  code,
  codePath,
  package: taken,
}: PluginRevision): Partial<Selectable<Tables["plugins"]>> {
  return {
    name,
    version: version ?? null,
    manifest: JSON.stringify(manifest),
    digest,
    ...(code === undefined ? {} : codeColumns({ code, codePath, package: taken })),
  };
}

/** The column `code` has no word for a package: such a row is `included`, with the package beside it. */
function codeColumns(of: {
  code: CodeState;
  codePath?: string | undefined;
  package?: string | undefined;
}): Pick<Selectable<Tables["plugins"]>, "code" | "codePath" | "package"> {
  return {
    code: of.code === "installed" ? "included" : of.code,
    codePath: of.codePath ?? null,
    package: of.code === "installed" ? (of.package ?? null) : null,
  };
}

function present(row: Selectable<Tables["plugins"]>): PluginRow {
  const plugin = { ...dropNulls(row), manifest: JSON.parse(row.manifest) };
  return plugin.package === undefined ? plugin : { ...plugin, code: "installed" };
}
