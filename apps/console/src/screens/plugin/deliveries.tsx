import type { Hook, HookDelivery } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import type { ReactNode } from "react";
import { useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Status } from "../../look/status.tsx";
import type { WebhooksSearch } from "../../routes/plugins.ts";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Paging } from "../../shell/paging.tsx";
import { bytes, clock, day, duration, exactly, hourMinute, moment } from "../../text/format.ts";
import { originWords, verdictOf, verdictWords } from "../../text/hook-words.ts";
import { present, without } from "../../text/search.ts";
import { instancePart, instanceQuery } from "./plugin-page.tsx";

interface DeliveriesProps {
  plugin: string;
  hooks: readonly Hook[];
  search: WebhooksSearch;
  onChange(next: WebhooksSearch): void;
  testButton: ReactNode;
}

/** What arrived, newest first, without its content: that is read one at a time. */
export function Deliveries({ plugin, hooks, search, onChange, testButton }: DeliveriesProps) {
  const { instance = "default", hook, verdict, cursor } = search;
  const query = { ...instanceQuery(instance), ...present({ hook, verdict, cursor }), limit: 50 };
  const everyMs = cursor === undefined ? 5000 : undefined;
  const deliveries = useRead("listHookDeliveries", { params: { plugin }, query }, { everyMs });
  const isFiltered = hook !== undefined || verdict !== undefined;
  const titleOf = (id: string): string => hooks.find((known) => known.id === id)?.title ?? id;
  return (
    <section className="stack md" aria-label="What arrived">
      <h2>What arrived</h2>
      <DeliveryFilters hooks={hooks} search={search} onChange={onChange} />
      <Loaded query={deliveries} what="what arrived">
        {({ items, next }) => (
          <Panel
            flush
            label="Deliveries"
            foot={
              <>
                <span>Kept for 14 days. Opening one is written down.</span>
                <Paging
                  cursor={cursor}
                  next={next}
                  onGo={(to) =>
                    onChange({ ...without(search, "cursor", "delivery"), ...(to !== undefined && { cursor: to }) })
                  }
                />
              </>
            }
          >
            {items.length === 0 ? (
              <Nothing plugin={plugin} instance={instance} isFiltered={isFiltered} testButton={testButton} />
            ) : (
              <DeliveryTable items={items} titleOf={titleOf} onOpen={(delivery) => onChange({ ...search, delivery })} />
            )}
          </Panel>
        )}
      </Loaded>
    </section>
  );
}

function DeliveryFilters({ hooks, search, onChange }: Pick<DeliveriesProps, "hooks" | "search" | "onChange">) {
  const set = (part: Record<"hook" | "verdict", string | undefined>): void =>
    onChange(present({ ...without(search, "cursor", "delivery"), ...part }) as WebhooksSearch);
  return (
    <div className="filters bottom">
      <NativeSelect
        label="Webhook"
        data={[{ value: "", label: "All" }, ...hooks.map(({ id, title }) => ({ value: id, label: title }))]}
        value={search.hook ?? ""}
        onChange={(event) => set({ hook: event.currentTarget.value || undefined, verdict: search.verdict })}
      />
      <NativeSelect
        label="Result"
        data={[
          { value: "", label: "All" },
          ...Object.entries(verdictWords).map(([value, [, label]]) => ({ value, label })),
        ]}
        value={search.verdict ?? ""}
        onChange={(event) => set({ hook: search.hook, verdict: event.currentTarget.value || undefined })}
      />
    </div>
  );
}

interface NothingProps {
  plugin: string;
  instance: string;
  isFiltered: boolean;
  testButton: ReactNode;
}

function Nothing({ plugin, instance, isFiltered, testButton }: NothingProps) {
  return isFiltered ? (
    <Empty
      title="No delivery matches"
      action={<GoButton to={`/plugins/${plugin}/webhooks${instancePart(instance)}`}>Show all deliveries</GoButton>}
    >
      Nothing that was kept has that webhook and result together.
    </Empty>
  ) : (
    <Empty title="Nothing arrived yet" action={testButton}>
      Each call at one of the addresses above appears here, also one that was refused, with the reason.
    </Empty>
  );
}

interface DeliveryTableProps {
  items: readonly HookDelivery[];
  titleOf(hook: string): string;
  onOpen(delivery: string): void;
}

function DeliveryTable({ items, titleOf, onOpen }: DeliveryTableProps) {
  return (
    <TableRegion label="Deliveries, newest first" minWidth={720}>
      <thead>
        <tr>
          <th scope="col">Arrived</th>
          <th scope="col">Webhook</th>
          <th scope="col">Result</th>
          <th scope="col">From</th>
          <th scope="col" className="r">
            Answered
          </th>
          <th scope="col" className="r">
            Size
          </th>
          <th scope="col" className="r">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} title={titleOf(delivery.hook)} onOpen={onOpen} />
        ))}
      </tbody>
    </TableRegion>
  );
}

function DeliveryRow({
  delivery,
  title,
  onOpen,
}: {
  delivery: HookDelivery;
  title: string;
  onOpen(delivery: string): void;
}) {
  const [word, text] = verdictOf(delivery);
  const when =
    moment(delivery.at) === hourMinute(delivery.at) ? clock(delivery.at) : `${day(delivery.at)}, ${clock(delivery.at)}`;
  const isFine = delivery.verdict === "accepted" && word === "Passed";
  return (
    <tr data-hot={delivery.verdict === "plugin_failed" || undefined}>
      <th scope="row" className="num nowrap">
        <button
          type="button"
          className="tbtn"
          style={{ color: "var(--hl-ink)", fontWeight: 600 }}
          aria-label={`Open the delivery of ${when}, ${text}`}
          onClick={() => onOpen(delivery.id)}
        >
          <time dateTime={delivery.at} title={exactly(delivery.at)}>
            {when}
          </time>
        </button>
      </th>
      <td>{title}</td>
      <td>
        <Status word={word} quiet={isFine}>
          {text}
        </Status>
      </td>
      <td>{originWords[delivery.origin]}</td>
      <td className="r num">{delivery.status}</td>
      <td className="r num nowrap">{bytes(delivery.bytes)}</td>
      <td className="r num nowrap">{duration(delivery.durationMs)}</td>
    </tr>
  );
}
