import type { Hook } from "@hilum/contract/api";
import { Button, Modal, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { problemAt } from "../../api/api-problem.ts";
import { useAct } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { verdictOf } from "../../text/hook-words.ts";
import { instanceQuery } from "./plugin-page.tsx";

interface TestDeliveryDialogProps {
  plugin: string;
  instance: string;
  hook: Hook;
  onSent(delivery: string): void;
  onClose(): void;
}

/** Plays the vendor: a body is signed here and taken in by the vendor's own way. */
export function TestDeliveryDialog({ plugin, instance, hook, onSent, onClose }: TestDeliveryDialogProps) {
  const send = useAct("sendTestDelivery", (answer) => `Test delivery: ${verdictOf(answer)[1].toLowerCase()}`);
  const [text, setText] = useState(hook.sample.text);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const params = { plugin, hook: hook.id };
    const body = { contentType: hook.sample.contentType, text };
    const answer = await send.run({ params, query: instanceQuery(instance), body });
    if (answer === undefined) return;
    onClose();
    onSent(answer.id);
  };
  return (
    <Modal opened onClose={onClose} title={`Send a test delivery to ${hook.title}`} size={560}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {send.problem !== null && <ApiProblemPanel problem={send.problem} />}
        <p>
          Hilum signs this body as the vendor would, and takes it in by the same way. The plugin does not know that it
          is a test, so write nothing that may do harm.
        </p>
        <Textarea
          label="Body"
          description={`Sent as ${hook.sample.contentType}. No patient data.`}
          rows={6}
          spellCheck={false}
          maxLength={65_536}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={problemAt(send.problem, "/text")}
          styles={{ input: { fontFamily: "var(--hl-mono)", fontSize: "0.8125rem" } }}
          data-autofocus
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={send.may} running={send.running}>
            Send
          </ActButton>
        </div>
      </form>
    </Modal>
  );
}
