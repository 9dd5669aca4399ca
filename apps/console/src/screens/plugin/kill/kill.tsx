import type { BlastRadius, KillReport } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconPlugOff } from "@tabler/icons-react";
import { useState } from "react";
import { hasCode } from "../../../api/api-problem.ts";
import { useAct, useRead } from "../../../api/use-api.ts";
import { Evidence } from "../../../look/evidence.tsx";
import { Panel } from "../../../look/panel.tsx";
import { Advice } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { Go } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded } from "../../../shell/page.tsx";
import { actorName, count, exactly, many } from "../../../text/format.ts";
import { PluginPage } from "../plugin-page.tsx";
import { peopleOf, Radius } from "./blast-radius.tsx";

const route = getRouteApi("/app/plugins/$plugin/kill");

export function KillScreen() {
  return (
    <Guarded operation="getBlastRadius" title="Kill switch">
      <Kill />
    </Guarded>
  );
}

/** What a plugin could have reached, and one act that ends all of it. */
function Kill() {
  const { plugin } = route.useParams();
  const { instance = "default" } = route.useSearch();
  const params = { plugin };
  const report = useRead("getKillReport", { params });
  const killed = report.data !== undefined && report.data.liftedAt === undefined;
  const radius = useRead("getBlastRadius", { params }, { enabled: !killed });
  return (
    <PluginPage
      key={plugin}
      plugin={plugin}
      instance={instance}
      tab="Overview"
      crumb="Kill switch"
      prefix="Kill switch of"
      lead="Stops the plugin for good in one act: its tokens are revoked, its way out is cut, its processes end, and what happened is kept."
      reads={killed ? [report] : [radius]}
      calls={[
        ["getBlastRadius", { params }],
        ["killPlugin", { params, body: { reason: "It sends to a host that nobody knows" } }],
        ["getKillReport", { params }],
        ["liftKill", { params, body: { reason: "The publisher mended it" } }],
      ]}
      offers={["killPlugin", "liftKill"]}
    >
      {(detail) => (
        <div className="stack lg">
          {report.data !== undefined && <Report report={report.data} name={detail.name} />}
          {report.error !== null && !hasCode(report.error, "request.not_found") && report.data === undefined && (
            <Advice tone="info" title="It was not killed before." />
          )}
          {!killed && (
            <Loaded query={radius} what="what it could have reached">
              {(data) => <Before radius={data} plugin={plugin} name={detail.name} />}
            </Loaded>
          )}
        </div>
      )}
    </PluginPage>
  );
}

function Before({ radius, plugin, name }: { radius: BlastRadius; plugin: string; name: string }) {
  const kill = useAct("killPlugin", `${name} is stopped for good`);
  const [asking, setAsking] = useState(false);
  const total = radius.data.reduce((sum, row) => sum + row.count, 0);
  const people = peopleOf(radius);
  return (
    <>
      <Advice
        tone="bad"
        title="For when you no longer trust it."
        actions={
          <ActButton
            compact
            may={kill.may}
            leftSection={<IconPlugOff size={16} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            Kill {name}
          </ActButton>
        }
      >
        To stop it for a while, disable it instead. Below is what it had in its hands.
      </Advice>
      <Radius radius={radius} />
      {asking && (
        <ConfirmDialog
          title={`Kill ${name}?`}
          confirm={`Kill ${name}`}
          danger
          reason="required"
          running={kill.running}
          problem={kill.problem}
          onClose={() => setAsking(false)}
          onConfirm={(reason) =>
            void kill
              .run({ params: { plugin }, body: { reason } })
              .then((done) => done !== undefined && setAsking(false))
          }
        >
          <p>
            It handled {count(total)} pieces of data of at least {many(people, "person", "people")} and reached{" "}
            {many(radius.hosts.length, "host")}.
          </p>
          <p>
            Its tokens and links are revoked ({radius.tokens} open), every way out is cut, all its instances end and are
            quarantined. Messages that wait for it go to the next provider or wait. Nothing is deleted: log, receipts
            and settings are kept as evidence. An administrator can lift it later; what was revoked stays so.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Report({ report, name }: { report: KillReport; name: string }) {
  const lift = useAct("liftKill", `${name} can be enabled again`);
  const [asking, setAsking] = useState(false);
  const params = { plugin: report.plugin };
  const over = report.liftedAt !== undefined;
  return (
    <>
      <Panel
        title={over ? "It was killed, and that was lifted" : "It is killed"}
        flush
        foot={
          over ? (
            <span>
              Lifted {exactly(report.liftedAt ?? report.at)} by {actorName(report.liftedBy ?? "")}
            </span>
          ) : (
            <>
              <ActButton compact may={lift.may} onClick={() => setAsking(true)}>
                Lift the kill switch
              </ActButton>
              <Go to={`/audit?plugin=${encodeURIComponent(report.plugin)}`}>What it did, in the audit log</Go>
            </>
          )
        }
      >
        <p style={{ padding: "0 20px 12px" }}>
          {exactly(report.at)}, by {actorName(report.by)}: {report.reason}
        </p>
        <ul>
          {report.steps.map(({ id, title, done, detail }) => (
            <Evidence key={id} word={done ? "Passed" : "Failed"} title={title} detail={detail} />
          ))}
        </ul>
      </Panel>
      {!over && (
        <>
          <h2>What it had in its hands by then</h2>
          <Radius radius={report.radius} />
        </>
      )}
      {asking && (
        <ConfirmDialog
          title={`Lift the kill switch of ${name}?`}
          confirm="Lift it"
          reason="required"
          running={lift.running}
          problem={lift.problem}
          onClose={() => setAsking(false)}
          onConfirm={(reason) =>
            void lift.run({ params, body: { reason } }).then((done) => done !== undefined && setAsking(false))
          }
        >
          It can be enabled again, after all checks. What was revoked stays so: tokens and links are made anew, and
          secrets should have been changed at the provider.
        </ConfirmDialog>
      )}
    </>
  );
}
