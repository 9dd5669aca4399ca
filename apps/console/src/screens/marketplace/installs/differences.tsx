import type { VersionDifferences } from "@hilum/contract/api";
import { IconMinus, IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Advice } from "../../../look/problem.tsx";
import { bytes, many } from "../../../text/format.ts";

/** What another version changes, in the order in which a person should read it: rights, hosts, and then the rest. */
export function Differences({ differences, isNew }: { differences: VersionDifferences; isNew: boolean }) {
  const { scopes, hosts, capabilities, needs, settings, manifest, files, filesKnown } = differences;
  // What a new plugin does is what it is installed for, and no demand.
  const demands = isNew ? [scopes, hosts, needs] : [scopes, hosts, needs, capabilities];
  const nothing =
    demands.every(({ added, removed }) => added.length + removed.length === 0) && (isNew || settings.length === 0);
  return (
    <div className="stack md">
      {nothing && (
        <Advice tone="ok" title={isNew ? "It asks for nothing." : "The same rights, hosts and settings."}>
          {isNew
            ? "No right, no host, no other plugin."
            : "Nothing that it may do changes, and your settings stay as they are."}
        </Advice>
      )}
      <Changed
        title={isNew ? "What it asks for" : "Rights"}
        added={scopes.added.map(({ scope, plain, reason }) => (
          <span key={scope}>
            <b className="strong">{plain}</b> <span className="dim">{reason}</span>{" "}
            <code className="small dim">{scope}</code>
          </span>
        ))}
        removed={scopes.removed.map(({ scope, plain }) => (
          <span key={scope}>
            {plain} <code className="small dim">{scope}</code>
          </span>
        ))}
      />
      <Changed title="Hosts that it contacts" added={codes(hosts.added)} removed={codes(hosts.removed)} />
      <Changed title="What it does" added={capabilities.added} removed={capabilities.removed} />
      <Changed title="Plugins that it needs" added={codes(needs.added)} removed={codes(needs.removed)} />
      {settings.length > 0 && (
        <section aria-label="Settings">
          <h3>Your settings</h3>
          <ul className="diff">
            {settings.map((text) => (
              <li key={text}>
                <IconPlus size={15} aria-hidden />
                <span>{text}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {manifest.length > 0 && (
        <details className="help">
          <summary>{many(manifest.length, "place")} of its manifest</summary>
          <ul className="diff">
            {manifest.map(({ pointer, before, after }) => (
              <li key={pointer}>
                <span aria-hidden>·</span>
                <span>
                  <code>{pointer}</code> {before !== undefined && <del>was {before}</del>}
                  {before !== undefined && after !== undefined && ", "}
                  {after !== undefined && <ins>is {after}</ins>}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {filesKnown && files.length > 0 && (
        <details className="help">
          <summary>{many(files.length, "file")}</summary>
          <ul className="diff">
            {files.map(({ path, change, bytes: size }) => (
              <li key={path}>
                <span aria-hidden>·</span>
                <span>
                  <code>{path}</code> {change}, {bytes(size)}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const codes = (texts: readonly string[]): ReactNode[] => texts.map((text) => <code key={text}>{text}</code>);

function Changed({
  title,
  added,
  removed,
}: {
  title: string;
  added: readonly ReactNode[];
  removed: readonly ReactNode[];
}) {
  if (added.length + removed.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className="diff">
        {added.map((row, at) => (
          <li key={`new ${at}`} data-more>
            <IconPlus size={15} aria-hidden />
            <span>
              <span className="vh">New: </span>
              {row}
            </span>
          </li>
        ))}
        {removed.map((row, at) => (
          <li key={`gone ${at}`}>
            <IconMinus size={15} aria-hidden />
            <span>
              <span className="vh">No more: </span>
              {row}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
