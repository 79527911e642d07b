// The list could not be loaded: the server's words, in the list's place, and a way to try again.
import { useEffect } from "react";
import type { ApiFailure } from "../api/client.ts";
import { Button } from "../components/Button.tsx";
import { Empty } from "../components/Empty.tsx";
import { useLink } from "../live/hooks.ts";

export function ListFailure({ failure, onAgain }: { failure: ApiFailure; onAgain: () => void }) {
  const link = useLink();
  // The aggregator is back: what failed while it was away is asked again.
  useEffect(() => {
    if (link.state === "open") onAgain();
  }, [link.state, onAgain]);
  const denied = failure.status === 401 || failure.status === 403;
  return (
    <Empty title={denied ? "Not let in" : "The list could not be loaded"} lead={failure.message}>
      {denied ? (
        <p className="quiet">Open the address that the mizu command printed: it holds the token for this browser.</p>
      ) : (
        <p className="quiet">{failure.error.hint}</p>
      )}
      <p>
        <Button kind="line" onClick={onAgain}>
          Try again
        </Button>
      </p>
    </Empty>
  );
}
