import "../../marketplace/marketplace.css";
import type { PluginVersions } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Advice } from "../../../look/problem.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { actorName, clock, day } from "../../../text/format.ts";
import { InstallDialog } from "../../marketplace/installs/install-dialog.tsx";
import { JobSteps } from "../../marketplace/installs/job-steps.tsx";
import { PluginPage } from "../plugin-page.tsx";
import { History } from "./history.tsx";
import { InstalledPanel } from "./installed-panel.tsx";
import { KeptTable } from "./kept-table.tsx";
import { OfferedTable } from "./offered-table.tsx";

const route = getRouteApi("/app/plugins/$plugin/versions");

/** Which version runs, which are kept for the way back, which are offered, and who changed it when. */
export function VersionsScreen() {
  const { plugin } = route.useParams();
  const { instance = "default" } = route.useSearch();
  const params = { plugin };
  const versions = useRead("getVersions", { params }, { everyMs: 5_000 });
  return (
    <PluginPage
      key={plugin}
      plugin={plugin}
      instance={instance}
      tab="Versions"
      prefix="Versions of"
      lead="What is on the disk is held to what was signed at every start. The version before is kept, for one step back."
      reads={[versions]}
      calls={[
        ["getVersions", { params }],
        ["pinPlugin", { params, body: { pinned: true, reason: "Before the audit" } }],
        ["rollBackPlugin", { params, body: { digest: "0".repeat(64), reason: "It fails" } }],
      ]}
      offers={["startInstall", "rollBackPlugin", "pinPlugin"]}
    >
      {(detail) => (
        <Loaded query={versions} what="the versions">
          {(data) => <Versions versions={data} name={detail.name} code={detail.code} />}
        </Loaded>
      )}
    </PluginPage>
  );
}

const elsewhere: Readonly<Record<string, string>> = {
  included: "It comes with Hilum and is updated with it.",
  host: "It is part of Hilum itself and is updated with it.",
  linked: "It runs from a folder that is linked for development; its version is what the folder says.",
  remote: "It runs on another machine, which decides what version that is.",
  waiting: "It has no code yet.",
};

function Versions({ versions, name, code }: { versions: PluginVersions; name: string; code: string }) {
  const { plugin, installed, kept, offered, history, job, pin } = versions;
  const [wanted, setWanted] = useState<string>();
  const others = kept.filter(({ running }) => !running);
  return (
    <div className="stack lg">
      {job?.state === "watching" && (
        <Advice
          tone="info"
          title={`${job.to} is watched${job.watchUntil === undefined ? "" : ` until ${clock(job.watchUntil)}`}.`}
          actions={<GoButton to={`/marketplace/installs/${job.id}`}>Open the job</GoButton>}
        >
          If its smoke tests fail, or too many of its calls, the version before comes back by itself.
        </Advice>
      )}
      {job !== undefined && job.state !== "watching" && (
        <Panel
          title="Under way"
          end={<Go to={`/marketplace/installs/${job.id}`}>Open the job</Go>}
          label={`Job of ${name}`}
        >
          <JobSteps job={job} />
        </Panel>
      )}
      {installed === undefined ? (
        <Advice
          tone="info"
          title="It was not installed from a package."
          {...(offered.length > 0 && {
            actions: <GoButton to={`/marketplace/${plugin}`}>Its listing</GoButton>,
          })}
        >
          {elsewhere[code] ?? "Its code is not managed here."}
        </Advice>
      ) : (
        <InstalledPanel versions={versions} installed={installed} onUpdate={setWanted} />
      )}
      {pin !== undefined && installed === undefined && (
        <Advice title={`Held: ${pin.reason}`}>{`Since ${day(pin.at)}, by ${actorName(pin.by)}.`}</Advice>
      )}
      {others.length > 0 && <KeptTable plugin={plugin} name={name} kept={others} now={installed?.version} />}
      {offered.length > 0 && (
        <OfferedTable
          plugin={plugin}
          offered={offered}
          held={pin !== undefined}
          onChoose={(version) => setWanted(version)}
        />
      )}
      <History rows={history} />
      {wanted !== undefined && (
        <InstallDialog wanted={{ plugin, version: wanted }} onClose={() => setWanted(undefined)} />
      )}
      {installed === undefined && kept.length === 0 && offered.length === 0 && history.length === 0 && (
        <Panel flush label="Versions">
          <Empty
            title="No version to choose from"
            action={<GoButton to="/marketplace">Browse the marketplace</GoButton>}
          >
            No source offers this plugin, and none of it was installed here.
          </Empty>
        </Panel>
      )}
    </div>
  );
}
