import type { OperationId } from "@hilum/contract/api";
import { queryOptions, useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useMay } from "../session/account.ts";
import { notify } from "../shell/notices.ts";
import type { ApiProblem } from "./api-problem.ts";
import { call, download, type AnswerById, type InputArgs, type InputOf } from "./call.ts";
import { countReturns, isInUse, watchReturns } from "./in-use.ts";
import type { LooseInput, MayDecision } from "./operation-facts.ts";

/** How to read an operation: the key is its id and input, so that an act can refresh by id. */
export function reading<Id extends OperationId>(id: Id, ...args: InputArgs<Id>) {
  return queryOptions<AnswerById<Id>, ApiProblem>({ queryKey: [id, args[0] ?? {}], queryFn: () => call(id, ...args) });
}

export interface ReadOptions {
  /** Read again after so many milliseconds, while the page is in view and in use. */
  everyMs?: number | undefined;
  /** False keeps the read back, for example until something is chosen. */
  enabled?: boolean;
}

export function useRead<Id extends OperationId>(
  id: Id,
  input: InputOf<Id>,
  { everyMs, enabled = true }: ReadOptions = {},
): UseQueryResult<AnswerById<Id>, ApiProblem> {
  const may = useMay(id);
  // A read that ended while the page was out of use set no further one: drawing anew on the return does.
  useSyncExternalStore(watchReturns, countReturns);
  return useQuery({
    ...reading(id, ...([input] as unknown as InputArgs<Id>)),
    enabled: enabled && may.allowed,
    ...(everyMs !== undefined && { refetchInterval: () => (isInUse() ? everyMs : false) }),
  });
}

export interface Act<Id extends OperationId> {
  may: MayDecision;
  running: boolean;
  problem: ApiProblem | null;
  /** Answers undefined when it was refused; `problem` then says why. */
  run(...args: InputArgs<Id>): Promise<AnswerById<Id> | undefined>;
  /** The same for operations that answer nothing: true when it was done. */
  attempt(...args: InputArgs<Id>): Promise<boolean>;
  reset(): void;
}

/**
 * An operation that changes something. Afterwards `done` is announced and everything on the screen is read again,
 * unless `refresh` is false: where the act ends the session there is nothing left to read.
 */
export function useAct<Id extends OperationId>(
  id: Id,
  done?: string | ((answer: AnswerById<Id>) => string),
  { refresh = true }: { refresh?: boolean } = {},
): Act<Id> {
  const client = useQueryClient();
  const may = useMay(id);
  const mutation = useMutation<AnswerById<Id>, ApiProblem, InputArgs<Id>>({
    mutationKey: [id],
    mutationFn: (args) => call(id, ...args),
    onSuccess: async (answer) => {
      if (refresh) await client.invalidateQueries();
      const text = typeof done === "function" ? done(answer) : done;
      if (text !== undefined) notify(text);
    },
  });
  return {
    may,
    running: mutation.isPending,
    problem: mutation.error,
    run: (...args) => mutation.mutateAsync(args).catch(() => undefined),
    attempt: (...args) =>
      mutation.mutateAsync(args).then(
        () => true,
        () => false,
      ),
    reset: mutation.reset,
  };
}

export interface Download {
  may: MayDecision;
  running: boolean;
  problem: ApiProblem | null;
  /** True when it is saved; `problem` says why not. */
  start(): Promise<boolean>;
}

/**
 * A file that an operation answers, saved where the browser saves files; afterwards `done` is announced. `refresh`: saving it changes
 * something, so that everything on the screen is read again.
 */
export function useDownload(
  id: OperationId,
  input: LooseInput,
  fallbackName: string,
  done: string,
  { refresh = false }: { refresh?: boolean } = {},
): Download {
  const client = useQueryClient();
  const may = useMay(id);
  const saving = useMutation<void, ApiProblem>({
    mutationFn: () => download(id, input, fallbackName),
    onSuccess: async () => {
      if (refresh) await client.invalidateQueries();
      notify(done);
    },
  });
  return {
    ...{ may, running: saving.isPending, problem: saving.error },
    start: () =>
      saving.mutateAsync().then(
        () => true,
        () => false,
      ),
  };
}
