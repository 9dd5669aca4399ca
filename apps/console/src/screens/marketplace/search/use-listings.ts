import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { ApiProblem } from "../../../api/api-problem.ts";
import type { AnswerById, InputOf } from "../../../api/call.ts";
import { reading } from "../../../api/use-api.ts";
import type { MarketplaceSearch } from "../../../routes/marketplace.ts";

export type Found = AnswerById<"searchMarketplace">;

/** What is offered for this search; the rows before stay until the new ones are there, so that the page does not jump. */
export function useListings(search: MarketplaceSearch): UseQueryResult<Found, ApiProblem> {
  return useQuery({ ...reading("searchMarketplace", listingsInput(search)), placeholderData: keepPreviousData });
}

export const listingsInput = (search: MarketplaceSearch): InputOf<"searchMarketplace"> => ({
  query: { ...search, limit: 30 } as NonNullable<InputOf<"searchMarketplace">["query"]>,
});
