import type { FetchParams, FetchResult } from "@hilum/contract";
import type { ConformanceSubject } from "@hilum/contract/api";
import { FetchFailure } from "./stand-in-host.ts";

/**
 * Answers `http.fetch` in a provider's place: the first row that fits. What fits none finds nobody, as a request without
 * network does.
 */
export function standInFetch(
  answers: ConformanceSubject["answers"] = [],
): (params: FetchParams) => Promise<FetchResult> {
  return async (params) => {
    const asked = JSON.stringify([params.path, params.query ?? {}, params.body ?? null]);
    const row = answers.find(
      ({ destination, contains }) =>
        destination === params.destination && (contains === undefined || asked.includes(contains)),
    );
    if (row === undefined) throw new FetchFailure({ code: "provider.unreachable", sent: "no" });
    const { status, contentType = "application/json", body = "" } = row;
    return { status, headers: { "content-type": contentType }, body: { text: body }, request: params.path };
  };
}
