// Copies a text. The icon becomes a tick for a moment; nothing else says so, because nothing else is needed.

import { Icon } from "./Icon.tsx";
import { useCopy } from "./useCopy.ts";

type Props = { text: string; label: string; className?: string | undefined; size?: 16 | 14 | 13 | 12 };

export function CopyButton({ text, label, className, size = 12 }: Props) {
  const { copied, copy } = useCopy();
  return (
    <button type="button" className={className} title={label} aria-label={label} onClick={() => copy(text)}>
      <Icon name={copied ? "check" : "copy"} size={size} />
    </button>
  );
}
