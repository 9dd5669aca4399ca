import type { UpgradePreview, UpgradeStep } from "@hilum/contract/api";
import { Panel } from "../../look/panel.tsx";

/** Places that are left to a person, with what to do there. */
export function ByHandList({ items }: { items: UpgradeStep["byHand"] }) {
  if (items.length === 0) return null;
  return (
    <div className="stack">
      <p className="small">
        <strong>To do by hand</strong>
      </p>
      <ul>
        {items.map(({ path, line, todo }) => (
          <li key={`${path}:${line}:${todo}`} className="small">
            <code>
              {path}, line {line}
            </code>
            : {todo}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What changes in all, file by file, and what was not looked at. */
export function UpgradeDiffs({ preview: { files, skipped } }: { preview: UpgradePreview }) {
  return (
    <Panel title="Changes">
      <div className="stack md">
        {files.length === 0 && <p className="dim">No file changes.</p>}
        {files.map(({ path, diff }) => (
          <section key={path} aria-label={path}>
            <h3>
              <code>{path}</code>
            </h3>
            <pre className="code" tabIndex={0} role="region" aria-label={`Changes of ${path}`}>
              {diff}
            </pre>
          </section>
        ))}
        {skipped.length > 0 && (
          <details>
            <summary>Files that were not looked at</summary>
            <ul>
              {skipped.map(({ path, why }) => (
                <li key={path} className="small">
                  <code>{path}</code>: {why}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Panel>
  );
}
