import type { OwnPage, PageFault, PluginDetail } from "@hilum/contract/api";
import {
  bridgeMethodNames,
  bridgeMethods,
  bridgeVersion,
  type BridgeMethodName,
  type PageInit,
  type PageResumed,
} from "@hilum/contract/bridge";
import { IconPuzzle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { callVia, factsOf } from "../api/call.ts";
import { hasGestureIn, isInUse } from "../api/in-use.ts";
import { decideMay } from "../api/operation-facts.ts";
import { useAccount } from "../session/account.ts";
import { useGo } from "../shell/go.tsx";
import { notify } from "../shell/notices.ts";
import { AskDialog } from "./ask-dialog.tsx";
import type { Ask } from "./ask.ts";
import { useConsoleLook } from "./console-look.ts";
import { createPageActs, createToastBucket, toBridgeError } from "./page-acts.ts";
import { PageDocument } from "./page-document.tsx";
import { TakenFrame } from "./taken-frame.tsx";
import { useDialogGuard } from "./use-dialog-guard.ts";
import { asksSecret, useQuestion } from "./use-question.ts";

interface PluginFrameProps {
  page: OwnPage & { src: string };
  detail: PluginDetail;
  instance: string;
  /** The setting that the person was led to. */
  field?: string | undefined;
}

/** Which document is in the frame: `away` while a secret is typed, and then another one, told of what became of its call. */
interface Turn {
  number: number;
  away: boolean;
  resumed?: PageResumed;
}

/**
 * A page of a plugin's own in an opaque frame, under a label that the console draws and nobody can cover. Everything that the
 * page gets or does goes through one port, which is handed over once.
 */
export function PluginFrame({ page, detail, instance, field }: PluginFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const after = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const id = useId();
  const [turn, setTurn] = useState<Turn>({ number: 0, away: false });
  const [fault, setFault] = useState<PageFault>();
  const [height, setHeight] = useState(240);
  const look = useConsoleLook();
  const above = useDialogGuard(frame, () => setFault("focus"));
  const { question, ask, agreedLately } = useQuestion(frame, () =>
    setTurn(({ number }) => ({ number: number + 1, away: true })),
  );
  const serve = useServe({ detail, instance, frame, ask, agreedLately }, (resumed) =>
    setTurn(({ number }) => ({ number: number + 1, away: false, resumed })),
  );
  const may = useAllowedMethods();

  const makeInit = (): PageInit => {
    const about = detail.instances.find((candidate) => candidate.instance === instance);
    return {
      version: bridgeVersion,
      plugin: { id: detail.id, name: detail.name, ...(detail.version !== undefined && { version: detail.version }) },
      instance: { id: instance, title: about?.title ?? instance, testMode: about?.testMode ?? false },
      page: page.name,
      title: page.title,
      look,
      may,
      ...(field !== undefined && { field }),
      ...(turn.resumed !== undefined && { resumed: turn.resumed }),
    };
  };
  const reload = (): void => {
    setFault(undefined);
    setTurn({ number: turn.number + 1, away: false });
    heading.current?.focus();
  };

  return (
    <section className="plugin-frame" aria-labelledby={id}>
      <header>
        <h2 id={id} tabIndex={-1} ref={heading}>
          {page.title}
        </h2>
        <p>
          <IconPuzzle size={16} aria-hidden />
          Provided by <b>{detail.name}</b> <code>{detail.id}</code>
        </p>
        <p className="small dim">Never enter your Hilum password here.</p>
        <button type="button" className="tbtn" onClick={() => after.current?.focus()}>
          Skip this panel
        </button>
      </header>
      {fault === undefined ? (
        <div className="frame-body" data-paused={above !== "nothing" || undefined} style={{ minHeight: height }}>
          {!turn.away && above !== "secret" && (
            <PageDocument
              key={turn.number}
              frame={frame}
              page={page}
              detail={detail}
              look={look}
              height={height}
              hidden={above === "dialog"}
              makeInit={makeInit}
              serve={serve}
              onHeight={setHeight}
              onLeave={() => heading.current?.focus()}
              onFault={setFault}
            />
          )}
        </div>
      ) : (
        <TakenFrame fault={fault} page={page} detail={detail} instance={instance} onReload={reload} />
      )}
      {question !== undefined && <AskDialog ask={question.ask} by={detail.name} onAnswer={question.answer} />}
      <div ref={after} tabIndex={-1} className="frame-end">
        <span className="vh">End of the panel of {detail.name}</span>
      </div>
    </section>
  );
}

/** Methods that the person's role allows; the API decides again at each call. */
function useAllowedMethods(): BridgeMethodName[] {
  const { role } = useAccount();
  return bridgeMethodNames.filter((name) => {
    const { operation } = bridgeMethods[name] as { operation?: Parameters<typeof factsOf>[0] };
    return operation === undefined || decideMay(role, factsOf(operation).access).allowed;
  });
}

interface ServeParts {
  detail: PluginDetail;
  instance: string;
  frame: { readonly current: HTMLIFrameElement | null };
  ask: ReturnType<typeof useQuestion>["ask"];
  agreedLately(): boolean;
}

/** Does what the page asks. Where a secret was asked for, the page is gone by now, and the next one is told the outcome. */
function useServe(
  { detail, instance, frame, ask, agreedLately }: ServeParts,
  onOutcome: (resumed: PageResumed) => void,
) {
  const client = useQueryClient();
  const go = useGo();
  const [toasts] = useState(createToastBucket);
  return async (name: BridgeMethodName, params: unknown): Promise<unknown> => {
    let away = false;
    const act = createPageActs({
      detail,
      instance,
      call: (operation, ...args) => callVia(`${detail.id}/${instance}`, operation, ...args),
      ask: async (asked: Ask) => {
        const answered = await ask(asked);
        away ||= asksSecret(asked);
        return answered;
      },
      hasGesture: () => agreedLately() || hasGestureIn(frame.current),
      isInUse: () => hasGestureIn(frame.current) || isInUse(),
      onActed: () => client.invalidateQueries(),
      notify,
      go,
      toasts,
    });
    try {
      const result = await act(name, params);
      if (away) onOutcome({ method: name, params, result: bridgeMethods[name].result(result, "result") });
      return result;
    } catch (thrown) {
      if (away) onOutcome({ method: name, params, error: toBridgeError(thrown) });
      throw thrown;
    }
  };
}
