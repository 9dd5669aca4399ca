import "./look/look.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isApiProblem } from "./api/api-problem.ts";
import { cssVariablesResolver, theme } from "./look/theme.ts";
import { allowStyleText } from "./look/trusted-style.ts";
import { createConsoleRouter } from "./routes.ts";
import { applyLook, rememberedLook } from "./session/preferences.ts";

const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
setNonce(nonce);
allowStyleText();
const look = rememberedLook();
if (look !== undefined) applyLook(look);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      refetchOnWindowFocus: false,
      // Always tried: whether the server answers is seen by asking it, not from the machine's own idea of a network.
      networkMode: "always",
      // A refusal stays one; only what says it may pass is asked again.
      retry: (failures, error) =>
        failures < 2 &&
        isApiProblem(error) &&
        (error.status === 0 || error.status === 503) &&
        error.code !== "key.sealed",
    },
    mutations: { networkMode: "always" },
  },
});
const router = createConsoleRouter(client);

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      getStyleNonce={() => nonce}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
