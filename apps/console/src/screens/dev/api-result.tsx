import type { OperationSpec } from "@hilum/contract/api";
import { IconCopy } from "@tabler/icons-react";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { copyText } from "../../shell/copy.ts";
import { duration } from "../../text/format.ts";
import type { Attempt } from "./use-try.ts";

/** What came back of the attempt. */
export function ApiResult({ attempt, operation }: { attempt: Attempt; operation: OperationSpec }) {
  const { problem, answer, text, saved } = attempt;
  return (
    <div aria-live="polite">
      {problem !== null && <ApiProblemPanel problem={problem} level={2} />}
      {saved && (
        <Panel title="Answer">
          <p>
            <Status word="Passed">Saved as a file</Status>
          </p>
        </Panel>
      )}
      {text !== undefined && (
        <Panel title="Stream" flush>
          <pre className="code tall" tabIndex={0} role="region" aria-label={`Stream of ${operation.id}`}>
            {text === "" ? "(nothing yet)" : text}
          </pre>
        </Panel>
      )}
      {answer !== undefined && <Answer {...answer} id={operation.id} />}
    </div>
  );
}

type AnswerProps = NonNullable<Attempt["answer"]> & { id: string };

function Answer({ id, status, requestId, durationMs, data }: AnswerProps) {
  const body = data === undefined ? undefined : JSON.stringify(data, undefined, 2);
  return (
    <Panel
      title="Answer"
      flush
      end={
        body !== undefined && (
          <button type="button" className="tbtn" onClick={() => void copyText(body, "Answer copied")}>
            <IconCopy size={14} aria-hidden />
            Copy
          </button>
        )
      }
      foot={
        <span>
          Request <code>{requestId}</code>
        </span>
      }
    >
      <p className="pad row wide">
        <Status word="Passed">{status}</Status>
        <span className="small dim">in {duration(durationMs)}</span>
      </p>
      {body !== undefined && (
        <pre className="code tall" tabIndex={0} role="region" aria-label={`Answer of ${id}`}>
          {body}
        </pre>
      )}
    </Panel>
  );
}
