import type { RouteCandidate, RouteTarget } from "@hilum/contract/api";
import { ActionIcon, Button } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { Status } from "../../look/status.tsx";
import { announce } from "../../shell/notices.ts";
import { clock, many } from "../../text/format.ts";

interface ProviderOrderProps {
  /** Of the channel. */
  name: string;
  order: readonly RouteCandidate[];
  /** Those that are saved, with their circuits. */
  standing: readonly RouteTarget[];
  disabled: boolean;
  onChange(order: readonly RouteCandidate[]): void;
}

/** Providers from first choice to last backup. Moved by buttons: nothing needs to be dragged. */
export function ProviderOrder({ name, order, standing, disabled, onChange }: ProviderOrderProps) {
  const list = useRef<HTMLOListElement>(null);
  /** What should have the focus once the list is drawn anew: its element was moved or is gone. */
  const wanted = useRef<{ key: string; act: string }>(undefined);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const { key, act } = wanted.current;
    wanted.current = undefined;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-instance]") ?? [])];
    const row = rows.find(({ dataset }) => dataset["instance"] === key);
    const buttons = [...(row?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
    (buttons.find(({ dataset }) => dataset["act"] === act) ?? buttons[0] ?? list.current)?.focus();
  });
  const move = (from: number, to: number): void => {
    const moved = order[from];
    if (moved === undefined) return;
    const rest = order.toSpliced(from, 1).toSpliced(to, 0, moved);
    wanted.current = { key: keyOf(moved), act: to < from ? "up" : "down" };
    onChange(rest);
    announce(`${moved.title} is now ${placeWord(to).toLowerCase()}, ${to + 1} of ${order.length}.`);
  };
  const remove = (at: number): void => {
    const gone = order[at];
    const next = order[at + 1] ?? order[at - 1];
    wanted.current = { key: next === undefined ? "" : keyOf(next), act: "remove" };
    onChange(order.toSpliced(at, 1));
    if (gone !== undefined) announce(`${gone.title} is taken out.`);
  };
  return (
    <ol className="order" ref={list} tabIndex={-1} aria-label={`Providers for ${name}, in order`}>
      {order.length === 0 && <li className="small dim">No provider: new messages of this channel wait.</li>}
      {order.map((candidate, place) => (
        <li key={keyOf(candidate)} data-instance={keyOf(candidate)}>
          <span className="place num" aria-hidden>
            {place + 1}
          </span>
          <div>
            <div className="t1">
              {candidate.title} <span className="small dim">{placeWord(place)}</span>
            </div>
            <Standing candidate={candidate} target={standing.find((one) => sameInstance(one, candidate))} />
          </div>
          <div className="row acts">
            <ActionIcon
              variant="default"
              size={34}
              disabled={disabled || place === 0}
              aria-label={`Move up: ${candidate.title}`}
              data-act="up"
              onClick={() => move(place, place - 1)}
            >
              <IconArrowUp size={17} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="default"
              size={34}
              disabled={disabled || place === order.length - 1}
              aria-label={`Move down: ${candidate.title}`}
              data-act="down"
              onClick={() => move(place, place + 1)}
            >
              <IconArrowDown size={17} aria-hidden />
            </ActionIcon>
            <Button
              variant="subtle"
              data-act="remove"
              disabled={disabled}
              aria-label={`Remove ${candidate.title} from the order for ${name}`}
              onClick={() => remove(place)}
            >
              Remove
            </Button>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** How a provider stands: whether it can be asked, and its circuit, in words. */
function Standing({ candidate, target }: { candidate: RouteCandidate; target: RouteTarget | undefined }) {
  if (!candidate.usable)
    return (
      <p className="standing">
        <Status word="Warning" quiet>
          Not ready
        </Status>
        <span className="small dim">{candidate.why}</span>
      </p>
    );
  const { state = "closed", failures = 0, until, rehearsed = false } = target?.circuit ?? {};
  if (state === "open")
    return (
      <p className="standing">
        <Status word="Warning">Left alone</Status>
        <span className="small dim">
          {rehearsed ? "A rehearsal treats it as if it had failed. " : `${many(failures, "failure")} within a minute. `}
          {until !== undefined && `It is asked again at ${clock(until)}.`}
        </span>
      </p>
    );
  if (state === "probing")
    return (
      <p className="standing">
        <Status word="Retrying">Being tried again</Status>
        <span className="small dim">The next message shows whether it works again.</span>
      </p>
    );
  return (
    <p className="standing">
      <Status word="Active" quiet>
        Ready to send
      </Status>
      {failures > 0 && <span className="small dim">{many(failures, "failure")} in the last minute.</span>}
    </p>
  );
}

/** What a place in the order means. */
export function placeWord(place: number): string {
  if (place === 0) return "First choice";
  return place === 1 ? "Backup" : `Backup ${place}`;
}

const keyOf = ({ plugin, instance }: RouteCandidate): string => `${plugin} ${instance}`;

export const sameInstance = (a: Pick<RouteCandidate, "plugin" | "instance">, b: typeof a): boolean =>
  a.plugin === b.plugin && a.instance === b.instance;
