import type { Account, OperationId } from "@hilum/contract/api";
import { createContext, useContext } from "react";
import { factsOf } from "../api/call.ts";
import { decideMay, type MayDecision } from "../api/operation-facts.ts";

/** Who is signed in; absent before sign-in. */
export const AccountContext = createContext<Account | undefined>(undefined);

export function useAccount(): Account {
  const account = useContext(AccountContext);
  if (account === undefined) throw new Error("no account outside the shell");
  return account;
}

/** Whether the person who is signed in may call an operation; before sign-in only what is public. */
export function useMay(id: OperationId): MayDecision {
  const account = useContext(AccountContext);
  const { access } = factsOf(id);
  if (account === undefined) {
    return access === "public" ? { allowed: true } : { allowed: false, reason: "Sign in first." };
  }
  return decideMay(account.role, access);
}
