import type { PluginVersions } from "@hilum/contract/api";
import { IconArrowBackUp, IconCircleArrowUp } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../../session/account.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Advice, Problem } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { actorName, day, exactly, shortHash } from "../../../text/format.ts";
import { packageSaid, packageWord } from "../../marketplace/market-words.ts";
import { newestFor, previousOf } from "./which-version.ts";
import { RollBackDialog } from "./roll-back-dialog.tsx";
import { PinButton } from "./pin-button.tsx";

type Installed = NonNullable<PluginVersions["installed"]>;

interface InstalledPanelProps {
  versions: PluginVersions;
  installed: Installed;
  onUpdate(version: string): void;
}

/** What runs, what its bytes say of themselves, and the next step: forward, or one click back. */
export function InstalledPanel({ versions, installed, onUpdate }: InstalledPanelProps) {
  const mayUpdate = useMay("startInstall");
  const mayRollBack = useMay("rollBackPlugin");
  const [back, setBack] = useState(false);
  const { pin, offered, job } = versions;
  const newest = newestFor(versions);
  const previous = previousOf(versions);
  // What is only watched may be gone back from, and be replaced.
  const busy = job === undefined || job.state === "watching" ? undefined : "A job is under way.";
  const waiting = offered.find(({ coolingOffUntil }) => coolingOffUntil !== undefined);
  return (
    <Panel
      title={`Version ${installed.version} runs`}
      end={
        <>
          {pin !== undefined && <Status word="Pinned">Held</Status>}
          <Status
            word={packageWord[installed.status]}
            quiet={installed.status === "verified" || installed.status === "signed"}
          />
        </>
      }
      foot={
        <>
          <ActButton
            variant={newest === undefined ? "default" : "filled"}
            compact={newest !== undefined}
            may={mayUpdate}
            blocked={
              busy ??
              (pin !== undefined
                ? "It is held at this version."
                : newest === undefined
                  ? waiting === undefined
                    ? "It is the newest that is offered."
                    : `${waiting.version} is offered from ${day(waiting.coolingOffUntil ?? waiting.publishedAt)} on.`
                  : undefined)
            }
            leftSection={<IconCircleArrowUp size={16} aria-hidden />}
            onClick={() => newest !== undefined && onUpdate(newest.version)}
          >
            {newest === undefined ? "Update" : `Update to ${newest.version}`}
          </ActButton>
          {previous !== undefined && (
            <ActButton
              compact={previous.rollBack.possible}
              may={mayRollBack}
              blocked={busy ?? (previous.rollBack.possible ? undefined : previous.rollBack.why)}
              leftSection={<IconArrowBackUp size={16} aria-hidden />}
              onClick={() => setBack(true)}
            >
              Roll back to {previous.version}
            </ActButton>
          )}
          <PinButton versions={versions} />
        </>
      }
    >
      <div className="stack md">
        {installed.status === "modified" && (
          <Problem
            level={3}
            title="What is on the disk is not what was installed"
            why={packageSaid.modified}
            todo="Install the same version again, or roll back. Find out who can write to the data folder."
            code="package.modified"
            actions={
              <ActButton variant="filled" may={mayUpdate} onClick={() => onUpdate(installed.version)}>
                Install {installed.version} again
              </ActButton>
            }
          />
        )}
        {installed.status === "revoked" && (
          <Problem
            level={3}
            title="Its publisher took this version back"
            why={offered.find(({ installed: is }) => is)?.revoked ?? packageSaid.revoked}
            todo="Update to a newer version, or roll back to one that was not taken back."
            code="package.revoked"
          />
        )}
        {newest?.security === true && (
          <Advice tone="warn" title={`${newest.version} mends a weakness.`}>
            It does not wait for the days that other versions wait.
          </Advice>
        )}
        <KeyValue
          rows={{
            Signature: packageSaid[installed.status],
            Publisher: installed.publisher,
            Source: installed.source,
            Installed: `${exactly(installed.installedAt)} by ${actorName(installed.installedBy)}`,
            "Highest that ran": versions.highest,
            Held: pin === undefined ? undefined : `${pin.reason} (${actorName(pin.by)}, ${day(pin.at)})`,
            "SHA-256": <code>{shortHash(installed.digest)}</code>,
          }}
        />
      </div>
      {back && previous !== undefined && (
        <RollBackDialog
          plugin={versions.plugin}
          kept={previous}
          now={installed.version}
          onClose={() => setBack(false)}
        />
      )}
    </Panel>
  );
}
