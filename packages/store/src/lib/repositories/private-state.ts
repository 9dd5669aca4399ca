import { HilumError } from "@hilum/contract/errors";
import { toStatement } from "../engine/query.ts";
import type { PrivateState, StateRow } from "../ports/settings.ts";
import type { InstanceKey } from "../ports/shapes.ts";
import { openJson, refuseWith, type Session } from "../session.ts";

const valueBytesMax = 64 * 1024;
const instanceBytesMax = 1024 * 1024;
const attemptsMax = 8;

export function createPrivateState(session: Session): PrivateState {
  const { sql } = session;
  const versionOf = async (key: InstanceKey, name: string): Promise<number> =>
    (await session.first(ofInstance(session, key).select("version").where("key", "=", name)))?.version ?? 0;

  return {
    get: async (key, name) => {
      const row = await session.first(
        ofInstance(session, key).select(["version", "sealedValue", "updatedAt"]).where("key", "=", name),
      );
      if (row === undefined) return undefined;
      return {
        key: name,
        value: openJson(session, statePlace(key, name, row.version), row.sealedValue),
        version: row.version,
        updatedAt: row.updatedAt,
      };
    },
    list: (key) =>
      session.all(ofInstance(session, key).select(["key", "version", "bytes", "updatedAt"]).orderBy("key")),
    set: async (key, name, value, options = {}) => {
      const text = JSON.stringify(value) ?? "null";
      await refuseWhenFull(session, key, name, Buffer.byteLength(text));
      for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
        const row = await replace(session, key, name, text, options.ifVersion ?? (await versionOf(key, name)));
        if (row !== undefined) return row;
        if (options.ifVersion !== undefined) break;
      }
      throw new HilumError("request.conflict");
    },
    remove: async (key, name, options = {}) => {
      const remove = sql
        .deleteFrom("privateState")
        .where("plugin", "=", key.plugin)
        .where("instance", "=", key.instance)
        .where("key", "=", name);
      if (options.ifVersion === undefined) return ((await session.commit([toStatement(remove)]))[0]?.changes ?? 0) > 0;
      await session.commit(
        [toStatement(remove.where("version", "=", options.ifVersion), 1)],
        refuseWith("request.conflict"),
      );
      return true;
    },
  };
}

function ofInstance({ sql }: Session, { plugin, instance }: InstanceKey) {
  return sql.selectFrom("privateState").where("plugin", "=", plugin).where("instance", "=", instance);
}

async function refuseWhenFull(session: Session, key: InstanceKey, name: string, bytes: number): Promise<void> {
  if (bytes > valueBytesMax)
    throw new HilumError("request.body_too_large", { detail: "A value of private state holds at most 64 KiB." });
  const others = await session.first(
    ofInstance(session, key)
      .select((eb) => eb.fn.sum<number | null>("bytes").as("bytes"))
      .where("key", "<>", name),
  );
  if (Number(others?.bytes ?? 0) + bytes > instanceBytesMax)
    throw new HilumError("request.body_too_large", {
      detail: "The private state of an instance holds at most 1 MiB.",
    });
}

/** Undefined when the stored version is not `version`. */
async function replace(
  session: Session,
  key: InstanceKey,
  name: string,
  text: string,
  version: number,
): Promise<StateRow | undefined> {
  const { sql } = session;
  const { plugin, instance } = key;
  const next = version + 1;
  const updatedAt = session.now();
  const content = {
    version: next,
    bytes: Buffer.byteLength(text),
    sealedValue: { seal: text, place: statePlace(key, name, next) },
    updatedAt,
  };
  const query =
    version === 0
      ? sql.insertInto("privateState").values({ plugin, instance, key: name, ...content })
      : sql
          .updateTable("privateState")
          .set(content)
          .where("plugin", "=", plugin)
          .where("instance", "=", instance)
          .where("key", "=", name)
          .where("version", "=", version);
  const outcome = await session.write([toStatement(query, 1)]);
  if (outcome.ok) return { key: name, value: JSON.parse(text), version: next, updatedAt };
  if (outcome.why === "reference") throw new HilumError("instance.not_found");
  return undefined;
}

function statePlace({ plugin, instance }: InstanceKey, name: string, version: number) {
  return { table: "private_state", id: `${plugin}/${instance}/${name}`, field: "value", version };
}
