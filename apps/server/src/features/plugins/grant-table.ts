import type { GrantSnapshot } from "@hilum/host";
import type { Grant } from "@hilum/policy";
import type { GrantRow, Grants, InstanceKey } from "@hilum/store";

/** The grants of every instance as they are now, in memory: policy is asked at every crossing and must not wait for a database. */
export interface GrantTable {
  grantsOf(key: InstanceKey & { trial?: string }): GrantSnapshot;
  /** Reads anew when another process or this one has decided something since. */
  refresh(): Promise<boolean>;
  /** Destinations that a person tries out before saving them, for one process and as long as it lives. */
  allowTrial(key: InstanceKey & { trial: string }, scopes: readonly string[]): () => void;
}

export async function createGrantTable(grants: Grants): Promise<GrantTable> {
  const byInstance = new Map<string, Grant[]>();
  const trials = new Map<string, Grant[]>();
  let epoch = -1;

  async function refresh(): Promise<boolean> {
    const now = await grants.epoch();
    if (now === epoch) return false;
    const rows = await grants.all();
    byInstance.clear();
    for (const row of rows) listAt(byInstance, textOf(row)).push(toGrant(row));
    epoch = now;
    return true;
  }

  await refresh();
  return {
    refresh,
    grantsOf(key) {
      const own = key.trial === undefined ? byInstance.get(textOf(key)) : trials.get(`${textOf(key)}#${key.trial}`);
      return { grants: own ?? [], epoch: epoch };
    },
    allowTrial(key, scopes) {
      const name = `${textOf(key)}#${key.trial}`;
      trials.set(
        name,
        scopes.map((scope) => ({
          plugin: key.plugin,
          instance: key.instance,
          scope,
          resolved: scope,
          decision: "granted" as const,
        })),
      );
      return () => void trials.delete(name);
    },
  };
}

function toGrant(row: GrantRow): Grant {
  return {
    plugin: row.plugin,
    instance: row.instance,
    scope: row.scope,
    decision: row.decision,
    ...(row.pinned === undefined ? {} : { resolved: row.pinned }),
  };
}

const textOf = ({ plugin, instance }: InstanceKey): string => `${plugin}/${instance}`;

function listAt(map: Map<string, Grant[]>, key: string): Grant[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
