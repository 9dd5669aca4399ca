import type { PluginDetail } from "@hilum/contract/api";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { instanceQuery } from "./plugin-page.tsx";
import { Dialog } from "../../shell/dialog.tsx";

const intervals = [
  ["0", "Never: only by hand and after a change"],
  ["10", "Every 10 minutes"],
  ["60", "Every hour"],
  ["360", "Every 6 hours"],
  ["1440", "Every day"],
  ["10080", "Every week"],
] as const;

export function ScheduleDialog({
  plugin,
  instance,
  everyMinutes,
  onClose,
}: {
  plugin: string;
  instance: string;
  everyMinutes: number;
  onClose(): void;
}) {
  const save = useAct("saveSmokeSchedule", "Schedule saved");
  const [minutes, setMinutes] = useState(String(everyMinutes));
  const known = intervals.some(([value]) => value === String(everyMinutes));
  const data = [
    ...intervals.map(([value, label]) => ({ value, label })),
    ...(known ? [] : [{ value: String(everyMinutes), label: `Every ${everyMinutes} minutes` }]),
  ];
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (
      (await save.run({
        params: { plugin },
        query: instanceQuery(instance),
        body: { everyMinutes: Number(minutes) },
      })) !== undefined
    )
      onClose();
  };
  return (
    <Dialog onClose={onClose} title="When smoke tests run" size={460}>
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {save.problem !== null && <ApiProblemPanel problem={save.problem} />}
        <NativeSelect
          label="Run all dry tests"
          description="Live tests never run by themselves."
          data={data}
          value={minutes}
          onChange={(event) => setMinutes(event.currentTarget.value)}
          data-autofocus
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={save.may} running={save.running}>
            Save the schedule
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}

/** A live test really sends: who receives it is said and chosen before. */
export function LiveTestDialog({
  detail,
  instance,
  test,
  onClose,
}: {
  detail: PluginDetail;
  instance: string;
  test: string;
  onClose(): void;
}) {
  const run = useAct("runSmokeTests", (answer) =>
    answer.status === "passed" ? "The live test passed" : "The live test failed",
  );
  const [recipient, setRecipient] = useState("");
  const title = detail.smokeTests.find(({ id }) => id === test)?.title ?? test;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await run.run({
      params: { plugin: detail.id },
      query: instanceQuery(instance),
      body: { tests: [test], recipient: recipient.trim() },
    });
    if (answer !== undefined) onClose();
  };
  return (
    <Dialog onClose={onClose} title={`Run “${title}”`} size={480}>
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {run.problem !== null && <ApiProblemPanel problem={run.problem} />}
        <p className="dim">{detail.name} sends one real message with made-up text. Use an address of your own.</p>
        <TextInput
          label="Recipient"
          description="An e-mail address or a phone number, as the plugin sends."
          required
          data-autofocus
          autoComplete="off"
          value={recipient}
          error={problemAt(run.problem, "/recipient")}
          onChange={(event) => setRecipient(event.currentTarget.value)}
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton
            type="submit"
            variant="filled"
            may={run.may}
            running={run.running}
            blocked={recipient.trim() === "" ? "Name a recipient." : undefined}
          >
            Send the test
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
