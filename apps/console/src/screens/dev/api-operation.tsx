import { commandOf, type OperationSpec } from "@hilum/contract/api";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { ApiTry } from "./api-try.tsx";

interface ApiOperationProps {
  operation: OperationSpec;
  among: readonly OperationSpec[];
  /** Filled in where the operation is about a plugin. */
  plugin: string | undefined;
}

/** One operation: its facts, the form to try it as oneself, what came back, and the same by program. */
export function ApiOperation({ operation, among, plugin }: ApiOperationProps) {
  const { method, path, summary } = operation;
  return (
    <div className="stack md">
      <Panel title={summary}>
        <div className="stack md">
          <p>
            <span className="verb" data-verb={method}>
              {method}
            </span>{" "}
            <code>{path}</code>
          </p>
          <OperationFacts operation={operation} among={among} />
        </div>
      </Panel>
      <ApiTry operation={operation} plugin={plugin} />
    </div>
  );
}

function OperationFacts({ operation, among }: Pick<ApiOperationProps, "operation" | "among">) {
  const { access, audit, stepUp, console: place, produces } = operation;
  const callers =
    typeof access === "string" ? { public: "Everybody", plugin: "Plugins, with their own credential" } : null;
  return (
    <KeyValue
      rows={{
        "Who may": callers === null ? (access as readonly string[]).join(", ") : callers[access as "public" | "plugin"],
        Audit: audit === "intent" ? "Before and after each call" : "Refusals only",
        Password: stepUp === true ? "Asked again when the last proof is older than five minutes" : undefined,
        Answers: produces === undefined ? undefined : <code>{produces}</code>,
        "In the console":
          "exempt" in place ? place.exempt : place.screen === "*" ? "Everywhere" : <code>{place.screen}</code>,
        Command: <code>hilum {commandOf(operation, among)}</code>,
      }}
    />
  );
}
