import type { BlastRadius } from "@hilum/contract/api";
import { Facts, Panel, TableRegion } from "../../../look/panel.tsx";
import { Go } from "../../../shell/go.tsx";
import { bytes, count, day, many, moment } from "../../../text/format.ts";

/** At least so many: the same person may stand in several kinds of data. */
export const peopleOf = ({ data, patients }: Pick<BlastRadius, "data" | "patients">): number =>
  Math.max(patients, ...data.map(({ people = 0 }) => people));

/** What a plugin had in its hands, counted from what is kept. */
export function Radius({ radius }: { radius: BlastRadius }) {
  const { since, data, hosts, scopes, secrets, tokens, receiptDays, plugin, patients } = radius;
  return (
    <div className="stack lg">
      <Facts
        facts={[
          { term: "Runs here since", value: since === undefined ? "never" : day(since) },
          {
            term: "Data it handled",
            value: count(data.reduce((sum, row) => sum + row.count, 0)),
            note: data.map((row) => row.title.toLowerCase()).join(", ") || "none",
          },
          { term: "People among them", value: count(peopleOf(radius)), note: "at the least" },
          { term: "Patients in disclosures", value: count(patients), note: "of whom something went out" },
          { term: "Hosts it reached", value: count(hosts.length), note: `in ${many(receiptDays, "day")}` },
          { term: "Open tokens and links", value: count(tokens) },
        ]}
      />
      {data.length > 0 && (
        <Panel title="Data" flush>
          <TableRegion label="Data that it handled" minWidth={520}>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" className="r">
                  How many
                </th>
                <th scope="col" className="r">
                  People
                </th>
                <th scope="col">From, to</th>
              </tr>
            </thead>
            <tbody>
              {data.map((row) => (
                <tr key={row.kind}>
                  <th scope="row">{row.title}</th>
                  <td className="r num">{count(row.count)}</td>
                  <td className="r num">
                    {row.people === undefined ? <span className="dim">not kept</span> : count(row.people)}
                  </td>
                  <td className="num">
                    {row.first === undefined ? "" : `${moment(row.first)} to ${moment(row.last ?? row.first)}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </TableRegion>
        </Panel>
      )}
      {hosts.length > 0 && (
        <Panel title="Hosts" flush end={<Go to={`/plugins/${plugin}/egress`}>Every call</Go>}>
          <TableRegion label="Hosts that it reached" minWidth={520}>
            <thead>
              <tr>
                <th scope="col">Host</th>
                <th scope="col" className="r">
                  Calls
                </th>
                <th scope="col" className="r">
                  Sent out
                </th>
                <th scope="col">Last</th>
              </tr>
            </thead>
            <tbody>
              {hosts.map((row) => (
                <tr key={row.host}>
                  <th scope="row">
                    <code>{row.host}</code>
                  </th>
                  <td className="r num">{count(row.requests)}</td>
                  <td className="r num">{bytes(row.bytesOut)}</td>
                  <td className="num">{moment(row.lastAt)}</td>
                </tr>
              ))}
            </tbody>
          </TableRegion>
        </Panel>
      )}
      <div className="grid even">
        <Panel title="Rights that it had">
          {scopes.length === 0 ? (
            <p className="dim">None.</p>
          ) : (
            <ul className="stack sm">
              {scopes.map(({ instance, scope, plain }) => (
                <li key={`${instance} ${scope}`}>
                  {plain} <span className="small dim">{instance}</span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title="Secrets to change at the provider">
          {secrets.length === 0 ? (
            <p className="dim">None that it held itself.</p>
          ) : (
            <ul className="stack sm">
              {secrets.map(({ instance, name }) => (
                <li key={`${instance} ${name}`}>
                  <code>{name}</code> <span className="small dim">{instance}</span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </div>
    </div>
  );
}
