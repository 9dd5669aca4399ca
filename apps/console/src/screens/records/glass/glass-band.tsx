import "./glass-band.css";
import type { Glass } from "@hilum/contract/api";
import { useQueryClient } from "@tanstack/react-query";
import { IconEye } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useAct, useRead } from "../../../api/use-api.ts";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { focusHeading } from "../../../shell/focus-heading.ts";
import { Go } from "../../../shell/go.tsx";
import { announce } from "../../../shell/notices.ts";
import { maskedClass, permissionTo, targetPath } from "../record-words.ts";

const extendMinutes = 5;
const warnSeconds = 60;

/** Stays in sight on every page while a glass of this person is open: how long it still is, and how to end it. */
export function GlassBand() {
  const glasses = useRead("listGlasses", { query: { mine: true, state: "open" } });
  const open = (glasses.data?.items ?? []).filter(({ state }) => state === "open");
  const [first] = open;
  const isOpen = first !== undefined;
  const wasOpen = useRef(false);
  // The band takes its buttons with it.
  useEffect(() => {
    if (wasOpen.current && !isOpen) focusHeading();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return first === undefined ? null : <Band key={first.id} glass={first} others={open.length - 1} />;
}

function Band({ glass, others }: { glass: Glass; others: number }) {
  const extend = useAct("extendGlass", `The glass stays open for ${extendMinutes} minutes more`);
  const close = useAct("closeGlass", "The glass is closed. Everything is masked again.");
  const left = useSecondsLeft(glass.until);
  const params = { glass: glass.id };
  const problem = extend.problem ?? close.problem;
  const mayExtend = permissionTo("extend", glass.can) ?? { allowed: true };
  return (
    <section className="glass-band" aria-label="Broken glass">
      <IconEye size={18} aria-hidden />
      <p>
        <b>The glass is broken</b> for{" "}
        <Go to={targetPath(glass.target)}>
          <span className={maskedClass(glass.title)}>{glass.title}</span>
        </Go>
        {others > 0 && ` and ${others} more`}.{" "}
        <span className="num">
          <b>{timeLeft(left)}</b> left
        </span>
      </p>
      <div className="row">
        <ActButton
          size="compact-sm"
          compact
          may={mayExtend}
          running={extend.running}
          onClick={() => void extend.run({ params, body: { minutes: extendMinutes } })}
        >
          Extend by {extendMinutes} min
        </ActButton>
        <ActButton
          size="compact-sm"
          variant="filled"
          running={close.running}
          onClick={() => void close.run({ params })}
        >
          End now
        </ActButton>
      </div>
      {problem !== null && <ApiProblemPanel problem={problem} />}
    </section>
  );
}

/** Counts down by the clock, says when a minute is left, and reads everything again once the time is over. */
function useSecondsLeft(until: string): number {
  const client = useQueryClient();
  const [left, setLeft] = useState(() => secondsTo(until));
  useEffect(() => {
    let said = secondsTo(until) <= warnSeconds;
    const timer = window.setInterval(() => {
      const rest = secondsTo(until);
      setLeft(rest);
      if (rest <= warnSeconds && !said) {
        said = true;
        announce("The glass closes in one minute. Extend it if you still need it.");
      }
      if (rest > 0) return;
      window.clearInterval(timer);
      void client.invalidateQueries();
    }, 500);
    return () => window.clearInterval(timer);
  }, [client, until]);
  return left;
}

const secondsTo = (until: string): number => Math.max(0, Math.ceil((new Date(until).getTime() - Date.now()) / 1000));

const timeLeft = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
