// What else can be done with the view: copy its link, choose the height of rows and the time zone.
import { copyText } from "../components/clipboard.ts";
import { Icon } from "../components/Icon.tsx";
import { Menu } from "../components/Menu.tsx";
import { prefer, usePreferences } from "../shell/preferences.ts";

export function ViewMenu() {
  const { density, zone } = usePreferences();
  return (
    <Menu
      label="More: link, rows, times"
      kind="icon"
      tall
      caret={false}
      face={<Icon name="more" />}
      items={[
        { label: "Copy the link to this view", act: () => void copyText(window.location.href) },
        {
          label: density === "dense" ? "Comfortable rows" : "Dense rows",
          hint: density === "dense" ? "32 px" : "24 px",
          act: () => prefer({ density: density === "dense" ? "comfortable" : "dense" }),
        },
        {
          label: zone === "local" ? "Times in UTC" : "Times as on this machine",
          act: () => prefer({ zone: zone === "local" ? "utc" : "local" }),
        },
      ]}
    />
  );
}
