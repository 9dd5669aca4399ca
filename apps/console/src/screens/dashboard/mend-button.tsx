import type { Repair } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { useGo } from "../../shell/go.tsx";
import { instancePart, instanceQuery } from "../plugin/plugin-page.tsx";

const words = { reconfigure: "Reconfigure", reauthenticate: "Reauthenticate" } as const;

/** Begins the setup that mends a problem, and goes there. One of another kind that is in progress is not lost unasked. */
export function MendButton({ repair, filled }: { repair: Repair; filled: boolean }) {
  const begin = useAct("beginSetup");
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const { mend: mode, plugin = "", instance = "default" } = repair;
  if (mode === undefined) return null;
  const run = async (replace: boolean): Promise<void> => {
    const begun = await begin.run({
      params: { plugin },
      query: instanceQuery(instance),
      body: { mode, ...(replace && { replace }) },
    });
    if (begun === undefined) setAsking(true);
    else go(`/plugins/${plugin}/setup${instancePart(instance)}`);
  };
  return (
    <>
      <ActButton
        may={begin.may}
        compact
        variant={filled ? "filled" : "default"}
        running={begin.running}
        label={`${words[mode]}: ${repair.title}`}
        onClick={() => void run(false)}
      >
        {words[mode]}
      </ActButton>
      {asking && begin.problem !== null && (
        <ConfirmDialog
          title={`${words[mode]} now?`}
          confirm={`Drop its answers and ${mode}`}
          danger
          running={begin.running}
          problem={begin.problem}
          onClose={() => setAsking(false)}
          onConfirm={() => void run(true)}
        >
          Settings that are saved stay as they are. To go on with the other one instead, open Setup on the plugin’s
          page.
        </ConfirmDialog>
      )}
    </>
  );
}
