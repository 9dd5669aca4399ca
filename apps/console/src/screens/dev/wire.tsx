import type { Instance, Plugin, WireFrame } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAct, useRead } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import type { WireSearch } from "../../routes/dev.ts";
import { Loaded } from "../../shell/loaded.tsx";
import { without } from "../../text/search.ts";
import { instanceQuery } from "../plugin/plugin-page.tsx";
import { DevPage } from "./dev-page.tsx";
import { FrameDrawer } from "./frame-drawer.tsx";
import { Frames } from "./frames.tsx";
import { InspectorStanding } from "./inspector-standing.tsx";
import { StartInspectorDialog } from "./start-inspector-dialog.tsx";
import { ForSubject, useSubject } from "./subject.tsx";
import { useFrames } from "./use-frames.ts";

const route = getRouteApi("/app/dev/wire");

/** The frames between Hilum and one instance, for as long as somebody asked for. */
export function WireScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const subject = useSubject(search);
  const set = (next: WireSearch): void => void navigate({ search: next, replace: true });
  const params = { plugin: subject.plugin?.id ?? "com.example.plugin" };
  const query = instanceQuery(search.instance ?? "default");
  return (
    <DevPage
      tab="Wire inspector"
      title="Wire inspector"
      lead="Each frame between Hilum and a plugin, as it passes. What could be a person’s is masked before it is kept."
      search={subject.search}
      guard="getWireInspector"
      reads={[subject.query]}
      calls={[
        ["getWireInspector", { params, query }],
        ["startWireInspector", { params, query, body: { minutes: 15 } }],
        ["listFrames", { params, query: { ...query, limit: 100 } }],
        ["tailFrames", { params, query }],
        ["replayFrame", { params: { ...params, frame: search.frame ?? 1 }, query }],
        ["stopWireInspector", { params, query }],
      ]}
      offers={["startWireInspector", "replayFrame"]}
    >
      <ForSubject subject={subject} perInstance onChoose={set}>
        {(plugin, instance) => (
          <Inspector
            key={`${plugin.id}/${instance.instance}`}
            plugin={plugin}
            instance={instance}
            search={search}
            onChange={set}
          />
        )}
      </ForSubject>
    </DevPage>
  );
}

interface InspectorProps {
  plugin: Plugin;
  instance: Instance;
  search: WireSearch;
  onChange(search: WireSearch): void;
}

function Inspector({ plugin, instance, search, onChange }: InspectorProps) {
  const input = { params: { plugin: plugin.id }, query: instanceQuery(instance.instance) };
  const inspector = useRead("getWireInspector", input, { everyMs: 5000 });
  const stop = useAct("stopWireInspector", "The wire inspector is off; its frames are forgotten");
  const client = useQueryClient();
  const [starting, setStarting] = useState(false);
  const on = inspector.data?.on === true;
  const tail = useFrames({
    plugin: plugin.id,
    instance: instance.instance,
    direction: search.direction,
    method: search.method,
    enabled: on,
    onEnd: () => void client.invalidateQueries({ queryKey: ["getWireInspector"] }),
  });
  const methods = useMethods(tail.frames);
  const frame = tail.frames.find(({ number }) => number === search.frame);
  return (
    <Loaded query={inspector} what="the wire inspector">
      {(data) => (
        <div className="stack md">
          {stop.problem !== null && <ApiProblemPanel problem={stop.problem} />}
          <InspectorStanding
            inspector={data}
            plugin={plugin}
            stop={stop}
            onStart={() => setStarting(true)}
            onStop={() => void stop.run(input)}
          />
          {on && <Frames tail={tail} methods={methods} search={search} onChange={onChange} />}
          {on && search.frame !== undefined && (
            <FrameDrawer
              key={search.frame}
              plugin={plugin.id}
              instance={instance.instance}
              number={search.frame}
              frame={frame}
              onClose={() => onChange(without(search, "frame"))}
            />
          )}
          {starting && (
            <StartInspectorDialog
              plugin={plugin}
              instance={instance}
              on={on}
              onStarted={tail.again}
              onClose={() => setStarting(false)}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}

/** Every method that was seen, so that a filter can be left for another one. */
function useMethods(frames: readonly WireFrame[]): readonly string[] {
  const [known, setKnown] = useState<readonly string[]>([]);
  const fresh = frames.map(({ method }) => method).filter((method) => !known.includes(method));
  if (fresh.length > 0) setKnown([...new Set([...known, ...fresh])].toSorted());
  return known;
}
