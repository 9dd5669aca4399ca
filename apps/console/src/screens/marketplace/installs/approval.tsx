import type { InstallJob } from "@hilum/contract/api";
import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";

/** Rights that the new version asks for: a person decides on each while the old version runs. */
export function Approval({ job }: { job: InstallJob }) {
  const asked = job.approval ?? [];
  const approve = useAct("approveInstall", "Decided. The job goes on.");
  const [granted, setGranted] = useState<readonly string[]>([]);
  const send = (): void => void approve.run({ params: { job: job.id }, body: { scopes: [...granted] } });
  const left = asked.length - granted.length;
  return (
    <Panel title="It asks for more" end={<Status word="Waiting for you" />}>
      <div className="stack md">
        <p>
          {job.from === undefined ? "What runs" : `Version ${job.from}`} goes on until you decide. What you leave out is
          denied; the new version runs without it.
        </p>
        {approve.problem !== null && <ApiProblemPanel problem={approve.problem} />}
        <Checkbox.Group
          label="Rights that are new"
          value={[...granted]}
          onChange={(next) => setGranted(next)}
          readOnly={!approve.may.allowed}
        >
          <div className="stack sm" style={{ marginTop: 8 }}>
            {asked.map(({ scope, plain, reason }) => (
              <Checkbox
                key={scope}
                value={scope}
                label={plain}
                description={
                  <>
                    {reason} <code>{scope}</code>
                  </>
                }
              />
            ))}
          </div>
        </Checkbox.Group>
        <div className="row">
          <ActButton
            variant={granted.length === 0 ? "default" : "filled"}
            may={approve.may}
            running={approve.running}
            onClick={send}
          >
            {granted.length === 0
              ? "Go on without any"
              : left === 0
                ? "Approve and go on"
                : `Approve ${granted.length}, deny ${left}, and go on`}
          </ActButton>
        </div>
      </div>
    </Panel>
  );
}
