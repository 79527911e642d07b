// Filters that the reader keeps.
import { Icon } from "../components/Icon.tsx";
import { Menu, type MenuItem } from "../components/Menu.tsx";
import { toggleSaved, useSaved } from "./keptFilters.ts";

type Props = { filter: string; onApply: (filter: string) => void };

export function SavedMenu({ filter, onApply }: Props) {
  const saved = useSaved();
  const isSaved = saved.includes(filter);
  const items: MenuItem[] = [
    {
      label: isSaved ? "Forget this filter" : "Save this filter",
      disabled: !filter,
      act: () => toggleSaved(filter),
    },
    ...saved.map((one) => ({ label: one, act: () => onApply(one) })),
  ];
  return (
    <Menu
      label="Saved filters"
      className="wide"
      tall
      caret={false}
      items={items}
      face={
        <>
          <Icon name="star" size={14} />
          Saved
        </>
      }
    />
  );
}
