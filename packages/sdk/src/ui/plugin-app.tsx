import { Component, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from "react";
import { connection as ownConnection, type Connection } from "./bridge/connection.ts";
import { PageContext, toPage } from "./bridge/page-context.ts";
import { wear } from "./bridge/wear.ts";
import { Notice } from "./parts/notice.tsx";

export interface PluginAppProps {
  children: ReactNode;
  /** Languages that the page is written in, best first; the document says which one it is. */
  languages?: readonly string[];
}

/**
 * A page of a plugin: waits for the console's greeting, wears its colours, font, text size and contrast, follows its height,
 * and gives the focus back at Escape. Everything of the kit stands inside it.
 */
export function PluginApp({ children, languages = ["en"] }: PluginAppProps) {
  if (ownConnection === undefined) throw new Error("a page lives in a browser");
  return (
    <Connected connection={ownConnection} languages={languages}>
      {children}
    </Connected>
  );
}

function Connected({ connection, languages, children }: Required<PluginAppProps> & { connection: Connection }) {
  const init = useSyncExternalStore(connection.subscribe, connection.init);
  const look = useSyncExternalStore(connection.subscribe, connection.look);
  const main = useRef<HTMLElement>(null);
  const page = useMemo(
    () => (init === undefined || look === undefined ? undefined : toPage(connection, init, look)),
    [connection, init, look],
  );
  useEffect(() => {
    if (look !== undefined) wear(look, languages);
  }, [look, languages]);
  useEffect(() => followHeight(connection, main.current), [connection]);
  useEffect(() => leaveAtEscape(connection), [connection]);
  return (
    <main className="page" ref={main}>
      {page === undefined ? (
        <p role="status" className="dim">
          Connecting to the Admin Console…
        </p>
      ) : (
        <PageContext value={page}>
          <h1 className="vh">{init?.title}</h1>
          <Guard>{children}</Guard>
        </PageContext>
      )}
    </main>
  );
}

/** The frame is as high as the page, so that nobody scrolls in two places. */
function followHeight(connection: Connection, main: HTMLElement | null): (() => void) | undefined {
  if (main === null) return undefined;
  const observer = new ResizeObserver(() => connection.resize(Math.ceil(main.getBoundingClientRect().height)));
  observer.observe(main);
  return () => observer.disconnect();
}

function leaveAtEscape(connection: Connection): () => void {
  const listen = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.defaultPrevented) connection.leave();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

/** A fault of the page's own code leaves a sentence, not an empty frame. */
class Guard extends Component<{ children: ReactNode }, { fault: unknown }> {
  override state: { fault: unknown } = { fault: undefined };
  static getDerivedStateFromError(fault: unknown): { fault: unknown } {
    return { fault };
  }
  override render(): ReactNode {
    if (this.state.fault === undefined) return this.props.children;
    return (
      <Notice
        title="This page met a fault of its own"
        why={this.state.fault instanceof Error ? this.state.fault.message : "It threw something that is no error."}
        todo="Use the page that Hilum generates, and report this to the plugin's publisher."
      />
    );
  }
}
