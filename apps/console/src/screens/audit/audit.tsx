import { getRouteApi } from "@tanstack/react-router";
import { IconDownload, IconShieldCheck } from "@tabler/icons-react";
import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel, Advice } from "../../look/problem.tsx";
import type { AuditSearch } from "../../routes.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { bytes, count, many } from "../../text/format.ts";
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

/** The filters of the address as the query of a request. */
export function queryOf({ entry: _, verify: __, ...filters }: AuditSearch): Omit<AuditSearch, "entry" | "verify"> {
  return filters;
}

const withoutCursor = ({ cursor: _, ...rest }: AuditSearch): AuditSearch => rest;

function Audit() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...queryOf(search), limit: 50 };
  const status = useRead("getAuditStatus", {}, { everyMs: 30_000 });
  const entries = useRead("searchAudit", { query });
  const verify = useAct("verifyAudit");
  const rebuild = useAct("rebuildAuditIndex", (answer) => `${many(answer.indexed, "entry", "entries")} indexed`);
  const [exporting, setExporting] = useState(false);
  const set = (next: AuditSearch): void => void navigate({ search: next, replace: true });

  const asked = useRef(false);
  const startAtOnce = search.verify === "true";
  useEffect(() => {
    if (!startAtOnce || asked.current) return;
    asked.current = true;
    void verify.run();
    void navigate({ search: ({ verify: _, ...rest }) => rest, replace: true });
  }, [startAtOnce, verify, navigate]);

  const behind = status.data === undefined ? 0 : status.data.size - status.data.indexed;
  return (
    <Page
      title="Audit"
      lead={status.data === undefined ? undefined : `${many(status.data.size, "entry", "entries")}, ${bytes(status.data.bytes)}. Every act stands here before it is done and after. Changing one entry breaks the proof.`}
      actions={
        <>
          <Button leftSection={<IconDownload size={16} aria-hidden />} onClick={() => setExporting(true)}>
            Export
          </Button>
          <ActButton variant="filled" may={verify.may} running={verify.running} leftSection={<IconShieldCheck size={17} aria-hidden />} onClick={() => void verify.run()}>
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
          {(data) => (
            <>
              {data.blocked && <Advice tone="bad" title="The log cannot be written.">Hilum does nothing that it would have to write down. Free space on the disk of the data folder, then restart Hilum.</Advice>}
              {data.degraded && !data.blocked && <Advice title="One copy of the log cannot be written.">The other still is. Look at Repairs.</Advice>}
              <VerificationPanel status={data} started={verify.running} onOpen={(entry) => set({ ...search, entry })} />
            </>
          )}
        </Loaded>
        <div>
          <AuditFilters key={JSON.stringify(queryOf(search))} search={search} onChange={set} />
          {behind > 0 && (
            <div style={{ marginBottom: 14 }}>
              <Advice
                tone="info"
                title="The search index is behind."
                actions={
                  <ActButton compact may={rebuild.may} running={rebuild.running} onClick={() => void rebuild.run()}>
                    Rebuild the index
                  </ActButton>
                }
              >
                {many(behind, "entry", "entries")} of the log can be verified but not searched yet.
              </Advice>
            </div>
          )}
          <Loaded query={entries} what="the entries">
            {({ items, next, indexed }) => (
              <Panel
                flush
                label="Entries"
                foot={
                  <>
                    <span>{count(indexed)} entries can be searched. Reading them is written down too.</span>
                    {search.cursor !== undefined && (
                      <button type="button" className="tbtn" onClick={() => set(withoutCursor(search))}>
                        Newest
                      </button>
                    )}
                    {next !== undefined && (
                      <button type="button" className="tbtn" onClick={() => set({ ...queryOf(search), cursor: next })}>
                        Older
                      </button>
                    )}
                    {behind === 0 && (
                      <ActButton compact variant="transparent" size="compact-sm" may={rebuild.may} running={rebuild.running} onClick={() => void rebuild.run()}>
                        Rebuild the index
                      </ActButton>
                    )}
                  </>
                }
              >
                {items.length === 0 ? (
                  <Empty title="No entry matches" action={<GoButton to="/audit">Show all entries</GoButton>}>
                    Nothing was done that fits all of these filters.
                  </Empty>
                ) : (
                  <AuditTable rows={items} onOpen={(entry) => set({ ...search, entry })} />
                )}
              </Panel>
            )}
          </Loaded>
          {rebuild.problem !== null && <ApiProblemPanel problem={rebuild.problem} />}
        </div>
      </div>
      {search.entry !== undefined && (
        <EntryDrawer
          index={search.entry}
          size={status.data?.size}
          onOpen={(entry) => set({ ...search, entry })}
          onClose={() => {
            const { entry: _, ...rest } = search;
            set(rest);
          }}
        />
      )}
      {exporting && <ExportDialog filters={queryOf(search)} onClose={() => setExporting(false)} />}
    </Page>
  );
}
