import type { LiveReload, Plugin } from "@hilum/contract/api";
import { Switch } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel, Problem } from "../../look/problem.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { clock, duration, exactly, many } from "../../text/format.ts";
import { codeWords } from "../../text/words.ts";
import { DevPage } from "./dev-page.tsx";
import { NoPlugins } from "./subject.tsx";

const route = getRouteApi("/app/dev/reload");

/** Which linked folders are watched, and how their last reloads went. */
export function ReloadScreen() {
  const search = route.useSearch();
  const plugins = useRead("listPlugins", {}, { everyMs: 15_000 });
  const items = plugins.data?.items ?? [];
  const linked = items.filter(({ code }) => code === "linked").toSorted((a, b) => rank(a, search) - rank(b, search));
  const first = linked[0]?.id ?? "com.example.plugin";
  return (
    <DevPage
      tab="Live reload"
      title="Live reload"
      lead="Save a file, and the plugin’s enabled instances start anew. A message in flight is finished first."
      search={search}
      guard="getLiveReload"
      reads={[plugins]}
      calls={[
        ["getLiveReload", { params: { plugin: first } }],
        ["setLiveReload", { params: { plugin: first }, body: { on: true } }],
      ]}
      offers={["setLiveReload"]}
    >
      <Loaded query={plugins} what="the plugins">
        {() =>
          items.length === 0 ? (
            <NoPlugins />
          ) : (
            <div className="stack lg">
              {linked.map((plugin) => (
                <ReloadPanel key={plugin.id} plugin={plugin} />
              ))}
              <NotWatchable plugins={items.filter(({ code }) => code !== "linked")} alone={linked.length === 0} />
            </div>
          )
        }
      </Loaded>
    </DevPage>
  );
}

const rank = ({ id }: Plugin, search: { plugin?: string }): number => (id === search.plugin ? 0 : 1);

function ReloadPanel({ plugin }: { plugin: Plugin }) {
  const params = { plugin: plugin.id };
  const [everyMs, setEveryMs] = useState(10_000);
  const state = useRead("getLiveReload", { params }, { everyMs });
  const set = useAct("setLiveReload", ({ on }) => `Live reload of ${plugin.name} is ${on ? "on" : "off"}`);
  // The switch follows the hand at once; the server's word follows within a moment, and stands.
  const [wanted, setWanted] = useState<boolean>();
  const on = state.data?.on === true;
  const turn = async (next: boolean): Promise<void> => {
    setWanted(next);
    await set.run({ params, body: { on: next } });
    setWanted(undefined);
  };
  const wantedMs = on ? 2000 : 10_000;
  if (wantedMs !== everyMs) setEveryMs(wantedMs);
  return (
    <Panel
      title={plugin.name}
      flush
      end={
        <Switch
          label="Watch the folder"
          aria-label={`Watch the folder of ${plugin.name}`}
          checked={wanted ?? on}
          onChange={(event) => void turn(event.currentTarget.checked)}
        />
      }
      foot={
        <>
          <span>{plugin.codePath !== undefined && <code>{plugin.codePath}</code>}</span>
          <Go to={`/plugins/${plugin.id}/logs`}>
            Logs<span className="vh"> of {plugin.name}</span>
          </Go>
        </>
      }
    >
      <div className="pad stack md">
        {set.problem !== null && <ApiProblemPanel problem={set.problem} />}
        <Loaded query={state} what={`the reloads of ${plugin.name}`}>
          {(data) => <Standing state={data} />}
        </Loaded>
      </div>
      {state.data !== undefined && <Reloads name={plugin.name} state={state.data} />}
    </Panel>
  );
}

function Standing({ state: { on, watching, problem, since } }: { state: LiveReload }) {
  if (problem !== undefined)
    return (
      <Problem
        level={3}
        title="The folder cannot be watched"
        why={problem.detail}
        todo={problem.fix}
        code={problem.code}
      />
    );
  if (!on)
    return (
      <p>
        <Status word="Off" quiet>
          Not watched
        </Status>{" "}
        <span className="dim">Changes take effect at the next start. It is off again when Hilum stops.</span>
      </p>
    );
  return (
    <p>
      <Status word="On" quiet>
        Watching
      </Status>{" "}
      <span className="dim">
        {since !== undefined && `Since ${clock(since)}. `}
        {watching === "polling"
          ? "This file system tells no changes, so the folder is looked at again and again: a little slower."
          : "The operating system tells each change."}
      </span>
    </p>
  );
}

const outcomeWords: Record<LiveReload["reloads"][number]["outcome"], readonly [Word, string]> = {
  reloaded: ["Passed", "Reloaded"],
  not_running: ["Off", "Nothing was running"],
  manifest_changed: ["Waiting for you", "Manifest changed"],
  failed: ["Failed", "Failed"],
};

function Reloads({ name, state: { reloads, on, problem } }: { name: string; state: LiveReload }) {
  if (reloads.length === 0)
    return on && problem === undefined ? (
      <Empty title="No reload yet">Save a file in the folder. What happens then stands here within two seconds.</Empty>
    ) : null;
  return (
    <TableRegion label={`Reloads of ${name}, newest first`} minWidth={660} className="t top">
      <thead>
        <tr>
          <th scope="col">At</th>
          <th scope="col">Result</th>
          <th scope="col">Files</th>
          <th scope="col" className="r">
            Instances
          </th>
          <th scope="col" className="r">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {reloads.map((reload) => (
          <tr key={`${reload.at} ${reload.files.join(" ")}`} data-hot={reload.outcome === "failed" || undefined}>
            <th scope="row" className="num nowrap">
              <time dateTime={reload.at} title={exactly(reload.at)}>
                {clock(reload.at)}
              </time>
            </th>
            <td>
              <Status word={outcomeWords[reload.outcome][0]} quiet={reload.outcome !== "failed"}>
                {outcomeWords[reload.outcome][1]}
              </Status>
              {reload.detail !== undefined && <span className="sub">{reload.detail}</span>}
              {reload.fix !== undefined && <span className="sub">{reload.fix}</span>}
              {reload.code !== undefined && <code className="sub">{reload.code}</code>}
              {reload.outcome === "manifest_changed" && <Go to="/plugins">Review the change</Go>}
            </td>
            <td className="small">
              <code>{reload.files.slice(0, 3).join(", ")}</code>
              {reload.files.length > 3 && ` and ${many(reload.files.length - 3, "more", "more")}`}
            </td>
            <td className="r num">{reload.instances}</td>
            <td className="r num nowrap">{duration(reload.durationMs)}</td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

/** Why the others have no switch that works. */
function NotWatchable({ plugins, alone }: { plugins: readonly Plugin[]; alone: boolean }) {
  if (plugins.length === 0) return null;
  return (
    <div className="stack md">
      {alone && (
        <section className="panel">
          <Empty
            title="No folder is linked"
            action={<GoButton to="/plugins/add?from=folder">Link a folder</GoButton>}
            more={<GoButton to="/dev/scaffold">Scaffold a plugin</GoButton>}
          >
            A folder that is linked can be watched. The plugins that are here have their code elsewhere.
          </Empty>
        </section>
      )}
      <Panel title="Not to be watched" flush foot={<span>Only a linked folder changes while Hilum runs.</span>}>
        <ul>
          {plugins.map(({ id, name, code }) => (
            <li key={id} className="ev two">
              <div>
                <div className="t1">{name}</div>
                <div className="t2">{codeWords[code]}</div>
              </div>
              <div className="end">
                <Switch
                  label="Watch the folder"
                  aria-label={`Watch the folder of ${name}`}
                  checked={false}
                  disabled
                  readOnly
                />
              </div>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
