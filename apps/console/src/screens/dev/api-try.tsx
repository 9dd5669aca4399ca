import type { Operation, OperationSpec } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { reading } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { SamplePanel } from "../../shell/sample-panel.tsx";
import { ApiFields } from "./api-fields.tsx";
import { fieldsOf, readInput, withoutSecrets } from "./api-input.ts";
import { ApiResult } from "./api-result.tsx";
import { useTry } from "./use-try.ts";

interface ApiTryProps {
  operation: OperationSpec;
  /** Filled in where the operation is about a plugin. */
  plugin: string | undefined;
}

/** The form of an operation, what came back of it, and the same by program. */
export function ApiTry({ operation, plugin }: ApiTryProps) {
  const { method } = operation;
  const fields = fieldsOf(operation);
  const [typed, setTyped] = useState<Record<string, string>>(plugin === undefined ? {} : { "params.plugin": plugin });
  const [file, setFile] = useState<File>();
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const { data: platform } = useQuery({ ...reading("getBootstrap"), staleTime: Infinity });
  const attempt = useTry(operation);
  const { input, faults } = readInput(fields, typed);
  const run = (): void => attempt.run(input, file);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length > 0) {
      const form = event.currentTarget;
      // Once the faults stand at their fields, the first of them takes the focus.
      window.setTimeout(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    if (method !== "GET" && platform?.environment === "production") setAsking(true);
    else run();
  };
  return (
    <>
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
          <TryButton
            operation={operation}
            lacksFile={operation.bodyType === "bytes" && file === undefined}
            running={attempt.running}
            onStop={attempt.stop}
          />
        </form>
      </Panel>
      <ApiResult attempt={attempt} operation={operation} />
      <SamplePanel operation={operation} input={withoutSecrets(fields, input)} title="The same by program" />
      {asking && (
        <ProductionDialog
          operation={operation}
          organisation={platform?.organisation}
          onRun={() => {
            setAsking(false);
            run();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

interface ProductionDialogProps {
  operation: OperationSpec;
  organisation: string | undefined;
  onRun(): void;
  onClose(): void;
}

function ProductionDialog({ operation: { id, method, summary }, organisation, onRun, onClose }: ProductionDialogProps) {
  return (
    <ConfirmDialog
      title={`Run ${id} in production?`}
      confirm={`Run ${id}`}
      danger={method === "DELETE"}
      running={false}
      problem={null}
      onConfirm={onRun}
      onClose={onClose}
    >
      This is the production system of {organisation ?? "your organisation"}. “{summary}” takes effect at once, as if
      you had done it on its own page, and is written into the audit log under your name.
    </ConfirmDialog>
  );
}

interface TryButtonProps {
  operation: OperationSpec;
  lacksFile: boolean;
  running: boolean;
  onStop: (() => void) | undefined;
}

function TryButton({ operation, lacksFile, running, onStop }: TryButtonProps) {
  const may = useMay(operation.id as Operation["id"]);
  const isElsewhere = operation.raw === true || operation.fromElsewhere === true;
  return (
    <div className="row">
      <ActButton
        type="submit"
        variant="filled"
        may={may}
        running={running}
        blocked={
          isElsewhere
            ? "Others call this address, not people: there is nothing to try here."
            : lacksFile
              ? "Choose a file first."
              : undefined
        }
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
