import { operations, type OperationSpec } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { present } from "../../text/search.ts";
import { ApiList } from "./api-list.tsx";
import { ApiOperation } from "./api-operation.tsx";
import { DevPage } from "./dev-page.tsx";

const route = getRouteApi("/app/dev/api");
const all: readonly OperationSpec[] = operations;

/** Every operation of the HTTP API: what it is, a form to try it as oneself, and code that does the same. */
export function ApiScreen() {
  const search = route.useSearch();
  const { q = "", operation } = search;
  const navigate = route.useNavigate();
  const chosen = all.find(({ id }) => id === operation);
  const kept = present({ plugin: search.plugin, instance: search.instance });
  return (
    <DevPage
      tab="API explorer"
      title="API explorer"
      lead={`All ${all.length} operations. What this console does, a program can do too, with a token from Users, Tokens.`}
      search={kept}
      calls={[["getApiDescription"]]}
    >
      <div className="grid picker">
        <ApiList
          operations={all}
          chosen={operation}
          q={q}
          onSearch={(next) =>
            void navigate({ search: present({ ...search, q: next === "" ? undefined : next }), replace: true })
          }
          addressOf={(id) => `/dev/api?${new URLSearchParams({ ...kept, ...(q !== "" && { q }), operation: id })}`}
        />
        {chosen === undefined ? (
          <Panel label="Operation">
            <Empty title={operation === undefined ? "Choose an operation" : `There is no operation “${operation}”`}>
              It opens here with what it takes and answers, who may call it, and code for curl, Node and Python.
            </Empty>
          </Panel>
        ) : (
          <ApiOperation key={chosen.id} operation={chosen} among={all} plugin={search.plugin} />
        )}
      </div>
    </DevPage>
  );
}
