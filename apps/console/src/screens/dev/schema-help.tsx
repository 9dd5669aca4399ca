import type { ReactNode } from "react";
import { KeyValue, Panel } from "../../look/panel.tsx";
import { describeSchema, schemaAt, type JsonSchema } from "./schema-at.ts";

/** What may stand at the cursor: its meaning, form and members, as the schema of hilum.json says it. */
export function SchemaHelp({ schema, pointer }: { schema: JsonSchema; pointer: string }) {
  const here = schemaAt(schema, pointer);
  const members = Object.entries(here?.properties ?? here?.items?.properties ?? {});
  const required = new Set(here?.required ?? here?.items?.required ?? []);
  return (
    <Panel title="What may stand here" flush>
      <div className="pad stack sm">
        <p>
          <code>{pointer === "" ? "hilum.json" : pointer}</code>
        </p>
        {here === undefined ? (
          <p className="dim">The schema has no field of this name here.</p>
        ) : (
          <>
            {here.description !== undefined && <p>{here.description}</p>}
            <KeyValue rows={{ Form: describeSchema(here), ...valuesOf(here) }} />
          </>
        )}
      </div>
      {members.length > 0 && (
        <div className="members" tabIndex={0} role="region" aria-label={`Fields of ${pointer || "hilum.json"}`}>
          <dl>
            {members.map(([name, member]) => (
              <div key={name}>
                <dt>
                  <code>{name}</code> {required.has(name) && <span className="tag">needed</span>}
                </dt>
                <dd>{member.description ?? describeSchema(member)}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </Panel>
  );
}

function valuesOf(schema: JsonSchema): Record<string, ReactNode> {
  const values = schema.enum ?? schema.items?.enum;
  return values === undefined ? {} : { Values: <code>{values.map(String).join(", ")}</code> };
}
