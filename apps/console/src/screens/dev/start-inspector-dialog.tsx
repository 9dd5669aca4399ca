import type { Instance, Plugin } from "@hilum/contract/api";
import { Button, NativeSelect } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Dialog } from "../../shell/dialog.tsx";
import { hourMinute } from "../../text/format.ts";
import { instanceQuery } from "../plugin/plugin-page.tsx";

interface StartInspectorDialogProps {
  plugin: Plugin;
  instance: Instance;
  /** It is on already: what is kept will be forgotten. */
  on: boolean;
  onStarted(): void;
  onClose(): void;
}

export function StartInspectorDialog({ plugin, instance, on, onStarted, onClose }: StartInspectorDialogProps) {
  const start = useAct("startWireInspector", ({ until }) =>
    until === undefined ? "The wire inspector is on" : `The wire inspector is on until ${hourMinute(until)}`,
  );
  const [minutes, setMinutes] = useState("15");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await start.run({
      params: { plugin: plugin.id },
      query: instanceQuery(instance.instance),
      body: { minutes: Number(minutes) },
    });
    if (answer === undefined) return;
    onClose();
    onStarted();
  };
  return (
    <Dialog title={`Watch the wire of ${plugin.name}`} onClose={onClose}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {start.problem !== null && <ApiProblemPanel problem={start.problem} />}
        <p className="prose">
          Frames are kept in memory alone, masked as they are taken, and forgotten when the time is over. Who started it
          is written into the audit log; you may be asked for your password.
          {on && " What is kept now is forgotten first."}
        </p>
        <NativeSelect
          label="For how long"
          data={[
            { value: "5", label: "5 minutes" },
            { value: "15", label: "15 minutes" },
            { value: "30", label: "30 minutes" },
            { value: "60", label: "1 hour" },
          ]}
          value={minutes}
          onChange={(event) => setMinutes(event.currentTarget.value)}
          data-autofocus
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={start.may} running={start.running}>
            Start
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
