import type { ConformanceSubject, Plugin } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Go } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { ConformanceHistory } from "./conformance-history.tsx";
import { ConformanceOutcome } from "./conformance-outcome.tsx";
import { DevPage, type DevSearch } from "./dev-page.tsx";
import { ForSubject, useSubject } from "./subject.tsx";
import { SubjectField } from "./subject-field.tsx";

const route = getRouteApi("/app/dev/conformance");

/** Whether a plugin's code does what the plugin protocol says, case by case, with the file that shows it. */
export function ConformanceScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const subject = useSubject(search);
  const cases = useRead("listConformanceCases", {});
  const params = { plugin: subject.plugin?.id ?? "com.example.plugin" };
  const open = (run: string | undefined): void =>
    void navigate({ search: { ...subject.search, ...(run !== undefined && { run }) }, replace: true });
  return (
    <DevPage
      tab="Conformance"
      title="Conformance"
      lead="Plays the cases of the plugin protocol against a plugin’s code, in its sandbox, without network and without patient data."
      search={subject.search}
      reads={[cases, subject.query]}
      calls={[
        ["listConformanceCases"],
        ["runConformance", { params, body: {} }],
        ["listConformanceRuns", { params }],
        ["getConformanceRun", { params: { ...params, run: search.run ?? "{run}" } }],
      ]}
      offers={["runConformance"]}
    >
      <ForSubject subject={subject} onChoose={(next: DevSearch) => void navigate({ search: next, replace: true })}>
        {(plugin) => (
          <Runner
            key={plugin.id}
            plugin={plugin}
            run={search.run}
            casesTotal={cases.data?.items.length}
            onOpen={open}
          />
        )}
      </ForSubject>
      <AllCases />
    </DevPage>
  );
}

interface RunnerProps {
  plugin: Plugin;
  /** The run that is open; the newest where none is named. */
  run: string | undefined;
  casesTotal: number | undefined;
  onOpen(run: string | undefined): void;
}

function Runner({ plugin, run, casesTotal, onOpen }: RunnerProps) {
  const params = { plugin: plugin.id };
  const runs = useRead("listConformanceRuns", { params });
  const judge = useAct("runConformance", ({ counts: { passed, failed } }) =>
    failed === 0 ? `All ${passed} played cases passed` : `${failed} failed, ${passed} passed`,
  );
  const [subject, setSubject] = useState<ConformanceSubject | "wrong">();
  const open = run ?? runs.data?.items[0]?.id;
  const result = useRead(
    "getConformanceRun",
    { params: { ...params, run: open ?? "" } },
    { enabled: open !== undefined },
  );
  const start = async (): Promise<void> => {
    const answer = await judge.run({ params, body: typeof subject === "object" ? { subject } : {} });
    if (answer !== undefined) onOpen(answer.id);
  };
  const blocked =
    plugin.code === "linked" || plugin.code === "included"
      ? subject === "wrong"
        ? "Mend what is known of the plugin first."
        : undefined
      : "There is no code here that could be judged: a plugin that runs elsewhere is judged there.";
  return (
    <div className="stack lg">
      <Panel title={`Judge ${plugin.name}`}>
        <div className="stack md">
          <div className="row">
            <ActButton
              variant="filled"
              may={judge.may}
              running={judge.running}
              blocked={blocked}
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              onClick={() => void start()}
            >
              Run {casesTotal === undefined ? "all cases" : `all ${casesTotal} cases`}
            </ActButton>
            <span role="status" className="small dim">
              {judge.running && "Playing the cases. It takes some seconds."}
            </span>
          </div>
          {judge.problem !== null && <ApiProblemPanel problem={judge.problem} />}
          <SubjectField onChange={setSubject} />
          <p className="small dim">
            How it does with a real provider is what its <Go to={`/plugins/${plugin.id}/health`}>smoke tests</Go> show;
            what it wrote meanwhile stands in its <Go to={`/plugins/${plugin.id}/logs`}>log</Go>.
          </p>
        </div>
      </Panel>
      {open !== undefined && (
        <Loaded query={result} what="the run">
          {(data) => <ConformanceOutcome result={data} />}
        </Loaded>
      )}
      <Loaded query={runs} what="earlier runs">
        {({ items }) => <ConformanceHistory items={items} open={open} onOpen={onOpen} />}
      </Loaded>
    </div>
  );
}

/** Every case with the sentence that it judges: what is asked of a plugin, before anything runs. */
function AllCases() {
  const cases = useRead("listConformanceCases", {});
  const items = cases.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <details className="help after">
      <summary>What the {items.length} cases ask of a plugin</summary>
      <ul className="cases">
        {items.map(({ id, group, rule }) => (
          <li key={id}>
            <code>{id}</code> <span className="tag">{group}</span>
            <p className="small dim">{rule}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
