import type { ManifestReview } from "@hilum/contract/api";
import { IconPlugConnected, IconWorld } from "@tabler/icons-react";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { Problem } from "../../look/problem.tsx";
import { phiWords } from "../../text/words.ts";

/** A manifest as a person reads it before deciding: what it is, what it can do, what it asks for, what would change. */
export function Review({ review, level = 3 }: { review: ManifestReview; level?: 2 | 3 }) {
  return (
    <div className="stack md">
      {review.problems.length > 0 && <ManifestProblems review={review} level={level} />}
      {review.plugin !== undefined && (
        <KeyValue
          rows={{
            Name: review.plugin.name,
            Identifier: <code>{review.plugin.id}</code>,
            Version: review.plugin.version,
            Publisher: review.plugin.publisher,
            "Patient data": phiWords[review.plugin.phi as keyof typeof phiWords] ?? review.plugin.phi,
          }}
        />
      )}
      {review.capabilities.length + review.scopes.length > 0 && (
        <Panel title="What it may do, in plain words" flush level={level}>
          <ul className="perm">
            {review.capabilities.map(({ name, title, plain, served }) => (
              <li key={name}>
                <IconPlugConnected size={20} stroke={1.75} aria-hidden />
                <div>
                  <b className="strong">{title}</b>
                  <p className="small dim">
                    {plain}{" "}
                    {!served &&
                      "This version of Hilum does not serve it yet: the plugin registers, and cannot be enabled."}
                  </p>
                </div>
                <span className="tag">provides</span>
              </li>
            ))}
            {review.scopes.map(({ scope, plain, reason }) => (
              <li key={scope}>
                <IconWorld size={20} stroke={1.75} aria-hidden />
                <div>
                  <b className="strong">{plain}</b>
                  <p className="small dim">Its reason: {reason}</p>
                  <code className="small dim">{scope}</code>
                </div>
                <span className="tag">asks for</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {review.scopes.length === 0 && review.valid && (
        <p className="dim">It asks for nothing: no network, no files, no records of others.</p>
      )}
      {review.settings.length > 0 && (
        <Panel title="What becomes of the saved settings" level={level}>
          <ul className="stack sm">
            {review.settings.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <p className="small dim">
            The settings as they are now stay in the history, from where they can be restored.
          </p>
        </Panel>
      )}
      {review.differences.length > 0 && <Differences review={review} />}
    </div>
  );
}

function ManifestProblems({ review, level }: { review: ManifestReview; level: 2 | 3 }) {
  return (
    <Problem
      title={
        review.problems.length === 1 ? "One place must be mended" : `${review.problems.length} places must be mended`
      }
      level={level}
    >
      <ul className="stack sm">
        {review.problems.map((row) => (
          <li key={`${row.pointer} ${row.message}`}>
            <code>{row.line === undefined ? row.pointer || "/" : `line ${row.line}, ${row.pointer}`}</code>{" "}
            {row.message}
            {row.fix !== undefined && <b className="strong"> {row.fix}</b>}
          </li>
        ))}
      </ul>
    </Problem>
  );
}

function Differences({ review }: { review: ManifestReview }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="What would change, table">
      <table className="t">
        <caption>What would change</caption>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Now</th>
            <th scope="col">Then</th>
          </tr>
        </thead>
        <tbody>
          {review.differences.map(({ pointer, before, after }) => (
            <tr key={pointer}>
              <th scope="row">
                <code>{pointer}</code>
              </th>
              <td>{before ?? <span className="dim">absent</span>}</td>
              <td>{after ?? <span className="dim">absent</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
