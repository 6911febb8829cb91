import type { EventPayloads } from "./events";
export type { EventPayloads } from "./events";

export interface ClientOptions {
  /** Where the studio is, e.g. "https://studio.example". In a page of the studio: its own origin. */
  url?: string;
  /** An API token. Without one, the page's session cookie signs in. Sent in a header or first message, never in a URL. */
  token?: string | null;
  /** A WebSocket implementation, needed on Node 20 (Node 22 and browsers have one). */
  WebSocket?: new (url: string) => unknown;
  fetch?: typeof fetch;
  random?: () => number;
}

export interface Progress { stage: string; percent: number; message?: string }

/** A fact (type "event", numbered) or a tick; `event` says which `data` it has. Newer studios may tell others too. */
export type EventMessage = {
  [Name in keyof EventPayloads]:
    | { type: "event"; channel: string; seq: number; event: Name; data: EventPayloads[Name]; at: string }
    | { type: "tick"; channel: string; event: Name; data: EventPayloads[Name]; at: string };
}[keyof EventPayloads];

export type Message =
  | { type: "snapshot"; channel: string; seq: number; data: Record<string, unknown> }
  | EventMessage
  | { type: "presence" | "cursor" | "reaction"; channel: string; user: string; name: string; socket: string; state: unknown; at: string }
  | { type: "resync"; channel: string; reason: string }
  | { type: "ended"; channel: string; code: string }
  | { type: "error"; channel: string; error: DesignerBFFError };

export interface GenerationWish {
  brief: string;
  references?: string[];
  team?: string;
  persona?: string;
  /** Left out: as many as the brief says ("5 midi dresses"), else 1. */
  n?: number | null;
  best_of?: number | null;
  aspect_ratio?: string;
  strategy?: string;
  weights?: Record<string, number>;
  min_quality?: number | null;
  quality?: string;
  fallback?: boolean;
  provider?: string | null;
  model?: string | null;
  seed?: number | null;
  max_cost?: string | null;
  exact?: boolean;
  auto_enhance?: { operations: Record<string, unknown>[] } | null;
  corrections?: Record<string, unknown>;
  source?: string | null;
  mode?: string;
  part_edits?: Record<string, string>;
  added_words?: string;
  /** The brief counts garments, and each image shows one of them. Left out: whether it does. */
  one_each?: boolean | null;
  /** What the brief says of these is no order, and only part of the prompt. */
  just_words?: ("count" | "model")[];
}
/** What the words of a brief order, as generations and previews answer it in `told`. */
export interface Told { name: "count" | "model"; phrase: string; value: number | string; used: boolean; note: string }

export type Operation = { name: string; [parameter: string]: unknown };
/** The operations, or the id of a preset. */
export type Recipe = { operations: Operation[] } | { preset: string };
export interface RefusedImage { asset: string; code: string; field: string | null; message: string; remedy: string; enhancement?: string }
export interface EnhancementEstimate {
  assets: { asset: string; width: number; height: number; seconds: number; cost: string; steps: Record<string, unknown>[]; operations: Operation[] }[];
  refused: RefusedImage[];
  /** Of work, without waiting. */
  seconds: number;
  /** USD. */
  cost: string;
  basis: { kind: "measured" | "partly measured" | "estimated"; runs: number };
  queue: { waiting: number; seconds: number; workers: number };
}
export interface Figures {
  psnr: number | null; ssim: number | null; delta_e_mean: number | null; delta_e_p99: number | null; faithful: boolean | null;
  sharpness_before: number | null; sharpness_after: number | null; width: number | null; height: number | null; reason: string;
}

export type FeedbackKind = "like" | "dislike" | "pick" | "rating" | "comment";
export interface Once { idempotencyKey?: string }

export class DesignerBFFClient {
  constructor(options?: ClientOptions);
  createGeneration(wish: GenerationWish, once?: Once): Promise<Record<string, unknown>>;
  getGeneration(id: string): Promise<Record<string, unknown>>;
  uploadAsset(file: Blob, options?: Once & { name?: string }): Promise<Record<string, unknown>>;
  importPortfolio(files: Iterable<Blob | { file: Blob; path: string }>, options?: Once & { title?: string; team?: string }): Promise<Record<string, unknown>>;
  getPortfolio(id: string): Promise<Record<string, unknown>>;
  personasFromPortfolio(id: string, clusters: { cluster: number; name?: string }[], once?: Once): Promise<Record<string, unknown>[]>;
  enhance(generationId: string, wish?: Record<string, unknown>, once?: Once): Promise<Record<string, unknown>>;
  getEnhancement(id: string): Promise<Record<string, unknown>>;
  /** What a recipe comes to per image and step, and what is refused. Spends nothing. */
  estimateEnhancement(assets: string[], recipe: Recipe): Promise<EnhancementEstimate>;
  enhanceBatch(assets: string[], recipe: Recipe, once?: Once): Promise<{ results: Record<string, unknown>[]; refused: RefusedImage[] }>;
  cancelEnhancement(id: string): Promise<Record<string, unknown>>;
  /** One page, the newest first. */
  listEnhancements(filter?: { status?: string; asset?: string; team?: string; search?: string; cursor?: string }): Promise<{ results: Record<string, unknown>[]; next: string | null; previous: string | null }>;
  /** One or two recipes on a small part of an image, free: watch `preview:<id>`. */
  previewRecipes(asset: string, recipes: Recipe[], options?: Once & { spot?: { x: number; y: number } }): Promise<Record<string, unknown>>;
  getPreview(id: string): Promise<Record<string, unknown>>;
  listOperations(): Promise<Record<string, unknown>[]>;
  listEnhancementModels(): Promise<Record<string, unknown>[]>;
  listPresets(): Promise<Record<string, unknown>>;
  createPreset(preset: { name: string; operations: Operation[]; description?: string; team?: string }, once?: Once): Promise<Record<string, unknown>>;
  compareVersions(asset: string, before: string): Promise<{ before: string; after: string; figures: Figures }>;
  listVersions(asset: string): Promise<Record<string, unknown>[]>;
  /** Answers with the original, whose `chosen` is the version in use. */
  useVersion(asset: string): Promise<Record<string, unknown>>;
  feedback(generationId: string, kind: FeedbackKind, about?: { asset?: string; rating?: number; text?: string }): Promise<Record<string, unknown>>;
  /** The same of several images of one team, of all or none. */
  feedbackOn(assets: string[], kind: FeedbackKind, about?: Once & { rating?: number; text?: string }): Promise<{ act: { id: string }; feedback: Record<string, unknown>[] }>;
  /** Your last feedback, or the act named. */
  undoFeedback(act?: string, once?: Once): Promise<Record<string, unknown>>;
  request(method: string, path: string, wish?: Once & { json?: unknown; form?: FormData }): Promise<unknown>;
  /** Each returns the function that stops watching. */
  watch(channel: string, callback: (message: Message) => void): () => void;
  watchGeneration(id: string, callback: (message: Message) => void): () => void;
  watchEnhancement(id: string, callback: (message: Message) => void): () => void;
  /** Where this person is, for the others on a watched channel, until null is said or the page is gone. */
  presence(channel: string, state: unknown): void;
  cursor(channel: string, state: unknown): void;
  /** Seen once by those who are there. */
  react(channel: string, state: unknown): void;
  close(): void;
}

export class DesignerBFFError extends Error {
  code: string;
  /** HTTP status, or the socket's closing code, or 0. */
  status: number;
  field: string | null;
  remedy: string;
  errors: { field: string; code: string; message: string }[];
  /** Seconds. */
  retryAfter: number | null;
}
export class AuthenticationError extends DesignerBFFError {}
export class ForbiddenError extends DesignerBFFError {}
export class NotFoundError extends DesignerBFFError {}
export class ConflictError extends DesignerBFFError {}
export class InvalidRequestError extends DesignerBFFError {}
export class RateLimitError extends DesignerBFFError {}
export class ServerError extends DesignerBFFError {}
export class NetworkError extends DesignerBFFError {}
