// Designer BFF for browsers and Node 20+: a few calls, and `watch`, which misses nothing. No dependencies.
//
//   const client = new DesignerBFFClient({ url: "https://studio.example", token });
//   const unwatch = client.watchGeneration(id, (message) => console.log(message.type, message.event, message.data));
//
// In a page of the studio itself neither is needed: the address is the page's, the session cookie signs in.

const SILENCE = 25_000; // ms without a word from the server (it beats every 10 s) before we call again
const SPEAK = 1_500; // ms between two words while others see us: the studio lets go of who says nothing for 4 s
const LATE = 2_000; // ms a heartbeat may be ahead of its events
const SLOWEST = 30_000; // ms between two attempts at most
const FINAL = { 4400: "protocol", 4401: "unauthenticated", 4403: "forbidden" };

export class DesignerBFFError extends Error {
  constructor(message, { code = "error", status = 0, field = null, remedy = "", errors = [], retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { name: new.target.name, code, status, field, remedy, errors, retryAfter });
  }
}
export class AuthenticationError extends DesignerBFFError {}
export class ForbiddenError extends DesignerBFFError {}
export class NotFoundError extends DesignerBFFError {}
export class ConflictError extends DesignerBFFError {}
export class InvalidRequestError extends DesignerBFFError {}
export class RateLimitError extends DesignerBFFError {}
export class ServerError extends DesignerBFFError {}
export class NetworkError extends DesignerBFFError {}

const BY_STATUS = { 400: InvalidRequestError, 401: AuthenticationError, 403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 413: InvalidRequestError, 415: InvalidRequestError, 422: InvalidRequestError, 429: RateLimitError };
const BY_CODE = { not_found: NotFoundError, unauthenticated: AuthenticationError, forbidden: ForbiddenError, too_many_channels: RateLimitError };

function problem(status, body, retryAfter) {
  const kind = BY_STATUS[status] ?? (status >= 500 ? ServerError : DesignerBFFError);
  const first = body.errors?.[0] ?? {};
  const text = body.detail || first.message || body.title || `The server answered ${status}.`;
  return new kind(text, { status, code: body.code ?? first.code ?? "error", field: first.field ?? null, remedy: body.remedy ?? "", errors: body.errors ?? [], retryAfter });
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const cookie = (name) => globalThis.document?.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1];

export class DesignerBFFClient {
  #channels = new Map(); // name -> { callbacks: Map(callback -> newest number it has), seq, epoch, live, late }
  #socket = null;
  #attempts = 0;
  #timer = null;
  #silence = null;
  #stopped = null;
  #speaking = null;

  constructor({ url = globalThis.location?.origin, token = null, WebSocket = globalThis.WebSocket, fetch = globalThis.fetch, random = Math.random } = {}) {
    if (!url) throw new DesignerBFFError("Say where the studio is: new DesignerBFFClient({ url }).", { code: "no_url" });
    this.url = String(url).replace(/\/+$/, "");
    this.token = token;
    this.WebSocket = WebSocket;
    this.fetch = (...wish) => fetch(...wish);
    this.random = random;
    globalThis.addEventListener?.("online", () => this.#retryNow());
  }

  // Calls

  createGeneration(wish, { idempotencyKey } = {}) { return this.request("POST", "/api/generations", { json: wish, idempotencyKey }); }
  getGeneration(id) { return this.request("GET", `/api/generations/${encodeURIComponent(id)}`); }
  enhance(generationId, wish = {}, { idempotencyKey } = {}) { return this.request("POST", `/api/enhance/${encodeURIComponent(generationId)}`, { json: wish, idempotencyKey }); }
  getEnhancement(id) { return this.request("GET", `/api/enhance/${encodeURIComponent(id)}`); }

  // `recipe`: { operations } or { preset }. What it comes to per image and step, and what is refused; spends nothing.
  estimateEnhancement(assets, recipe) { return this.request("POST", "/api/enhance/estimate", { json: { assets, ...recipe } }); }
  enhanceBatch(assets, recipe, { idempotencyKey } = {}) { return this.request("POST", "/api/enhance/batch", { json: { assets, ...recipe }, idempotencyKey }); }
  cancelEnhancement(id) { return this.request("POST", `/api/enhance/${encodeURIComponent(id)}/cancel`); }

  // One page, the newest first; `next` of the answer holds the `cursor` of the one behind it.
  listEnhancements({ status, asset, team, search, cursor } = {}) {
    const said = Object.entries({ status, asset, team, search, cursor }).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(said).toString();
    return this.request("GET", `/api/enhance${query ? `?${query}` : ""}`);
  }

  // One or two recipes on a small part of an image, free: watch `preview:<id>`. `spot`: { x, y } in shares of its sides.
  previewRecipes(asset, recipes, { spot, idempotencyKey } = {}) {
    return this.request("POST", "/api/enhance/previews", { json: { asset, recipes, spot }, idempotencyKey });
  }
  getPreview(id) { return this.request("GET", `/api/enhance/previews/${encodeURIComponent(id)}`); }

  listOperations() { return this.request("GET", "/api/enhance/operations"); }
  listEnhancementModels() { return this.request("GET", "/api/enhance/models"); }
  listPresets() { return this.request("GET", "/api/enhance/presets"); }
  createPreset(preset, { idempotencyKey } = {}) { return this.request("POST", "/api/enhance/presets", { json: preset, idempotencyKey }); }

  // How far an image is from an earlier version of it: fidelity, colours, sharpness.
  compareVersions(asset, before) { return this.request("GET", `/api/assets/${encodeURIComponent(asset)}/against/${encodeURIComponent(before)}`); }
  listVersions(asset) { return this.request("GET", `/api/assets/${encodeURIComponent(asset)}/versions`); }
  useVersion(asset) { return this.request("POST", `/api/assets/${encodeURIComponent(asset)}/use`); }

  // kind: like, dislike, pick, rating (with `rating` 1 to 5) or comment (with `text`); `asset` names one image of several.
  feedback(generationId, kind, { asset, rating, text } = {}) {
    return this.request("POST", `/api/generations/${encodeURIComponent(generationId)}/feedback`, { json: { kind, asset, rating, text } });
  }

  // The same of several images of one team, of all or none; answers with `act` (see undoFeedback) and `feedback`.
  feedbackOn(assets, kind, { rating, text, idempotencyKey } = {}) {
    return this.request("POST", "/api/feedback", { json: { assets, kind, rating, text }, idempotencyKey });
  }

  // Undoes your last feedback, or the act named; an undo too can be undone.
  undoFeedback(act, { idempotencyKey } = {}) {
    return this.request("POST", "/api/feedback/undo", { json: act ? { act } : {}, idempotencyKey });
  }

  uploadAsset(file, { name = file.name ?? "photo", idempotencyKey } = {}) {
    const form = new FormData();
    form.append("file", file, name);
    return this.request("POST", "/api/assets", { form, idempotencyKey });
  }

  // `files`: Blobs, or {file, path} with a place in a folder. The portfolio comes back still queued: watch `portfolio:<id>`.
  importPortfolio(files, { title = "", team, idempotencyKey } = {}) {
    const found = [...files].map((each) => (each instanceof Blob ? { file: each, path: each.name ?? "file" } : each));
    const form = new FormData();
    form.append("title", title);
    if (team) form.append("team", team);
    form.append("paths", JSON.stringify(found.map(({ path }) => path)));
    for (const { file, path } of found) form.append("file", file, path.split("/").pop());
    return this.request("POST", "/api/portfolios", { form, idempotencyKey });
  }

  getPortfolio(id) {
    return this.request("GET", `/api/portfolios/${encodeURIComponent(id)}`);
  }

  personasFromPortfolio(id, clusters, { idempotencyKey } = {}) {
    return this.request("POST", `/api/portfolios/${encodeURIComponent(id)}/personas`, { json: { clusters }, idempotencyKey });
  }

  // One HTTP call. Repeats what is safe to repeat (GET, and POST by its idempotency key) when the network or a proxy fails.
  async request(method, path, { json, form, idempotencyKey } = {}) {
    const headers = { Accept: "application/json" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    else if (method !== "GET") headers["X-CSRFToken"] = cookie("__Host-csrf") ?? cookie("csrf") ?? "";
    if (json !== undefined) headers["Content-Type"] = "application/json";
    if (method === "POST") headers["Idempotency-Key"] = idempotencyKey ?? globalThis.crypto.randomUUID();
    const wish = { method, headers, body: form ?? (json === undefined ? undefined : JSON.stringify(json)), credentials: "same-origin" };
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.fetch(this.url + path, wish).catch((error) => error);
      const failed = answer instanceof Error;
      if (!failed && answer.ok) return answer.status === 204 ? null : answer.json();
      const passing = failed || [502, 503, 504].includes(answer.status);
      if (passing && attempt < 2) { await pause((300 + this.random() * 700) * 2 ** attempt); continue; }
      if (failed) throw new NetworkError(`The studio cannot be reached: ${answer.message}`, { code: "network" });
      const after = Number(answer.headers.get("Retry-After"));
      throw problem(answer.status, await answer.json().catch(() => ({})), Number.isFinite(after) && after > 0 ? after : null);
    }
  }

  // Watching

  watchGeneration(id, callback) { return this.watch(`generation:${id}`, callback); }
  watchEnhancement(id, callback) { return this.watch(`enhancement:${id}`, callback); }

  // Calls back with { type: "snapshot" | "event" | "tick" | "presence" | "cursor" | "reaction" | "resync" | "ended" | "error", … }.
  // Events come once each, in order, across reconnects. Returns the function that stops it.
  watch(channel, callback) {
    if (!this.WebSocket) throw new DesignerBFFError("This runtime has no WebSocket: pass one as { WebSocket }.", { code: "no_websocket" });
    const entry = this.#channels.get(channel) ?? { callbacks: new Map(), live: false };
    const mine = (message) => callback(message); // the same function may watch twice
    entry.callbacks.set(mine, null); // null: owed a snapshot
    this.#channels.set(channel, entry);
    this.#stopped = null;
    if (this.#isOpen()) this.#subscribe(channel, entry);
    else this.#connect();
    return () => {
      if (!entry.callbacks.delete(mine) || entry.callbacks.size || this.#channels.get(channel) !== entry) return;
      this.#drop(channel, entry);
      if (this.#isOpen() && this.#channels.size) this.#say({ type: "unsubscribe", channel });
      else if (!this.#channels.size) this.close();
    };
  }

  // Show the others on a watched channel where this person is, also after a reconnect; null says goodbye.
  presence(channel, state) {
    const entry = this.#channels.get(channel);
    if (!entry) return;
    entry.state = state;
    if (entry.live && this.#isOpen()) this.#say({ type: "presence", channel, state });
    this.#speaking ??= setInterval(() => this.#speak(), SPEAK);
  }
  cursor(channel, state) { if (this.#isOpen()) this.#say({ type: "cursor", channel, state }); }
  react(channel, state) { if (this.#isOpen()) this.#say({ type: "reaction", channel, state }); }

  #speak() {
    const seen = [...this.#channels.values()].some((entry) => entry.state != null);
    if (seen && this.#isOpen()) this.#say({ type: "ping" });
    if (!seen) { clearInterval(this.#speaking); this.#speaking = null; }
  }

  close() {
    for (const [channel, entry] of this.#channels) this.#drop(channel, entry);
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    clearInterval(this.#speaking);
    this.#timer = this.#speaking = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #isOpen() { return this.#socket?.readyState === 1; }
  #say(message) { this.#socket.send(JSON.stringify(message)); }
  #drop(channel, entry) { clearTimeout(entry.late); this.#channels.delete(channel); }

  #connect() {
    if (this.#socket || this.#timer || this.#stopped) return;
    const socket = new this.WebSocket(`${this.url.replace(/^http/, "ws")}/ws/`);
    this.#socket = socket;
    const current = (work) => (event) => { if (this.#socket === socket) work(event); };
    socket.onopen = current(() => this.#opened());
    socket.onmessage = current((event) => { this.#listenOn(); this.#hear(JSON.parse(event.data)); });
    socket.onclose = current((event) => this.#closed(event.code));
    socket.onerror = () => {}; // a close event follows and says more
    this.#listenOn();
  }

  #opened() {
    if (this.token) this.#say({ type: "auth", token: this.token });
    for (const [channel, entry] of this.#channels) this.#subscribe(channel, entry);
  }

  // A connection can die without a word: silence longer than two heartbeats ends it.
  #listenOn() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => { const socket = this.#socket; this.#closed(1006); socket?.close(); }, SILENCE);
  }

  #closed(code) {
    this.#socket = null;
    clearTimeout(this.#silence);
    for (const entry of this.#channels.values()) { entry.live = false; clearTimeout(entry.late); }
    if (FINAL[code]) {
      this.#stopped = code;
      const kind = BY_CODE[FINAL[code]] ?? DesignerBFFError;
      const error = new kind(`The studio closed the connection: ${FINAL[code]}.`, { code: FINAL[code], status: code });
      for (const [channel, entry] of [...this.#channels]) { this.#drop(channel, entry); this.#tell(entry, { type: "error", channel, error }); }
      return;
    }
    if (!this.#channels.size) return;
    const slowest = code === 4429 ? SLOWEST : Math.min(SLOWEST, 500 * 2 ** this.#attempts);
    const soonest = code === 4429 ? 5_000 : 50;
    this.#attempts += 1; // a server that restarts must not meet everybody at once: any moment of the window
    this.#timer = setTimeout(() => { this.#timer = null; this.#connect(); }, soonest + this.random() * slowest);
  }

  #retryNow() {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#connect();
  }

  #subscribe(channel, entry) {
    entry.live = false; // what comes from here on comes again after the answer
    const known = entry.seq === undefined ? {} : { after: entry.seq, epoch: entry.epoch || undefined };
    this.#say({ type: "subscribe", channel, ...known });
  }

  #hear(message) {
    if (message.type === "ping") return this.#compare(message.heads);
    const entry = this.#channels.get(message.channel);
    if (!entry) return;
    const { type, channel } = message;
    if (type === "event" && message.seq === undefined) this.#tell(entry, { ...message, type: "tick" });
    else if (type === "event") this.#next(channel, entry, message);
    else if (type === "subscribed") this.#subscribed(entry, message);
    else if (type === "resync") { entry.seq = undefined; entry.live = false; this.#tell(entry, message); }
    else if (type === "presence" || type === "cursor" || type === "reaction") this.#tell(entry, message);
    else if (type === "unsubscribed" && message.code) { this.#drop(channel, entry); this.#tell(entry, { ...message, type: "ended" }); }
    else if (type === "error") this.#refused(channel, entry, message);
  }

  #subscribed(entry, message) {
    this.#attempts = 0;
    entry.epoch = message.epoch;
    entry.live = true;
    entry.seq = message.seq;
    if (entry.state != null) this.#say({ type: "presence", channel: message.channel, state: entry.state });
    const snapshot = { type: "snapshot", channel: message.channel, seq: message.head, data: message.snapshot };
    for (const [callback, has] of [...entry.callbacks]) {
      if (message.resumed && has !== null) continue;
      entry.callbacks.set(callback, message.head);
      this.#call(callback, snapshot);
    }
  }

  #next(channel, entry, message) {
    if (!entry.live || message.seq <= entry.seq) return; // seen before, or about to come again
    if (message.seq > entry.seq + 1) return this.#subscribe(channel, entry);
    entry.seq = message.seq;
    this.#tell(entry, message);
  }

  #compare(heads) {
    for (const [channel, head] of Object.entries(heads)) {
      const entry = this.#channels.get(channel);
      if (!entry?.live || head <= entry.seq) continue;
      clearTimeout(entry.late);
      entry.late = setTimeout(() => { if (this.#isOpen() && entry.live && entry.seq < head) this.#subscribe(channel, entry); }, LATE);
    }
  }

  #refused(channel, entry, { code, message }) {
    if (code === "unavailable") { entry.late = setTimeout(() => this.#isOpen() && this.#subscribe(channel, entry), LATE); return; }
    if (code === "not_subscribed" || code === "too_large") return;
    this.#drop(channel, entry);
    this.#tell(entry, { type: "error", channel, error: new (BY_CODE[code] ?? DesignerBFFError)(message, { code }) });
  }

  // One watcher's mistake must not cost the others their message.
  #tell(entry, message) {
    for (const [callback, has] of [...entry.callbacks]) {
      if (message.type === "event" && (has === null || message.seq <= has)) continue; // its snapshot knows this
      this.#call(callback, message);
    }
  }

  #call(callback, message) {
    try { callback(message); } catch (error) { queueMicrotask(() => { throw error; }); }
  }
}
