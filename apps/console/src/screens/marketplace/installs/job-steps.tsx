import type { InstallJob, InstallStep } from "@hilum/contract/api";
import { Loader } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { toneOf } from "../../../look/status.tsx";
import { clock, duration } from "../../../text/format.ts";
import { stepWord } from "../market-words.ts";

/** Each step with when it began, how long it took and what it found. */
export function JobSteps({ job }: { job: InstallJob }) {
  const now = job.steps.find((step) => isNow(step, job))?.id;
  return (
    <ol className="steps jobsteps" aria-label="Steps">
      {job.steps.map((step, at) => (
        <li
          key={step.id}
          data-done={step.state === "passed" || step.state === "skipped" || undefined}
          data-tone={step.state === "failed" || step.state === "warning" ? toneOf(stepWord[step.state]) : undefined}
          aria-current={step.id === now ? "step" : undefined}
        >
          <span className="dot" aria-hidden>
            <StepMark step={step} place={at + 1} works={step.id === now && job.state !== "awaiting_approval"} />
          </span>
          <div className="stack xs">
            <div className="row between">
              <span className="s1">
                {step.title}
                <span className="vh">: {said(step, job)}</span>
              </span>
              <span className="at num">{times(step)}</span>
            </div>
            {step.detail !== undefined && <p className="small dim">{step.detail}</p>}
            {step.fix !== undefined && <p className="small">{step.fix}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function StepMark({ step: { state }, place, works }: { step: InstallStep; place: number; works: boolean }) {
  if (state === "failed") return <IconX size={16} stroke={2.5} />;
  if (state === "warning") return <IconAlertTriangle size={15} stroke={2.25} />;
  if (state === "skipped") return <IconMinus size={16} stroke={2.5} />;
  if (state === "passed") return <IconCheck size={16} stroke={2.5} />;
  return works ? <Loader size={14} color="currentColor" /> : place;
}

/** The step that is worked on, or at which somebody is waited for. */
export function isNow({ id, state }: Pick<InstallStep, "id" | "state">, job: Pick<InstallJob, "state">): boolean {
  if (job.state === "awaiting_approval") return id === "approve";
  if (job.state === "watching") return id === "watch";
  return job.state === "running" && state === "running";
}

function said(step: InstallStep, job: InstallJob): string {
  if (isNow(step, job)) return job.state === "awaiting_approval" ? "waits for approval" : "now";
  return {
    waiting: "not yet",
    running: "now",
    passed: "done",
    warning: "done, with a warning",
    failed: "failed",
    skipped: "not needed",
  }[step.state];
}

function times({ startedAt, durationMs }: InstallStep): string {
  if (startedAt === undefined) return "";
  return durationMs === undefined ? `since ${clock(startedAt)}` : `${clock(startedAt)}, ${duration(durationMs)}`;
}
