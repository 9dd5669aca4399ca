import type { Instance } from "@hilum/contract/api";
import type { Configured } from "./load-instance.ts";
import { isReviewed, scopesOf } from "./scopes-of.ts";

/** What a person must do next to get the instance enabled; null when it is enabled. */
export function nextStep(configured: Configured, revisionWaits: boolean): Instance["next"] {
  const { plugin, manifest, instance, values, problems, saved, grants } = configured;
  if (revisionWaits) return "revision";
  if (plugin.code === "waiting") return "code";
  if (manifest.config !== undefined && (problems.length > 0 || (saved === undefined && needsAnswer(configured))))
    return "setup";
  if (!isReviewed(scopesOf(manifest, values, grants))) return "access";
  return instance.state === "enabled" ? null : "enable";
}

/** Settings whose defaults are all that is required need no visit to Setup. */
function needsAnswer({ manifest }: Configured): boolean {
  return (manifest.config?.required ?? []).length > 0;
}
