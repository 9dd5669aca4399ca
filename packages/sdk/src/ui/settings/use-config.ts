import type { PageChecked, PageConfig } from "@hilum/contract/bridge";
import { usePage } from "../bridge/page-context.ts";
import { useActing, useReading, type Acting, type Reading } from "../bridge/use-reading.ts";

type Values = Record<string, unknown>;

export interface Config extends Reading<PageConfig> {
  /**
   * Saves the settings. The console shows the person what changes and asks; `secrets` names those whose values it shall ask
   * for, outside of the frame: a page never holds one.
   */
  save: Acting<[values: Values, secrets?: readonly string[]], PageConfig>;
  /** Tries the settings with the provider without saving them. */
  test: Acting<[values: Values, secrets?: readonly string[]], PageChecked>;
}

/** The settings of the plugin's instance that the page belongs to. */
export function useConfig(): Config {
  const { call, resumed } = usePage();
  const reading = useReading("config.read", {}, "config");
  const asked = (secrets: readonly string[] = []) => (secrets.length === 0 ? {} : { secrets: [...secrets] });
  const save = useActing(async (values: Values, secrets?: readonly string[]) => {
    const revision = reading.data?.revision ?? 0;
    const saved = await call("config.save", { values, revision, ...asked(secrets) });
    reading.set(saved);
    return saved;
  }, resumed("config.save")?.error);
  const test = useActing(
    (values: Values, secrets?: readonly string[]) => call("config.test", { values, ...asked(secrets) }),
    resumed("config.test")?.error,
  );
  return { ...reading, save, test };
}
