import type { BatchDetail, Calls, Enhancement, Generation, Portfolio } from "./calls.js";
import type { EventPayloads } from "./events.js";
export type * from "./calls.js";
export type { EventPayloads } from "./events.js";

export interface ClientOptions {
  /** Where the studio is, e.g. "https://studio.example". Else DESIGNER_BFF_URL, else the page's own origin. */
  url?: string;
  /** An API token, else DESIGNER_BFF_TOKEN. Without one the page's session cookie signs in. Never sent in an address. */
  token?: string | null;
  /** Node 20 has none, so it listens to a stream; `ws` can be given. null: always a stream. */
  WebSocket?: (new (url: string) => unknown) | null;
  fetch?: typeof fetch;
  random?: () => number;
  /** Seconds for an answer to begin: 60. Files may take longer. */
  timeout?: number;
  /** Further tries after trouble that passes: 2. */
  repeats?: number;
  /** Seconds of waiting between tries in all: 60. A Retry-After beyond it is thrown instead. */
  patience?: number;
}

export interface Options {
  signal?: AbortSignal;
  /** Of a POST. Sent anyway and kept over tries; your own makes it hold across runs of your program. */
  idempotencyKey?: string;
  /** The version that you mean to change: `etagOf(answer)`. */
  ifMatch?: string;
}
export interface Changing extends Options { ifMatch: string }
/** `to`: the path to write the file to (Node), whole or not at all. */
export interface Saving extends Options { to: string }
/** A file: a File, a Blob, bytes, or in Node the path of one. */
export type Source = Blob | Uint8Array | ArrayBuffer | string;

/** A list that comes in pages, read as if it were whole. */
export interface Pages<Row> extends AsyncIterable<Row> {
  pages(): AsyncIterableIterator<Row[]>;
  /** The rows as an array, the first `most` of them if that is said. */
  all(most?: number): Promise<Row[]>;
}

/** A fact (type "event", numbered) or a tick; `event` says which `data` it has. Newer studios may tell others too. */
export type EventMessage = {
  [Name in keyof EventPayloads]:
    | { type: "event"; channel: string; seq: number; event: Name; data: EventPayloads[Name]; at: string }
    | { type: "tick"; channel: string; event: Name; data: EventPayloads[Name]; at: string };
}[keyof EventPayloads];
export type Snapshot = { type: "snapshot"; channel: string; seq: number; data: Record<string, unknown> };
/** Where somebody else is, points, or what they think; presence with state null: gone. */
export type Shown = { type: "presence" | "cursor" | "reaction"; channel: string; user: string; name: string; socket: string; state: unknown; at: string };
/** History is gone: a fresh snapshot follows. */
export type Resync = { type: "resync"; channel: string; reason: string };
/** What an iterator brings. */
export type News = Snapshot | EventMessage | Shown | Resync;
/** What a callback is told: news, and the end of them. */
export type Message =
  | News
  /** The right to watch is gone. */
  | { type: "ended"; channel: string; code: string }
  | { type: "error"; channel: string; error: DesignerBFFError };

export type Callback = (message: Message) => void;
export interface Stopping { signal?: AbortSignal }
export interface Showing extends Stopping { show?: (news: News) => void }

/** Each call takes the ids of its path, then its wish if it has one, then options. All throw DesignerBFFError. */
export interface DesignerBFFClient extends Calls {}
export class DesignerBFFClient {
  constructor(options?: ClientOptions);
  /** The address, without a slash at its end. */
  readonly url: string;
  /** "socket"; "stream" where websockets are blocked: there nobody sees your presence, cursor or reactions; or null. */
  readonly connection: "socket" | "stream" | null;
  /** Any call below /api: its JSON. */
  request(verb: string, path: string, wish?: Options & { query?: Record<string, unknown>; json?: unknown; form?: FormData }): Promise<unknown>;

  /** Each event once and in order, across lost connections. Returns the function that stops it. */
  watch(channel: string, callback: Callback, options?: Stopping): () => void;
  /** The same as an async iterator, which throws what a callback would be told as "error" or "ended". */
  watch(channel: string, options?: Stopping): AsyncGenerator<News, void>;
  /** The callback is called until you stop it; the iterator ends with the generation. */
  watchGeneration(id: string, callback: Callback, options?: Stopping): () => void;
  watchGeneration(id: string, options?: Stopping): AsyncGenerator<News, void>;
  watchEnhancement(id: string, callback: Callback, options?: Stopping): () => void;
  watchEnhancement(id: string, options?: Stopping): AsyncGenerator<News, void>;
  watchBatch(id: string, callback: Callback, options?: Stopping): () => void;
  watchBatch(id: string, options?: Stopping): AsyncGenerator<News, void>;
  watchPortfolio(id: string, callback: Callback, options?: Stopping): () => void;
  watchPortfolio(id: string, options?: Stopping): AsyncGenerator<News, void>;
  /** News for yourself, whose id `me()` tells. Never ends by itself. */
  watchUser(id: string, callback: Callback, options?: Stopping): () => void;
  watchUser(id: string, options?: Stopping): AsyncGenerator<News, void>;

  /** The generation once it has ended, whichever way; `show` is called with all news until then. */
  finishedGeneration(id: string, options?: Showing): Promise<Generation>;
  finishedEnhancement(id: string, options?: Showing): Promise<Enhancement>;
  finishedBatch(id: string, options?: Showing): Promise<BatchDetail>;
  finishedPortfolio(id: string, options?: Showing): Promise<Portfolio>;

  /** Where this person is, for the others on a watched channel, until null is said or the page is gone. */
  presence(channel: string, state: unknown): void;
  /** Where this person points right now. */
  cursor(channel: string, state: unknown): void;
  /** Seen once by those who are there. */
  react(channel: string, state: unknown): void;
  /** Stops all watching. */
  close(): void;
}

/** The version of an answer, for `ifMatch`. Throws for what came without one. */
export function etagOf(answer: unknown): string;

export class DesignerBFFError extends Error {
  code: string;
  /** HTTP status, or the socket's closing code, or 0. */
  status: number;
  field: string | null;
  /** What to do about it. */
  remedy: string;
  errors: { field: string; code: string; message: string }[];
  /** Seconds. */
  retryAfter: number | null;
}
/** Nobody answered, or not in time. */
export class NetworkError extends DesignerBFFError {}
/** The studio answered, by HTTP or on the socket, and the answer was no. */
export class ApiError extends DesignerBFFError {}
export class AuthenticationError extends ApiError {}
export class ForbiddenError extends ApiError {}
export class NotFoundError extends ApiError {}
export class ConflictError extends ApiError {}
export class InvalidRequestError extends ApiError {}
export class RateLimitError extends ApiError {}
export class ServerError extends ApiError {}
