// The one button. `kind` is its weight: plain text, a line around it, the primary one, or a lone icon.
import type { ButtonHTMLAttributes, Ref } from "react";
import styles from "./Button.module.css";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: "plain" | "line" | "solid" | "icon";
  tall?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ kind = "plain", tall = false, className, type = "button", ...rest }: Props) {
  const names = [styles.btn, styles[kind], tall ? styles.tall : undefined, className];
  return <button type={type} className={names.filter(Boolean).join(" ")} {...rest} />;
}
