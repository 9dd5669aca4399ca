import type { OwnPage, PluginDetail } from "@hilum/contract/api";
import { lazy, Suspense, type ReactNode } from "react";
import { Problem } from "../../look/problem.tsx";
import { Go, GoButton } from "../../shell/go.tsx";

const PluginFrame = lazy(() =>
  import("../../frame/plugin-frame.tsx").then((module) => ({ default: module.PluginFrame })),
);

interface OwnOrGeneratedProps {
  detail: PluginDetail;
  instance: string;
  name: "settings" | "health";
  /** What the address asks for; the plugin's own page where it says nothing. */
  view: "generated" | undefined;
  field?: string | undefined;
  /** The page that the console makes from the manifest. */
  children: ReactNode;
}

/** The plugin's own page where it has one; the generated page is always one click away. */
export function OwnOrGenerated({ detail, instance, name, view, field, children }: OwnOrGeneratedProps) {
  const page = detail.pages.find((candidate) => candidate.name === name);
  if (page === undefined) return children;
  const generated = view === "generated" || !isServed(page);
  const base = `/plugins/${detail.id}/${name}`;
  const query = new URLSearchParams({
    ...(instance !== "default" && { instance }),
    ...(!generated && { view: "generated" }),
  }).toString();
  return (
    <div className="stack lg">
      {page.problem !== undefined && <PageProblem page={page} detail={detail} instance={instance} />}
      {isServed(page) && (
        <div className="frame-switch">
          <span className="dim">
            {generated ? "Made by Hilum from the manifest." : `${detail.name} brings a page of its own.`}
          </span>
          <GoButton size="compact-sm" variant="subtle" to={`${base}${query === "" ? "" : `?${query}`}`}>
            {generated ? `Show the page of ${detail.name}` : "Show the generated page"}
          </GoButton>
        </div>
      )}
      {generated || !isServed(page) ? (
        children
      ) : (
        <Suspense>
          <PluginFrame page={page} detail={detail} instance={instance} field={field} />
        </Suspense>
      )}
    </div>
  );
}

/** One of the plugin's further pages. */
export function FurtherPage({ page, detail, instance }: { page: OwnPage; detail: PluginDetail; instance: string }) {
  if (!isServed(page)) return <PageProblem page={page} detail={detail} instance={instance} />;
  return (
    <Suspense>
      <PluginFrame page={page} detail={detail} instance={instance} />
    </Suspense>
  );
}

const isServed = (page: OwnPage): page is OwnPage & { src: string } => page.src !== undefined;

function PageProblem({ page, detail, instance }: { page: OwnPage; detail: PluginDetail; instance: string }) {
  const { problem } = page;
  if (problem === undefined) return null;
  return (
    <Problem
      tone="warn"
      title={`The page “${page.title}” of ${detail.name} is not shown`}
      why={`${problem.title}. ${problem.why}`}
      todo={problem.fix}
      code={problem.code}
      actions={
        <Go to={`/plugins/${detail.id}${instance === "default" ? "" : `?instance=${instance}`}`}>
          Open the plugin’s overview
        </Go>
      }
    />
  );
}
