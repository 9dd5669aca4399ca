import type { OperationSpec } from "@hilum/contract/api";
import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { Panel } from "../../look/panel.tsx";
import { Go } from "../../shell/go.tsx";
import { many } from "../../text/format.ts";

interface ApiListProps {
  operations: readonly OperationSpec[];
  chosen: string | undefined;
  q: string;
  onSearch(q: string): void;
  addressOf(operation: string): string;
}

/** Operations by group. Each word of the search must stand somewhere in an operation's names. */
export function ApiList({ operations, chosen, q, onSearch, addressOf }: ApiListProps) {
  const words = q.toLowerCase().split(/\s+/);
  const found = operations.filter(({ id, path, summary, tag, method }) => {
    const text = `${id} ${path} ${summary} ${tag} ${method}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = [...new Set(found.map(({ tag }) => tag))];
  return (
    <Panel label="Operations" flush foot={<span role="status">{many(found.length, "operation")}</span>}>
      <div className="pad">
        <TextInput
          label="Search operations"
          placeholder="Name, path or what it does"
          leftSection={<IconSearch size={16} aria-hidden />}
          data-page-search
          spellCheck={false}
          value={q}
          onChange={(event) => onSearch(event.currentTarget.value)}
        />
      </div>
      <div className="operations" tabIndex={0} role="region" aria-label="Operations by group">
        {found.length === 0 && <p className="pad dim">No operation has these words. Try fewer of them.</p>}
        {groups.map((tag) => (
          <section key={tag} aria-label={tag}>
            <h2 className="group">{tag}</h2>
            <ul className="recs">
              {found
                .filter((operation) => operation.tag === tag)
                .map(({ id, method, summary }) => (
                  <li key={id}>
                    <Go to={addressOf(id)} aria-current={id === chosen || undefined}>
                      <span>
                        <span className="verb" data-verb={method}>
                          {method}
                        </span>{" "}
                        <code>{id}</code>
                      </span>
                      <span className="small dim">{summary}</span>
                    </Go>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
    </Panel>
  );
}
