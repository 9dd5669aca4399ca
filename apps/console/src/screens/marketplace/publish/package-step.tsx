import type { ConformanceResult } from "@hilum/contract/api";
import { FileButton, NativeSelect } from "@mantine/core";
import { IconPackage, IconPlayerPlay } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isApiProblem, type ApiProblem } from "../../../api/api-problem.ts";
import { callBytes } from "../../../api/call.ts";
import { reading, useAct, useRead } from "../../../api/use-api.ts";
import { Evidence } from "../../../look/evidence.tsx";
import { Choice } from "../../../look/choice.tsx";
import { Panel } from "../../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go } from "../../../shell/go.tsx";
import { bytes, shortHash } from "../../../text/format.ts";
import { sha256 } from "./signers.ts";

/** A package that was uploaded, with what shows that it is good. */
export interface Chosen {
  name: string;
  /** Bytes. */
  size: number;
  /** SHA-256 in hex, computed here. */
  digest: string;
  conformance?: ConformanceResult["counts"];
}

interface PackageStepProps {
  /** Id of the plugin whose folder is packed, once one was chosen. */
  folder: string | undefined;
  /** Id of the conformance run over it. */
  run: string | undefined;
  chosen: Chosen | undefined;
  onFolder(folder: string, run: string | undefined): void;
  onNext(chosen: Chosen): void;
}

interface Packed {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  conformance?: Chosen["conformance"];
}

/** Makes the package of a linked folder once it keeps its contract, or takes one that was packed elsewhere. */
export function PackageStep({ folder, run, chosen, onFolder, onNext }: PackageStepProps) {
  const [from, setFrom] = useState<"folder" | "file">("folder");
  const upload = useAct("uploadPublishedFile", undefined, { refresh: false });
  const [other, setOther] = useState(false);
  const take = async ({ name, bytes: packed, conformance }: Packed): Promise<void> => {
    const digest = await sha256(packed);
    const kept = await upload.run({ bytes: new Blob([packed], { type: "application/zip" }) });
    if (kept === undefined) return;
    // What is signed later is held to this digest, so it must be the one of what was seen here.
    setOther(kept.digest !== digest);
    if (kept.digest === digest) onNext({ name, size: packed.length, digest, ...(conformance && { conformance }) });
  };
  return (
    <Panel title="Package">
      <div className="stack md">
        <fieldset className="stack sm">
          <legend className="strong">Where the package comes from</legend>
          <Choice
            name="from"
            title="A plugin that is developed here"
            text="Its linked folder is checked, its contract is judged, and it is packed."
            checked={from === "folder"}
            onChoose={() => setFrom("folder")}
          />
          <Choice
            name="from"
            title="A package file"
            text="Packed elsewhere, for example where it is built."
            checked={from === "file"}
            onChoose={() => setFrom("file")}
          />
        </fieldset>
        {upload.problem !== null && <ApiProblemPanel problem={upload.problem} />}
        {other && <Advice title="The server has another package than this browser sent.">Choose it again.</Advice>}
        {from === "folder" ? (
          <FromFolder folder={folder} run={run} onFolder={onFolder} onPacked={take} />
        ) : (
          <FromFile running={upload.running} onPacked={take} />
        )}
        {chosen !== undefined && (
          <div className="row">
            <span className="small dim">
              Chosen before: {chosen.name}, {bytes(chosen.size)}, {shortHash(chosen.digest)}
            </span>
            <ActButton onClick={() => onNext(chosen)}>Go on with it</ActButton>
          </div>
        )}
      </div>
    </Panel>
  );
}

type Take = { onPacked(packed: Packed): Promise<void> };

function FromFolder({ folder, run, onFolder, onPacked }: Pick<PackageStepProps, "folder" | "run" | "onFolder"> & Take) {
  const client = useQueryClient();
  const plugins = useRead("listPlugins", {});
  const linked = (plugins.data?.items ?? []).filter(({ code }) => code === "linked");
  const id = folder ?? linked[0]?.id;
  const params = { plugin: id ?? "" };
  const preview = useRead("previewPackage", { params }, { enabled: id !== undefined });
  const judge = useAct("runConformance", undefined, { refresh: false });
  const before = useRead(
    "getConformanceRun",
    { params: { ...params, run: run ?? "" } },
    { enabled: id !== undefined && run !== undefined },
  );
  const result = run === undefined ? undefined : before.data;
  const [packing, setPacking] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const runNow = async (): Promise<void> => {
    const judged = await judge.run({ params, body: {} });
    if (judged === undefined) return;
    client.setQueryData(reading("getConformanceRun", { params: { ...params, run: judged.id } }).queryKey, judged);
    onFolder(params.plugin, judged.id);
  };
  const pack = async (): Promise<void> => {
    setPacking(true);
    setProblem(null);
    try {
      const packed = await callBytes("packPlugin", { params });
      const name = preview.data?.name ?? `${params.plugin}.hilum`;
      await onPacked({ name, bytes: packed, ...(result && { conformance: result.counts }) });
    } catch (refusal) {
      if (!isApiProblem(refusal)) throw refusal;
      setProblem(refusal);
    } finally {
      setPacking(false);
    }
  };
  if (plugins.data !== undefined && linked.length === 0)
    return (
      <p className="dim">
        No plugin is developed here. <Go to="/plugins/add?from=folder">Link a folder</Go>, or choose a package file.
      </p>
    );
  const failed = result?.cases.filter(({ outcome }) => outcome === "failed") ?? [];
  return (
    <div className="stack md">
      <NativeSelect
        label="Plugin"
        value={id ?? ""}
        data={linked.map(({ id: value, name, version }) => ({ value, label: `${name} ${version ?? ""}` }))}
        onChange={(event) => onFolder(event.currentTarget.value, undefined)}
      />
      <ul className="checks" aria-label="Checks of the package" aria-live="polite">
        <Evidence
          word={preview.error === null ? (preview.data === undefined ? "Running" : "Passed") : "Failed"}
          title="Validate"
          detail={
            preview.error === null
              ? preview.data === undefined
                ? "Reading the folder…"
                : `${preview.data.files.length} files, ${bytes(preview.data.bytes)}`
              : `${preview.error.title} ${preview.error.fix}`
          }
        />
        <Evidence
          word={judge.running ? "Running" : result === undefined ? "Not run" : result.passed ? "Passed" : "Failed"}
          title="Conformance"
          detail={
            result === undefined
              ? "Whether it keeps the contract of its capabilities, in its sandbox."
              : `${result.counts.passed} passed, ${result.counts.failed} failed, ${result.counts.skipped} skipped.${failed.map(({ id: one }) => ` ${one}`).join("")}`
          }
          end={
            <ActButton
              size="compact-sm"
              compact
              may={judge.may}
              running={judge.running}
              leftSection={<IconPlayerPlay size={15} aria-hidden />}
              onClick={() => void runNow()}
            >
              {result === undefined ? "Run conformance" : "Run again"}
            </ActButton>
          }
        />
      </ul>
      {judge.problem !== null && <ApiProblemPanel problem={judge.problem} />}
      {problem !== null && <ApiProblemPanel problem={problem} />}
      <div className="row">
        <ActButton
          variant="filled"
          running={packing}
          leftSection={<IconPackage size={16} aria-hidden />}
          blocked={
            preview.data === undefined
              ? "The folder must be valid first."
              : result === undefined
                ? "Run conformance first."
                : result.passed
                  ? undefined
                  : "It must keep its contract first."
          }
          onClick={() => void pack()}
        >
          Pack and go on
        </ActButton>
      </div>
    </div>
  );
}

function FromFile({ running, onPacked }: { running: boolean } & Take) {
  const take = async (file: File | null): Promise<void> => {
    if (file !== null) await onPacked({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  return (
    <div className="row">
      <FileButton
        accept=".hilum"
        onChange={(file) => void take(file)}
        inputProps={{ "aria-label": "Choose a package", tabIndex: -1 }}
      >
        {(props) => (
          <ActButton {...props} running={running} variant="filled" leftSection={<IconPackage size={16} aria-hidden />}>
            Choose a package
          </ActButton>
        )}
      </FileButton>
      <span className="small dim">A .hilum file. Without a run made here it shows no conformance.</span>
    </div>
  );
}
