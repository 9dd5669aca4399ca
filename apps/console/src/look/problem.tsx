import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCopy,
  IconInfoCircle,
  IconLockExclamation,
  IconXboxX,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { ApiProblem } from "../api/api-problem.ts";
import { copyText } from "../shell/copy.ts";
import type { Tone } from "./tokens.ts";

const icons = {
  bad: IconXboxX,
  warn: IconAlertTriangle,
  ok: IconCircleCheck,
  info: IconInfoCircle,
  idle: IconCircleDashed,
  hold: IconLockExclamation,
};

interface ProblemProps {
  tone?: Tone;
  title: string;
  end?: ReactNode;
  what?: ReactNode;
  why?: ReactNode;
  todo?: ReactNode;
  /** The provider's own words, redacted by the server. */
  reply?: ReactNode;
  replyFrom?: string;
  children?: ReactNode;
  actions?: ReactNode;
  code?: string | undefined;
  requestId?: string | undefined;
  level?: 2 | 3;
}

/** What, why, what to do now, the provider's own words, a button that does it, and the code to quote. */
export function Problem({
  tone = "bad",
  title,
  end,
  what,
  why,
  todo,
  reply,
  replyFrom,
  children,
  actions,
  code,
  requestId,
  level = 2,
}: ProblemProps) {
  const Heading = level === 2 ? "h2" : "h3";
  const Icon = icons[tone];
  const said = Object.entries({ What: what, Why: why, "What to do": todo }).filter(([, text]) => text !== undefined);
  return (
    <section className="problem" data-tone={tone}>
      <div className="top">
        <span className="ic">
          <Icon size={22} stroke={2} aria-hidden />
        </span>
        <Heading>{title}</Heading>
        {end !== undefined && <span className="end">{end}</span>}
      </div>
      <div className="in">
        {said.length > 0 && (
          <dl className="wwd">
            {said.map(([term, text]) => (
              <div key={term} style={{ display: "contents" }}>
                <dt>{term}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        )}
        {children}
        {reply !== undefined && (
          <div className="reply-block" style={{ marginTop: 12 }}>
            <span className="small dim">{replyFrom ?? "The provider’s reply, with secrets removed"}</span>
            <pre className="reply">{reply}</pre>
          </div>
        )}
        {actions !== undefined && <div className="acts">{actions}</div>}
        {code !== undefined && <Reference code={code} requestId={requestId} />}
      </div>
    </section>
  );
}

function Reference({ code, requestId }: { code: string; requestId: string | undefined }) {
  return (
    <div className="ref">
      <span>
        Error code <code>{code}</code>
      </span>
      {requestId !== undefined && (
        <span>
          Request <code>{requestId}</code>
        </span>
      )}
      <button
        type="button"
        className="tbtn"
        onClick={() => void copyText(`${code} ${requestId ?? ""}`.trim(), "Error code copied")}
      >
        <IconCopy size={14} aria-hidden />
        {requestId === undefined ? "Copy code" : "Copy both"}
      </button>
    </div>
  );
}

/** A refusal of the server, in place: its title, cause, mend and reference. */
export function ApiProblemPanel({
  problem,
  actions,
  level = 3,
}: {
  problem: ApiProblem;
  actions?: ReactNode;
  level?: 2 | 3;
}) {
  return (
    <div role="alert">
      <Problem
        tone={problem.code === "request.step_up" ? "info" : "bad"}
        title={problem.title}
        {...(problem.detail !== problem.title && { why: problem.detail })}
        todo={problem.fix}
        code={problem.code}
        requestId={problem.requestId || undefined}
        level={level}
        actions={actions}
      >
        {problem.problems.length > 0 && (
          <ul className="stack sm" style={{ marginTop: 10 }}>
            {problem.problems.map((row) => (
              <li key={`${row.pointer} ${row.message}`}>
                <code>{row.line === undefined ? row.pointer || "/" : `line ${row.line}, ${row.pointer}`}</code>{" "}
                {row.message} {row.fix}
              </li>
            ))}
          </ul>
        )}
      </Problem>
    </div>
  );
}

/** The one-line form, for advice that blocks nothing. */
export function Advice({
  tone = "warn",
  title,
  children,
  actions,
}: {
  tone?: Tone;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  const Icon = icons[tone];
  return (
    <section className="problem" data-tone={tone} data-slim>
      <div className="top">
        <span className="ic">
          <Icon size={22} stroke={2} aria-hidden />
        </span>
        <p className="say">
          <b>{title}</b> {children}
        </p>
        {actions !== undefined && <div className="row">{actions}</div>}
      </div>
    </section>
  );
}
