import { Button } from "@mantine/core";
import { Outlet, type ErrorComponentProps } from "@tanstack/react-router";
import { isApiProblem } from "../api/api-problem.ts";
import { Mark } from "../look/mark.tsx";
import { Empty } from "../look/pictures.tsx";
import { ApiProblemPanel, Problem } from "../look/problem.tsx";
import { StepUpDialog } from "../session/step-up-dialog.tsx";
import { GoButton } from "./go.tsx";
import { NoticeRegion } from "./notice-region.tsx";

export function Root() {
  return (
    <>
      <Outlet />
      <StepUpDialog />
      <NoticeRegion />
    </>
  );
}

/** A fault of the console itself, or of the very first read. */
export function RouteFault({ error, reset }: ErrorComponentProps) {
  const again = (
    <Button
      onClick={() => {
        reset();
        location.reload();
      }}
    >
      Try again
    </Button>
  );
  return (
    <div className="door">
      <main>
        <div className="brand">
          <Mark size={30} />
          Hilum
        </div>
        <div className="card wide">
          <h1 className="vh">Something is in the way</h1>
          {isApiProblem(error) ? (
            <ApiProblemPanel problem={error} level={2} actions={again} />
          ) : (
            <Problem
              title="This page could not be shown"
              why={error instanceof Error ? error.message : "The console met a fault of its own."}
              todo="Try again. If it stays, report what stands above with the address of the page."
              actions={again}
            />
          )}
        </div>
      </main>
    </div>
  );
}

export function NothingHere() {
  return (
    <>
      <h1 className="vh">Nothing here</h1>
      <Empty
        title="There is nothing at this address"
        action={
          <GoButton to="/" variant="filled">
            Go to the dashboard
          </GoButton>
        }
      >
        The page may have moved, or the address was cut.
      </Empty>
    </>
  );
}
