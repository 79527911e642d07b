// The frame around the screens: app bar on top, status bar at the bottom, one screen in between.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { Route, Router, Switch } from "wouter";
import { CoverageScreen } from "../coverage/CoverageScreen.tsx";
import { TrafficScreen } from "../entries/TrafficScreen.tsx";
import { useLiveStatus } from "../live/hooks.ts";
import { AppBar } from "./AppBar.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { HelpDialog } from "./HelpDialog.tsx";
import { NotFound } from "./NotFound.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { useGlobalKeys } from "./useGlobalKeys.ts";

const client = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 1000 } },
});

export function App() {
  return (
    <QueryClientProvider client={client}>
      <Router base="/mizu">
        <Frame />
      </Router>
    </QueryClientProvider>
  );
}

function Frame() {
  useLiveStatus();
  const [help, setHelp] = useState(false);
  useGlobalKeys({ toggleHelp: () => setHelp((open) => !open) });
  return (
    <>
      <AppBar onHelp={() => setHelp(true)} />
      <ConnectionBanner />
      <Switch>
        <Route path="/coverage" component={CoverageScreen} />
        <Route path="/" component={TrafficScreen} />
        <Route component={NotFound} />
      </Switch>
      <StatusBar />
      <HelpDialog open={help} onClose={() => setHelp(false)} />
    </>
  );
}
