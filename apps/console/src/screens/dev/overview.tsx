import type { Workspace, WorkspaceFolder } from "@hilum/contract/api";
import { IconFileCode, IconLink } from "@tabler/icons-react";
import { useAct, useRead } from "../../api/use-api.ts";
import { KeyValue, Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Advice, ApiProblemPanel } from "../../look/problem.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { copyText } from "../../shell/copy.ts";
import { Go, GoButton, useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { nextPage } from "../plugins/next-page.ts";
import { DevPage, devAddress } from "./dev-page.tsx";
import { Loop } from "./loop.tsx";
import { ToolList } from "./tool-list.tsx";

export function DevOverviewScreen() {
  const go = useGo();
  const workspace = useRead("getWorkspace", {}, { everyMs: 10_000 });
  const may = useMay("getWorkspace");
  return (
    <DevPage
      tab="Overview"
      title="Developer tools"
      lead="From an idea to an enabled plugin, here or with the command hilum: both do the same."
      reads={may.allowed ? [workspace] : []}
      calls={[["getWorkspace"]]}
      offers={["getWorkspace", "scaffoldPlugin", "linkFolder"]}
      actions={
        <GoButton to="/dev/scaffold" variant="filled" leftSection={<IconFileCode size={16} aria-hidden />}>
          Scaffold a plugin
        </GoButton>
      }
      commands={[{ id: "scaffold", label: "Scaffold a plugin", words: "new begin", run: () => go("/dev/scaffold") }]}
    >
      <div className="stack lg">
        <Loop />
        {may.allowed && (
          <Loaded query={workspace} what="the workspace">
            {(data) => <WorkspacePanel workspace={data} />}
          </Loaded>
        )}
        <ToolList />
      </div>
    </DevPage>
  );
}

function WorkspacePanel({ workspace: { path, writable, folders } }: { workspace: Workspace }) {
  const go = useGo();
  const link = useAct("linkFolder", (answer) =>
    answer.outcome === "revision_waits" ? "The change waits for approval in Plugins" : "Folder linked",
  );
  const linkIt = async (folder: WorkspaceFolder): Promise<void> => {
    const answer = await link.run({ body: { path: folder.path } });
    if (answer !== undefined)
      go(answer.outcome === "revision_waits" ? "/plugins" : nextPage(answer.plugin, answer.next));
  };
  return (
    <div className="stack md">
      {link.problem !== null && <ApiProblemPanel problem={link.problem} />}
      {!writable && (
        <Advice title="The workspace folder cannot be written.">
          Let the user that runs Hilum write it, then plugins can be created here. Download works all the same.
        </Advice>
      )}
      <Panel
        title="Workspace"
        flush
        end={
          <button type="button" className="tbtn" onClick={() => void copyText(path, "Path copied")}>
            Copy the path
          </button>
        }
        foot={<KeyValue inline rows={{ "Folder on the server": <code>{path}</code> }} />}
      >
        {folders.length === 0 ? (
          <Empty
            title="The workspace is empty"
            action={<GoButton to="/dev/scaffold">Scaffold a plugin</GoButton>}
            more={<GoButton to="/plugins/add?from=folder">Link another folder</GoButton>}
          >
            Plugins that are created here get a folder of their own in it. Folders elsewhere can be linked too.
          </Empty>
        ) : (
          <FolderTable
            folders={folders}
            may={link.may}
            running={link.running}
            onLink={(folder) => void linkIt(folder)}
          />
        )}
      </Panel>
    </div>
  );
}

const stateWords: Record<WorkspaceFolder["state"], readonly [Word, string]> = {
  linked: ["Connected", "Linked"],
  not_linked: ["Off", "Not linked"],
  revision_waits: ["Waiting for you", "Change waits for approval"],
  invalid: ["Failed", "Manifest has a problem"],
};
const languageWords: Record<string, string> = { node: "TypeScript", python: "Python", executable: "Executable" };

interface FolderTableProps {
  folders: readonly WorkspaceFolder[];
  may: ReturnType<typeof useMay>;
  running: boolean;
  onLink(folder: WorkspaceFolder): void;
}

function FolderTable({ folders, ...rest }: FolderTableProps) {
  return (
    <TableRegion label="Plugin folders of the workspace" minWidth={640}>
      <thead>
        <tr>
          <th scope="col">Plugin</th>
          <th scope="col">Language</th>
          <th scope="col">State</th>
          <th scope="col">
            <span className="vh">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {folders.map((folder) => (
          <tr key={folder.path}>
            <th scope="row">
              {folder.plugin !== undefined && folder.state !== "not_linked" && folder.state !== "invalid" ? (
                <Go className="name" to={`/plugins/${folder.plugin}`}>
                  {folder.name ?? folder.plugin}
                </Go>
              ) : (
                <span className="strong">{folder.name ?? folder.folder}</span>
              )}
              <code className="sub">{folder.folder}</code>
            </th>
            <td>{languageWords[folder.language ?? ""] ?? folder.language ?? "Unknown"}</td>
            <td>
              <Status word={stateWords[folder.state][0]} quiet={folder.state !== "invalid"}>
                {stateWords[folder.state][1]}
              </Status>
              {folder.problem !== undefined && <span className="sub">{folder.problem}</span>}
            </td>
            <td className="r">
              <FolderActs folder={folder} {...rest} />
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

function FolderActs({ folder, may, running, onLink }: Omit<FolderTableProps, "folders"> & { folder: WorkspaceFolder }) {
  const { plugin, name = folder.folder, state } = folder;
  if (state === "not_linked")
    return (
      <ActButton
        compact
        size="compact-sm"
        may={may}
        running={running}
        label={`Link ${name}`}
        leftSection={<IconLink size={15} aria-hidden />}
        onClick={() => onLink(folder)}
      >
        Link
      </ActButton>
    );
  if (state === "revision_waits")
    return (
      <GoButton size="compact-sm" to="/plugins" label={`Review the change of ${name}`}>
        Review
      </GoButton>
    );
  if (state === "invalid" || plugin === undefined)
    return (
      <GoButton size="compact-sm" to="/dev/manifest" label={`Check the manifest of ${name}`}>
        Check the manifest
      </GoButton>
    );
  return (
    <span className="row end">
      <Go to={devAddress("/dev/reload", { plugin })}>
        Live reload<span className="vh"> of {name}</span>
      </Go>
      <Go to={devAddress("/dev/wire", { plugin })}>
        Wire<span className="vh"> of {name}</span>
      </Go>
      <Go to={`/plugins/${plugin}/logs`}>
        Logs<span className="vh"> of {name}</span>
      </Go>
    </span>
  );
}
