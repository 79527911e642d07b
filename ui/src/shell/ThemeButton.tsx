// System, light, dark, in turn. The icon shows what is chosen, the title what comes next.
import { Button } from "../components/Button.tsx";
import { Icon, type IconName } from "../components/Icon.tsx";
import { prefer, type Theme, usePreferences } from "./preferences.ts";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const ICONS: Readonly<Record<Theme, IconName>> = { system: "system", light: "sun", dark: "moon" };

export function ThemeButton() {
  const { theme } = usePreferences();
  const next = NEXT[theme];
  return (
    <Button
      kind="icon"
      title={`Theme: ${theme}. Click for ${next}`}
      aria-label={`Theme: ${theme}`}
      onClick={() => prefer({ theme: next })}
    >
      <Icon name={ICONS[theme]} />
    </Button>
  );
}
