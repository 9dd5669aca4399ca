import type { PageMessage, PageMessageDetail, PageMessages } from "@hilum/contract/bridge";
import { useState } from "react";
import { usePage } from "../bridge/page-context.ts";
import { useActing, useReading, type Acting, type Reading } from "../bridge/use-reading.ts";

export interface Messages extends Reading<PageMessages> {
  items: readonly PageMessage[];
  /** Undefined on the last page. */
  older: (() => void) | undefined;
  /** Undefined on the first page. */
  newest: (() => void) | undefined;
  /** What happened to one message, without anybody's words. That it was read is written to the audit log. */
  read: Acting<[message: string], PageMessageDetail>;
}

/** Messages that went through the plugin's instance, newest first, recipients masked. */
export function useMessages({ state, limit = 20 }: { state?: PageMessage["state"]; limit?: number } = {}): Messages {
  const { call } = usePage();
  const [cursor, setCursor] = useState<string>();
  const params = { limit, ...(state !== undefined && { state }), ...(cursor !== undefined && { cursor }) };
  const reading = useReading("messages.list", params, "messages");
  const read = useActing((message: string) => call("messages.read", { message }));
  const next = reading.data?.next;
  return {
    ...reading,
    items: reading.data?.items ?? [],
    older: next === undefined ? undefined : () => setCursor(next),
    newest: cursor === undefined ? undefined : () => setCursor(undefined),
    read,
  };
}
