// The live stream: one WebSocket, one subscription, resumed from its last cursor after every break.
//
// In: a filter and a cursor. Out: rows, each once and in order, to a sink. It knows nothing of lists or of React.
import type { ApiError, EntrySummary, LiveMessage, LiveRequest, Status } from "../api/types.ts";

export type Sink = {
  entries(rows: EntrySummary[]): void;
  dropped(count: number): void;
  status(status: Status): void;
  refused(error: ApiError): void;
};

/** `lost` says since when, and when the next try is; both in milliseconds since the epoch. */
export type Link = { state: "connecting" } | { state: "open" } | { state: "lost"; since: number; retryAt: number };

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
/** The aggregator sends a sign of life every 15 s; two missed ones mean that nobody is there. */
const SILENCE = 35_000;

/** Milliseconds to wait before try number `attempt`, counted from 0. */
export function backoff(attempt: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
}

export class LiveConnection {
  private readonly url: string;
  private readonly sink: Sink;
  private socket: WebSocket | undefined;
  private subscription: { id: number; query: string; cursor: string } | undefined;
  private lastId = 0;
  private attempt = 0;
  private lostSince: number | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private link: Link = { state: "connecting" };
  private listeners = new Set<() => void>();

  constructor(url: string, sink: Sink) {
    this.url = url;
    this.sink = sink;
  }

  readonly current = (): Link => this.link;

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  subscribe(query: string, cursor: string): void {
    this.lastId += 1;
    this.subscription = { id: this.lastId, query, cursor };
    this.send({ op: "subscribe", id: this.lastId, query, from: cursor });
  }

  unsubscribe(): void {
    if (this.subscription) this.send({ op: "unsubscribe", id: this.subscription.id });
    this.subscription = undefined;
  }

  connect(): void {
    clearTimeout(this.retry);
    if (this.socket) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => {
      if (typeof event.data === "string") this.received(event.data);
    });
    socket.addEventListener("close", () => this.closed(socket));
  }

  private opened(): void {
    this.attempt = 0;
    this.lostSince = undefined;
    this.show({ state: "open" });
    this.heard();
    const subscription = this.subscription;
    if (subscription) {
      const { id, query, cursor } = subscription;
      this.send({ op: "subscribe", id, query, from: cursor });
    }
  }

  private received(text: string): void {
    this.heard();
    const message: LiveMessage = JSON.parse(text);
    if (message.type === "heartbeat") {
      this.sink.status(message.status);
      return;
    }
    const subscription = this.subscription;
    if (!subscription || message.id !== subscription.id) return;
    switch (message.type) {
      case "subscribed":
        subscription.cursor = message.cursor;
        return;
      case "entries":
        subscription.cursor = message.cursor;
        this.sink.entries(message.entries);
        return;
      case "dropped":
        subscription.cursor = message.cursor;
        this.sink.dropped(message.count);
        return;
      case "refused":
        this.subscription = undefined;
        this.sink.refused(message.error);
        return;
    }
  }

  private closed(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = undefined;
    clearTimeout(this.silence);
    this.lostSince ??= Date.now();
    const wait = backoff(this.attempt);
    this.attempt += 1;
    this.show({ state: "lost", since: this.lostSince, retryAt: Date.now() + wait });
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private heard(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.silence = setTimeout(() => {
      if (!socket) return;
      socket.close();
      // A dead network never answers the closing handshake.
      this.closed(socket);
    }, SILENCE);
  }

  private send(request: LiveRequest): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(request));
  }

  private show(link: Link): void {
    this.link = link;
    for (const listener of this.listeners) listener();
  }
}
