import { Button } from "@mantine/core";
import type { Account } from "@hilum/contract/api";
import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { call } from "../api/call.ts";
import { session } from "../api/session-events.ts";
import { Dialog } from "../shell/dialog.tsx";

const warnBeforeMs = 2 * 60_000;

/** Warns two minutes before an idle session ends, and lets the person stay (WCAG 2.2.1). */
export function SessionGuard({ account }: { account: Account }) {
  const client = useQueryClient();
  const [left, setLeft] = useState<number>();
  const { idleExpiresAt } = account.session;
  useEffect(() => {
    const readAt = client.getQueryState(["getAccount", {}])?.dataUpdatedAt ?? Date.now();
    const idleMs = new Date(idleExpiresAt).getTime() - readAt;
    const timer = window.setInterval(() => {
      const rest = idleMs - session.idleMs();
      setLeft(rest < warnBeforeMs ? Math.max(0, Math.ceil(rest / 1000)) : undefined);
      if (rest <= 0) session.ended();
    }, 1000);
    return () => window.clearInterval(timer);
  }, [client, idleExpiresAt]);
  if (left === undefined) return null;
  const stay = (): void => void call("getAccount").catch(() => session.ended());
  return (
    <Dialog onClose={stay} title="You will be signed out soon" size={440} zIndex={450}>
      <div className="stack md">
        <p>
          Nothing was done for a while. You will be signed out in <b className="num">{left} seconds</b>, so that nobody
          else sees this page.
        </p>
        <div className="row end">
          <Button variant="filled" onClick={stay} data-autofocus>
            Stay signed in
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
