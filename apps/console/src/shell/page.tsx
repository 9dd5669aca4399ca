import type { OperationId } from "@hilum/contract/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { IconCode, IconLink, IconRefresh } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import type { ApiProblem } from "../api/api-problem.ts";
import { decideMay, type LooseInput } from "../api/operation-facts.ts";
import { factsOf } from "../api/call.ts";
import { Advice } from "../look/problem.tsx";
import { useAccount, useMay } from "../session/account.ts";
import { clock } from "../text/format.ts";
import { copyText } from "./copy.ts";
import { announce } from "./notices.ts";
import { pageFocus, pageStore, type Command, type Crumb } from "./page-store.ts";

const RoleNote = lazy(() => import("./role-note.tsx").then((module) => ({ default: module.RoleNote })));
const ApiCallDialog = lazy(() => import("./api-call-dialog.tsx").then((module) => ({ default: module.ApiCallDialog })));

/** An operation with the input this page gives it. */
export type ShownCall = readonly [OperationId, LooseInput?];

export interface PageProps {
  title: string;
  lead?: ReactNode;
  glyph?: ReactNode;
  badges?: ReactNode;
  actions?: ReactNode;
  tabs?: ReactNode;
  /** Parents of this page; empty at the top. */
  crumbs?: readonly Crumb[];
  /** This page's own word in the breadcrumb; its title where absent. */
  crumb?: string;
  /** What the page shows; the oldest of them is "Updated". */
  reads?: readonly Pick<UseQueryResult<unknown, ApiProblem>, "dataUpdatedAt" | "refetch" | "isFetching">[];
  calls?: readonly ShownCall[];
  /** Operations the page offers: what the person's role may not do is said once, above them. */
  offers?: readonly OperationId[];
  commands?: readonly Command[];
  children: ReactNode;
}

const noCrumbs: readonly Crumb[] = [];
const noCommands: readonly Command[] = [];

/** A page of the console: one h1, where it stands, when it was read, how to read it by program, and its content. */
export function Page({
  title,
  lead,
  glyph,
  badges,
  actions,
  tabs,
  crumbs = noCrumbs,
  crumb = title,
  reads = [],
  calls = [],
  offers = [],
  commands = noCommands,
  children,
}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    document.title = `${title} · Hilum`;
  }, [title]);
  useEffect(() => {
    if (!pageFocus.land(heading.current)) return;
    window.scrollTo(0, 0);
    announce(document.title);
  }, []);
  // Told to the shell again only when a word of it changes; what a command does is looked up when it runs.
  const said = JSON.stringify({
    crumbs,
    crumb,
    commands: commands.map(({ id, label, words, blocked }) => ({ id, label, words, blocked })),
  });
  useEffect(() => {
    const facts = JSON.parse(said) as Required<Pick<PageProps, "crumbs" | "crumb">> & {
      commands: Omit<Command, "run">[];
    };
    pageStore.set({
      crumbs: facts.crumbs.length === 0 ? [] : [...facts.crumbs, { text: facts.crumb }],
      commands: facts.commands.map((command) => ({
        ...command,
        run: () => latest.current.find(({ id }) => id === command.id)?.run(),
      })),
    });
    return () => pageStore.clear();
  }, [said]);

  return (
    <>
      <header className="ph">
        <div className="ttl">
          {glyph}
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {badges}
        </div>
        {lead !== undefined && <p className="lead">{lead}</p>}
        {actions !== undefined && <div className="acts">{actions}</div>}
        <PageMeta reads={reads} calls={calls} />
      </header>
      {tabs}
      <RoleNoteOf offers={offers} />
      {children}
    </>
  );
}

function PageMeta({ reads, calls }: Required<Pick<PageProps, "reads" | "calls">>) {
  const [showCall, setShowCall] = useState(false);
  const read = reads.map(({ dataUpdatedAt }) => dataUpdatedAt).filter((at) => at > 0);
  const refresh = async (): Promise<void> => {
    await Promise.all(reads.map((query) => query.refetch()));
    announce("Page refreshed");
  };
  return (
    <div className="meta">
      {read.length > 0 && <span className="num">Updated {clock(Math.min(...read))}</span>}
      {reads.length > 0 && (
        <button type="button" className="tbtn" onClick={() => void refresh()}>
          <IconRefresh size={14} aria-hidden />
          Refresh
        </button>
      )}
      <button type="button" className="tbtn" onClick={() => void copyText(location.href, "Link copied")}>
        <IconLink size={14} aria-hidden />
        Copy link
      </button>
      {calls.length > 0 && (
        <button type="button" className="tbtn" onClick={() => setShowCall(true)}>
          <IconCode size={15} aria-hidden />
          Show API call
        </button>
      )}
      {showCall && (
        <Suspense>
          <ApiCallDialog calls={calls} onClose={() => setShowCall(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** What this role may not do here, if anything. */
function RoleNoteOf({ offers }: Required<Pick<PageProps, "offers">>) {
  const { role } = useAccount();
  const refused = offers.filter((id) => !decideMay(role, factsOf(id).access).allowed);
  if (refused.length === 0) return null;
  return (
    <Suspense>
      <RoleNote role={role} refused={refused} />
    </Suspense>
  );
}

/** A page that this role may not open at all: what it is, and who can. */
export function Guarded({
  operation,
  title,
  children,
}: {
  operation: OperationId;
  title: string;
  children: ReactNode;
}) {
  const may = useMay(operation);
  if (may.allowed) return children;
  return (
    <Page title={title} lead="This page is not open to your role.">
      <Advice tone="info" title={may.reason}>
        An administrator can give you another role in Users.
      </Advice>
    </Page>
  );
}
