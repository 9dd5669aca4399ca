import type { Evidence } from "@hilum/contract/api";
import { isProviderError } from "./provider-error.ts";

/**
 * Runs one check and tells how it went as a row for the console: passed with what `run` returns as detail, or failed
 * with cause, mend and the provider's words of the ProviderError that it threw. Other errors are passed on: they are bugs.
 */
export async function checkStep(
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
