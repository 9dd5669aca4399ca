import type { LogLine } from "@hilum/contract/api";
import { useEffect, useState } from "react";
import { isApiProblem, type ApiProblem } from "../../api/api-problem.ts";
import { call, callStream } from "../../api/call.ts";
import { readEventStream } from "../../api/event-stream.ts";
import { instanceQuery } from "./plugin-page.tsx";

const linesKept = 2000;
const againMs = 3000;

interface Tail {
  plugin: string;
  instance: string;
  level: LogLine["level"];
  enabled: boolean;
}

/** The newest lines, then each further one as it is written. Pausing stops the stream; following goes on from there. */
export function useLogTail({ plugin, instance, level, enabled }: Tail) {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [dropped, setDropped] = useState(0);
  const [paused, setPaused] = useState(false);
  const [state, setState] = useState<"connecting" | "open">("connecting");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (!enabled || paused || attempt < 0) return;
    const aborter = new AbortController();
    const params = { plugin };
    const base = { ...instanceQuery(instance), level };
    const follow = async (): Promise<void> => {
      setState("connecting");
      const newest = await call("listPluginLogs", { params, query: { ...base, limit: 500 } });
      setLines(newest.items.toSorted((a, b) => a.id - b.id));
      setDropped(newest.dropped);
      const after = newest.items.reduce((highest, { id }) => Math.max(highest, id), 0);
      const stream = await callStream("tailPluginLogs", { params, query: { ...base, after } }, aborter.signal);
      setState("open");
      setProblem(null);
      await readEventStream(stream, (events) => {
        const more = events.filter(({ event }) => event === "line").map(({ data }) => JSON.parse(data) as LogLine);
        if (more.length > 0) setLines((known) => merge(known, more));
      });
    };
    follow()
      .then(() => window.setTimeout(() => !aborter.signal.aborted && setAttempt((n) => n + 1), againMs))
      .catch((thrown: unknown) => {
        if (!aborter.signal.aborted && isApiProblem(thrown)) setProblem(thrown);
      });
    return () => aborter.abort();
  }, [plugin, instance, level, enabled, paused, attempt]);

  return {
    lines,
    dropped,
    paused,
    state,
    problem,
    toggle: () => setPaused(!paused),
    again: () => setAttempt((n) => n + 1),
  };
}

function merge(known: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  const last = known.at(-1)?.id ?? -1;
  return [...known, ...more.filter(({ id }) => id > last)].slice(-linesKept);
}
