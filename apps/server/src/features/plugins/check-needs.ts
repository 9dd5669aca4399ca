import type { Evidence } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import { satisfies } from "semver";
import type { Configured } from "./load-instance.ts";

/** Other plugins that the manifest says must be there: in that version, and serving. */
export async function checkNeeds(
  { manifest }: Pick<Configured, "manifest">,
  { plugins, instances }: Pick<Store, "plugins" | "instances">,
): Promise<Evidence[]> {
  const needs = manifest.requires?.plugins ?? [];
  return await Promise.all(
    needs.map(async ({ id, version: range }): Promise<Evidence> => {
      const row = { id: `needs-${id}`, title: `${id} ${range} is there` };
      const there = await plugins.find(id);
      if (there === undefined)
        return {
          ...row,
          ...{ status: "failed", detail: "It is not registered.", fix: "Install it first." },
          link: `/marketplace/${id}`,
        };
      if (there.version === undefined || !satisfies(there.version, range, { includePrerelease: true }))
        return {
          ...row,
          ...{ status: "failed", detail: `Here is ${there.version ?? "one without a version"}.`, fix: "Update it." },
          link: `/plugins/${id}`,
        };
      const serves = (await instances.list(id)).some(({ state }) => state === "enabled");
      if (serves) return { ...row, status: "passed", detail: `${there.name} ${there.version} is enabled.` };
      return {
        ...row,
        ...{ status: "warning", detail: `${there.name} is not enabled.`, fix: "Enable it too." },
        link: `/plugins/${id}`,
      };
    }),
  );
}
