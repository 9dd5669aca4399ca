import type { PageConfig, PageSetup } from "@hilum/contract/bridge";
import { usePage } from "../bridge/page-context.ts";
import { useActing, useReading, type Acting, type Reading } from "../bridge/use-reading.ts";

/** An answer to one step. `secrets` names those that the console shall ask for. */
export interface SetupAnswer {
  step: string;
  values?: Record<string, unknown>;
  secrets?: readonly string[];
  option?: string;
}

export interface Setup extends Reading<PageSetup> {
  answer: Acting<[answer: SetupAnswer], PageSetup>;
  finish: Acting<[], PageConfig>;
  restart: Acting<[], PageSetup>;
}

/** The guided setup of the plugin's instance; its session lives on the server. */
export function useSetup(): Setup {
  const { call, resumed } = usePage();
  const reading = useReading("setup.read", {}, "setup");
  const keep = (session: PageSetup): PageSetup => {
    reading.set(session);
    return session;
  };
  const answer = useActing(
    async ({ step, values = {}, secrets = [], option }: SetupAnswer) =>
      keep(
        await call("setup.answer", {
          step,
          values,
          ...(secrets.length > 0 && { secrets: [...secrets] }),
          ...(option !== undefined && { option }),
        }),
      ),
    resumed("setup.answer")?.error,
  );
  const finish = useActing(() => call("setup.finish", {}));
  const restart = useActing(async () => keep(await call("setup.restart", {})));
  return { ...reading, answer, finish, restart };
}
