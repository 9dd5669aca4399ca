import "../marketplace.css";
import type { Listing } from "@hilum/contract/api";
import { NativeSelect, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconPackageImport, IconSearch } from "@tabler/icons-react";
import { Glyph, Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Advice } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import type { MarketplaceSearch } from "../../../routes/marketplace.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Page } from "../../../shell/page.tsx";
import { day, many, moment } from "../../../text/format.ts";
import { without } from "../../../text/search.ts";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { phiTitles, qualityTitles } from "../market-words.ts";
import { Ports } from "../quality-scale.tsx";
import { Facets } from "./facets.tsx";
import { listingsInput, useListings, type Found } from "./use-listings.ts";

const route = getRouteApi("/app/marketplace");
const sorts = [
  ["relevance", "Best match"],
  ["name", "Name"],
  ["newest", "Newest"],
  ["quality", "Quality"],
] as const;

export function MarketplaceScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const listings = useListings(search);
  const change = (next: MarketplaceSearch): void => void navigate({ search: next, replace: true });
  return (
    <Page
      title="Marketplace"
      lead="Plugins from the sources that you trust. Each is verified before anything of it is taken, and nothing runs before you decide."
      tabs={<MarketplaceTabs at="Browse" />}
      actions={
        <GoButton to="/plugins/add?from=package" leftSection={<IconPackageImport size={17} aria-hidden />}>
          Add from a file
        </GoButton>
      }
      reads={[listings]}
      calls={[["searchMarketplace", listingsInput(search)]]}
    >
      <Loaded query={listings} what="the marketplace">
        {(found) =>
          isBare(found, search) ? (
            <NoSources />
          ) : (
            <div className="stack md">
              <Behind sources={found.behind} />
              <SearchBar search={search} total={found.total} onChange={change} />
              <div className="market">
                <Facets facets={found.facets} search={search} onChange={change} />
                <Offers found={found} search={search} onChange={change} />
              </div>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

const isBare = ({ total, behind }: Found, search: MarketplaceSearch): boolean =>
  total === 0 && behind.length === 0 && Object.keys(search).length === 0;

function NoSources() {
  return (
    <Panel flush label="Marketplace">
      <Empty
        title="Nothing is offered yet"
        action={
          <GoButton to="/marketplace/sources" variant="filled">
            Add a source
          </GoButton>
        }
        more={<Go to="/plugins/add">Plugins that come with Hilum</Go>}
      >
        A source is a marketplace whose keys you compared: an address, a folder or stick, or a mirror that somebody
        carried here.
      </Empty>
    </Panel>
  );
}

/** Sources that were not read for a day, or whose last reading was refused: what is shown of them is of then. */
function Behind({ sources }: { sources: Found["behind"] }) {
  if (sources.length === 0) return null;
  return (
    <Advice
      title={sources.length === 1 ? "One source is behind." : `${sources.length} sources are behind.`}
      actions={<GoButton to="/marketplace/sources">Open Sources</GoButton>}
    >
      {sources
        .map(({ title, asOf }) => `${title}: ${asOf === undefined ? "not read yet" : `as of ${moment(asOf)}`}`)
        .join(". ")}
      .
    </Advice>
  );
}

interface BarProps {
  search: MarketplaceSearch;
  total: number;
  onChange(next: MarketplaceSearch): void;
}

function SearchBar({ search, total, onChange }: BarProps) {
  const { q = "", sort = q === "" ? "name" : "relevance" } = search;
  const narrowed = Object.keys(without(search, "q", "sort", "cursor")).length;
  return (
    <div className="filters" role="search" aria-label="Search the marketplace">
      <TextInput
        aria-label="Search the marketplace"
        placeholder="Name, provider, what it does"
        leftSection={<IconSearch size={16} aria-hidden />}
        w={320}
        data-page-search
        value={q}
        onChange={(event) => {
          const text = event.currentTarget.value;
          onChange({ ...without(search, "q", "cursor"), ...(text !== "" && { q: text }) });
        }}
      />
      <NativeSelect
        aria-label="Order"
        value={sort}
        data={sorts.map(([value, label]) => ({ value, label }))}
        onChange={(event) =>
          onChange({
            ...without(search, "sort", "cursor"),
            sort: event.currentTarget.value as NonNullable<MarketplaceSearch["sort"]>,
          })
        }
      />
      <span role="status" className="small dim">
        {many(total, "plugin")}
      </span>
      {narrowed > 0 && (
        <button type="button" className="tbtn" onClick={() => onChange(q === "" ? {} : { q })}>
          Show all
        </button>
      )}
    </div>
  );
}

function Offers({
  found,
  search,
  onChange,
}: {
  found: Found;
  search: MarketplaceSearch;
  onChange(next: MarketplaceSearch): void;
}) {
  const { items, next, suggestion } = found;
  if (items.length === 0)
    return (
      <Panel flush label="Offers">
        <Empty
          title={search.q === undefined ? "Nothing is left" : `No match for “${search.q}”`}
          action={
            suggestion === undefined ? (
              <ActButton onClick={() => onChange({})}>Show all plugins</ActButton>
            ) : (
              <ActButton variant="filled" onClick={() => onChange({ ...without(search, "cursor"), q: suggestion })}>
                Try “{suggestion}”
              </ActButton>
            )
          }
        >
          {suggestion === undefined
            ? "No plugin has all of what you chose. Take something away on the left."
            : "Perhaps another word was meant."}
        </Empty>
      </Panel>
    );
  const from = Number(search.cursor ?? 0);
  const page = (cursor: string | undefined): void =>
    onChange({ ...without(search, "cursor"), ...(cursor !== undefined && { cursor }) });
  return (
    <Panel
      flush
      label="Offers"
      foot={
        <>
          <span>
            {from + 1} to {from + items.length} of {found.total}
          </span>
          {from > 0 && (
            <button type="button" className="tbtn" onClick={() => page(undefined)}>
              From the beginning
            </button>
          )}
          {next !== undefined && (
            <button type="button" className="tbtn" onClick={() => page(next)}>
              More
            </button>
          )}
        </>
      }
    >
      <ul className="offers">
        {items.map((item) => (
          <Offer key={`${item.source.id} ${item.plugin}`} item={item} search={search} />
        ))}
      </ul>
    </Panel>
  );
}

function Offer({ item, search }: { item: Listing; search: MarketplaceSearch }) {
  const { plugin, name, description, publisher, version, publishedAt, quality, phi, capabilities, source } = item;
  const part = search.source === undefined ? "" : `?source=${encodeURIComponent(search.source)}`;
  return (
    <li>
      <Glyph name={name} />
      <div className="stack xs">
        <h2>
          <Go to={`/marketplace/${plugin}${part}`}>{name}</Go>
        </h2>
        <p>{description}</p>
        <p className="facts-line">
          <span>{publisher}</span>
          <span>{capabilities.map(({ title }) => title).join(", ")}</span>
          <span>{phiTitles[phi]}</span>
          <span>
            {version}, {day(publishedAt)}
          </span>
          <span>{source.title}</span>
        </p>
      </div>
      <div className="flags">
        <span className="row">
          <Ports level={quality} />
          <span className="small">{qualityTitles[quality]}</span>
        </span>
        <OfferFlags item={item} />
      </div>
    </li>
  );
}

export function OfferFlags({
  item: { installed, update, security, deprecated },
}: {
  item: Pick<Listing, "installed" | "update" | "security" | "deprecated">;
}) {
  return (
    <>
      {update !== undefined && (
        <Status word={security ? "Security update" : "Update"}>
          {security ? `Security update ${update}` : `Update ${update}`}
        </Status>
      )}
      {installed !== undefined && update === undefined && (
        <Status word="Active" quiet>
          Installed {installed}
        </Status>
      )}
      {deprecated !== undefined && <Status word="Deprecated" />}
    </>
  );
}
