import type { AuditEntry, AuditLog } from "@hilum/audit";
import type { Log } from "@hilum/contract";
import type { Grants, GrantUse } from "@hilum/store";

const flushMs = 2_000;

/** Counts how often each grant was used. The audit log tells: what was not announced there did not happen. */
export interface GrantUsageCounter {
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function createGrantUsageCounter({
  auditLog,
  grants,
  processLog,
}: {
  auditLog: AuditLog;
  grants: Grants;
  processLog: Log;
}): GrantUsageCounter {
  const uses = new Map<string, GrantUse>();
  const unsubscribe = auditLog.subscribe((entries) => {
    for (const { entry } of entries) add(uses, entry);
  });
  const timer = setInterval(() => void flush(), flushMs).unref();

  async function flush(): Promise<void> {
    if (uses.size === 0) return;
    const counted = [...uses.values()];
    uses.clear();
    await grants.recordUse(counted).catch(() => processLog.warn("grant_usage.not_kept", { count: counted.length }));
  }

  return {
    flush,
    async close() {
      unsubscribe();
      clearInterval(timer);
      await flush();
    },
  };
}

function add(uses: Map<string, GrantUse>, entry: AuditEntry): void {
  const scope = scopeOf(entry);
  const { plugin, instance, at } = entry;
  if (scope === undefined || plugin === undefined || instance === undefined) return;
  const day = at.slice(0, 10);
  const name = `${plugin}/${instance} ${scope} ${day}`;
  const use = uses.get(name) ?? { plugin, instance, scope, day, count: 0, lastAt: at };
  uses.set(name, { ...use, count: use.count + 1, lastAt: at });
}

/** The pinned scope that an allowed crossing used. */
function scopeOf({ kind, action, decision, detail }: AuditEntry): string | undefined {
  if (kind !== "intent" || action !== "egress.connect" || decision !== "allow") return undefined;
  const { host, port } = detail ?? {};
  if (typeof host !== "string" || typeof port !== "number") return undefined;
  return `net:tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
