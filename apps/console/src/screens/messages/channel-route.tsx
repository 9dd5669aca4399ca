import type { Route, RouteCandidate, RouteTarget } from "@hilum/contract/api";
import { Button, NativeSelect } from "@mantine/core";
import { useId, useState, type FormEvent } from "react";
import { useAct } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { announce } from "../../shell/notices.ts";
import { actorName, moment } from "../../text/format.ts";
import { channelTitle, channelWords } from "../../text/words.ts";
import { Rehearsal } from "./rehearsal.tsx";
import { placeWord, ProviderOrder, sameInstance } from "./provider-order.tsx";

/** The providers of one channel: what happens to a message now, their order, and how each stands. */
export function ChannelRoute({ route }: { route: Route }) {
  const set = useAct("setRoute", (answer) => answer.sentence);
  /** What was changed and not saved yet. */
  const [draft, setDraft] = useState<readonly RouteCandidate[]>();
  const order = draft ?? route.targets;
  const name = channelWords[route.channel];
  const save = async (): Promise<void> => {
    const to = order.map(({ plugin, instance }) => ({ plugin, instance }));
    const saved = await set.run({ params: { channel: route.channel }, body: { to } });
    if (saved !== undefined) setDraft(undefined);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  return (
    <Panel title={channelTitle(route.channel)} end={<RouteBadge targets={route.targets} />}>
      <form className="stack md" onSubmit={submit}>
        {set.problem !== null && <ApiProblemPanel problem={set.problem} />}
        <p>
          {route.sentence}
          {route.setAt !== undefined && (
            <span className="small dim">{` Chosen ${moment(route.setAt)}${route.setBy === undefined ? "" : ` by ${actorName(route.setBy)}`}.`}</span>
          )}
        </p>
        {route.candidates.length === 0 ? (
          <div className="row">
            <GoButton to="/plugins/add">Add plugin</GoButton>
            <span className="small dim">Set it up and enable it; then it can be chosen here.</span>
          </div>
        ) : (
          <>
            <ProviderOrder
              name={name}
              order={order}
              standing={route.targets}
              disabled={!set.may.allowed}
              onChange={setDraft}
            />
            <AddProvider
              name={name}
              candidates={route.candidates.filter((one) => !order.some((other) => sameInstance(one, other)))}
              disabled={!set.may.allowed}
              onAdd={(candidate) => {
                setDraft([...order, candidate]);
                announce(`${candidate.title} is added: ${placeWord(order.length)}.`);
              }}
            />
            <div className="row">
              <ActButton
                type="submit"
                may={set.may}
                running={set.running}
                blocked={isSameOrder(order, route.targets) ? "Nothing changed." : undefined}
                label={`Save the order for ${name}`}
              >
                Save the order
              </ActButton>
              <Rehearsal route={route} />
            </div>
          </>
        )}
      </form>
    </Panel>
  );
}

function RouteBadge({ targets }: { targets: readonly RouteTarget[] }) {
  if (targets.length === 0)
    return (
      <Status word="Missing" quiet>
        No provider
      </Status>
    );
  const ready = targets.filter(({ usable, circuit }) => usable && circuit.state !== "open");
  if (ready.length === 0) return <Status word="Failing">Messages wait</Status>;
  if (ready[0] !== targets[0]) return <Status word="Warning">Failover</Status>;
  return (
    <Status word="Active" quiet>
      Routed
    </Status>
  );
}

interface AddProviderProps {
  name: string;
  candidates: readonly RouteCandidate[];
  disabled: boolean;
  onAdd(candidate: RouteCandidate): void;
}

function AddProvider({ name, candidates, disabled, onAdd }: AddProviderProps) {
  const [choice, setChoice] = useState("");
  const id = useId();
  const keyOf = ({ plugin, instance }: RouteCandidate): string => `${plugin} ${instance}`;
  const chosen = candidates.find((candidate) => keyOf(candidate) === choice) ?? candidates[0];
  if (chosen === undefined) return null;
  return (
    <div className="filters bottom">
      <NativeSelect
        id={id}
        label={`Provider to add for ${name}`}
        disabled={disabled}
        value={keyOf(chosen)}
        onChange={(event) => setChoice(event.currentTarget.value)}
        data={candidates.map((candidate) => ({
          value: keyOf(candidate),
          label: candidate.usable ? candidate.title : `${candidate.title} (not ready)`,
        }))}
      />
      <Button
        disabled={disabled}
        aria-label={`Add ${chosen.title} for ${name}`}
        onClick={() => {
          onAdd(chosen);
          // The list is one shorter and the button may be gone with its last entry.
          window.requestAnimationFrame(() => document.getElementById(id)?.focus());
        }}
      >
        Add
      </Button>
    </div>
  );
}

const isSameOrder = (a: readonly RouteCandidate[], b: readonly RouteCandidate[]): boolean =>
  a.length === b.length &&
  a.every((one, place) => {
    const other = b[place];
    return other !== undefined && sameInstance(one, other);
  });
