import type { OwnPage, PageFault, PluginDetail } from "@hilum/contract/api";
import { bridgeVersion, pageSandbox, type PageInit, type PageLook } from "@hilum/contract/bridge";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";
import { toBridgeError } from "./page-acts.ts";
import { createPageBridge, type PageBridge, type PageBridgeOptions } from "./page-bridge.ts";

interface PageDocumentProps extends Pick<PageBridgeOptions, "serve" | "onHeight" | "onLeave"> {
  frame: RefObject<HTMLIFrameElement | null>;
  page: OwnPage & { src: string };
  detail: PluginDetail;
  look: PageLook;
  height: number;
  hidden: boolean;
  makeInit(): PageInit;
  onFault(fault: PageFault): void;
}

/** One document in one frame, with one nonce and one port: whatever loads there later gets nothing. */
export function PageDocument({
  frame,
  page,
  detail,
  look,
  height,
  hidden,
  makeInit,
  onFault,
  ...acts
}: PageDocumentProps) {
  const bridge = useRef<PageBridge>(undefined);
  const loads = useRef(0);
  const [nonce] = useState(makeNonce);
  const [ready, setReady] = useState(false);
  const client = useQueryClient();
  useEffect(() => bridge.current?.wear(look), [look]);
  useEffect(() => () => bridge.current?.close(), []);
  useEffect(() => tellOfChanges(client, detail.id, () => bridge.current), [client, detail.id]);

  /** The first load hands the port over; any later one is another document in the same window (threats 141, 142). */
  const onLoad = (): void => {
    loads.current += 1;
    const target = frame.current?.contentWindow;
    if (loads.current > 1 || target === null || target === undefined) {
      bridge.current?.close();
      return onFault("second_load");
    }
    const { port1, port2 } = new MessageChannel();
    bridge.current = createPageBridge({
      ...acts,
      port: port1,
      nonce,
      init: makeInit,
      toBridgeError,
      onReady: () => setReady(true),
      onFault,
      isHidden: () => document.visibilityState === "hidden",
    });
    // An opaque origin has no name that could be given here; the nonce and the frame's policy stand for it.
    target.postMessage({ type: "hilum.page-port", version: bridgeVersion, nonce }, "*", [port2]);
  };

  return (
    <iframe
      ref={frame}
      title={`${page.title}, provided by ${detail.name}`}
      src={`${page.src}#nonce=${nonce}`}
      sandbox={pageSandbox}
      referrerPolicy="no-referrer"
      allow=""
      hidden={hidden}
      aria-busy={!ready}
      style={{ height }}
      onLoad={onLoad}
    />
  );
}

const topics: Readonly<Record<string, "config" | "health" | "setup">> = {
  getSettings: "config",
  getPluginHealth: "health",
  getSetup: "setup",
};

/** What the console reads anew is told to the page, which then reads it too. */
function tellOfChanges(
  client: ReturnType<typeof useQueryClient>,
  plugin: string,
  bridge: () => PageBridge | undefined,
): () => void {
  return client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success") return;
    const [operation, input] = event.query.queryKey as [string, { params?: { plugin?: string } }?];
    const topic = topics[operation];
    if (topic !== undefined && input?.params?.plugin === plugin) bridge()?.changed(topic);
  });
}

/** 144 random bits that only this document's address holds. */
function makeNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
