import "../marketplace.css";
import { installStates, type InstallJob } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Status } from "../../../look/status.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Page } from "../../../shell/page.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { actorName, duration, moment } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { fromTo, installKindTitles, jobWord } from "../market-words.ts";
import { isUnderWay } from "./is-under-way.ts";

const route = getRouteApi("/app/marketplace/installs");
const stateTitles: Readonly<Record<InstallJob["state"], string>> = {
  running: "Running",
  awaiting_approval: "Waiting for approval",
  watching: "Watched",
  succeeded: "Done",
  failed: "Failed",
  rolled_back: "Rolled back",
  cancelled: "Cancelled",
};

/** Every install, update and roll back, newest first. */
export function InstallsScreen() {
  const { plugin, state, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...present({ plugin, state, cursor }), limit: 50 };
  const jobs = useRead("listInstalls", { query }, { everyMs: 5_000 });
  const choices = [undefined, "awaiting_approval", "failed", "succeeded"] as const;
  const others = installStates.filter((one) => !choices.includes(one as (typeof choices)[number]));
  return (
    <Page
      title="Installs"
      lead="What was installed, updated and rolled back, with every step and its time. A job goes on by itself after a restart."
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      tabs={<MarketplaceTabs at="Installs" />}
      reads={[jobs]}
      calls={[["listInstalls", { query }]]}
    >
      <div className="filters" role="group" aria-label="Filter installs">
        {[...choices, ...others].map((choice) => (
          <button
            key={choice ?? "all"}
            type="button"
            className="chip"
            aria-pressed={state === choice}
            onClick={() => void navigate({ search: present({ plugin, state: choice }), replace: true })}
          >
            {choice === undefined ? "All" : stateTitles[choice]}
          </button>
        ))}
        {plugin !== undefined && (
          <button
            type="button"
            className="chip"
            aria-pressed
            onClick={() => void navigate({ search: present({ state }), replace: true })}
          >
            Only {plugin}
          </button>
        )}
      </div>
      <Loaded query={jobs} what="the installs">
        {({ items, next }) => (
          <Panel
            flush
            label="Installs"
            foot={
              <Paging
                cursor={cursor}
                next={next}
                onGo={(to) => void navigate({ search: present({ plugin, state, cursor: to }) })}
              />
            }
          >
            {items.length === 0 ? (
              <Empty title="No install" action={<GoButton to="/marketplace">Browse the marketplace</GoButton>}>
                Nothing was installed, or nothing in that state.
              </Empty>
            ) : (
              <JobTable items={items} />
            )}
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

function JobTable({ items }: { items: readonly InstallJob[] }) {
  return (
    <TableRegion label="Installs, newest first" minWidth={720}>
      <thead>
        <tr>
          <th scope="col">Plugin</th>
          <th scope="col">What</th>
          <th scope="col">State</th>
          <th scope="col">Began</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {items.map((job) => (
          <tr key={job.id}>
            <th scope="row">
              <Go className="name" to={`/marketplace/installs/${job.id}`}>
                {job.name} {fromTo(job)}
              </Go>
              <span className="sub">{job.plugin}</span>
            </th>
            <td>{installKindTitles[job.kind]}</td>
            <td>
              <Status word={jobWord[job.state]} quiet={job.state === "succeeded" || job.state === "cancelled"}>
                {stateTitles[job.state]}
              </Status>
              {job.problem !== undefined && <span className="sub">{job.problem.title}</span>}
              {isUnderWay(job.state) && <span className="sub">{stepNow(job)}</span>}
            </td>
            <td className="num">
              {moment(job.startedAt)}
              {job.finishedAt !== undefined && (
                <span className="sub">{duration(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}</span>
              )}
            </td>
            <td>{actorName(job.startedBy)}</td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

const stepNow = ({ steps }: InstallJob): string | undefined =>
  steps.find(({ state }) => state === "running" || state === "waiting")?.title;
