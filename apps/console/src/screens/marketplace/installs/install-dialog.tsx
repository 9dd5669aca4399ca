import type { InstallPreview } from "@hilum/contract/api";
import { Textarea } from "@mantine/core";
import { useState } from "react";
import type { MayDecision } from "../../../api/operation-facts.ts";
import { useAct, useRead } from "../../../api/use-api.ts";
import { KeyValue } from "../../../look/panel.tsx";
import { Advice, Problem } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { Dialog } from "../../../shell/dialog.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { Go, useGo } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { bytes } from "../../../text/format.ts";
import { useFaults } from "../../../shell/use-faults.ts";
import { packageSaid, packageWord } from "../market-words.ts";
import { Differences } from "./differences.tsx";

export interface Wanted {
  plugin: string;
  source?: string;
  version?: string;
  upload?: string;
}

interface InstallDialogProps {
  wanted: Wanted;
  onClose(): void;
}

const width = 720;
const reasonMin = 3;

/** What would change, and what keeps it; then the job begins and is shown on a page of its own. */
export function InstallDialog({ wanted, onClose }: InstallDialogProps) {
  const preview = useRead("previewInstall", { body: wanted });
  if (preview.data !== undefined) return <Decide wanted={wanted} preview={preview.data} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title="What would change" size={width}>
      <Loaded query={preview} what="what would change">
        {() => null}
      </Loaded>
    </Dialog>
  );
}

const verbs: Readonly<Record<InstallPreview["kind"], string>> = {
  install: "Install",
  update: "Update to",
  downgrade: "Go back to",
  reinstall: "Install again",
  roll_back: "Roll back to",
};

function Decide({ wanted, preview, onClose }: InstallDialogProps & { preview: InstallPreview }) {
  const go = useGo();
  const start = useAct("startInstall");
  const [reason, setReason] = useState("");
  const { kind, name, to, digest, blocked, differences } = preview;
  const hard = blocked.filter(({ override }) => !override);
  const soft = blocked.filter(({ override }) => override);
  const asks = hard.length === 0 && soft.length > 0;
  const { shown, passes } = useFaults("install", {
    reason: asks && reason.trim().length < reasonMin ? "Say why it is installed all the same." : undefined,
  });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const job = await start.run({ body: { ...wanted, digest, ...(asks && { reason: reason.trim() }) } });
    if (job !== undefined) go(`/marketplace/installs/${job.id}`);
  };
  const may: MayDecision =
    hard.length === 0 ? start.may : { allowed: false, reason: "What stands above must be mended first." };
  return (
    <FormDialog
      title={`${kind === "install" || kind === "reinstall" ? `${verbs[kind]} ${name} ${to}` : `${name}: ${verbs[kind].toLowerCase()} ${to}`}?`}
      size={width}
      submit={`${verbs[kind]} ${to}`}
      may={may}
      running={start.running}
      problem={start.problem}
      focusSubmit={!asks}
      onSubmit={submit}
      onClose={onClose}
    >
      {blocked.map((row) => (
        <Problem
          key={row.code}
          level={3}
          tone={row.override ? "warn" : "bad"}
          title={row.title}
          why={row.why}
          todo={row.fix}
          code={row.code}
        />
      ))}
      <Facts preview={preview} />
      {differences.moreRights && kind !== "install" && (
        <Advice tone="info" title="It asks for more than the version that runs.">
          The job stops and waits for your approval; until then the old version goes on.
        </Advice>
      )}
      <Differences differences={differences} isNew={kind === "install"} />
      {asks && (
        <Textarea
          id="install-reason"
          label="Why all the same"
          description="Goes into the audit log. No patient data."
          required
          rows={2}
          maxLength={500}
          value={reason}
          error={shown.reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <p className="small dim">
        {kind === "install"
          ? "Every byte is verified, and its contract is judged in the sandbox before it counts as installed. Nothing is enabled by installing."
          : "The new version starts beside the old one, keeps its contract and passes its smoke tests before anything switches. The old version is kept for the way back."}
      </p>
    </FormDialog>
  );
}

function Facts({ preview }: { preview: InstallPreview }) {
  const { from, to, publisher, source, status, bytes: size, order, plugin } = preview;
  const others = order.filter((row) => row.plugin !== plugin);
  return (
    <KeyValue
      rows={{
        Version: from === undefined ? to : `${from} now, ${to} then`,
        Publisher: publisher,
        Source: source?.title,
        Signature: (
          <span className="row">
            <Status word={packageWord[status]} quiet={status === "signed" || status === "verified"} />
            <span className="small dim">{packageSaid[status]}</span>
          </span>
        ),
        Size: bytes(size),
        "Needs first":
          others.length === 0
            ? undefined
            : others.map((row) => (
                <span key={row.plugin} style={{ display: "block" }}>
                  <Go to={`/marketplace/${row.plugin}`}>
                    {row.name} {row.to}
                  </Go>{" "}
                  <span className="small dim">{row.because}</span>
                </span>
              )),
      }}
    />
  );
}
