import type { WireFrame } from "@hilum/contract/api";
import { Button, NativeSelect } from "@mantine/core";
import { IconArrowNarrowLeft, IconArrowNarrowRight, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import type { WireSearch } from "../../routes/dev.ts";
import { bytes, clockMs, duration, many } from "../../text/format.ts";
import { present, without } from "../../text/search.ts";
import type { useFrames } from "./use-frames.ts";
import { directionWords, kindWords } from "./wire-words.ts";

interface FramesProps {
  tail: ReturnType<typeof useFrames>;
  methods: readonly string[];
  search: WireSearch;
  onChange(search: WireSearch): void;
}

/** The frames, newest first, as they pass. */
export function Frames({ tail, methods, search, onChange }: FramesProps) {
  const isFiltered = search.direction !== undefined || search.method !== undefined;
  return (
    <div className="stack md">
      <FrameFilters tail={tail} methods={methods} search={search} onChange={onChange} />
      {tail.problem !== null && (
        <ApiProblemPanel problem={tail.problem} actions={<Button onClick={tail.again}>Try again</Button>} />
      )}
      <Panel label="Frames" flush foot={<span>{many(tail.frames.length, "frame")} shown, newest first.</span>}>
        {tail.frames.length === 0 ? (
          <Empty
            title={isFiltered ? "No frame matches" : "Nothing passed yet"}
            action={
              isFiltered ? (
                <Button onClick={() => onChange(without(search, "direction", "method"))}>Show all frames</Button>
              ) : undefined
            }
          >
            {isFiltered
              ? "Nothing that was kept has that direction and method together."
              : "Each frame appears here as it passes. Send a fixture, or run a smoke test, and it shows."}
          </Empty>
        ) : (
          <FrameTable frames={tail.frames} onOpen={(frame) => onChange({ ...search, frame })} />
        )}
      </Panel>
    </div>
  );
}

function FrameFilters({ tail, methods, search, onChange }: FramesProps) {
  const Icon = tail.paused ? IconPlayerPlay : IconPlayerPause;
  const set = (part: Pick<WireSearch, never> & { direction?: string | undefined; method?: string | undefined }): void =>
    onChange(present({ ...without(search, "frame"), ...part }) as WireSearch);
  const known = search.method === undefined || methods.includes(search.method) ? methods : [search.method, ...methods];
  return (
    <div className="filters bottom">
      <NativeSelect
        label="Direction"
        data={[
          { value: "", label: "Both" },
          ...Object.entries(directionWords).map(([value, label]) => ({ value, label })),
        ]}
        value={search.direction ?? ""}
        onChange={(event) => set({ direction: event.currentTarget.value || undefined })}
      />
      <NativeSelect
        label="Method"
        data={[{ value: "", label: "All" }, ...known.map((method) => ({ value: method, label: method }))]}
        value={search.method ?? ""}
        onChange={(event) => set({ method: event.currentTarget.value || undefined })}
      />
      <Button leftSection={<Icon size={16} aria-hidden />} onClick={tail.toggle}>
        {tail.paused ? "Follow" : "Pause"}
      </Button>
      <span role="status">
        <Status word={tail.paused ? "Off" : tail.state === "open" ? "Connected" : "Running"} quiet>
          {tail.paused ? "Paused" : tail.state === "open" ? "Following" : "Connecting…"}
        </Status>
      </span>
    </div>
  );
}

function FrameTable({ frames, onOpen }: { frames: readonly WireFrame[]; onOpen(frame: number): void }) {
  return (
    <div className="frames">
      <TableRegion label="Frames, newest first" minWidth={700}>
        <thead>
          <tr>
            <th scope="col">Frame</th>
            <th scope="col">At</th>
            <th scope="col">Direction</th>
            <th scope="col">Method</th>
            <th scope="col">Kind</th>
            <th scope="col" className="r">
              Size
            </th>
            <th scope="col" className="r">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {frames.toReversed().map((frame) => (
            <FrameRow key={frame.number} frame={frame} onOpen={onOpen} />
          ))}
        </tbody>
      </TableRegion>
    </div>
  );
}

function FrameRow({ frame, onOpen }: { frame: WireFrame; onOpen(frame: number): void }) {
  const { number, at, direction, method, kind, size, durationMs, code } = frame;
  const Arrow = direction === "to_plugin" ? IconArrowNarrowRight : IconArrowNarrowLeft;
  return (
    <tr data-hot={kind === "error" || undefined}>
      <th scope="row" className="num nowrap">
        <button
          type="button"
          className="tbtn name"
          aria-label={`Open frame ${number}, ${kindWords[kind].toLowerCase()} ${method}`}
          onClick={() => onOpen(number)}
        >
          {number}
        </button>
      </th>
      <td className="num nowrap">{clockMs(at)}</td>
      <td className="nowrap">
        <span className="direction" data-direction={direction}>
          <Arrow size={18} stroke={2} aria-hidden />
          {directionWords[direction]}
        </span>
      </td>
      <td>
        <code>{method}</code>
      </td>
      <td>
        {kind === "error" ? (
          <Status word="Failed">Error{code !== undefined && <code> {code}</code>}</Status>
        ) : (
          kindWords[kind]
        )}
      </td>
      <td className="r num nowrap">{bytes(size)}</td>
      <td className="r num nowrap">{durationMs === undefined ? "" : duration(durationMs)}</td>
    </tr>
  );
}
