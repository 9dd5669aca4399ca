import type { KeyRotation } from "@hilum/contract/api";
import { IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Problem } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { actorName, clock, count, many, moment } from "../../../text/format.ts";

/** How the newest rotation stands, and the button that begins one or goes on. */
export function RotationPanel({ rotation }: { rotation: KeyRotation | undefined }) {
  const [asking, setAsking] = useState(false);
  const rotate = useAct("rotateKeys", "The rotation has begun");
  const begin = (label: string) => (
    <ActButton
      may={rotate.may}
      running={rotate.running}
      leftSection={<IconRefresh size={16} aria-hidden />}
      onClick={() => setAsking(true)}
    >
      {label}
    </ActButton>
  );
  return (
    <>
      <Standing rotation={rotation} begin={begin} />
      {asking && (
        <ConfirmDialog
          title={isUnfinished(rotation) ? "Go on with the rotation?" : "Rotate the data key?"}
          confirm={isUnfinished(rotation) ? "Go on" : "Rotate"}
          running={rotate.running}
          problem={rotate.problem}
          onClose={() => setAsking(false)}
          onConfirm={() => void rotate.attempt().then((done) => done && setAsking(false))}
        >
          <p>
            A new key seals whatever is written from then on, and everything older is sealed with it anew. Hilum goes on
            working meanwhile. You can stop at any time; both keys stay until nothing needs the old one.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

const isUnfinished = (rotation: KeyRotation | undefined): boolean =>
  rotation?.state === "stopped" || rotation?.state === "failed";

function Standing({ rotation, begin }: { rotation: KeyRotation | undefined; begin(label: string): React.ReactNode }) {
  if (rotation === undefined)
    return (
      <Problem tone="idle" title="The data key was never rotated" actions={begin("Rotate")}>
        <p>Rotate once a year, when somebody who could read the key leaves, and after a change of what holds it.</p>
      </Problem>
    );
  const { state, key, done, total, fault, startedBy, finishedAt } = rotation;
  const by = `begun ${moment(rotation.startedAt)} by ${actorName(startedBy)}`;
  switch (state) {
    case "running":
      return <Running rotation={rotation} by={by} />;
    case "finished":
      return (
        <Problem
          tone="ok"
          title={`Everything is sealed with key ${key}`}
          end={finishedAt === undefined ? by : moment(finishedAt)}
          actions={begin("Rotate")}
        >
          <p>{many(done, "value was", "values were")} sealed anew. No other key seals anything.</p>
        </Problem>
      );
    case "stopped":
      return (
        <Problem tone="idle" title="The rotation was stopped" end={by} actions={begin("Go on")}>
          <p>
            {count(done)} of {many(total, "value is", "values are")} sealed with key {key}; the others open with the
            keys before it.
          </p>
        </Problem>
      );
    case "failed":
      return (
        <Problem
          title="The rotation could not be finished"
          end={by}
          why={fault?.detail}
          code={fault?.code}
          actions={begin("Go on")}
        />
      );
  }
}

function Running({ rotation, by }: { rotation: KeyRotation; by: string }) {
  const stop = useAct("stopKeyRotation", ({ state }) =>
    state === "stopped" ? "The rotation was stopped" : "The rotation was already done",
  );
  const { key, done, total, at, fault } = rotation;
  const percent = total === 0 ? 0 : Math.min(100, Math.floor((100 * done) / total));
  return (
    <Problem
      tone="info"
      title={`Sealing everything anew, with key ${key}`}
      end={by}
      {...(fault !== undefined && { why: `It waits: ${fault.detail}`, code: fault.code })}
      actions={
        <ActButton may={stop.may} running={stop.running} onClick={() => void stop.run()}>
          Stop
        </ActButton>
      }
    >
      <p role="status">
        {total === 0
          ? `Counting since ${clock(rotation.startedAt)}`
          : `${count(done)} of ${many(total, "value")}, ${percent} %${at === undefined ? "" : `: ${at}`}`}
      </p>
      <progress
        value={Math.min(done, total)}
        max={Math.max(1, total)}
        aria-label="Values sealed anew"
        style={{ width: "100%", accentColor: "var(--hl-accent)" }}
      />
    </Problem>
  );
}
