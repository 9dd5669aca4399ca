import type { Dashboard } from "@hilum/contract/api";
import { IconPlus, IconShieldCheck } from "@tabler/icons-react";
import { useRead } from "../../api/use-api.ts";
import { Facts, Panel } from "../../look/panel.tsx";
import { ChainStrip, Empty } from "../../look/pictures.tsx";
import { Status, toneOf, type Word } from "../../look/status.tsx";
import { useAccount } from "../../session/account.ts";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { clock, count, duration, many, moment } from "../../text/format.ts";
import { usePluginName } from "../plugin/plugin-names.ts";
import { Checklist } from "./checklist.tsx";
import { MessageChart } from "./message-chart.tsx";
import { RepairList } from "./repair-list.tsx";
import { UpdatesPanel } from "./updates-panel.tsx";

const stateWords = [
  ["healthy", "Healthy"],
  ["degraded", "Degraded"],
  ["failing", "Failing"],
  ["quarantined", "Quarantined"],
  ["setup_needed", "Setup needed"],
  ["not_tested", "Not tested"],
  ["disabled", "Disabled"],
] as const satisfies readonly (readonly [keyof Dashboard["plugins"], Word])[];

export function DashboardScreen() {
  const account = useAccount();
  const dashboard = useRead("getDashboard", {}, { everyMs: 20_000 });
  const data = dashboard.data;
  const beginning = data !== undefined && data.checklist.some(({ done }) => !done);
  return (
    <Page
      title={beginning ? `Welcome, ${account.displayName.split(" ")[0]}` : "Dashboard"}
      lead={data?.sentence}
      actions={
        <GoButton to="/plugins/add" leftSection={<IconPlus size={17} aria-hidden />}>
          Add plugin
        </GoButton>
      }
      reads={[dashboard]}
      calls={[["getDashboard"], ["listUpdates"]]}
    >
      <Loaded query={dashboard} what="the dashboard">
        {(shown) => (
          <div className="grid">
            <div className="stack lg">
              {beginning && <Checklist items={shown.checklist} />}
              <Attention dashboard={shown} readAt={dashboard.dataUpdatedAt} />
              <Throughput dashboard={shown} />
            </div>
            <div className="stack lg">
              <PluginsByState plugins={shown.plugins} />
              <UpdatesPanel repairs={shown.repairs} />
              <AuditPanel audit={shown.audit} />
              <Slowest rows={shown.slowest} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Attention({ dashboard, readAt }: { dashboard: Dashboard; readAt: number }) {
  const { repairs } = dashboard;
  if (repairs.length === 0) {
    return (
      <Panel title="Nothing needs attention">
        <p className="dim">
          Last check {clock(readAt)}. Problems appear here first, with a button that leads to the mend.
        </p>
      </Panel>
    );
  }
  return (
    <Panel
      title="Needs attention"
      flush
      end={
        <Go className="small" to="/repairs">
          All {repairs.length === 1 ? "repairs" : `${repairs.length} repairs`}
        </Go>
      }
    >
      <RepairList repairs={repairs} limit={5} />
    </Panel>
  );
}

function Throughput({ dashboard }: { dashboard: Dashboard }) {
  const { hours, queued, dead, uncertain } = dashboard.messages;
  const none = hours.every(({ sent, retried, failed }) => sent + retried + failed === 0);
  return (
    <>
      {none ? (
        <Panel flush label="Messages">
          <Empty
            title="No messages in the last 24 hours"
            action={<GoButton to="/messages/compose">Compose a message</GoButton>}
            more={<Go to="/messages/routing">How messages are routed</Go>}
          >
            Once a plugin is connected, this is where you see what was sent, what waited and what failed.
          </Empty>
        </Panel>
      ) : (
        <MessageChart hours={hours} />
      )}
      {queued + dead + uncertain > 0 && (
        <Facts
          facts={[
            { term: "Waiting", value: numberLink(queued, "queued"), unit: queued === 1 ? "message" : "messages" },
            {
              term: "Failed for good",
              value: numberLink(dead, "dead"),
              note: dead === 0 ? "none" : "send again, or give up",
            },
            {
              term: "Uncertain",
              value: numberLink(uncertain, "uncertain"),
              note: uncertain === 0 ? "none" : "may have gone out",
            },
          ]}
        />
      )}
    </>
  );
}

const numberLink = (n: number, state: string) =>
  n === 0 ? (
    "0"
  ) : (
    <Go to={`/messages?state=${state}`} aria-label={`${count(n)}, show them`}>
      {count(n)}
    </Go>
  );

function PluginsByState({ plugins }: { plugins: Dashboard["plugins"] }) {
  const counts = stateWords.map(([state, word]) => ({ word, n: plugins[state] ?? 0 })).filter(({ n }) => n > 0);
  const total = counts.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) {
    return (
      <Panel title="Plugins">
        <p className="dim">No plugin yet. The practice mailbox needs no account: you can send today.</p>
      </Panel>
    );
  }
  return (
    <Panel
      title="Plugins"
      end={
        <Go className="small" to="/plugins">
          All {total}
        </Go>
      }
    >
      <div className="segbar" aria-hidden>
        {counts.map(({ word, n }) => (
          <i key={word} data-tone={toneOf(word)} style={{ flex: n }} />
        ))}
      </div>
      <ul className="stack xs" style={{ marginTop: 10 }}>
        {counts.map(({ word, n }) => (
          <li key={word} className="row between">
            <Go
              to={`/plugins?state=${encodeURIComponent(word)}`}
              style={{ textDecoration: "none" }}
              aria-label={`${word}: ${many(n, "instance")}`}
            >
              <Status word={word} quiet />
            </Go>
            <span className="num">{n}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function AuditPanel({ audit }: { audit: Dashboard["audit"] }) {
  const last = audit.lastVerified;
  const word: Word = audit.blocked ? "Failed" : last === undefined ? "Not tested" : last.ok ? "Unbroken" : "Broken";
  return (
    <Panel
      title="Audit log"
      end={<Status word={word}>{audit.blocked ? "Blocked" : last === undefined ? "Not verified yet" : word}</Status>}
    >
      <ChainStrip links={19} proven={last !== undefined} brokenAt={last?.ok === false ? 0.8 : undefined} />
      <p style={{ marginTop: 8 }}>
        <b className="num">{many(audit.size, "entry", "entries")}</b>
        {last === undefined
          ? "."
          : `, verified ${moment(last.at)}${last.ok ? " from the first to the last." : ": it does not verify."}`}
        {audit.blocked && " It cannot be written, so Hilum does nothing that it would have to write down."}
      </p>
      <div className="row" style={{ marginTop: 12 }}>
        <GoButton to="/audit?verify=true" leftSection={<IconShieldCheck size={17} aria-hidden />}>
          Verify now
        </GoButton>
      </div>
    </Panel>
  );
}

function Slowest({ rows }: { rows: Dashboard["slowest"] }) {
  const nameOf = usePluginName();
  if (rows.length === 0) return null;
  const max = Math.max(...rows.map(({ p95Ms }) => p95Ms));
  return (
    <Panel title="Slowest plugins" end={<span className="small dim">95 of 100 calls</span>}>
      <ul className="bars">
        {rows.map(({ plugin, instance, p95Ms, calls, failed }) => (
          <li key={`${plugin}/${instance}`} data-hot={failed > 0 || undefined}>
            <Go to={`/plugins/${plugin}/health?instance=${instance}`}>{nameOf(plugin, instance)}</Go>
            <span className="num nowrap">{duration(p95Ms)}</span>
            <span className="tr">
              <i style={{ width: `${(100 * p95Ms) / max}%` }} />
            </span>
            {failed > 0 && (
              <span className="dim">
                {count(failed)} of {count(calls)} failed
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
