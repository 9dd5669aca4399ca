import type { Evidence } from "@hilum/contract/api";
import { isProviderError } from "./provider-error.ts";

/**
 * Checks one claim and tells how it went as a row for the console: passed with what `run` returns as detail, or failed
 * with cause, mend and the provider's words of the ProviderError that it threw. Other errors are passed on: they are bugs.
 */
export async function checkClaim(
  id: string,
  title: string,
  run: () => Promise<string | undefined | void>,
): Promise<Evidence> {
  const begunAt = performance.now();
  const durationMs = (): number => Math.round((performance.now() - begunAt) * 10) / 10;
  try {
    const detail = await run();
    return { id, title, status: "passed", durationMs: durationMs(), ...(typeof detail === "string" ? { detail } : {}) };
  } catch (error) {
    if (!isProviderError(error)) throw error;
    const { cause, fix, field, reply } = error.data;
    return {
      id,
      title,
      status: "failed",
      durationMs: durationMs(),
      detail: error.detail,
      ...(cause === undefined ? {} : { cause }),
      ...(fix === undefined ? {} : { fix }),
      ...(field === undefined ? {} : { field }),
      ...(reply === undefined ? {} : { reply }),
    };
  }
}

/** @deprecated Since 0.2.0, gone in 0.3.0: it is called `checkClaim`. Upgrade 2 of Developer tools, Upgrade, renames it. */
export const checkStep: typeof checkClaim = (id, title, run) => checkClaim(id, title, run);
