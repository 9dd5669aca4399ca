import "../records.css";
import type { Glass, GlassState } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Status, type Word } from "../../../look/status.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { actorName, many, moment } from "../../../text/format.ts";
import { present, without } from "../../../text/search.ts";
import { RecordTabs } from "../record-tabs.tsx";
import { maskedClass } from "../record-words.ts";

const route = getRouteApi("/app/records/glasses");

export const glassWord: Record<GlassState, Word> = {
  open: "Revealed",
  waiting: "To be reviewed",
  accepted: "Accepted",
  asked: "Asked",
  escalated: "Escalated",
};
export const glassStateWords: Record<GlassState, string> = {
  open: "Open now",
  waiting: "To be reviewed",
  accepted: "Accepted",
  asked: "Asked",
  escalated: "Escalated",
};
const choices: readonly (readonly [GlassState | undefined, string])[] = [
  [undefined, "All"],
  ...(["open", "waiting", "asked", "escalated", "accepted"] as const).map(
    (state) => [state, glassStateWords[state]] as const,
  ),
];

export function GlassesScreen() {
  return (
    <Guarded operation="listGlasses" title="Reviews">
      <Glasses />
    </Guarded>
  );
}

function Glasses() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...search, limit: 50 };
  const glasses = useRead("listGlasses", { query });
  const set = (part: { state?: GlassState | undefined; cursor?: string | undefined }): void =>
    void navigate({ search: present({ ...without(search, "cursor"), ...part }) as typeof search, replace: true });
  return (
    <Page
      title="Reviews"
      lead={glasses.data === undefined ? undefined : leadOf(glasses.data.waiting)}
      crumbs={[{ text: "Records", to: "/records" }]}
      tabs={<RecordTabs at="Reviews" />}
      reads={[glasses]}
      calls={[["listGlasses", { query }]]}
      offers={["reviewGlass"]}
    >
      <div className="filters">
        <div className="row" role="group" aria-label="Filter by state">
          {choices.map(([state, label]) => (
            <button
              key={label}
              type="button"
              className="chip"
              aria-pressed={search.state === state}
              onClick={() => set({ state })}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
      <Loaded query={glasses} what="the broken glasses">
        {({ items, next }) => (
          <Panel
            flush
            label="Broken glasses"
            foot={
              <>
                <span>Each is reviewed by somebody other than the person who broke it.</span>
                <Paging cursor={search.cursor} next={next} onGo={(cursor) => set({ cursor })} />
              </>
            }
          >
            {items.length === 0 ? (
              <Empty
                title={search.state === undefined ? "No glass was broken" : "None in that state"}
                {...(search.state !== undefined && { action: <GoButton to="/records/glasses">Show all</GoButton> })}
              >
                When somebody reveals a record, who, why, for how long and what was read stand here until another person
                has reviewed it.
              </Empty>
            ) : (
              <GlassTable items={items} />
            )}
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

const leadOf = (waiting: number): string =>
  waiting === 0
    ? "Nothing waits for a review."
    : `${many(waiting, "broken glass", "broken glasses")} ${waiting === 1 ? "waits" : "wait"} for a review.`;

function GlassTable({ items }: { items: readonly Glass[] }) {
  return (
    <TableRegion label="Broken glasses, newest first" minWidth={820}>
      <thead>
        <tr>
          <th scope="col">What was revealed</th>
          <th scope="col">State</th>
          <th scope="col">Why</th>
          <th scope="col">By</th>
          <th scope="col" className="r">
            Readings
          </th>
          <th scope="col">Broken</th>
        </tr>
      </thead>
      <tbody>
        {items.map((glass) => (
          <tr key={glass.id} data-hot={glass.state === "escalated" || undefined}>
            <th scope="row">
              <Go className="name" to={`/records/glasses/${glass.id}`}>
                <span className={maskedClass(glass.title)}>{glass.title}</span>
              </Go>
              <span className="sub">
                {"patient" in glass.target ? "All records of a patient" : glass.target.record.type}
              </span>
            </th>
            <td>
              <Status word={glassWord[glass.state]} quiet={glass.state === "accepted"}>
                {glassStateWords[glass.state]}
              </Status>
            </td>
            <td>{glass.purposeLabel}</td>
            <td>{actorName(glass.by)}</td>
            <td className="r num">{glass.reads}</td>
            <td className="num nowrap">
              {moment(glass.openedAt)}
              <span className="sub">{many(glass.minutes + glass.extended, "minute")}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
