import { getRouteApi } from "@tanstack/react-router";
import { IconCheck, IconPlus } from "@tabler/icons-react";
import { useRead, useAct } from "../../api/use-api.ts";
import { Glyph, Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { Go, useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { FromProgram } from "./from-program.tsx";
import { LinkFolder } from "./link-folder.tsx";
import { nextPage } from "./next-page.ts";
import { PasteManifest } from "./paste-manifest.tsx";
import { UploadPackage } from "./upload-package.tsx";

const route = getRouteApi("/app/plugins/add");
const ways = [
  ["included", "Included with Hilum"],
  ["package", "Upload a package"],
  ["paste", "Paste a manifest"],
  ["program", "From a program"],
  ["folder", "Link a folder"],
] as const;

export function AddPluginScreen() {
  const { from = "included" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title="Add a plugin"
      lead="Registering gives no rights. You set it up, decide what it may do, and enable it when it works."
      crumbs={[{ text: "Plugins", to: "/plugins" }]}
      calls={[
        ["listIncludedPlugins"],
        ["checkManifest", { body: { text: "{…}" } }],
        [
          "registerPlugin",
          { body: { id: "com.example.plugin", name: "Example Plugin", capabilities: ["send_messages"] } },
        ],
      ]}
      offers={["addIncludedPlugin", "checkManifest", "linkFolder"]}
    >
      <div className="filters" role="group" aria-label="Where the plugin comes from">
        <Go className="chip" to="/marketplace">
          Marketplace
        </Go>
        {ways.map(([way, label]) => (
          <button
            key={way}
            type="button"
            className="chip"
            aria-pressed={from === way}
            onClick={() => void navigate({ search: { from: way }, replace: true })}
          >
            {label}
          </button>
        ))}
      </div>
      {from === "included" && <Included />}
      {from === "package" && <UploadPackage />}
      {from === "paste" && <PasteManifest />}
      {from === "program" && <FromProgram />}
      {from === "folder" && <LinkFolder />}
    </Page>
  );
}

function Included() {
  const included = useRead("listIncludedPlugins", {});
  const add = useAct("addIncludedPlugin");
  const go = useGo();
  const choose = async (plugin: string): Promise<void> => {
    const answer = await add.run({ params: { plugin } });
    if (answer !== undefined) go(nextPage(answer.plugin, answer.next));
  };
  return (
    <Loaded query={included} what="the included plugins">
      {({ items }) => (
        <div className="stack md">
          {add.problem !== null && <ApiProblemPanel problem={add.problem} />}
          <Panel title="Included with Hilum" flush>
            <ul>
              {items.map((item) => (
                <li key={item.id} className="ev" style={{ gridTemplateColumns: "34px minmax(0, 1fr) auto" }}>
                  <Glyph name={item.name} own />
                  <div>
                    <h3>{item.name}</h3>
                    <p className="t2">
                      {item.description} {item.host && <span className="tag">needs no account</span>}
                    </p>
                    <code className="small dim">{item.id}</code>
                  </div>
                  <div className="end row">
                    {item.registered ? (
                      <>
                        <span className="row">
                          <IconCheck size={16} aria-hidden />
                          Added
                        </span>
                        <Go to={`/plugins/${item.id}`}>
                          Open<span className="vh"> {item.name}</span>
                        </Go>
                      </>
                    ) : (
                      <ActButton
                        compact
                        may={add.may}
                        running={add.running}
                        leftSection={<IconPlus size={16} aria-hidden />}
                        label={`Add ${item.name}`}
                        onClick={() => void choose(item.id)}
                      >
                        Add
                      </ActButton>
                    )}
                  </div>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      )}
    </Loaded>
  );
}
