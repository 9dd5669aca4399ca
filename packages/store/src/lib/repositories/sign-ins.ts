import { toStatement } from "../engine/query.ts";
import type { InstanceKey, JsonObject } from "../ports/shapes.ts";
import type { SignInRequest, SignIns } from "../ports/sign-ins.ts";
import { openJson, refuseWith, sealJson, type Session } from "../session.ts";

export function createSignIns(session: Session): SignIns {
  return { ...createPending(session), ...createFaults(session) };
}

type Faults = Pick<SignIns, "reportFault" | "clearFault" | "faults">;

function createPending(session: Session): Omit<SignIns, keyof Faults> {
  const { sql } = session;
  const forget = ({ plugin, instance }: InstanceKey) =>
    sql.deleteFrom("oauthStates").where("plugin", "=", plugin).where("instance", "=", instance);

  return {
    begin: async (stateHash, { request, ...row }) => {
      const insert = sql
        .insertInto("oauthStates")
        .values({ ...row, stateHash, sealedRequest: sealJson(requestPlace(stateHash), request) });
      await session.commit(
        [toStatement(forget(row).where("step", "=", row.step)), toStatement(insert)],
        refuseWith("instance.not_found"),
      );
    },
    pending: async ({ plugin, instance }, step) =>
      await session.first(
        sql
          .selectFrom("oauthStates")
          .select(["startedAt", "startedBy", "expiresAt"])
          .where("plugin", "=", plugin)
          .where("instance", "=", instance)
          .where("step", "=", step)
          .where("expiresAt", ">", session.now()),
      ),
    take: async (stateHash) => {
      const [taken] = await session.commit([
        toStatement(sql.deleteFrom("oauthStates").where("stateHash", "=", stateHash).returningAll()),
      ]);
      const row = taken?.rows[0] as unknown as
        | (Omit<SignInRequest, "request"> & { stateHash: string; sealedRequest: Uint8Array })
        | undefined;
      if (row === undefined || row.expiresAt <= session.now()) return undefined;
      const { stateHash: _hash, sealedRequest, ...request } = row;
      return { ...request, request: openJson<JsonObject>(session, requestPlace(stateHash), sealedRequest) };
    },
    giveUp: async (key) => {
      await session.commit([toStatement(forget(key))]);
    },
    sweep: async (now) => {
      const [swept] = await session.commit([toStatement(sql.deleteFrom("oauthStates").where("expiresAt", "<=", now))]);
      return swept?.changes ?? 0;
    },
  };
}

function createFaults(session: Session): Faults {
  const { sql } = session;
  return {
    reportFault: async ({ plugin, instance, step, code, reply, since }) => {
      const key = { plugin, instance, step };
      const insert = sql
        .insertInto("signInFaults")
        .values({ ...key, code, since, rowVersion: 1, sealedReply: sealJson(faultPlace(key), reply) });
      await session.commit(
        [toStatement(insert.onConflict((conflict) => conflict.columns(["plugin", "instance", "step"]).doNothing()))],
        refuseWith("instance.not_found"),
      );
    },
    clearFault: async ({ plugin, instance }, step) => {
      const remove = sql
        .deleteFrom("signInFaults")
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .where("step", "=", step);
      await session.commit([toStatement(remove)]);
    },
    faults: async () => {
      const rows = await session.all(
        sql.selectFrom("signInFaults").selectAll().orderBy("plugin").orderBy("instance").orderBy("step"),
      );
      return rows.map(({ sealedReply, rowVersion: _version, ...row }) => ({
        ...row,
        reply: openJson<string>(session, faultPlace(row), sealedReply),
      }));
    },
  };
}

function requestPlace(stateHash: string) {
  return { table: "oauth_states", id: stateHash, field: "request", version: 1 };
}

function faultPlace({ plugin, instance, step }: InstanceKey & { step: string }) {
  return { table: "sign_in_faults", id: `${plugin}/${instance}/${step}`, field: "reply", version: 1 };
}
