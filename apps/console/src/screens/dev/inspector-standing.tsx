import type { Plugin, WireInspector } from "@hilum/contract/api";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import type { Act } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { actorName, count, hourMinute } from "../../text/format.ts";

interface InspectorStandingProps {
  inspector: WireInspector;
  plugin: Plugin;
  stop: Act<"stopWireInspector">;
  onStart(): void;
  onStop(): void;
}

/** Whether frames are kept, until when, by whom, and how many; off, what it would do. */
export function InspectorStanding({ inspector, plugin, stop, onStart, onStop }: InspectorStandingProps) {
  const may = useMay("startWireInspector");
  const { on, until, startedBy, frames, framesMax, dropped, running } = inspector;
  if (!on)
    return (
      <section className="panel">
        <Empty
          title="The inspector is off"
          action={
            <ActButton
              variant="filled"
              may={may}
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              onClick={onStart}
            >
              Start the inspector
            </ActButton>
          }
          more={running ? undefined : <GoButton to={`/plugins/${plugin.id}`}>Open {plugin.name}</GoButton>}
        >
          Nothing of what passes is kept. Started, it keeps the newest {count(framesMax)} frames in memory for some
          minutes, masked, and forgets them after.{" "}
          {!running && "The plugin does not run now; started before it, the inspector shows its very first frame."}
        </Empty>
      </section>
    );
  return (
    <Panel label="The inspector">
      <div className="row between">
        <div className="row wide">
          <Status word="On">On{until !== undefined && ` until ${hourMinute(until)}`}</Status>
          <span className="small dim">
            {startedBy !== undefined && `Started by ${actorName(startedBy)}. `}
            {count(frames)} of at most {count(framesMax)} frames kept
            {dropped > 0 && `; ${count(dropped)} older ones made room`}.
            {!running && " The plugin does not run, so nothing passes."}
          </span>
        </div>
        <div className="row">
          <ActButton compact size="compact-sm" may={may} onClick={onStart}>
            Begin anew
          </ActButton>
          <ActButton
            compact
            size="compact-sm"
            may={stop.may}
            running={stop.running}
            leftSection={<IconPlayerStop size={15} aria-hidden />}
            onClick={onStop}
          >
            Stop and forget
          </ActButton>
        </div>
      </div>
    </Panel>
  );
}
