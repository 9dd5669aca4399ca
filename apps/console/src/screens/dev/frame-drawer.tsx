import type { Replayed, WireFrame } from "@hilum/contract/api";
import { Drawer } from "@mantine/core";
import { IconCopy, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useAct } from "../../api/use-api.ts";
import { KeyValue } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Problem } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { copyText } from "../../shell/copy.ts";
import { Go } from "../../shell/go.tsx";
import { bytes, clockMs, duration } from "../../text/format.ts";
import { instanceQuery } from "../plugin/plugin-page.tsx";
import { directionWords, kindWords, notReplayableWords } from "./wire-words.ts";

interface FrameDrawerProps {
  plugin: string;
  instance: string;
  number: number;
  /** Undefined when it made room for newer ones. */
  frame: WireFrame | undefined;
  onClose(): void;
}

/** One frame with its masked body. Handing it over again is asked first, and its answer stands below. */
export function FrameDrawer({ plugin, instance, number, frame, onClose }: FrameDrawerProps) {
  const replay = useAct("replayFrame", ({ outcome }) => `Handed over again: ${outcome}`);
  const [asking, setAsking] = useState(false);
  const [replayed, setReplayed] = useState<Replayed>();
  // A frame that makes room while it is read stays in view.
  const [kept, setKept] = useState(frame);
  if (kept === undefined && frame !== undefined) setKept(frame);
  const confirm = async (): Promise<void> => {
    const answer = await replay.run({ params: { plugin, frame: number }, query: instanceQuery(instance) });
    if (answer === undefined) return;
    setAsking(false);
    setReplayed(answer);
  };
  return (
    <>
      <Drawer opened onClose={onClose} title={`Frame ${number}`} position="right" size={640}>
        {kept === undefined ? (
          <Empty title="This frame is not kept any more">
            Older frames make room for newer ones, and all are forgotten when the inspector stops.
          </Empty>
        ) : (
          <div className="stack lg">
            <FrameFacts frame={kept} />
            <div className="row">
              <ActButton
                may={replay.may}
                blocked={kept.replayable ? undefined : notReplayableWords[kept.notReplayable ?? "method"]}
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
                onClick={() => setAsking(true)}
              >
                Replay
              </ActButton>
            </div>
            {replayed !== undefined && <Outcome replayed={replayed} />}
            <Body label="Body" body={kept.body} />
          </div>
        )}
      </Drawer>
      {asking && kept !== undefined && (
        <ConfirmDialog
          title={`Hand frame ${number} to the plugin again?`}
          confirm="Replay"
          running={replay.running}
          problem={replay.problem}
          onConfirm={() => void confirm()}
          onClose={() => setAsking(false)}
        >
          The plugin is asked <code>{kept.method}</code> once more with what was sent then, unmasked, as a new call with
          an audit entry of its own. What it does outside happens again; a message is handed over in test mode alone.
        </ConfirmDialog>
      )}
    </>
  );
}

function FrameFacts({ frame }: { frame: WireFrame }) {
  const { at, direction, kind, method, id, size, durationMs, code } = frame;
  return (
    <KeyValue
      rows={{
        Method: <code>{method}</code>,
        Kind:
          kind === "error" ? <Status word="Failed">Error{code !== undefined && ` ${code}`}</Status> : kindWords[kind],
        Direction: directionWords[direction],
        Passed: clockMs(at),
        Took: durationMs === undefined ? undefined : duration(durationMs),
        Size: bytes(size),
        "JSON-RPC id": id === undefined ? undefined : <code>{id}</code>,
      }}
    />
  );
}

function Body({ label, body }: { label: string; body: unknown }) {
  if (body === undefined) return <p className="dim">It was longer than is kept, so only its outside is here.</p>;
  const text = JSON.stringify(body, undefined, 2);
  return (
    <section className="stack sm">
      <h3>{label}</h3>
      <p className="small dim">Masked as it was taken: names and shapes stay, what could be a person’s does not.</p>
      <pre className="reply" tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <div className="row">
        <button type="button" className="tbtn" onClick={() => void copyText(text, `${label} copied`)}>
          <IconCopy size={14} aria-hidden />
          Copy it masked
        </button>
      </div>
    </section>
  );
}

function Outcome({ replayed }: { replayed: Replayed }) {
  const call = <Go to={`/audit?request=${encodeURIComponent(replayed.call)}`}>Its audit entries</Go>;
  if (replayed.outcome === "failed")
    return (
      <Problem
        level={3}
        title="The replay failed"
        why={replayed.detail}
        code={replayed.code}
        end={duration(replayed.durationMs)}
        actions={call}
      />
    );
  return (
    <section className="stack sm" aria-label="What the replay answered">
      <div className="row wide">
        <Status word="Passed">Answered</Status>
        <span className="small dim">in {duration(replayed.durationMs)}</span>
        {call}
      </div>
      {replayed.answer !== undefined && <Body label="What it answered" body={replayed.answer} />}
    </section>
  );
}
