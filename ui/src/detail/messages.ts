// The messages of a stream in one shape, whatever they came in. Pure.
import type { EntryDetail, EntrySummary, GrpcMessage, ProtobufField } from "../api/types.ts";
import { protobufLine } from "./tree.ts";

export type StreamMessage = {
  key: string;
  /** From 1, in the order shown. */
  number: number;
  sent: boolean;
  /** Microseconds from the first message; null where it is not known when it came. */
  at: number | null;
  text: string;
  size: number;
  kind: string;
  truncated: boolean;
  fields: ProtobufField[] | null;
  /** The entry that it is, where it is one. */
  entry: string | null;
};

/** Messages of a gRPC call: those sent, then those received. When each came is not in the bodies. */
export function grpcMessages(detail: EntryDetail): StreamMessage[] {
  const sides: [boolean, readonly GrpcMessage[]][] = [
    [true, detail.request?.grpc ?? []],
    [false, detail.response?.grpc ?? []],
  ];
  const all = sides.flatMap(([sent, messages]) => messages.map((message) => ({ sent, message })));
  return all.map(({ sent, message }, index) => ({
    key: String(index),
    number: index + 1,
    sent,
    at: null,
    text: message.fields.length > 0 ? `{${protobufLine(message.fields)}}` : message.compressed ? "compressed" : "{}",
    size: message.len,
    kind: message.compressed ? "compressed" : "protobuf",
    truncated: message.truncated,
    fields: message.fields,
    entry: null,
  }));
}

/** Messages of a WebSocket, from the entries of its connection. */
export function connectionMessages(entries: readonly EntrySummary[]): StreamMessage[] {
  const begin = entries[0] ? Date.parse(entries[0].timestamp) : 0;
  return entries.map((entry, index) => ({
    key: entry.id,
    number: index + 1,
    sent: isSent(entry),
    at: (Date.parse(entry.timestamp) - begin) * 1000,
    text: entry.summary,
    size: entry.request_size + entry.response_size,
    kind: entry.method,
    truncated: false,
    fields: null,
    entry: entry.id,
  }));
}

/** Whether the client sent it. A message is its entry's request, whichever side sent it. */
function isSent(entry: EntrySummary): boolean {
  return entry.message_direction !== "s2c";
}
