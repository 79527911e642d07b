// The page's drawings: 16 by 16, stroked in the colour of the text beside them.
import styles from "./Icon.module.css";

const PATHS = {
  pause: "M5.75 3.75v8.5M10.25 3.75v8.5",
  play: "M5.25 3.5 12 8l-6.75 4.5z",
  filter: "M2.75 4h10.5M4.75 8h6.5M6.75 12h2.5",
  search: "M11.25 7a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0zM10.25 10.25 13.5 13.5",
  sun: "M10.6 8a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 0 1 5.2 0zM8 1.9v1.3M8 12.8v1.3M1.9 8h1.3M12.8 8h1.3M3.7 3.7l.9.9M11.4 11.4l.9.9M12.3 3.7l-.9.9M4.6 11.4l-.9.9",
  moon: "M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z",
  system: "M2.75 3.5h10.5v7.25H2.75zM6 13.25h4M8 10.75v2.5",
  help: "M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0zM6.3 6.4a1.75 1.75 0 1 1 2.6 1.5c-.6.35-.9.7-.9 1.35|M8 11.3v.05",
  copy: "M7.25 5.75h4.25a1.5 1.5 0 0 1 1.5 1.5v4.25a1.5 1.5 0 0 1-1.5 1.5H7.25a1.5 1.5 0 0 1-1.5-1.5V7.25a1.5 1.5 0 0 1 1.5-1.5zM3 10.25V4.5A1.5 1.5 0 0 1 4.5 3h5.75",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  close: "m4 4 8 8M12 4l-8 8",
  check: "m3.5 8.5 3 3 6-7",
  right: "m6 4 4 4-4 4",
  down: "m4 6 4 4 4-4",
  "arrow-right": "M2.5 8h10.5M9.75 4.75 13 8l-3.25 3.25",
  "arrow-left": "M13.5 8H3M6.25 4.75 3 8l3.25 3.25",
  "arrow-down": "M8 3v9.5M4.75 9.25 8 12.5l3.25-3.25",
  "arrow-up": "M8 13V3.5M4.75 6.75 8 3.5l3.25 3.25",
  redacted: "M2 8s2.2-3.75 6-3.75S14 8 14 8s-2.2 3.75-6 3.75S2 8 2 8zM3.5 13 12.5 3",
  decrypted:
    "M4.75 7.25h6.5a1.25 1.25 0 0 1 1.25 1.25v3.5a1.25 1.25 0 0 1-1.25 1.25h-6.5A1.25 1.25 0 0 1 3.5 12V8.5a1.25 1.25 0 0 1 1.25-1.25zM5.5 7.25V5a2.5 2.5 0 0 1 4.85-.85",
  truncated: "M2.75 4.25h10.5M2.75 8h10.5M2.75 11.75H6|M9 11.75h.05M11.25 11.75h.05M13.5 11.75h.05",
  mesh: "M8 2.25 12.9 5.1v5.8L8 13.75 3.1 10.9V5.1zM9.5 8a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z",
  gap: "M2.75 8h3M10.25 8h3M7 4.75 6.25 11.25M9.75 4.75 9 11.25",
  clock: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0zM8 5v3.2l2 1.3",
  link: "M6.75 9.25 9.25 6.75M7.5 4.75l1.6-1.6a2.65 2.65 0 0 1 3.75 3.75l-1.6 1.6M8.5 11.25l-1.6 1.6a2.65 2.65 0 0 1-3.75-3.75l1.6-1.6",
  download: "M8 2.75v7.5M4.9 7.4 8 10.5l3.1-3.1M3 13.25h10",
  warning: "M8 2.75 14 13H2zM8 6.75v3M8 11.4v.05",
  star: "m8 2.5 1.7 3.5 3.8.55-2.75 2.7.65 3.8L8 11.25l-3.4 1.8.65-3.8L2.5 6.55 6.3 6z",
  more: "|M3.5 8h.05M8 8h.05M12.5 8h.05",
};

// What stands after a bar is dots, and drawn thicker.
export type IconName = keyof typeof PATHS;

type Props = {
  name: IconName;
  /** 16 (the default), or 14 in a button beside text, or 12 inside a line. */
  size?: 16 | 14 | 13 | 12 | 11;
  /** What it means, where it stands alone. Without it the drawing is decoration. */
  label?: string;
  className?: string | undefined;
};

export function Icon({ name, size = 16, label, className }: Props) {
  const [lines, dots] = PATHS[name].split("|");
  return (
    <svg
      className={className ? `${styles.icon} ${className}` : styles.icon}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {label ? <title>{label}</title> : null}
      {lines ? <path d={lines} /> : null}
      {dots ? <path d={dots} strokeWidth={2} /> : null}
    </svg>
  );
}
