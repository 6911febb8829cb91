// Written by `manage.py write_contracts`. Change designer/realtime/payloads.py, not this.

/** Each event's name, and what its `data` holds. */
export interface EventPayloads {
  /** `assets`: the images that are there already. */
  "generation:stage": { stage: string; percent: number; status?: string; message?: string; assets?: string[] };
  /** `assets`: the images that are there already. */
  "generation:progress": { stage: string; percent: number; status?: string; message?: string; assets?: string[] };
  /** Another model stepped in; `note` tells the difference for people. Prices are per image. `from_image`: the first, of 1 to n, that it is to make. */
  "generation:fallback": { provider: string; model: string; from: string; instead_of: string; title: string; title_before: string; code: string; reason: string; note: string; unit_price: string; unit_price_before: string; from_image?: number };
  /** Somebody corrected what was understood: the names of the `attributes`, and `by` whom, for people. */
  "generation:corrected": { attributes: string[]; by: string };
  /** It ended with pictures: `assets` are their ids. */
  "generation:complete": { status: string; percent: number; assets: string[]; cost: string; simulated: boolean };
  /** It failed or was cancelled; of a failure the words of the refusal, for people. */
  "generation:failed": { status: string; code?: string; message?: string; remedy?: string };
  /** It failed or was cancelled; of a failure the words of the refusal, for people. */
  "generation:cancelled": { status: string; code?: string; message?: string; remedy?: string };
  /** `done`: finished steps of the recipe. On the channel of an asset `enhancement` says which. */
  "enhancement:progress": { stage: string; percent: number; status?: string; message?: string; done?: number; enhancement?: string };
  /** On the channel of an asset `enhancement` says which. */
  "enhancement:complete": { status: string; percent: number; assets: string[]; cost: string; simulated: boolean; enhancement?: string };
  /** On the channel of an asset `enhancement` says which. */
  "enhancement:failed": { status: string; code?: string; message?: string; remedy?: string; enhancement?: string };
  /** On the channel of an asset `enhancement` says which. */
  "enhancement:cancelled": { status: string; code?: string; message?: string; remedy?: string; enhancement?: string };
  /** A trial of recipes on a part of an image: `done` of them are there. */
  "preview:changed": { status: string; done: number };
  /** A batch at a glance; `reason` says why it is paused ({code, message, remedy}). */
  "batch:progress": { status: string; reason: Record<string, unknown> | null; counts: Record<string, number>; percent: number; cost: string };
  /** An item of a batch ended; `error` is {code, message, remedy}. */
  "batch:item": { item: string; position: number; status: string; cost: string; assets: string[]; error: Record<string, unknown> | null };
  /** A batch at a glance; `reason` says why it is paused ({code, message, remedy}). */
  "batch:complete": { status: string; reason: Record<string, unknown> | null; counts: Record<string, number>; percent: number; cost: string };
  /** How a run of an automation stands now: waiting, enhancing, delivering, delivered, failed, skipped, cancelled. */
  "automation:run": { run: string; asset: string; status: string };
  /** An automation has delivered an image that was approved: `asset` became `result`, which is the same where nothing
    was enhanced. `cost`: USD, for this image. */
  "automation:delivered": { run: string; name: string; approval: string; asset: string; result: string; collection: string | null; cost: string };
  /** Counts of a portfolio's files; of a failure the words of the refusal too. */
  "portfolio:progress": { status: string; percent: number; total: number; read: number; duplicates: number; refused: number; ignored: number; code?: string; message?: string; remedy?: string };
  /** Counts of a portfolio's files; of a failure the words of the refusal too. */
  "portfolio:complete": { status: string; percent: number; total: number; read: number; duplicates: number; refused: number; ignored: number; code?: string; message?: string; remedy?: string };
  /** Counts of a portfolio's files; of a failure the words of the refusal too. */
  "portfolio:failed": { status: string; percent: number; total: number; read: number; duplicates: number; refused: number; ignored: number; code?: string; message?: string; remedy?: string };
  /** Counts of a portfolio's files; of a failure the words of the refusal too. */
  "portfolio:cancelled": { status: string; percent: number; total: number; read: number; duplicates: number; refused: number; ignored: number; code?: string; message?: string; remedy?: string };
  /** The name says it all: read the subject anew. */
  "asset:promoted": Record<string, never>;
  /** The name says it all: read the subject anew. */
  "asset:trashed": Record<string, never>;
  /** The name says it all: read the subject anew. */
  "asset:restored": Record<string, never>;
  /** Another version stands for the image (`in_use` instead of `before`), or this one has a new name. */
  "asset:version": { in_use?: string; before?: string; name?: string };
  /** A comment as it stands. `text`: its first 2,000 letters. `pin`: the spot it is about, {x, y} in shares of the
    picture's sides, of a region with {width, height}. `mentions`: the ids of whom it names. */
  "comment:created": { id: string; about: string; asset: string | null; reply_to: string | null; author: string; name: string; text: string; pin: Record<string, number> | null; mentions: string[] };
  /** A comment as it stands. `text`: its first 2,000 letters. `pin`: the spot it is about, {x, y} in shares of the
    picture's sides, of a region with {width, height}. `mentions`: the ids of whom it names. */
  "comment:updated": { id: string; about: string; asset: string | null; reply_to: string | null; author: string; name: string; text: string; pin: Record<string, number> | null; mentions: string[] };
  /** A comment was taken back. `about`: "asset:<id>", "collection:<id>" or "batch:<id>"; for an image `asset` is the
    version it was on, and it is told on the original's channel too. */
  "comment:deleted": { id: string; about: string; asset: string | null; reply_to: string | null };
  /** A thread was resolved or opened again: `by` whom, an id, and their `name`. */
  "comment:resolved": { id: string; about: string; asset: string | null; reply_to: string | null; by: string; name: string };
  /** A thread was resolved or opened again: `by` whom, an id, and their `name`. */
  "comment:reopened": { id: string; about: string; asset: string | null; reply_to: string | null; by: string; name: string };
  /** Somebody (`by`) put a sign to a comment or took theirs away. `counts`: how many of each there are now. */
  "comment:reacted": { id: string; about: string; asset: string | null; reply_to: string | null; by: string; name: string; counts: Record<string, number> };
  /** How the review of an image (`asset`) stands now: open, changes_requested, rejected, approved or withdrawn. `by`
    whom, an id, and their `name`; null where somebody left for whom it waited. Of an answer also its `verdict`. */
  "approval:requested": { id: string; asset: string; status: string; by: string | null; name: string; verdict?: string };
  /** How the review of an image (`asset`) stands now: open, changes_requested, rejected, approved or withdrawn. `by`
    whom, an id, and their `name`; null where somebody left for whom it waited. Of an answer also its `verdict`. */
  "approval:answered": { id: string; asset: string; status: string; by: string | null; name: string; verdict?: string };
  /** How the review of an image (`asset`) stands now: open, changes_requested, rejected, approved or withdrawn. `by`
    whom, an id, and their `name`; null where somebody left for whom it waited. Of an answer also its `verdict`. */
  "approval:settled": { id: string; asset: string; status: string; by: string | null; name: string; verdict?: string };
  /** How the review of an image (`asset`) stands now: open, changes_requested, rejected, approved or withdrawn. `by`
    whom, an id, and their `name`; null where somebody left for whom it waited. Of an answer also its `verdict`. */
  "approval:withdrawn": { id: string; asset: string; status: string; by: string | null; name: string; verdict?: string };
  /** created, renamed, added, removed, moved, trashed or restored: read it anew. */
  "collection:changed": { what: string };
  /** A review of a collection has begun; told on the channels of the collection and of its team. */
  "session:opened": { session: string; collection: string; title: string; by: string };
  /** Everybody who follows sees this image now; `position` from 1. */
  "session:image": { asset: string; position: number; timer: { seconds: number; running: boolean; ends_at: string | null; left: number; at: string } };
  /** This person presents now; null: nobody, for who did may not any more. */
  "session:presenter": { presenter: string | null; name: string };
  /** The clock of the image shown, by the server's time `at`: it runs until `ends_at`, or stands at `left` s. */
  "session:timer": { seconds: number; running: boolean; ends_at: string | null; left: number; at: string };
  /** Somebody voted on an image, or took that back (`given` false). Hidden votes tell neither `choice` nor `tally`. */
  "session:vote": { asset: string; voter: string; given: boolean; voted: number; choice: string | null; tally: { yes: number; no: number; perhaps: number } | null };
  /** The votes on an image are open now. */
  "session:revealed": { asset: string; tally: { yes: number; no: number; perhaps: number } };
  /** The review is over and its summary is there. */
  "session:ended": { session: string; images: number; votes: number; seconds: number };
  /** The team was archived, unarchived, deleted (with thirty days of grace), restored or handed_over: `by` whom, an
    id, and their `name`. Whoever watches one that is deleted is asked anew and hears no more of it. */
  "team:changed": { what: string; by: string | null; name: string };
  /** The name says it all: read the subject anew. */
  "team:activity": Record<string, never>;
  /** Something was paid for `subject`, such as `generation:<id>`. */
  "cost:updated": { subject: string; amount: string; simulated: boolean };
  /** Feedback was given, or taken back (`given` false). */
  "feedback:changed": { asset: string; kind: string; given: boolean };
  /** Weights were reverted, or that was undone. Read them anew. */
  "learning:changed": { act: string; kind: string; about: string };
  /** News for this person. */
  "notification:created": { id: string; kind: string; title: string; link: string };
  /** So many of this person's notifications were read. */
  "notification:read": { count: number };
  /** How far a report is, or how its mails go: read it anew. `error` is {code, message, remedy}. */
  "report:changed": { status: string; percent: number; error: Record<string, unknown> | null };
  /** Something to know as long as it lasts: on `system` for everybody, on a team's channel for that team.

    `kind` is provider, budget or maintenance, `level` info, warning or error. `ended`: it is over, show it no longer.
     */
  "system:alert": { id: string; kind: string; level: string; title: string; text: string; link: string; starts_at: string | null; ends_at: string | null; ended: boolean };
}
