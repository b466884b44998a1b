/** Where the page begins. What the first picture needs is asked for before anything is drawn. */
import "@fontsource-variable/source-sans-3/wght.css";
import "./styles/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { authState, bouquets, channelPages, queryClient } from "./api/queries";
import { preloadPlayer } from "./playback/engine";
import { router } from "./router";
import { applyTheme } from "./shell/preferences";

void preloadPlayer();
void queryClient.prefetchQuery(authState);
if (!/\/(?:welcome|sign-in)$/.test(location.pathname)) {
  void queryClient.prefetchInfiniteQuery(channelPages);
  void queryClient.prefetchQuery(bouquets);
}
applyTheme();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
