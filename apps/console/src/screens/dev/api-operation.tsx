import { commandOf, type Operation, type OperationSpec } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { reading } from "../../api/use-api.ts";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { SamplePanel } from "../../shell/sample-panel.tsx";
import { ApiFields } from "./api-fields.tsx";
import { fieldsOf, readInput, withoutSecrets } from "./api-input.ts";
import { ApiResult } from "./api-result.tsx";
import { useTry } from "./use-try.ts";

interface ApiOperationProps {
  operation: OperationSpec;
  among: readonly OperationSpec[];
  /** Filled in where the operation is about a plugin. */
  plugin: string | undefined;
}

/** One operation: its facts, the form to try it as oneself, what came back, and the same by program. */
export function ApiOperation({ operation, among, plugin }: ApiOperationProps) {
  const { id, method, path, summary } = operation;
  const fields = fieldsOf(operation);
  const [typed, setTyped] = useState<Record<string, string>>(plugin === undefined ? {} : { "params.plugin": plugin });
  const [file, setFile] = useState<File>();
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const { data: platform } = useQuery({ ...reading("getBootstrap"), staleTime: Infinity });
  const attempt = useTry(operation);
  const { input, faults } = readInput(fields, typed);
  const run = (): void => attempt.run(input, file);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    if (method !== "GET" && platform?.environment === "production") setAsking(true);
    else run();
  };
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
      <Panel title="Try it">
        <form className="stack md" onSubmit={submit} noValidate>
          <p className="small dim">
            {method === "GET"
              ? "Runs as you, with your role, and changes nothing."
              : "Runs as you, with your role, for real: it does what it says."}
          </p>
          <ApiFields
            fields={fields}
            typed={typed}
            faults={tried ? faults : {}}
            problem={attempt.problem}
            onType={(key, text) => setTyped((known) => ({ ...known, [key]: text }))}
          />
          {operation.bodyType === "bytes" && <FileField onChoose={setFile} />}
          <TryButton operation={operation} running={attempt.running} onStop={attempt.stop} />
        </form>
      </Panel>
      <ApiResult attempt={attempt} operation={operation} />
      <SamplePanel operation={operation} input={withoutSecrets(fields, input)} title="The same by program" />
      {asking && (
        <ConfirmDialog
          title={`Run ${id} in production?`}
          confirm={`Run ${id}`}
          danger={method === "DELETE"}
          running={attempt.running}
          problem={null}
          onConfirm={() => {
            setAsking(false);
            run();
          }}
          onClose={() => setAsking(false)}
        >
          This is the production system of {platform?.organisation ?? "your organisation"}. “{summary}” takes effect at
          once, as if you had done it on its own page, and is written into the audit log under your name.
        </ConfirmDialog>
      )}
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

function TryButton({
  operation,
  running,
  onStop,
}: {
  operation: OperationSpec;
  running: boolean;
  onStop: (() => void) | undefined;
}) {
  const may = useMay(operation.id as Operation["id"]);
  const isElsewhere = operation.raw === true || operation.fromElsewhere === true;
  return (
    <div className="row">
      <ActButton
        type="submit"
        variant="filled"
        may={may}
        running={running}
        blocked={isElsewhere ? "Others call this address, not people: there is nothing to try here." : undefined}
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
      >
        Send {operation.method}
      </ActButton>
      {onStop !== undefined && <Button onClick={onStop}>Stop following</Button>}
    </div>
  );
}

function FileField({ onChoose }: { onChoose(file: File | undefined): void }) {
  return (
    <label className="filefield">
      <span className="label">File</span>
      <input type="file" onChange={(event) => onChoose(event.currentTarget.files?.[0])} />
    </label>
  );
}
