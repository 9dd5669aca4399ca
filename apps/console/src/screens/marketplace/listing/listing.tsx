import "../marketplace.css";
import type { ListingDetail } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconHeartbeat, IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Glyph, KeyValue, Panel } from "../../../look/panel.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Page } from "../../../shell/page.tsx";
import { bytes, day, many, shortHash } from "../../../text/format.ts";
import { webAddress } from "../../../text/safe-links.ts";
import { present } from "../../../text/search.ts";
import { InstallDialog } from "../installs/install-dialog.tsx";
import { phiTitles } from "../market-words.ts";
import { QualityPanel } from "../quality-scale.tsx";
import { OfferFlags } from "../search/marketplace.tsx";
import { Changes } from "./changes.tsx";
import { ListingImage } from "./listing-image.tsx";
import { Parts } from "./parts.tsx";
import { Permissions } from "./permissions.tsx";
import { WillItWork } from "./will-it-work.tsx";

const route = getRouteApi("/app/marketplace/$plugin");

/** Everything that a person reads before deciding, of one version. */
export function ListingScreen() {
  const { plugin } = route.useParams();
  const { version, source } = route.useSearch();
  const navigate = route.useNavigate();
  const input = { params: { plugin }, query: present({ version, source }) };
  const listing = useRead("getListing", input);
  const [installing, setInstalling] = useState(false);
  const detail = listing.data;
  const choose = (next: string): void => void navigate({ search: { ...present({ source }), version: next } });
  return (
    <Page
      title={detail?.name ?? plugin}
      lead={detail?.description}
      glyph={detail === undefined ? undefined : <Glyph name={detail.name} size="lg" />}
      badges={detail === undefined ? undefined : <Badges listing={detail} />}
      crumbs={[{ text: "Marketplace", to: "/marketplace" }]}
      reads={[listing]}
      calls={[
        ["getListing", input],
        ["previewInstall", { body: { plugin, ...input.query } }],
      ]}
      offers={["startInstall"]}
      commands={[{ id: "install", label: "Install or update this plugin", run: () => setInstalling(true) }]}
      actions={
        detail === undefined ? undefined : (
          <Acts listing={detail} onChoose={choose} onInstall={() => setInstalling(true)} />
        )
      }
    >
      <Loaded query={listing} what="the listing">
        {(shown) => (
          <>
            <Detail listing={shown} pathOf={(next) => pathOf(plugin, next, source)} />
            {installing && (
              <InstallDialog
                wanted={{ plugin, version: shown.version, source: shown.source.id }}
                onClose={() => setInstalling(false)}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

const pathOf = (plugin: string, version: string, source: string | undefined): string =>
  `/marketplace/${plugin}?${new URLSearchParams(present({ source, version }) as Record<string, string>).toString()}`;

function Badges({ listing }: { listing: ListingDetail }) {
  return (
    <>
      <OfferFlags item={listing} />
      {listing.phi !== "none" && (
        <span className="tag">
          <IconHeartbeat size={15} aria-hidden />
          {phiTitles[listing.phi]}
        </span>
      )}
    </>
  );
}

/** What the button does with this version, or why there is nothing to do. */
function Acts({
  listing,
  onChoose,
  onInstall,
}: {
  listing: ListingDetail;
  onChoose(version: string): void;
  onInstall(): void;
}) {
  const may = useMay("previewInstall");
  const { version, versions, installed, update, plugin } = listing;
  const shown = versions.find((row) => row.version === version);
  const verb =
    installed === undefined
      ? "Install"
      : shown?.installed === true
        ? "Install again"
        : version === update
          ? "Update to"
          : "Change to";
  const blocked = shown?.revoked === undefined ? undefined : "Its publisher took this version back.";
  return (
    <>
      {versions.length > 1 && (
        <NativeSelect
          aria-label="Version"
          value={version}
          data={versions.map((row, at) => ({
            value: row.version,
            label: at === 0 ? `${row.version} (newest)` : row.version,
          }))}
          onChange={(event) => onChoose(event.currentTarget.value)}
        />
      )}
      {installed !== undefined && <GoButton to={`/plugins/${plugin}/versions`}>Versions here</GoButton>}
      <ActButton
        variant={shown?.installed === true ? "default" : "filled"}
        compact
        may={may}
        blocked={blocked}
        leftSection={<IconPlugConnected size={17} aria-hidden />}
        onClick={onInstall}
      >
        {verb} {version}
      </ActButton>
    </>
  );
}

function Detail({ listing, pathOf: path }: { listing: ListingDetail; pathOf(version: string): string }) {
  const { quality, qualityCriteria, screenshots, readme, versions, version, sbom, plugin, source } = listing;
  return (
    <div className="grid">
      <div className="stack lg">
        <QualityPanel level={quality} criteria={qualityCriteria} />
        <Permissions listing={listing} />
        {screenshots.length > 0 && (
          <Panel title="Pictures">
            <div className="shots">
              {screenshots.map(({ image, alt }) => (
                <ListingImage key={image} plugin={plugin} image={image} alt={alt} source={source.id} />
              ))}
            </div>
          </Panel>
        )}
        <Changes versions={versions} shown={version} pathOf={path} />
        <Parts sbom={sbom} />
        {readme !== undefined && (
          <Panel title="What its publisher says">
            <p className="plain">{readme}</p>
          </Panel>
        )}
      </div>
      <div className="stack lg">
        <WillItWork listing={listing} version={versions.find((row) => row.version === version)} />
        <About listing={listing} />
      </div>
    </div>
  );
}

function About({ listing }: { listing: ListingDetail }) {
  const { publisher, source, others, license, hosts, phi, homepage, requiresHilum, plugin } = listing;
  const address = webAddress(homepage);
  return (
    <Panel title="About">
      <KeyValue
        rows={{
          Publisher: <Go to={`/marketplace?publisher=${encodeURIComponent(publisher)}`}>{publisher}</Go>,
          Source: <Go to="/marketplace/sources">{source.title}</Go>,
          "Also at":
            others.length === 0
              ? undefined
              : others.map(({ source: id, title, version }) => (
                  <span key={id} style={{ display: "block" }}>
                    <Go to={`/marketplace/${plugin}?source=${encodeURIComponent(id)}`}>{title}</Go> ({version})
                  </span>
                )),
          Licence: license ?? "not named",
          "Patient data": phiTitles[phi],
          Contacts: hosts.length === 0 ? "no host" : hosts.map((host) => <code key={host}>{host} </code>),
          Parts: many(listing.sbom.components, "part"),
          Size: bytes(listing.bytes),
          Released: day(listing.publishedAt),
          "For Hilum": requiresHilum,
          "Home page":
            address === undefined ? (
              homepage
            ) : (
              <a href={address} rel="noreferrer">
                {address}
              </a>
            ),
          Identifier: <code>{plugin}</code>,
          "SHA-256": <code>{shortHash(listing.digest)}</code>,
        }}
      />
    </Panel>
  );
}
