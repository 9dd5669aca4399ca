import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Account } from "@hilum/contract/api";
import { session } from "../api/session-events.ts";
import { reading } from "../api/use-api.ts";
import { AccountContext } from "../session/account.ts";
import { usePreferences } from "../session/preferences.ts";
import { SessionGuard } from "../session/session-guard.tsx";
import { useGo } from "./go.tsx";
import { Shell } from "./shell.tsx";

/** The signed-in part of the console. The route read the account before this is shown. */
export function AppLayout() {
  const { data } = useQuery(reading("getAccount"));
  return data === undefined ? null : <SignedIn account={data} />;
}

function SignedIn({ account }: { account: Account }) {
  const client = useQueryClient();
  const go = useGo();
  usePreferences(account.preferences);
  useEffect(
    () =>
      session.onEnded(() => {
        const place = `${location.pathname}${location.search}`;
        // Nothing that was read may stay behind for the next person at this screen.
        client.clear();
        go(`/sign-in?next=${encodeURIComponent(place)}`);
      }),
    [client, go],
  );
  return (
    <AccountContext value={account}>
      <Shell />
      <SessionGuard account={account} />
    </AccountContext>
  );
}
