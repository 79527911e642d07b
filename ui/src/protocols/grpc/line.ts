// A gRPC method as a line: the package is read second, service and method first.
import type { Line } from "../view.ts";

/** `/shop.carts.v1.Carts/GetCart` is `shop.carts.v1.` and `Carts/GetCart`. */
export function methodLine(summary: string): Line {
  const path = summary.startsWith("/") ? summary.slice(1) : summary;
  const slash = path.indexOf("/");
  const dot = slash < 0 ? -1 : path.lastIndexOf(".", slash);
  return { before: path.slice(0, dot + 1), main: path.slice(dot + 1), after: "" };
}
