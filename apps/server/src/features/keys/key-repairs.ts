import type { Repair } from "@hilum/contract/api";
import type { Keys } from "@hilum/store";

const yearMs = 365 * 86_400_000;
const link = { label: "Open the keys", to: "/settings/keys" };

/** A rotation that could not be finished, and a data key that has sealed for longer than a year. */
export async function listKeyRepairs(keys: Pick<Keys, "list" | "rotation">, now: Date): Promise<Repair[]> {
  const rotation = await keys.rotation();
  if (rotation?.state === "failed")
    return [
      {
        id: "keys:rotation_failed",
        severity: "error",
        title: "The rotation of the data keys could not be finished",
        why: "Some stored values do not open, so the key that they name has to stay.",
        fix: "Restore the values from a backup or remove them, then go on with the rotation.",
        since: rotation.finishedAt ?? rotation.startedAt,
        link,
      },
    ];
  const active = (await keys.list()).find(({ state }) => state === "active");
  if (active === undefined || now.getTime() - Date.parse(active.createdAt) < yearMs) return [];
  return [
    {
      id: "keys:old",
      severity: "info",
      title: "The data key is older than a year",
      why: "The longer a key seals, the more is lost with it.",
      fix: "Press Rotate; Hilum goes on working meanwhile.",
      since: new Date(Date.parse(active.createdAt) + yearMs).toISOString(),
      link,
    },
  ];
}
