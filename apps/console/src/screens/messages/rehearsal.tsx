import type { Route } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { channelWords } from "../../text/words.ts";

/** "Simulate a failure now": the first choice is left alone for a minute, so that one sees the next take over. */
export function Rehearsal({ route }: { route: Route }) {
  const rehearse = useAct("rehearseFailover", (answer) => answer.sentence);
  const [asking, setAsking] = useState(false);
  const [first, next] = route.targets;
  if (first === undefined) return null;
  const close = (): void => setAsking(false);
  const confirm = async (): Promise<void> => {
    const body = { plugin: first.plugin, instance: first.instance };
    if ((await rehearse.run({ params: { channel: route.channel }, body })) !== undefined) close();
  };
  return (
    <>
      <ActButton
        variant="subtle"
        may={rehearse.may}
        label={`Simulate a failure now: ${first.title}`}
        onClick={() => setAsking(true)}
      >
        Simulate a failure now
      </ActButton>
      {asking && (
        <ConfirmDialog
          title={`Treat ${first.title} as if it had failed?`}
          confirm="Simulate the failure"
          running={rehearse.running}
          problem={rehearse.problem}
          onClose={close}
          onConfirm={() => void confirm()}
        >
          For one minute it gets no messages.{" "}
          {next === undefined
            ? `There is no other provider for ${channelWords[route.channel]}, so messages wait that long.`
            : `They go to ${next.title}, as they would if it had failed.`}{" "}
          After the minute it is asked again by itself.
        </ConfirmDialog>
      )}
    </>
  );
}
