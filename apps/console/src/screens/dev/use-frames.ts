import type { WireFrame } from "@hilum/contract/api";
import { useEffect, useRef, useState } from "react";
import { isApiProblem, type ApiProblem } from "../../api/api-problem.ts";
import { call, callStream } from "../../api/call.ts";
import { readEventStream } from "../../api/event-stream.ts";
import { present } from "../../text/search.ts";
import { instanceQuery } from "../plugin/plugin-page.tsx";

const framesKept = 500;
const againMs = 3000;

interface Following {
  plugin: string;
  instance: string;
  direction: WireFrame["direction"] | undefined;
  method: string | undefined;
  /** The inspector is on: only then are there frames. */
  enabled: boolean;
  /** The server ended it: its time is over, or somebody stopped it. */
  onEnd(): void;
}

/** The kept frames, then each further one as it passes. Pausing stops the stream; following goes on from there. */
export function useFrames({ plugin, instance, direction, method, enabled, onEnd }: Following) {
  const [frames, setFrames] = useState<readonly WireFrame[]>([]);
  const [paused, setPaused] = useState(false);
  const [state, setState] = useState<"connecting" | "open">("connecting");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [attempt, setAttempt] = useState(0);
  const ended = useRef(onEnd);
  useEffect(() => {
    ended.current = onEnd;
  });

  useEffect(() => {
    if (!enabled || paused || attempt < 0) return;
    const aborter = new AbortController();
    const params = { plugin };
    const query = { ...instanceQuery(instance), ...present({ direction, method }) };
    const follow = async (): Promise<boolean> => {
      setState("connecting");
      const { items } = await call("listFrames", { params, query: { ...query, limit: framesKept } });
      setFrames(items);
      const after = items.at(-1)?.number ?? 0;
      const stream = await callStream("tailFrames", { params, query: { ...query, after } }, aborter.signal);
      setState("open");
      setProblem(null);
      let isOver = false;
      await readEventStream(stream, (events) => {
        const more = events.filter(({ event }) => event === "frame").map(({ data }) => JSON.parse(data) as WireFrame);
        if (more.length > 0) setFrames((known) => merge(known, more));
        isOver ||= events.some(({ event }) => event === "end");
      });
      return isOver;
    };
    follow()
      .then((isOver) => {
        if (aborter.signal.aborted) return;
        if (isOver) ended.current();
        else window.setTimeout(() => !aborter.signal.aborted && setAttempt((n) => n + 1), againMs);
      })
      .catch((thrown: unknown) => {
        if (aborter.signal.aborted || !isApiProblem(thrown)) return;
        if (thrown.code === "wire.off") ended.current();
        else setProblem(thrown);
      });
    return () => aborter.abort();
  }, [plugin, instance, direction, method, enabled, paused, attempt]);

  return {
    frames,
    paused,
    state,
    problem,
    toggle: () => setPaused(!paused),
    again: () => setAttempt((n) => n + 1),
  };
}

function merge(known: readonly WireFrame[], more: readonly WireFrame[]): readonly WireFrame[] {
  const last = known.at(-1)?.number ?? 0;
  return [...known, ...more.filter(({ number }) => number > last)].slice(-framesKept);
}
