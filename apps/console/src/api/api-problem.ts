import { isApiProblem, type ApiProblem } from "@hilum/client";

export { isApiProblem, type ApiProblem };

export const hasCode = (value: unknown, code: ApiProblem["code"]): boolean =>
  isApiProblem(value) && value.code === code;

/** The message for one place of the input; the first pointer that was complained about. */
export function problemAt(problem: ApiProblem | null | undefined, ...pointers: string[]): string | undefined {
  const row = problem?.problems.find(({ pointer }) => pointers.includes(pointer));
  if (row === undefined) return undefined;
  return row.fix === undefined ? row.message : `${row.message} ${row.fix}`;
}
