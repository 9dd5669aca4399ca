import { Drawer } from "@mantine/core";
import { Outlet } from "@tanstack/react-router";
import {
  IconBuildingHospital,
  IconChevronRight,
  IconFlask,
  IconHelpCircle,
  IconMenu2,
  IconPlugConnectedX,
  IconSearch,
} from "@tabler/icons-react";
import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import { useQuery } from "@tanstack/react-query";
import { connection } from "../api/connection.ts";
import { reading, useRead } from "../api/use-api.ts";
import { Mark } from "../look/mark.tsx";
import { useAccount, useMay } from "../session/account.ts";
import { timeZone } from "../text/format.ts";
import { Go, useGo } from "./go.tsx";
import { countProblems, NavItems } from "./nav.tsx";
import { pageStore } from "./page-store.ts";
import { useShortcuts } from "./shortcuts.ts";
import { UserMenu } from "./user-menu.tsx";

const importPalette = () => import("./palette-entry.tsx");
const Palette = lazy(() => importPalette().then((module) => ({ default: module.PaletteEntry })));
const HelpSheet = lazy(() => import("./help-sheet.tsx").then((module) => ({ default: module.HelpSheet })));
const GlassBand = lazy(() =>
  import("../screens/records/glass/glass-band.tsx").then((module) => ({ default: module.GlassBand })),
);
const dashboardEveryMs = 20_000;

/** Everything around the page: band, navigation, breadcrumb, palette, help and the person's menu. */
export function Shell() {
  const account = useAccount();
  const go = useGo();
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(0);
  const dashboard = useRead("getDashboard", {}, { everyMs: dashboardEveryMs });
  const { allowed: mayBreakGlass } = useMay("openGlass");
  const openPalette = (): void => setPalette((n) => n + 1);
  const counts = countProblems(dashboard.data);
  useShortcuts({ singleKeys: account.preferences.shortcuts, palette: openPalette, help: () => setHelp(true), go });

  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to content
      </a>
      <EnvironmentBand />
      <OutageBand />
      <div className="shell">
        <nav className="nav" aria-label="Main">
          <Go className="brand" to="/">
            <Mark size={27} />
            Hilum
          </Go>
          <NavItems counts={counts} />
        </nav>
        <div style={{ minWidth: 0 }}>
          <Topbar onMenu={() => setMenu(true)} onPalette={openPalette} onHelp={() => setHelp(true)} />
          {mayBreakGlass && (
            <Suspense>
              <GlassBand />
            </Suspense>
          )}
          <main className="main" id="main" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      <Drawer opened={menu} onClose={() => setMenu(false)} title="Menu" size={280}>
        <nav className="nav sheet" aria-label="Main">
          <NavItems counts={counts} onFollow={() => setMenu(false)} />
        </nav>
      </Drawer>
      <Suspense>
        {palette > 0 && <Palette opened={palette} go={go} />}
        {help && <HelpSheet onClose={() => setHelp(false)} />}
      </Suspense>
    </>
  );
}

function Topbar({ onMenu, onPalette, onHelp }: { onMenu(): void; onPalette(): void; onHelp(): void }) {
  return (
    <header className="topbar">
      <span className="mobilebar">
        <button type="button" className="iconbtn" aria-label="Open menu" onClick={onMenu}>
          <IconMenu2 size={22} aria-hidden />
        </button>
        <Go className="brand" to="/" aria-label="Hilum, dashboard">
          <Mark size={23} />
        </Go>
      </span>
      <Breadcrumb />
      <button type="button" className="seek" onClick={onPalette} onPointerEnter={() => void importPalette()}>
        <IconSearch size={16} aria-hidden />
        <span>
          Search<span className="lbl2"> or run an action</span>
        </span>
        <kbd aria-hidden>Ctrl K</kbd>
      </button>
      <button type="button" className="iconbtn" aria-label="Keyboard and help" onClick={onHelp}>
        <IconHelpCircle size={20} aria-hidden />
      </button>
      <UserMenu />
    </header>
  );
}

function EnvironmentBand() {
  const { data } = useQuery({ ...reading("getBootstrap"), staleTime: Infinity });
  const isTest = data?.environment === "test";
  return (
    <div className="band" data-env={data?.environment ?? "production"} role="region" aria-label="Environment">
      <span className="env">
        {isTest ? <IconFlask size={15} aria-hidden /> : <IconBuildingHospital size={15} aria-hidden />}
        {isTest ? "Test: not for real patients" : "Production"}
      </span>
      <span>{data?.organisation ?? ""}</span>
      <span className="rest">Times in {timeZone()}</span>
    </div>
  );
}

function OutageBand() {
  const isLost = useSyncExternalStore(connection.subscribe, connection.isLost);
  return (
    <div role="status">
      {isLost && (
        <div className="outage">
          <IconPlugConnectedX size={17} aria-hidden />
          Connection lost. Retrying every 5 s. Nothing you typed is lost.
        </div>
      )}
    </div>
  );
}

function Breadcrumb() {
  const { crumbs } = useSyncExternalStore(pageStore.subscribe, pageStore.read);
  if (crumbs.length < 2) return null;
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      <ol>
        {crumbs.map(({ text, to }, at) => (
          <li key={`${at} ${text}`}>
            {at > 0 && <IconChevronRight size={14} aria-hidden />}
            {to === undefined ? <span aria-current="page">{text}</span> : <Go to={to}>{text}</Go>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
