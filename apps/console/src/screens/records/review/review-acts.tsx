import type { GlassDetail } from "@hilum/contract/api";
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Advice, ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { permissionTo } from "../record-words.ts";

type Verdict = "ask" | "escalate";
const asking = {
  ask: {
    title: "Ask about this glass?",
    label: "What you want to know",
    confirm: "Ask",
    text: "Who broke the glass is asked to answer here. It stays open until you accept or escalate it.",
    min: 3,
  },
  escalate: {
    title: "Escalate this glass?",
    label: "Why it was not right",
    confirm: "Escalate",
    text: "It stands as a repair until an administrator has dealt with it.",
    min: 3,
  },
  answer: {
    title: "Answer the reviewer?",
    label: "Your answer",
    confirm: "Answer",
    text: "It goes to the person who asked, and into the audit log. Do not write patient data here.",
    min: 15,
  },
} as const;

/** What a reviewer decides, and what the person who broke the glass answers. */
export function ReviewActs({ glass }: { glass: GlassDetail }) {
  const review = useAct("reviewGlass", "Your review is written down");
  const answer = useAct("answerGlassReview", "Your answer is written down");
  const [open, setOpen] = useState<Verdict | "answer">();
  const mayReview = permissionTo("review", glass.can);
  const mayAnswer = permissionTo("answer", glass.can);
  const params = { glass: glass.id };
  const finish = (done: unknown): void => {
    if (done !== undefined) setOpen(undefined);
  };
  if (mayReview === undefined && mayAnswer === undefined) return null;
  return (
    <>
      {review.problem !== null && open === undefined && <ApiProblemPanel problem={review.problem} />}
      <Advice
        tone="info"
        title={mayAnswer?.allowed === true ? "The reviewer asks you." : "Was this reading right?"}
        actions={
          <>
            {mayReview !== undefined && (
              <>
                <ActButton
                  variant="filled"
                  may={mayReview}
                  running={review.running && open === undefined}
                  onClick={() => void review.run({ params, body: { verdict: "accept" } })}
                >
                  Accept
                </ActButton>
                <ActButton compact may={mayReview} onClick={() => setOpen("ask")}>
                  Ask
                </ActButton>
                <ActButton compact may={mayReview} onClick={() => setOpen("escalate")}>
                  Escalate
                </ActButton>
              </>
            )}
            {mayAnswer !== undefined && (
              <ActButton compact={!mayAnswer.allowed} may={mayAnswer} onClick={() => setOpen("answer")}>
                Answer
              </ActButton>
            )}
          </>
        }
      >
        Purpose, reason and what was read stand below.
      </Advice>
      {open !== undefined && (
        <WordsDialog
          {...asking[open]}
          act={open === "answer" ? answer : review}
          onClose={() => setOpen(undefined)}
          onSay={(reason) =>
            void (
              open === "answer"
                ? answer.run({ params, body: { reason } })
                : review.run({ params, body: { verdict: open, reason } })
            ).then(finish)
          }
        />
      )}
    </>
  );
}

interface WordsDialogProps {
  title: string;
  label: string;
  confirm: string;
  text: string;
  min: number;
  act: Pick<ReturnType<typeof useAct>, "running" | "problem" | "may">;
  onSay(words: string): void;
  onClose(): void;
}

function WordsDialog({ title, label, confirm, text, min, act, onSay, onClose }: WordsDialogProps) {
  const [words, setWords] = useState("");
  const [tried, setTried] = useState(false);
  const short = words.trim().length < min;
  const submit = (): void => {
    setTried(true);
    if (!short) onSay(words.trim());
  };
  return (
    <FormDialog
      title={title}
      submit={confirm}
      may={act.may}
      running={act.running}
      problem={act.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="dim">{text}</p>
      <Textarea
        label={label}
        description={`At least ${min} characters.`}
        required
        rows={3}
        maxLength={500}
        data-autofocus
        value={words}
        error={tried && short ? `Write at least ${min} characters.` : undefined}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
