import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import { call, type AnswerById, type InputOf } from "../../api/call.ts";
import { useMay } from "../../session/account.ts";

export type BrowseBody = InputOf<"browseRecords">["body"];
type Answer = AnswerById<"browseRecords">;
/** What a person looks for: it may be a name or a number of a patient. */
export type Terms = Pick<BrowseBody, "identifier" | "name">;

type Browse = UseQueryResult<Answer, ApiProblem> & {
  /** What can be looked by, as the store said last. */
  keys: Answer["keys"];
  terms: Terms;
  look(terms: Terms): void;
};

/**
 * Rows of a type. What is looked for stands neither in the address nor in the key under which an answer is remembered,
 * and an answer is forgotten as soon as another one is shown.
 */
export function useBrowse(place: Omit<BrowseBody, keyof Terms>): Browse {
  const may = useMay("browseRecords");
  const [{ terms, turn }, setSearch] = useState<{ terms: Terms; turn: number }>({ terms: {}, turn: 0 });
  const [keys, setKeys] = useState<Answer["keys"]>([]);
  const query = useQuery<Answer, ApiProblem>({
    queryKey: ["browseRecords", place, turn],
    queryFn: () => call("browseRecords", { body: { ...place, ...terms } }),
    gcTime: 0,
    // The rows before stay until the new ones are there, so that the page does not jump.
    placeholderData: keepPreviousData,
    enabled: may.allowed,
  });
  if (query.data !== undefined && query.data.keys !== keys) setKeys(query.data.keys);
  return { ...query, keys, terms, look: (next) => setSearch({ terms: next, turn: turn + 1 }) };
}
