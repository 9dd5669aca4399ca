import type { PageHealth } from "@hilum/contract/bridge";
import type { ReactNode } from "react";
import { usePage } from "../bridge/page-context.ts";
import { Button } from "../parts/button.tsx";
import { EvidenceList } from "../parts/evidence.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { KeyValue, Panel } from "../parts/panel.tsx";
import { Status, type StatusWord } from "../parts/status.tsx";
import { Table } from "../parts/table.tsx";
import { useHealth, type Health } from "./use-health.ts";

const stateWords: Record<PageHealth["state"], StatusWord> = {
  healthy: "Healthy",
  degraded: "Degraded",
  failing: "Failing",
  not_tested: "Not tested",
};

export interface HealthPanelProps {
  /** Between the sentence and the checks: what the plugin itself knows. */
  children?: ReactNode;
}

/** The health of the instance: a sentence, live checks, smoke tests with their results, and the last 90 days in words. */
export function HealthPanel({ children }: HealthPanelProps) {
  const health = useHealth();
  const { data, error, reload, check, runTests } = health;
  if (data === undefined)
    return error === undefined ? (
      <p role="status" className="dim">
        Reading the health…
      </p>
    ) : (
      <ErrorNotice error={error} actions={<Button onClick={reload}>Try again</Button>} />
    );
  return (
    <div className="stack lg">
      {[check.error, runTests.error].map((fault, at) => fault !== undefined && <ErrorNotice key={at} error={fault} />)}
      <Summary health={health} data={data} />
      {children}
      {data.checks.length > 0 && (
        <Panel title="Live checks" flush>
          <EvidenceList label="Live checks" rows={data.checks} />
        </Panel>
      )}
      <Tests health={health} data={data} />
    </div>
  );
}

function Summary({ health, data }: { health: Health; data: PageHealth }) {
  const { may, format } = usePage();
  const { check, runTests } = health;
  const tested = data.days.filter(({ runs }) => runs > 0);
  const good = tested.filter(({ state }) => state === "healthy").length;
  return (
    <Panel
      title={data.sentence}
      end={<Status word={stateWords[data.state]} />}
      foot={
        <div className="row">
          <Button
            running={check.running}
            blocked={may("health.check") ? undefined : "Your role may not ask for checks."}
            onClick={() => void check.run()}
          >
            Check now
          </Button>
          {data.tests.some(({ live }) => !live) && (
            <Button
              look="primary"
              running={runTests.running}
              blocked={may("smoke.run") ? undefined : "Your role may not run tests."}
              onClick={() => void runTests.run()}
            >
              Run all tests
            </Button>
          )}
        </div>
      }
    >
      <KeyValue
        rows={{
          Process: data.running ? "runs" : "does not run",
          "Started anew": `${data.restarts} of ${data.restartBudget} times, then it is quarantined`,
          Calls: `${format.count(data.calls.total)}, ${format.count(data.calls.failed)} failed`,
          "95 of 100 calls within": data.calls.p95Ms === undefined ? undefined : format.duration(data.calls.p95Ms),
          Checked: data.checkedAt === undefined ? undefined : format.moment(data.checkedAt),
          "Last 90 days":
            tested.length === 0
              ? "no smoke test ran"
              : `${good} of ${format.many(tested.length, "day")} with tests were healthy`,
        }}
      />
    </Panel>
  );
}

type Test = PageHealth["tests"][number];

function Tests({ health, data }: { health: Health; data: PageHealth }) {
  const { may, format } = usePage();
  const { runTests } = health;
  const resultOf = ({ id }: Test) => data.lastRun?.results.find(({ test }) => test === id);
  const words: Record<string, StatusWord> = {
    passed: "Passed",
    failed: "Failed",
    warning: "Warning",
    skipped: "Not run",
  };
  const failed = data.lastRun?.results.filter(({ status }) => status === "failed") ?? [];
  return (
    <Panel title="Smoke tests" flush>
      <Table
        caption="Smoke tests"
        rows={data.tests}
        keyOf={({ id }) => id}
        empty="This plugin declares no smoke tests, so nothing is known of its provider."
        columns={[
          { title: "Test", render: ({ title, live }) => (live ? `${title} (live: it really sends)` : title) },
          {
            title: "Last result",
            render: (test) => {
              const result = resultOf(test);
              return result === undefined ? (
                <Status word="Not run" quiet />
              ) : (
                <Status word={words[result.status] ?? "Note"} quiet={result.status === "passed"} />
              );
            },
          },
          {
            title: "Took",
            align: "end",
            render: (test) => {
              const took = resultOf(test)?.durationMs;
              return took === undefined ? "" : format.duration(took);
            },
          },
          {
            title: "Act",
            render: ({ id, title }) => (
              <Button
                look="quiet"
                aria-label={`Run: ${title}`}
                running={runTests.running}
                blocked={may("smoke.run") ? undefined : "Your role may not."}
                onClick={() => void runTests.run([id])}
              >
                Run
              </Button>
            ),
          },
        ]}
      />
      {failed.length > 0 && <EvidenceList label="What failed" rows={failed} />}
    </Panel>
  );
}
