import type { Verification } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconDownload, IconShieldCheck } from "@tabler/icons-react";
import { Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { useAct, useRead, type Act } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel, Advice } from "../../look/problem.tsx";
import type { AuditSearch } from "../../routes/audit.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { Paging } from "../../shell/paging.tsx";
import { bytes, count, many } from "../../text/format.ts";
import { without } from "../../text/search.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { AuditTable } from "./audit-table.tsx";
import { EntryDrawer } from "./entry-drawer.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { VerificationPanel } from "./verification-panel.tsx";

const route = getRouteApi("/app/audit");

export function AuditScreen() {
  return (
    <Guarded operation="searchAudit" title="Audit">
      <Audit />
    </Guarded>
  );
}

const addressOnly = ["entry", "verify"] as const;

function Audit() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filters = without(search, ...addressOnly);
  const query = { ...filters, limit: 50 };
  const status = useRead("getAuditStatus", {}, { everyMs: 30_000 });
  const entries = useRead("searchAudit", { query });
  const verify = useVerify();
  const [exporting, setExporting] = useState(false);
  const set = (next: AuditSearch): void => void navigate({ search: next, replace: true });
  const open = (entry: number): void => set({ ...search, entry });
  useVerifyAtOnce(search, verify, set);

  return (
    <Page
      title="Audit"
      lead={
        status.data === undefined
          ? undefined
          : `${many(status.data.size, "entry", "entries")}, ${bytes(status.data.bytes)}. Every act stands here before it is done and after. Changing one entry breaks the proof.`
      }
      actions={
        <>
          <Button leftSection={<IconDownload size={16} aria-hidden />} onClick={() => setExporting(true)}>
            Export
          </Button>
          <ActButton
            variant="filled"
            may={verify.may}
            running={verify.running}
            leftSection={<IconShieldCheck size={17} aria-hidden />}
            onClick={() => void verify.begin()}
          >
            Verify
          </ActButton>
        </>
      }
      reads={[status, entries]}
      calls={[["searchAudit", { query }], ["getAuditStatus"], ["verifyAudit"]]}
      commands={[{ id: "export", label: "Export these entries", run: () => setExporting(true) }]}
    >
      <div className="stack lg">
        {verify.problem !== null && <ApiProblemPanel problem={verify.problem} />}
        <Loaded query={status} what="the state of the log">
          {(data) => <LogState status={data} verify={verify} onOpen={open} />}
        </Loaded>
        <Entries
          key={JSON.stringify(filters)}
          search={search}
          entries={entries}
          status={status.data}
          onChange={set}
          onOpen={open}
        />
      </div>
      {search.entry !== undefined && (
        <EntryDrawer
          index={search.entry}
          size={status.data?.size}
          onOpen={open}
          onClose={() => set(without(search, "entry"))}
        />
      )}
      {exporting && <ExportDialog filters={filters} onClose={() => setExporting(false)} />}
    </Page>
  );
}

interface Verify extends Pick<Act<"verifyAudit">, "may" | "running" | "problem"> {
  /** The one this page started: it is shown as it was answered, so that it can be stopped from its first moment. */
  begun: Verification | undefined;
  begin(): Promise<void>;
}

function useVerify(): Verify {
  // What changed is read when the verification ends; before, the answer itself is the newest that is known.
  const { run, may, running, problem } = useAct("verifyAudit", undefined, { refresh: false });
  const [begun, setBegun] = useState<Verification>();
  return { may, running, problem, begun, begin: async () => setBegun(await run()) };
}

/** `?verify=true`, as the dashboard links it, starts a verification once and leaves the address. */
function useVerifyAtOnce(search: AuditSearch, verify: Verify, set: (next: AuditSearch) => void): void {
  const asked = useRef(false);
  useEffect(() => {
    if (search.verify !== "true" || asked.current) return;
    asked.current = true;
    void verify.begin();
    set(without(search, "verify"));
  }, [search, verify, set]);
}

type Status = AnswerById<"getAuditStatus">;

function LogState({ status, verify, onOpen }: { status: Status; verify: Verify; onOpen(entry: number): void }) {
  return (
    <>
      {status.blocked && (
        <Advice tone="bad" title="The log cannot be written.">
          Hilum does nothing that it would have to write down. Free space on the disk of the data folder, then restart
          Hilum.
        </Advice>
      )}
      {status.degraded && !status.blocked && (
        <Advice title="One copy of the log cannot be written.">The other still is. Look at Repairs.</Advice>
      )}
      <VerificationPanel status={status} begun={verify.begun} starting={verify.running} onOpen={onOpen} />
    </>
  );
}

interface EntriesProps {
  search: AuditSearch;
  entries: UseQueryResult<AnswerById<"searchAudit">, ApiProblem>;
  status: Status | undefined;
  onChange(next: AuditSearch): void;
  onOpen(entry: number): void;
}

function Entries({ search, entries, status, onChange, onOpen }: EntriesProps) {
  const rebuild = useAct("rebuildAuditIndex", (answer) => `${many(answer.indexed, "entry", "entries")} indexed`);
  const behind = status === undefined ? 0 : status.size - status.indexed;
  const rebuildButton = (
    <ActButton compact size="compact-sm" may={rebuild.may} running={rebuild.running} onClick={() => void rebuild.run()}>
      Rebuild the index
    </ActButton>
  );
  return (
    <div className="stack md">
      <AuditFilters search={search} onChange={onChange} />
      {rebuild.problem !== null && <ApiProblemPanel problem={rebuild.problem} />}
      {behind > 0 && (
        <Advice tone="info" title="The search index is behind." actions={rebuildButton}>
          {many(behind, "entry", "entries")} of the log can be verified but not searched yet.
        </Advice>
      )}
      <Loaded query={entries} what="the entries">
        {({ items, next, indexed }) => (
          <Panel
            flush
            label="Entries"
            foot={
              <>
                <span>{count(indexed)} entries can be searched. Reading them is written down too.</span>
                <Paging
                  cursor={search.cursor}
                  next={next}
                  onGo={(cursor) =>
                    onChange({ ...without(search, "cursor", "entry"), ...(cursor !== undefined && { cursor }) })
                  }
                />
                {behind === 0 && <span style={{ marginLeft: "auto" }}>{rebuildButton}</span>}
              </>
            }
          >
            {items.length === 0 ? (
              <Empty title="No entry matches" action={<GoButton to="/audit">Show all entries</GoButton>}>
                Nothing was done that fits all of these filters.
              </Empty>
            ) : (
              <AuditTable rows={items} onOpen={onOpen} />
            )}
          </Panel>
        )}
      </Loaded>
    </div>
  );
}
