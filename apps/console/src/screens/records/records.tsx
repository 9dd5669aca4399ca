import "./records.css";
import type { RecordStore } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Advice } from "../../look/problem.tsx";
import type { RecordsSearch } from "../../routes/records.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { Go } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Guarded, Page } from "../../shell/page.tsx";
import { Paging } from "../../shell/paging.tsx";
import { many } from "../../text/format.ts";
import { present } from "../../text/search.ts";
import { RecordCounts } from "./record-counts.tsx";
import { RecordList } from "./record-list.tsx";
import { RecordSearchForm } from "./record-search.tsx";
import { RecordTabs } from "./record-tabs.tsx";
import { recordsIn } from "./record-words.ts";
import { StoreTree } from "./store-tree.tsx";
import { useBrowse, type BrowseBody } from "./use-browse.ts";

const route = getRouteApi("/app/records");

export function RecordsScreen() {
  return (
    <Guarded operation="listRecordStores" title="Records">
      <Records />
    </Guarded>
  );
}

function Records() {
  const search = route.useSearch();
  const stores = useRead("listRecordStores", {});
  const { store, type } = choose(stores.data?.stores ?? [], search);
  return (
    <Page
      title="Records"
      lead={stores.data === undefined ? undefined : leadOf(stores.data.stores)}
      tabs={<RecordTabs at="Browse" />}
      reads={[stores]}
      calls={[["listRecordStores"], ["browseRecords", { body: { type: type ?? "Patient", limit: 50 } }]]}
    >
      <Loaded query={stores} what="the record stores">
        {({ stores: all, browse }) => {
          if (store === undefined) return <NoRecords />;
          if (!browse.allowed)
            return (
              <div className="stack lg">
                <Advice tone="info" title="You see how many records there are, and no row.">
                  {browse.why} An administrator gives roles in Users.
                </Advice>
                {all.map((row) => (
                  <RecordCounts key={row.id} store={row} />
                ))}
              </div>
            );
          return (
            <div className="browser">
              <StoreTree stores={all} store={store.id} type={type} pathOf={pathOf} />
              {type === undefined ? (
                <NoRecords />
              ) : (
                <Rows key={`${store.id} ${type}`} store={store} type={type} search={search} />
              )}
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** The address names what is looked at; without it, the first store that has something. */
function choose(
  stores: readonly RecordStore[],
  { store: wanted, type }: RecordsSearch,
): { store?: RecordStore | undefined; type?: string | undefined } {
  const store = stores.find(({ id }) => id === wanted) ?? stores[0];
  const types = store?.types.map((row) => row.type) ?? [];
  return { store, type: type !== undefined && types.includes(type) ? type : types[0] };
}

const pathOf = (store: string, type: string | undefined): string =>
  `/records?${new URLSearchParams(present({ store: store === "embedded" ? undefined : store, type }) as Record<string, string>).toString()}`;

function leadOf(stores: readonly RecordStore[]): string {
  return `${many(recordsIn(stores) ?? 0, "record")} in ${many(stores.length, "store")}. Names, numbers and text are hidden until you need them and say why.`;
}

interface RowsProps {
  store: RecordStore;
  type: string;
  search: RecordsSearch;
}

function Rows({ store, type, search }: RowsProps) {
  const navigate = route.useNavigate();
  const { patient, category, from, before, cursor } = search;
  const narrowing = present({ patient, category, from, before });
  const place: BrowseBody = {
    type,
    limit: 50,
    ...narrowing,
    ...present({ store: store.id === "embedded" ? undefined : store.id, cursor }),
  };
  const rows = useBrowse(place);
  const [cleared, setCleared] = useState(0);
  const label = store.types.find((row) => row.type === type)?.label ?? type;
  const go = (part: RecordsSearch): void =>
    void navigate({ search: { ...present({ store: search.store, type }), ...part }, replace: true });
  return (
    <div className="stack md">
      {store.problem !== undefined && (
        <Advice
          title={`${store.title} cannot be read now.`}
          actions={<ActButton onClick={() => void rows.refetch()}>Try again</ActButton>}
        >
          {store.problem}
        </Advice>
      )}
      <RecordSearchForm
        key={cleared}
        keys={rows.keys}
        terms={rows.terms}
        narrowing={narrowing}
        onSearch={(terms, narrowed) => {
          rows.look(terms);
          go(narrowed);
        }}
      />
      <Loaded query={rows} what={label.toLowerCase()}>
        {({ items, next }) => (
          <Panel
            flush
            label={label}
            foot={
              <>
                <span>Rows are masked by the server. Looking is written to the audit log.</span>
                <Paging cursor={cursor} next={next} onGo={(to) => go({ ...narrowing, ...present({ cursor: to }) })} />
              </>
            }
          >
            {items.length === 0 ? (
              <Empty
                title="No record matches"
                action={
                  <ActButton
                    onClick={() => {
                      setCleared(cleared + 1);
                      rows.look({});
                      go({});
                    }}
                  >
                    Show all {label.toLowerCase()}
                  </ActButton>
                }
              >
                Numbers are found whole, names by their first letters. What was deleted is not found.
              </Empty>
            ) : (
              <RecordList items={items} />
            )}
          </Panel>
        )}
      </Loaded>
    </div>
  );
}

function NoRecords() {
  return (
    <Panel flush label="Records">
      <Empty title="No records yet" more={<Go to="/users/tokens">Tokens of programs</Go>}>
        Records arrive through the FHIR interface and from plugins. As soon as one is stored it is found here, masked.
      </Empty>
    </Panel>
  );
}
