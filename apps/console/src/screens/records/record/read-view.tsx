import { Markup, parseXml } from "@hilum/sdk/ui";
import { KeyValue } from "../../../look/panel.tsx";
import { Go } from "../../../shell/go.tsx";
import { sayMoment } from "../../../text/format.ts";
import { maskedClass, recordPath } from "../record-words.ts";
import { codeOf, elementWords, isObject, placeOf, sayValue, type FhirObject } from "./fhir-value.ts";

/** Where the record stands, not what it says. */
const leftOut = new Set([
  "resourceType",
  "id",
  "meta",
  "text",
  "contained",
  "extension",
  "modifierExtension",
  "implicitRules",
]);
const depthMax = 6;

/** A resource as terms and values: what a person came to read, without the names that programs give it. */
export function ReadView({ resource }: { resource: FhirObject }) {
  return (
    <div className="stack md">
      <Elements value={resource} depth={0} />
      <Narrative text={resource["text"]} />
    </div>
  );
}

function Elements({ value, depth }: { value: FhirObject; depth: number }) {
  const names = Object.keys(value).filter(
    (name) => !name.startsWith("_") && (depth > 0 ? name !== "id" && name !== "extension" : !leftOut.has(name)),
  );
  return (
    <KeyValue
      rows={Object.fromEntries(
        names.map((name) => [elementWords(name), <Values key={name} value={value[name]} depth={depth} />]),
      )}
    />
  );
}

function Values({ value, depth }: { value: unknown; depth: number }) {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  if (values.length === 1) return <Value value={values[0]} depth={depth} />;
  return (
    <ul className="stack sm">
      {values.map((one, at) => (
        <li key={at}>
          <Value value={one} depth={depth} />
        </li>
      ))}
    </ul>
  );
}

function Value({ value, depth }: { value: unknown; depth: number }) {
  const said = sayValue(value);
  if (said !== undefined) return <Said value={value} said={said} />;
  if (!isObject(value) || depth >= depthMax) return <span className="dim">not shown here</span>;
  return <Elements value={value} depth={depth + 1} />;
}

/** The value, the code behind it, and the record that it leads to. */
function Said({ value, said }: { value: unknown; said: string }) {
  const place = placeOf(value);
  const code = codeOf(value);
  if (place !== undefined)
    return (
      <Go className={maskedClass(said)} to={recordPath(place)}>
        {said}
      </Go>
    );
  return (
    <>
      <span className={maskedClass(said)}>{sayMoment(said)}</span>
      {code !== undefined && <span className="small dim"> {code}</span>}
    </>
  );
}

/** The author's own summary, as marks of a short list: nothing of it is written as HTML. */
function Narrative({ text }: { text: unknown }) {
  const div = isObject(text) ? text["div"] : undefined;
  const element = typeof div === "string" ? parseXml(div) : undefined;
  if (element === undefined) return null;
  return (
    <section className="stack sm" aria-label="Narrative">
      <h3>Narrative</h3>
      <Markup nodes={element.children} />
    </section>
  );
}
