// A captured HTTP request as text that makes it again: `curl` for a shell, `fetch` for a console.
//
// Redacted values come as they are shown, so that the text says where a secret has to be put in. Headers that the
// client writes by itself are left out: with them a copied request would contradict itself.
import type { EntryDetail, MessageDetail, NameValue } from "../../api/types.ts";

const OWN = new Set(["host", "content-length", "connection", "transfer-encoding", "accept-encoding", "te"]);

/** `'…'` for a POSIX shell; plain where nothing needs quoting. */
export function shellQuote(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The address that the client asked: absolute targets as they are, else the host that the request names. */
export function urlOf(detail: EntryDetail): string {
  const target = fieldText(detail.request?.details, "target") || detail.summary.summary || "/";
  if (/^https?:\/\//.test(target)) return target;
  const { dst } = detail.summary;
  const ip = dst.ip.includes(":") ? `[${dst.ip}]` : dst.ip;
  const host =
    fieldText(detail.request?.headers, "host") ||
    fieldText(detail.request?.details, "authority") ||
    fieldText(detail.request?.details, "host") ||
    `${ip}:${dst.port}`;
  const scheme = fieldText(detail.request?.details, "scheme") || "http";
  return `${scheme}://${host}${target.startsWith("/") ? target : `/${target}`}`;
}

export function curl(detail: EntryDetail): string {
  const { request } = detail;
  const method = detail.summary.graphql ? methodOf(request, "POST") : methodOf(request, detail.summary.method || "GET");
  const parts = [`curl ${shellQuote(urlOf(detail))}`];
  const body = request ? textBody(request) : "";
  if (method === "HEAD") parts.push("--head");
  else if (method !== (body ? "POST" : "GET")) parts.push(`-X ${shellQuote(method)}`);
  for (const { name, value } of sent(request)) parts.push(`-H ${shellQuote(value ? `${name}: ${value}` : `${name};`)}`);
  if (sentEncoded(request)) parts.push("--compressed");
  if (body) parts.push(`--data-raw ${shellQuote(body)}`);
  else if (request && request.body.len > 0) parts.push("--data-binary @body.bin");
  return parts.join(" \\\n  ");
}

export function fetchCall(detail: EntryDetail): string {
  const { request } = detail;
  const options: Record<string, unknown> = {
    method: detail.summary.graphql ? methodOf(request, "POST") : methodOf(request, detail.summary.method || "GET"),
    headers: sent(request).map(({ name, value }) => [name, value]),
  };
  const body = request ? textBody(request) : "";
  if (body) options.body = body;
  return `await fetch(${JSON.stringify(urlOf(detail))}, ${JSON.stringify(options, null, 2)});`;
}

function methodOf(request: MessageDetail | null, otherwise: string): string {
  return fieldText(request?.details, "method") || otherwise;
}

function sent(request: MessageDetail | null): NameValue[] {
  return (request?.headers ?? []).filter(({ name }) => !OWN.has(name.toLowerCase()) && !name.startsWith(":"));
}

function sentEncoded(request: MessageDetail | null): boolean {
  return /gzip|br|deflate|zstd/.test(fieldText(request?.headers, "accept-encoding"));
}

function textBody(request: MessageDetail): string {
  return request.body.format === "utf8" && !request.body.encoded ? request.body.data : "";
}

function fieldText(fields: NameValue[] | undefined, name: string): string {
  return fields?.find((field) => field.name.toLowerCase() === name)?.value ?? "";
}
