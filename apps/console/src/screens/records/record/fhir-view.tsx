import { maskedClass } from "../record-words.ts";
import { isObject } from "./fhir-value.ts";

const depthMax = 40;

/** Every element by its FHIR name, nested as it is stored. */
export function FhirView({ resource }: { resource: Readonly<Record<string, unknown>> }) {
  return (
    <div className="fhir" tabIndex={0} role="region" aria-label="Elements of the record">
      <Members value={resource} depth={0} />
    </div>
  );
}

function Members({ value, depth }: { value: Readonly<Record<string, unknown>>; depth: number }) {
  return (
    <ul>
      {Object.entries(value).flatMap(([name, member]) =>
        Array.isArray(member)
          ? (member as unknown[]).map((one, at) => (
              <Member key={`${name} ${at}`} name={`${name}[${at}]`} value={one} depth={depth} />
            ))
          : [<Member key={name} name={name} value={member} depth={depth} />],
      )}
    </ul>
  );
}

function Member({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  if (isObject(value) && depth < depthMax)
    return (
      <li>
        <span className="el">{name}</span>
        <Members value={value} depth={depth + 1} />
      </li>
    );
  const said = typeof value === "string" ? value : JSON.stringify(value);
  return (
    <li>
      <span className="el">{name}</span> <span className={maskedClass(said)}>{said}</span>
    </li>
  );
}
