import "../marketplace.css";
import type { OwnMarketplace } from "@hilum/contract/api";
import { filesOf, type Repository, type Serving } from "@hilum/marketplace/sign";
import { Button, Menu, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconChevronDown, IconSignature, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Status, type Word } from "../../../look/status.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { MenuAct } from "../../../shell/menu-act.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { bytes, day, many, shortHash } from "../../../text/format.ts";
import { MarketplaceTabs } from "../marketplace-tabs.tsx";
import { Fingerprint } from "../sources/fingerprint.tsx";
import { AmendDialog } from "./amend-dialog.tsx";
import { FoundDialog } from "./found-dialog.tsx";
import { KeeperDialog } from "./keeper-dialog.tsx";
import { LetInDialog } from "./let-in-dialog.tsx";
import { ChangeRootDialog, TakeRoot } from "./root-dialogs.tsx";
import { fingerprintOf, publishedVersions, servingTitles, toSign, type PublishedVersion } from "./signers.ts";

export function OwnMarketplaceScreen() {
  return (
    <Guarded operation="getOwnMarketplace" title="Publish">
      <Own />
    </Guarded>
  );
}

/** The organisation's own marketplace: what is published, who may publish, and what its keeper has to sign. */
function Own() {
  const own = useRead("getOwnMarketplace", {}, { everyMs: 15_000 });
  const [serving, setServing] = useState<Serving>("signed-weekly");
  const repository = own.data?.repository === undefined ? undefined : toSign(own.data.repository);
  return (
    <Page
      title="Publish"
      lead="Your organisation’s own marketplace: static files that any web server or stick can carry. Keys stay with people; the server only keeps what is signed."
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      tabs={<MarketplaceTabs at="Publish" />}
      reads={[own]}
      calls={[
        ["getOwnMarketplace"],
        ["listSubmissions", { query: { state: "approved" } }],
        ["getPublishedFile", { params: { digest: "0".repeat(64) } }],
      ]}
      offers={["publishRepository", "submitPublication"]}
      actions={
        repository === undefined ? undefined : (
          <GoButton to="/marketplace/publish/new" leftSection={<IconUpload size={17} aria-hidden />}>
            Hand in a version
          </GoButton>
        )
      }
    >
      <Loaded query={own} what="your marketplace">
        {(data) =>
          repository === undefined ? (
            <NotYet folder={data.folder} serving={serving} />
          ) : (
            <Marketplace own={data} repository={repository} serving={serving} onServing={setServing} />
          )
        }
      </Loaded>
    </Page>
  );
}

function NotYet({ folder, serving }: { folder: string; serving: Serving }) {
  const may = useMay("publishRepository");
  const [founding, setFounding] = useState(false);
  return (
    <Panel
      flush
      label="Your marketplace"
      foot={
        <span>
          Its files will lie in <code>{folder}</code>
        </span>
      }
    >
      <Empty
        title="You have no marketplace yet"
        action={
          <ActButton variant="filled" may={may} onClick={() => setFounding(true)}>
            Begin a marketplace
          </ActButton>
        }
        more={<Go to="/marketplace/keys">Make keys first</Go>}
      >
        With one, plugins of your own reach every Hilum of your organisation, signed, reviewed by two people, and with a
        way back.
      </Empty>
      <div style={{ padding: "0 20px 20px", justifyItems: "center" }} className="stack">
        <TakeRoot repository={undefined} serving={serving} />
      </div>
      {founding && <FoundDialog onClose={() => setFounding(false)} />}
    </Panel>
  );
}

interface MarketplaceProps {
  own: OwnMarketplace;
  repository: Repository;
  serving: Serving;
  onServing(serving: Serving): void;
}

function Marketplace({ own, repository, serving, onServing }: MarketplaceProps) {
  return (
    <div className="grid">
      <div className="stack lg">
        <KeeperPanel own={own} repository={repository} serving={serving} onServing={onServing} />
        <Published repository={repository} serving={serving} />
        <Publishers own={own} repository={repository} serving={serving} />
      </div>
      <div className="stack lg">
        <Identity own={own} repository={repository} />
        <RootPanel repository={repository} serving={serving} />
      </div>
    </div>
  );
}

type Expiry = OwnMarketplace["expires"][number];
const expiryWord: Readonly<Record<Expiry["state"], Word>> = {
  in_time: "Active",
  soon: "Ends soon",
  expired: "Expired",
};
const roleNames = ["timestamp", "snapshot", "targets", "root"];

/** What waits for the keeper's signature, and until when each role holds. */
function KeeperPanel({ own, repository, serving, onServing }: MarketplaceProps) {
  const may = useMay("publishRepository");
  const submissions = useRead("listSubmissions", { query: { state: "approved", limit: 50 } });
  const [signing, setSigning] = useState(false);
  const approved = submissions.data?.items ?? [];
  const due = own.expires.filter(({ role, state }) => roleNames.includes(role) && state !== "in_time");
  const targetsDue = due.some(({ role }) => role === "targets");
  return (
    <Panel
      title={
        approved.length > 0
          ? `${many(approved.length, "submission")} to take in`
          : due.length > 0
            ? "To be signed anew"
            : "Nothing to sign"
      }
      foot={
        <>
          <ActButton
            variant={approved.length + due.length > 0 ? "filled" : "default"}
            compact
            may={may}
            leftSection={<IconSignature size={16} aria-hidden />}
            onClick={() => setSigning(true)}
          >
            {approved.length > 0 ? "Sign and publish" : "Sign anew"}
          </ActButton>
          {own.waiting > 0 && <Go to="/marketplace/review">{many(own.waiting, "submission")} to be decided</Go>}
        </>
      }
    >
      <div className="stack md">
        <ul className="stack sm" aria-label="How long each role holds">
          {own.expires
            .filter(({ role }) => roleNames.includes(role))
            .toSorted((one, other) => roleNames.indexOf(one.role) - roleNames.indexOf(other.role))
            .map(({ role, at, state }) => (
              <li key={role} className="row">
                <Status word={expiryWord[state]} quiet={state === "in_time"}>
                  {role} {state === "expired" ? "ended" : "holds until"} {day(at)}
                </Status>
              </li>
            ))}
        </ul>
        <NativeSelect
          label="How it is served"
          description="How long the next signatures hold."
          maw={320}
          value={serving}
          data={Object.entries(servingTitles).map(([value, label]) => ({ value, label }))}
          onChange={(event) => onServing(event.currentTarget.value as Serving)}
        />
      </div>
      {signing && (
        <KeeperDialog
          repository={repository}
          serving={serving}
          approved={approved}
          targetsDue={targetsDue}
          onClose={() => setSigning(false)}
        />
      )}
    </Panel>
  );
}

function Published({ repository, serving }: { repository: Repository; serving: Serving }) {
  const [amending, setAmending] = useState<PublishedVersion>();
  const may = useMay("submitPublication");
  const versions = publishedVersions(repository);
  return (
    <Panel title="Published" flush>
      {versions.length === 0 ? (
        <Empty
          title="Nothing is published"
          action={<GoButton to="/marketplace/publish/new">Hand in the first</GoButton>}
        >
          A version is handed in by its publisher, approved by two other people, and taken in by the keeper.
        </Empty>
      ) : (
        <TableRegion label="Published versions" minWidth={560}>
          <thead>
            <tr>
              <th scope="col">Plugin</th>
              <th scope="col">Publisher</th>
              <th scope="col" className="r">
                Size
              </th>
              <th scope="col">
                <span className="vh">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((row) => (
              <tr key={row.digest}>
                <th scope="row">
                  <b className="strong">{row.plugin}</b> {row.version}
                  <code className="sub">{shortHash(row.digest)}</code>
                </th>
                <td>{row.publisher}</td>
                <td className="r num">{bytes(row.bytes)}</td>
                <td>
                  <ActButton
                    size="compact-sm"
                    compact
                    may={may}
                    label={`Take out or back: ${row.plugin} ${row.version}`}
                    onClick={() => setAmending(row)}
                  >
                    Take out or back
                  </ActButton>
                </td>
              </tr>
            ))}
          </tbody>
        </TableRegion>
      )}
      {amending !== undefined && (
        <AmendDialog
          repository={repository}
          serving={serving}
          version={amending}
          onClose={() => setAmending(undefined)}
        />
      )}
    </Panel>
  );
}

function Publishers({ own, repository, serving }: Omit<MarketplaceProps, "onServing">) {
  const may = useMay("publishRepository");
  const [letting, setLetting] = useState(false);
  const roles = repository.targets.signed.delegations?.roles ?? [];
  return (
    <Panel
      title="Publishers"
      flush
      end={
        <ActButton compact may={may} onClick={() => setLetting(true)}>
          Let a publisher in
        </ActButton>
      }
    >
      {roles.length === 0 ? (
        <p className="dim" style={{ padding: "0 20px 16px" }}>
          Nobody may publish yet. A publisher signs below its own name and nowhere else.
        </p>
      ) : (
        <ul>
          {roles.map(({ name, keyids, threshold }) => {
            const expiry = own.expires.find(({ role }) => role === name);
            return (
              <li key={name} className="ev" style={{ gridTemplateColumns: "minmax(0, 1fr) auto" }}>
                <div>
                  <h3>{name}</h3>
                  <p className="t2">
                    {many(keyids.length, "key")}, {threshold} must sign: {keyids.map(shortHash).join(", ")}
                  </p>
                </div>
                <div className="end row">
                  {many(Object.keys(filesOf(repository.publishers[name])).length, "file")}
                  {expiry !== undefined && (
                    <Status word={expiryWord[expiry.state]} quiet={expiry.state === "in_time"}>
                      until {day(expiry.at)}
                    </Status>
                  )}
                </div>
              </li>
            );
          })}
        </ul>
      )}
      {letting && <LetInDialog repository={repository} serving={serving} onClose={() => setLetting(false)} />}
    </Panel>
  );
}

/** What others compare when they add it, and where its files lie. */
function Identity({ own, repository }: { own: OwnMarketplace; repository: Repository }) {
  const { version, roles } = repository.root.signed;
  const fingerprint = useQuery({
    queryKey: ["own-fingerprint", version, roles.root.keyids],
    queryFn: async () => await fingerprintOf(repository),
  });
  return (
    <Panel title="Its fingerprint">
      <div className="stack sm">
        <p className="small dim">Tell it to whoever adds this source, by another way than the files.</p>
        {fingerprint.data !== undefined && (
          <Fingerprint value={fingerprint.data} label="Fingerprint of your marketplace" />
        )}
        <p className="small">
          {many(roles.root.keyids.length, "root key")}, {roles.root.threshold} must sign. Root version {version}.
        </p>
        <p className="small">
          Files: <code>{own.folder}</code>
        </p>
        <p className="small dim">Serve this folder as it is, or copy it to a static host or a stick.</p>
      </div>
    </Panel>
  );
}

function RootPanel({ repository, serving }: { repository: Repository; serving: Serving }) {
  const [changing, setChanging] = useState(false);
  return (
    <Panel
      title="Root keys"
      end={
        <Menu position="bottom-end" width={260}>
          <Menu.Target>
            <Button size="compact-sm" rightSection={<IconChevronDown size={15} aria-hidden />}>
              Change
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <MenuAct onClick={() => setChanging(true)}>Propose other root keys</MenuAct>
          </Menu.Dropdown>
        </Menu>
      }
    >
      <div className="stack sm">
        <p className="small dim">
          For a key that was lost or stolen, or a person who left. Each signs where the own key is; what enough have
          signed is taken in here.
        </p>
        <TakeRoot repository={repository} serving={serving} />
      </div>
      {changing && <ChangeRootDialog repository={repository} serving={serving} onClose={() => setChanging(false)} />}
    </Panel>
  );
}
