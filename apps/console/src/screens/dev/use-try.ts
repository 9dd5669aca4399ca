import type { Operation, OperationSpec } from "@hilum/contract/api";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isApiProblem, type ApiProblem } from "../../api/api-problem.ts";
import { callStream, download, tryCall, type Tried } from "../../api/call.ts";
import type { LooseInput } from "../../api/operation-facts.ts";

/** How far an attempt came: nothing yet, under way, what came back, or the text of a stream so far. */
export interface Attempt {
  running: boolean;
  problem: ApiProblem | null;
  answer: Tried | undefined;
  /** Set for operations that stream. */
  text: string | undefined;
  saved: boolean;
  /** Ends a stream that is being followed. */
  stop: (() => void) | undefined;
  run(input: LooseInput, file: File | undefined): void;
}

type State = Omit<Attempt, "run" | "stop">;
const nothing: State = { running: false, problem: null, answer: undefined, text: undefined, saved: false };
const textMax = 20_000;

/** Sends an operation with the person's own session: JSON is shown, other bytes are saved, a stream is followed. */
export function useTry({ id, method, produces }: OperationSpec): Attempt {
  const client = useQueryClient();
  const [state, setState] = useState(nothing);
  const following = useRef<AbortController>(undefined);
  useEffect(() => () => following.current?.abort(), []);
  const operation = id as Operation["id"];

  const follow = async (input: LooseInput): Promise<void> => {
    const aborter = new AbortController();
    following.current = aborter;
    const stream = await callStream(operation, input, aborter.signal);
    const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    setState({ ...nothing, running: true, text: "" });
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const { value } = chunk;
      setState((known) => ({ ...known, text: `${known.text ?? ""}${value}`.slice(-textMax) }));
    }
  };
  const send = async (input: LooseInput, file: File | undefined): Promise<Partial<State>> => {
    if (produces === "text/event-stream") return await follow(input).then(() => ({}));
    if (produces !== undefined && !produces.includes("json"))
      return await download(operation, input, id).then(() => ({ saved: true }));
    const answer = await tryCall(operation, { ...input, ...(file !== undefined && { bytes: file }) });
    if (method !== "GET") await client.invalidateQueries();
    return { answer };
  };
  const run = async (input: LooseInput, file: File | undefined): Promise<void> => {
    setState({ ...nothing, running: true });
    try {
      const outcome = await send(input, file);
      setState((known) => ({ ...known, ...outcome, running: false }));
    } catch (thrown) {
      const isStopped = following.current?.signal.aborted === true;
      if (!isApiProblem(thrown) && !isStopped) throw thrown;
      setState((known) => ({ ...known, running: false, problem: isApiProblem(thrown) && !isStopped ? thrown : null }));
    } finally {
      following.current = undefined;
    }
  };
  const isStream = state.running && state.text !== undefined;
  return {
    ...state,
    stop: isStream ? () => following.current?.abort() : undefined,
    run: (input, file) => void run(input, file),
  };
}
