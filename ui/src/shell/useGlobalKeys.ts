// The keys that work on every screen.
import { useLocation } from "wouter";
import { list } from "../live/instance.ts";
import { useActions } from "./keyboard.ts";

export function useGlobalKeys({ toggleHelp }: { toggleHelp: () => void }): void {
  const [, navigate] = useLocation();
  useActions({
    help: toggleHelp,
    pause: () => list.pause(!list.snapshot().paused),
    traffic: () => navigate("/"),
    coverage: () => navigate("/coverage"),
  });
}
