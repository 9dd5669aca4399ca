import { NativeSelect } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { MarketplaceSearch } from "../../../routes/marketplace.ts";
import { count } from "../../../text/format.ts";
import { phiTitles, qualitySteps, qualityTitles } from "../market-words.ts";
import type { Found } from "./use-listings.ts";

type FacetName = keyof Found["facets"];
interface Value {
  value: string;
  title: string;
  count: number;
}

const shownMax = 6;
const titles: readonly (readonly [FacetName, string])[] = [
  ["state", "Here already"],
  ["capability", "What it does"],
  ["quality", "Quality, at least"],
  ["phi", "Patient data"],
  ["publisher", "Publisher"],
  ["license", "Licence"],
  ["source", "Source"],
];

interface FacetsProps {
  facets: Found["facets"];
  search: MarketplaceSearch;
  onChange(next: MarketplaceSearch): void;
}

/** What narrows the list, each value with how many it would leave. On a narrow screen it folds away. */
export function Facets(props: FacetsProps) {
  const wide = useMediaQuery("(min-width: 1024px)", true, { getInitialValueInEffect: false });
  const chosen = titles.filter(([name]) => props.search[name] !== undefined).length;
  if (wide) return <Groups {...props} />;
  return (
    <details className="help">
      <summary>Narrow the list{chosen === 0 ? "" : ` (${chosen} chosen)`}</summary>
      <Groups {...props} />
    </details>
  );
}

function Groups({ facets, search, onChange }: FacetsProps) {
  const toggle = (name: FacetName, value: string): void => {
    const { [name]: now, cursor: _page, ...others } = search;
    onChange(now === value ? others : { ...others, [name]: value });
  };
  return (
    <div className="facets" role="group" aria-label="Narrow the list">
      {titles.map(([name, title]) => {
        const values = valuesOf(name, facets, search);
        return values.length === 0 ? null : (
          <Group
            key={name}
            title={title}
            values={values}
            chosen={search[name]}
            onToggle={(value) => toggle(name, value)}
          />
        );
      })}
    </div>
  );
}

interface GroupProps {
  title: string;
  values: readonly Value[];
  chosen: string | undefined;
  onToggle(value: string): void;
}

function Group({ title, values, chosen, onToggle }: GroupProps) {
  const first = values.slice(0, shownMax);
  const picked = values.find(({ value }) => value === chosen);
  const shown = picked === undefined || first.includes(picked) ? first : [picked, ...first.slice(1)];
  const rest = values.filter((value) => !shown.includes(value));
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {shown.map(({ value, title: label, count: many }) => (
          <li key={value}>
            <button type="button" aria-pressed={value === chosen} onClick={() => onToggle(value)}>
              <span>{label}</span>
              <b className="num">{count(many)}</b>
            </button>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <NativeSelect
          aria-label={`More: ${title}`}
          size="xs"
          mt={4}
          value=""
          data={[
            { value: "", label: `${rest.length} more…` },
            ...rest.map(({ value, title: label, count: many }) => ({ value, label: `${label} (${count(many)})` })),
          ]}
          onChange={(event) => onToggle(event.currentTarget.value)}
        />
      )}
    </section>
  );
}

/** Values in the person's words. A level of quality counts those above it too, because it finds them. */
export function valuesOf(name: FacetName, facets: Found["facets"], search: MarketplaceSearch): Value[] {
  const values = facets[name];
  const chosen = search[name];
  if (name === "quality") return qualitySteps.map((step) => levelOf(step, values)).filter((row) => row.count > 0);
  if (name === "phi")
    return values.map((row) => ({ ...row, title: phiTitles[row.value as keyof typeof phiTitles] ?? row.title }));
  // One source, or one licence, narrows nothing.
  if (values.length < 2 && chosen === undefined && name !== "state") return [];
  return values;
}

function levelOf(step: (typeof qualitySteps)[number], values: readonly Value[]): Value {
  const from = qualitySteps.indexOf(step);
  const better = values.filter(({ value }) => qualitySteps.indexOf(value as typeof step) >= from);
  return { value: step, title: qualityTitles[step], count: better.reduce((sum, row) => sum + row.count, 0) };
}
