import "../marketplace.css";
import type { InstallJob } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAct, useRead } from "../../../api/use-api.ts";
import { Glyph, KeyValue, Panel } from "../../../look/panel.tsx";
import { Advice, Problem } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Page } from "../../../shell/page.tsx";
import { actorName, clock, exactly, moment, shortHash } from "../../../text/format.ts";
import { fromTo, installKindTitles, jobWord } from "../market-words.ts";
import { Approval } from "./approval.tsx";
import { isUnderWay } from "./is-under-way.ts";
import { JobSteps } from "./job-steps.tsx";

const route = getRouteApi("/app/marketplace/installs/$job");
const everyMs = 1_000;

/** One install, update or roll back: it goes on by itself, whoever looks at it. */
export function InstallScreen() {
  const { job: id } = route.useParams();
  const input = { params: { job: id } };
  const [polled, setPolled] = useState(true);
  const job = useRead("getInstall", input, { everyMs: polled ? everyMs : undefined });
  const cancel = useAct("cancelInstall", "Cancelled. The old version goes on.");
  const [asking, setAsking] = useState(false);
  const data = job.data;
  if (data !== undefined && polled !== isUnderWay(data.state)) setPolled(isUnderWay(data.state));
  return (
    <Page
      title={data === undefined ? "Install" : `${installKindTitles[data.kind]}: ${data.name} ${fromTo(data)}`}
      crumb={data?.name ?? "Install"}
      glyph={data === undefined ? undefined : <Glyph name={data.name} size="lg" />}
      badges={data === undefined ? undefined : <Status word={jobWord[data.state]}>{badgeOf(data)}</Status>}
      lead={data === undefined ? undefined : leadOf(data)}
      crumbs={[
        { text: "Marketplace", to: "/marketplace" },
        { text: "Installs", to: "/marketplace/installs" },
      ]}
      reads={[job]}
      calls={[
        ["getInstall", input],
        ["approveInstall", { ...input, body: { scopes: [] } }],
        ["cancelInstall", input],
      ]}
      offers={["approveInstall", "cancelInstall"]}
      actions={
        data !== undefined && isUnderWay(data.state) ? (
          <ActButton
            compact
            may={cancel.may}
            blocked={data.cancellable ? undefined : "It has switched already. Roll back under Versions instead."}
            onClick={() => setAsking(true)}
          >
            Cancel
          </ActButton>
        ) : undefined
      }
    >
      <Loaded query={job} what="the install job">
        {(shown) => <Job job={shown} />}
      </Loaded>
      {asking && data !== undefined && (
        <ConfirmDialog
          title={`Cancel ${installKindTitles[data.kind].toLowerCase()} of ${data.name}?`}
          confirm="Cancel the job"
          running={cancel.running}
          problem={cancel.problem}
          onClose={() => setAsking(false)}
          onConfirm={() => void cancel.run(input).then((done) => done !== undefined && setAsking(false))}
        >
          Nothing has switched yet.{" "}
          {data.from === undefined ? "The plugin is not installed." : `Version ${data.from} goes on.`} It can be begun
          again at any time.
        </ConfirmDialog>
      )}
    </Page>
  );
}

const badgeOf = ({ state }: InstallJob): string | undefined => (state === "succeeded" ? "Done" : undefined);

function leadOf({ state, from, to, watchUntil }: InstallJob): string {
  const old = from === undefined ? "Nothing runs yet." : `Version ${from} runs on.`;
  switch (state) {
    case "running":
      return `${old} You can leave this page: the job goes on by itself, also after a restart.`;
    case "awaiting_approval":
      return `${old} The new version asks for more and waits for you.`;
    case "watching":
      return `Version ${to} runs and is watched${watchUntil === undefined ? "" : ` until ${clock(watchUntil)}`}. If it fails, the old one comes back by itself.`;
    case "succeeded":
      return `Version ${to} is what runs now.`;
    case "failed":
      return `${from === undefined ? "Nothing was installed." : `Version ${from} runs as before.`} Nothing was switched.`;
    case "rolled_back":
      return `Version ${to} did not hold, and ${from ?? "what was before"} runs again.`;
    case "cancelled":
      return from === undefined ? "Nothing was installed." : `Version ${from} runs as before.`;
  }
}

function Job({ job }: { job: InstallJob }) {
  const { problem } = job;
  return (
    <div className="grid">
      <div className="stack lg">
        {problem !== undefined && (
          <Problem
            title={problem.title}
            why={problem.why}
            todo={problem.fix}
            code={problem.code}
            actions={
              <GoButton to={`/marketplace/${job.plugin}?version=${encodeURIComponent(job.to)}`} variant="filled">
                Try again
              </GoButton>
            }
          />
        )}
        {job.state === "awaiting_approval" && <Approval job={job} />}
        <Ended job={job} />
        <Panel title="Steps">
          <JobSteps job={job} />
        </Panel>
      </div>
      <Panel title="This job">
        <KeyValue
          rows={{
            Plugin: <Go to={`/plugins/${job.plugin}`}>{job.name}</Go>,
            Versions: fromTo(job),
            Source: job.source === undefined ? undefined : <Go to="/marketplace/sources">{job.source}</Go>,
            "Asked for by": actorName(job.startedBy),
            Began: exactly(job.startedAt),
            Ended: job.finishedAt === undefined ? undefined : exactly(job.finishedAt),
            "Watched until": job.watchUntil === undefined ? undefined : moment(job.watchUntil),
            Reason: job.reason,
            "SHA-256": <code>{shortHash(job.digest)}</code>,
            Job: <code>{job.id}</code>,
          }}
        />
      </Panel>
    </div>
  );
}

/** The next best thing, once it is done. */
function Ended({ job }: { job: InstallJob }) {
  if (job.state !== "succeeded" && job.state !== "watching") return null;
  const first = job.kind === "install";
  return (
    <Advice
      tone="ok"
      title={first ? "It is installed, and nothing of it runs yet." : `${job.name} runs with ${job.to}.`}
      actions={
        <>
          <GoButton to={`/plugins/${job.plugin}`} variant="filled">
            {first ? "Set it up" : "Open the plugin"}
          </GoButton>
          {!first && <GoButton to={`/plugins/${job.plugin}/versions`}>Versions</GoButton>}
        </>
      }
    >
      {first
        ? "Set it up, decide what it may do, and enable it when it works."
        : "The version before is kept for the way back."}
    </Advice>
  );
}
