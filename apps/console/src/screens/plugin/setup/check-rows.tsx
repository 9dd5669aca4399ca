import type { ConfigSchema } from "@hilum/contract";
import type { Evidence, SetupCheck, SetupSession } from "@hilum/contract/api";
import { IconExternalLink } from "@tabler/icons-react";
import { Button } from "@mantine/core";
import { Evidence as EvidenceRow, EvidenceOf } from "../../../look/evidence.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { GoButton } from "../../../shell/go.tsx";
import { clock, duration, many } from "../../../text/format.ts";
import { webAddress } from "../../../text/safe-links.ts";
import { labelOf, nameOfPointer } from "@hilum/sdk/ui";
import type { Step } from "./use-wizard.ts";

interface CheckRowsProps {
  session: SetupSession;
  step: Step;
  check: SetupCheck;
  running: boolean;
  onFix(name: string): void;
  onAgain(): void;
}

/** What the checks found, as a sentence: how much is well, and how much is in the way. */
export function describeCheck({ rows, durationMs, waiting }: SetupCheck): string {
  const counted = rows.filter(({ status }) => status !== "skipped");
  const failed = rows.filter(({ status }) => status === "failed").length;
  const passed = counted.length - failed;
  const said = `${passed} of ${many(counted.length, "check")} passed in ${duration(durationMs)}.`;
  if (waiting !== undefined) return `${said} One thing is awaited.`;
  if (failed === 0) return said;
  return `${said} ${failed === 1 ? "One thing is" : `${failed} things are`} in the way.`;
}

/** Each claim with its proof; what failed opens up with the way to its mend. */
export function CheckRows({ session, step, check, running, onFix, onAgain }: CheckRowsProps) {
  const link = webAddress(step.link);
  const isCheck = step.type === "check" || step.type === "test";
  const firstFailed = check.rows.find(({ status }) => status === "failed");
  return (
    <ul aria-label="Results of the checks" className="checks" aria-live="polite">
      {check.rows.map((row) => (
        <EvidenceOf
          key={row.id}
          row={row}
          {...(row.status === "failed" && {
            actions: (
              <>
                <FixButton row={row} session={session} onFix={onFix} />
                <ActButton
                  // Where the mend is made elsewhere, trying again is what is left to do here.
                  variant={row === firstFailed && isCheck && !leadsOn(row) ? "filled" : "default"}
                  running={running}
                  onClick={onAgain}
                >
                  Run these checks again
                </ActButton>
                {link !== undefined && (
                  <a href={link} target="_blank" rel="noopener noreferrer">
                    Open {new URL(link).hostname}
                    <span className="vh"> in a new tab</span> <IconExternalLink size={14} aria-hidden />
                  </a>
                )}
              </>
            ),
          })}
        />
      ))}
      {check.waiting !== undefined && (
        <EvidenceRow
          word="Running"
          title={`Waiting: ${check.waiting.title}`}
          detail={
            <>
              The provider’s call is awaited until {clock(check.waiting.until)}.
              {check.waiting.address !== undefined && (
                <>
                  {" "}
                  It must go to <code>{check.waiting.address}</code>
                </>
              )}
            </>
          }
        />
      )}
    </ul>
  );
}

const leadsOn = ({ field, link }: Evidence): boolean => field !== undefined || link !== undefined;

/** Leads to the field of this setup in which the mend is made, or to the page of the console. */
function FixButton({ row, session, onFix }: { row: Evidence; session: SetupSession; onFix(name: string): void }) {
  if (row.field !== undefined) {
    const name = nameOfPointer(row.field);
    const property = (session.schema as ConfigSchema | null)?.properties[name];
    return (
      <Button variant="filled" onClick={() => onFix(name)}>
        Fix: go to “{property === undefined ? name : labelOf(name, property)}”
      </Button>
    );
  }
  if (row.link === undefined) return null;
  return (
    <GoButton to={row.link} label={`Go there: ${row.title}`}>
      Go there
    </GoButton>
  );
}
