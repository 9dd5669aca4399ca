import "../records.css";
import type { PatientOverview } from "@hilum/contract/api";
import { PatientBanner, Timeline } from "@hilum/sdk/ui";
import { getRouteApi } from "@tanstack/react-router";
import { useRead } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Advice } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { actorName, day, dayOfYear, many } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { RecordIcon } from "../record-icon.tsx";
import { RecordFlags } from "../record-list.tsx";
import { labelWords, patientPath, recordPath } from "../record-words.ts";
import { ConsentPanel } from "./consent-panel.tsx";
import { PatientActs } from "./patient-acts.tsx";
import { RevealedBanner } from "./revealed-banner.tsx";

const route = getRouteApi("/app/records/patients/$patient");

export function PatientScreen() {
  const { patient } = route.useParams();
  return (
    <Guarded operation="getPatientOverview" title="Patient">
      <Patient key={patient} id={patient} />
    </Guarded>
  );
}

function Patient({ id }: { id: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const input = { params: { patient: id }, query: { ...search, limit: 50 } };
  const overview = useRead("getPatientOverview", input);
  const data = overview.data;
  const set = (part: { type?: string | undefined; cursor?: string | undefined }): void =>
    void navigate({ search: present({ type: search.type, ...part }) as typeof search, replace: true });
  return (
    <Page
      title={data?.patient?.title ?? "Patient"}
      badges={data !== undefined && <Status word="Masked" />}
      lead="Everything that Hilum keeps about one patient. Names, numbers and text are hidden until you need them and say why."
      crumbs={[
        { text: "Records", to: "/records" },
        { text: "Patients", to: "/records?type=Patient" },
      ]}
      crumb={id}
      actions={data !== undefined && <PatientActs id={id} overview={data} />}
      reads={[overview]}
      calls={[["getPatientOverview", input]]}
      offers={["openGlass"]}
    >
      <Loaded query={overview} what="the patient">
        {(shown) => (
          <div className="stack lg">
            <Banner id={id} overview={shown} />
            <div className="grid">
              <Moments overview={shown} search={search} onChange={set} />
              <div className="stack lg">
                <ConsentPanel patient={id} consents={shown.consents} />
                <Panel title="Given out">
                  <div className="stack sm">
                    <p className="small dim">What left this platform about the patient: when, to whom, what and why.</p>
                    <Go to={`${patientPath(id)}/disclosures`}>Accounting of disclosures</Go>
                  </div>
                </Panel>
              </div>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** The banner, in the clear where a glass of this person covers the patient. */
function Banner({ id, overview }: { id: string; overview: PatientOverview }) {
  const { patient, hold, glass } = overview;
  if (patient === undefined)
    return (
      <Advice tone="info" title="The patient’s own record is not here.">
        Other records name this patient. Who it is stands in the system that they came from.
      </Advice>
    );
  const flags = (
    <>
      <RecordFlags record={{ ...patient, hold: false }} />
      {hold !== undefined && (
        <span>
          <Status word="On hold" /> since {day(hold.at)}, by {actorName(hold.by)}: {hold.reason}
        </span>
      )}
    </>
  );
  const hasFlags = hold !== undefined || patient.labels.some((label) => label !== "N") || patient.deleted;
  if (glass !== undefined) return <RevealedBanner id={id} glass={glass} patient={patient} flags={hasFlags && flags} />;
  return (
    <PatientBanner
      name={patient.title}
      lines={patient.lines}
      masked
      flags={hasFlags ? flags : undefined}
      acts={<Go to={recordPath({ type: "Patient", id })}>Open the record</Go>}
    />
  );
}

interface MomentsProps {
  overview: PatientOverview;
  search: { type?: string; cursor?: string };
  onChange(part: { type?: string | undefined; cursor?: string | undefined }): void;
}

function Moments({ overview: { entries, complete, types, next }, search, onChange }: MomentsProps) {
  return (
    <div className="stack md">
      <div className="row" role="group" aria-label="Which records">
        <button
          type="button"
          className="chip"
          aria-pressed={search.type === undefined}
          onClick={() => onChange({ type: undefined })}
        >
          All
        </button>
        {types.map(({ type, label, icon }) => (
          <button
            key={type}
            type="button"
            className="chip"
            aria-pressed={search.type === type}
            onClick={() => onChange({ type })}
          >
            <RecordIcon name={icon} size={16} />
            {label}
          </button>
        ))}
      </div>
      <Panel
        title="What happened"
        flush
        foot={
          <>
            <span>
              {complete
                ? "Days are those that the records name. Looking is written to the audit log."
                : "There are so many records that only those written last stand here. Choose a kind to see more."}
            </span>
            <Paging cursor={search.cursor} next={next} onGo={(cursor) => onChange({ cursor })} />
          </>
        }
      >
        {entries.length === 0 ? (
          <Empty title="Nothing here" action={<GoButton to="/records">All records</GoButton>}>
            No record of that kind is about this patient.
          </Empty>
        ) : (
          <Timeline
            format={{ dayOfYear }}
            moments={entries.map((entry) => ({
              id: `${entry.type}/${entry.id}`,
              when: entry.when,
              kind: entry.kind,
              title: entry.title,
              detail: entry.detail,
              mark: <RecordIcon name={entry.icon} size={16} />,
              end: <Ends labels={entry.labels} attachments={entry.attachments} />,
            }))}
            renderTitle={({ id, title }) => <Go to={`/records/${id}`}>{title}</Go>}
          />
        )}
      </Panel>
    </div>
  );
}

function Ends({ labels, attachments }: { labels: readonly string[]; attachments: number }) {
  return (
    <>
      {labels
        .filter((label) => label !== "N")
        .map((label) => (
          <span key={label} className="tag">
            {labelWords[label] ?? label}
          </span>
        ))}
      {attachments > 0 && <span className="tag">{many(attachments, "document")}</span>}
    </>
  );
}
