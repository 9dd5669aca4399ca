import type { PageHealth, PageSmokeRun } from "@hilum/contract/bridge";
import { usePage } from "../bridge/page-context.ts";
import { useActing, useReading, type Acting, type Reading } from "../bridge/use-reading.ts";

export interface Health extends Reading<PageHealth> {
  /** Asks the plugin for its live checks now. */
  check: Acting<[], PageHealth>;
  /** Runs these smoke tests, or all that send nothing. For a live one the console asks who receives it. */
  runTests: Acting<[tests?: readonly string[]], PageSmokeRun>;
}

/** The health of the plugin's instance that the page belongs to. */
export function useHealth(): Health {
  const { call } = usePage();
  const reading = useReading("health.read", {}, "health");
  const check = useActing(async () => {
    const health = await call("health.check", {});
    reading.set(health);
    return health;
  });
  const runTests = useActing(async (tests?: readonly string[]) => {
    const run = await call("smoke.run", tests === undefined ? {} : { tests: [...tests] });
    reading.reload();
    return run;
  });
  return { ...reading, check, runTests };
}
