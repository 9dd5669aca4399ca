import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import type { ApiProblem } from "../api/api-problem.ts";
import { Advice, ApiProblemPanel } from "../look/problem.tsx";
import { clock } from "../text/format.ts";
import { ActButton } from "./act-button.tsx";

const skeletonAfterMs = 200;
const patienceMs = 10_000;

interface LoadedProps<T> {
  query: UseQueryResult<T, ApiProblem>;
  /** What is being read, for "Reading the plugins…". */
  what: string;
  children(data: T): ReactNode;
}

/** Shows what was read; a skeleton while it is not there; a refusal in place, with the last good data kept below it. */
export function Loaded<T>({ query, what, children }: LoadedProps<T>) {
  const retry = (
    <ActButton running={query.isFetching} onClick={() => void query.refetch()}>
      Try again
    </ActButton>
  );
  if (query.data !== undefined) {
    return (
      <>
        {query.error !== null && (
          <div style={{ marginBottom: 16 }}>
            <Advice title={`This is what was read at ${clock(query.dataUpdatedAt)}.`} actions={retry}>
              Reading {what} again did not work: {query.error.title}.
            </Advice>
          </div>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.error !== null) return <ApiProblemPanel problem={query.error} level={2} actions={retry} />;
  return <Waiting what={what} onCancel={() => void query.refetch({ cancelRefetch: true })} />;
}

function Waiting({ what, onCancel }: { what: string; onCancel(): void }) {
  const [waitedMs, setWaitedMs] = useState(0);
  useEffect(() => {
    const start = Date.now();
    const timer = window.setInterval(() => setWaitedMs(Date.now() - start), 200);
    return () => window.clearInterval(timer);
  }, []);
  if (waitedMs < skeletonAfterMs) return null;
  return (
    <section className="panel" aria-label={`Reading ${what}`}>
      <div className="skeleton" aria-hidden>
        {Array.from({ length: 6 }, (_, at) => (
          <i key={at} />
        ))}
      </div>
      <div className="ft">
        <span role="status">
          {waitedMs < patienceMs ? `Reading ${what}…` : `Still working… (${Math.round(waitedMs / 1000)} s)`}
        </span>
        {waitedMs >= patienceMs && (
          <button type="button" className="tbtn" onClick={onCancel}>
            Ask again
          </button>
        )}
      </div>
    </section>
  );
}
