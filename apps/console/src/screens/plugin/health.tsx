import type { Health, Instance, PluginDetail } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconHeartbeat, IconPlayerPlay } from "@tabler/icons-react";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useAct, useRead, type Act } from "../../api/use-api.ts";
import { EvidenceOf } from "../../look/evidence.tsx";
import { Facts, Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel, Problem } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { bytes, count, duration, many, moment } from "../../text/format.ts";
import { causeWords } from "../../text/words.ts";
import { HealthHistory, SmokeRuns } from "./health-history.tsx";
import { LiveTestDialog, ScheduleDialog } from "./health-dialogs.tsx";
import { OwnOrGenerated } from "./own-or-generated.tsx";
import { instancePart, instanceQuery, PluginPage } from "./plugin-page.tsx";
import { SmokeTable } from "./smoke-table.tsx";

const route = getRouteApi("/app/plugins/$plugin/health");

const runWords = {
  running: "The smoke tests run",
  passed: "All smoke tests passed",
  failed: "A smoke test failed",
  no_tests: "There was no test to run",
} as const;

export function HealthScreen() {
  const { plugin } = route.useParams();
  const { instance = "default", view } = route.useSearch();
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const health = useRead("getPluginHealth", input, { everyMs: 10_000 });
  const run = useAct("runSmokeTests", ({ status }) => runWords[status]);
  const check = useAct("checkPluginHealth", "Health checked");
  const [scheduling, setScheduling] = useState(false);
  const [live, setLive] = useState<string>();
  const runTests = (tests?: string[]): void => void run.run({ ...input, body: tests === undefined ? {} : { tests } });
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Health"
      prefix="Health of"
      lead={health.data?.sentence}
      renderActions={(detail) => (
        <>
          <ActButton
            compact
            may={check.may}
            running={check.running}
            leftSection={<IconHeartbeat size={16} aria-hidden />}
            onClick={() => void check.run(input)}
          >
            Check now
          </ActButton>
          <Button onClick={() => setScheduling(true)}>Schedule</Button>
          <ActButton
            compact
            variant={health.data?.state === "failing" ? "default" : "filled"}
            may={run.may}
            running={run.running}
            blocked={detail.smokeTests.some((test) => !test.live) ? undefined : "It has no smoke tests."}
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            onClick={() => runTests()}
          >
            Run all tests
          </ActButton>
        </>
      )}
      reads={[health]}
      calls={[
        ["getPluginHealth", input],
        ["runSmokeTests", { ...input, body: {} }],
        ["listSmokeRuns", input],
      ]}
      offers={["runSmokeTests", "saveSmokeSchedule"]}
    >
      {(detail, current) => (
        <Loaded query={health} what="the health">
          {(data) => (
            <>
              {[run.problem, check.problem].map(
                (problem, at) => problem !== null && <ApiProblemPanel key={at} problem={problem} />,
              )}
              <OwnOrGenerated detail={detail} instance={instance} name="health" view={view}>
                <HealthBody
                  health={data}
                  detail={detail}
                  instance={current}
                  run={run}
                  onRun={runTests}
                  onRunLive={setLive}
                />
              </OwnOrGenerated>
              {scheduling && (
                <ScheduleDialog
                  plugin={plugin}
                  instance={instance}
                  everyMinutes={data.schedule.everyMinutes}
                  onClose={() => setScheduling(false)}
                />
              )}
              {live !== undefined && (
                <LiveTestDialog detail={detail} instance={instance} test={live} onClose={() => setLive(undefined)} />
              )}
            </>
          )}
        </Loaded>
      )}
    </PluginPage>
  );
}

interface HealthBodyProps {
  health: Health;
  detail: PluginDetail;
  instance: Instance;
  run: Act<"runSmokeTests">;
  onRun(tests?: string[]): void;
  onRunLive(test: string): void;
}

function HealthBody({ health, detail, instance, run, onRun, onRunLive }: HealthBodyProps) {
  return (
    <div className="stack lg">
      <div className="grid">
        <NextStep health={health} detail={detail} instance={instance} onRun={onRun} running={run.running} />
        <HealthHistory days={health.days} />
      </div>
      <SmokeTable
        detail={detail}
        run={health.lastRun}
        schedule={health.schedule}
        may={run.may}
        running={run.running}
        onRun={(test, isLive) => (isLive ? onRunLive(test) : onRun([test]))}
      />
      <Checks health={health} />
      <Figures health={health} />
      <SmokeRuns plugin={detail.id} instance={instance.instance} />
    </div>
  );
}

interface NextStepProps {
  health: Health;
  detail: PluginDetail;
  instance: Instance;
  running: boolean;
  onRun(tests?: string[]): void;
}

/** The first failure as a problem with its mend; otherwise what is known to be well. */
function NextStep({ health, detail, instance, running, onRun }: NextStepProps) {
  const failedTest = health.lastRun?.results.find(({ status }) => status === "failed");
  const failed = failedTest ?? health.checks.find(({ status }) => status === "failed");
  if (failed !== undefined) {
    return (
      <Problem
        title={`${failed.title}: failed`}
        {...(failed.cause !== undefined && { end: causeWords[failed.cause] })}
        why={failed.detail}
        todo={failed.fix}
        {...(failed.reply !== undefined && { reply: failed.reply })}
        actions={
          <>
            <GoButton
              to={failed.link ?? `/plugins/${detail.id}/settings${instancePart(instance.instance)}`}
              variant="filled"
            >
              {failed.link === undefined ? "Open Settings" : "Go to the mend"}
            </GoButton>
            {failedTest !== undefined && !failedTest.live && (
              <ActButton running={running} onClick={() => onRun([failedTest.test])}>
                Run the failed test
              </ActButton>
            )}
          </>
        }
      />
    );
  }
  if (health.lastRun === undefined && health.checks.length === 0) {
    return (
      <section className="panel">
        <Empty
          title="Nothing was tested yet"
          action={detail.smokeTests.length > 0 ? <Button onClick={() => onRun()}>Run all tests</Button> : undefined}
        >
          {detail.smokeTests.length > 0
            ? "A plugin that was not tested is never shown as healthy."
            : "This plugin declares no smoke tests; its live checks begin when it is enabled."}
        </Empty>
      </section>
    );
  }
  const calm = health.state === "healthy";
  return (
    <Problem
      tone={calm ? "ok" : health.state === "failing" ? "bad" : health.state === "degraded" ? "warn" : "idle"}
      title={health.sentence}
      {...(health.checkedAt !== undefined && { end: `checked ${moment(health.checkedAt)}` })}
    >
      <p>
        {health.running ? "Its process runs" : "Its process does not run"}
        {health.startedAt !== undefined && health.running && ` since ${moment(health.startedAt)}`}.
        {health.lastRun !== undefined &&
          ` ${many(health.lastRun.results.filter(({ status }) => status === "passed").length, "smoke test")} passed ${moment(health.lastRun.startedAt)}.`}
      </p>
    </Problem>
  );
}

function Checks({ health }: { health: Health }) {
  if (health.checks.length === 0) return null;
  return (
    <Panel
      title="Live checks"
      flush
      end={health.checkedAt === undefined ? undefined : <span className="small dim">{moment(health.checkedAt)}</span>}
    >
      <ul>
        {health.checks.map((row) => (
          <EvidenceOf key={row.id} row={row} />
        ))}
      </ul>
    </Panel>
  );
}

function Figures({ health }: { health: Health }) {
  const { calls } = health;
  return (
    <Facts
      facts={[
        {
          term: "Process",
          value: health.running ? "Running" : "Stopped",
          note: health.startedAt === undefined ? undefined : `since ${moment(health.startedAt)}`,
        },
        {
          term: "Restarts",
          value: health.restarts,
          unit: `of ${health.restartBudget}`,
          note: "then it is quarantined",
        },
        { term: "Memory", value: health.memoryBytes === undefined ? "not measured" : bytes(health.memoryBytes) },
        { term: "Calls", value: count(calls.total), note: `${count(calls.failed)} failed` },
        {
          term: "Half of the calls",
          value: calls.p50Ms === undefined ? "none" : duration(calls.p50Ms),
          note: "or faster",
        },
        {
          term: "95 of 100 calls",
          value: calls.p95Ms === undefined ? "none" : duration(calls.p95Ms),
          note: "or faster",
        },
      ]}
    />
  );
}
