import type { LogLine } from "@hilum/contract/api";
import { Button, NativeSelect } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconDownload, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { saveFile } from "../../api/call.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { clockMs, many } from "../../text/format.ts";
import { instanceQuery, PluginPage } from "./plugin-page.tsx";
import { useLogTail } from "./use-log-tail.ts";

const route = getRouteApi("/app/plugins/$plugin/logs");
const levels = [
  ["debug", "Everything"],
  ["info", "Information and worse"],
  ["warn", "Warnings and errors"],
  ["error", "Errors"],
] as const;

export function LogsScreen() {
  const { plugin } = route.useParams();
  const { instance = "default", level = "info" } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay("tailPluginLogs");
  const tail = useLogTail({ plugin, instance, level, enabled: may.allowed });
  const input = { params: { plugin }, query: { ...instanceQuery(instance), level } };
  const save = (): void =>
    saveFile(
      new Blob([tail.lines.map((line) => `${line.at} ${line.level} ${line.source} ${line.text}\n`).join("")], {
        type: "text/plain",
      }),
      `${plugin}-${instance}.log`,
    );
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Logs"
      prefix="Logs of"
      lead="What the plugin writes, as it writes it. Escaped, with secrets removed, and limited in rate."
      calls={[
        ["listPluginLogs", input],
        ["tailPluginLogs", input],
      ]}
      offers={["listPluginLogs"]}
      commands={[{ id: "pause", label: tail.paused ? "Follow the log" : "Pause the log", run: tail.toggle }]}
      renderActions={() => (
        <Button leftSection={<IconDownload size={16} aria-hidden />} onClick={save}>
          Download
        </Button>
      )}
    >
      {() =>
        may.allowed && (
          <LogView
            tail={tail}
            level={level}
            onLevel={(next) => void navigate({ search: (search) => ({ ...search, level: next }), replace: true })}
          />
        )
      }
    </PluginPage>
  );
}

type Level = LogLine["level"];
type Tail = ReturnType<typeof useLogTail>;

function LogView({ tail, level, onLevel }: { tail: Tail; level: Level; onLevel(level: Level): void }) {
  const dropped = tail.dropped > 0 ? `, ${many(tail.dropped, "line")} dropped because the plugin wrote too fast` : "";
  return (
    <div className="stack md">
      <TailControls tail={tail} level={level} onLevel={onLevel} />
      {tail.problem !== null && (
        <ApiProblemPanel problem={tail.problem} actions={<Button onClick={tail.again}>Try again</Button>} />
      )}
      <Panel label="Log" flush foot={<span>{`${many(tail.lines.length, "line")} shown${dropped}.`}</span>}>
        {tail.lines.length === 0 ? (
          <Empty
            title="No lines yet"
            action={level === "debug" ? undefined : <Button onClick={() => onLevel("debug")}>Show everything</Button>}
          >
            The plugin wrote nothing at this level since it started.
          </Empty>
        ) : (
          <LogLines lines={tail.lines} follow={!tail.paused} />
        )}
      </Panel>
    </div>
  );
}

function TailControls({ tail, level, onLevel }: { tail: Tail; level: Level; onLevel(level: Level): void }) {
  const Icon = tail.paused ? IconPlayerPlay : IconPlayerPause;
  const isOpen = tail.state === "open";
  return (
    <div className="filters bottom">
      <NativeSelect
        label="Level"
        data={levels.map(([value, label]) => ({ value, label }))}
        value={level}
        onChange={(event) => onLevel(event.currentTarget.value as Level)}
      />
      <Button leftSection={<Icon size={16} aria-hidden />} onClick={tail.toggle}>
        {tail.paused ? "Follow" : "Pause"}
      </Button>
      <span role="status">
        <Status word={tail.paused ? "Off" : isOpen ? "Connected" : "Running"} quiet>
          {tail.paused ? "Paused" : isOpen ? "Following" : "Connecting…"}
        </Status>
      </span>
    </div>
  );
}

const lineTones = { debug: undefined, info: undefined, warn: "warn", error: "bad" } as const;

function LogLines({ lines, follow }: { lines: readonly LogLine[]; follow: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (follow && lines.length > 0) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines, follow]);
  return (
    <div className="log" ref={box} tabIndex={0} role="region" aria-label="Log lines, newest last">
      <ol>
        {lines.map((line) => (
          <li key={line.id} data-tone={lineTones[line.level]}>
            <span className="dim">{clockMs(line.at)}</span>
            <span className="dim">{line.source}</span>
            <span className="lv">{line.level}</span>
            <span className="tx">{line.text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
