// Watching channels: one socket for as many as you like, resumed over lost connections; a stream where sockets are blocked.
// The pages of the studio itself run on this file: the address is the page's, the session cookie signs in.
import { DesignerBFFError } from "./errors.js";
import { ofCode, unreachable } from "./problems.js";
import { Stream } from "./stream.js";

const SILENCE = 25_000; // ms without a word from the server (it beats every 10 s) before we call again
const FIRST = 10_000; // ms until its first word: a proxy may swallow the handshake
const SPEAK = 1_500; // ms between two words while others see us: the studio lets go of who says nothing for 4 s
const LATE = 2_000; // ms a heartbeat may be ahead of its events
const ABSENT = 3_000; // ms after a return until who was not shown again has left: every web node is told of the others each 1.5 s
const SLOWEST = 30_000; // ms between two attempts at most
const HOPELESS = 4; // attempts without ever having been connected
const BUSY = 4429;
const FINAL = { 4400: ["protocol", "The studio did not understand this client."], 4401: ["unauthenticated", "The token is not valid, or nobody is signed in. Make another under Settings, API tokens."], 4403: ["forbidden", "The studio does not talk to this client."] };

const env = globalThis.process?.env ?? {};

export class Live {
  #channels = new Map(); // name -> { callbacks: Map(callback -> newest number it has), people: Map(socket -> what it shows), seq, epoch, live, late }
  #socket;
  #isStream = false;
  #heard = false;
  #misses = 0; // sockets in a row that never said a word
  #patience = 2; // so many of them mean that sockets are blocked
  #attempts = 0;
  #timer;
  #silence;
  #stopped;
  #speaking;
  #wasHeard = false; // ever
  #hurried = new Set(); // told when there is no studio, instead of waiting for one

  constructor({ url = env.DESIGNER_BFF_URL ?? globalThis.location?.origin, token = env.DESIGNER_BFF_TOKEN ?? null, WebSocket = globalThis.WebSocket, fetch = globalThis.fetch, random = Math.random } = {}) {
    if (!/^https?:\/\/./.test(url)) {
      const remedy = 'Say new DesignerBFFClient({ url: "https://…" }), or set DESIGNER_BFF_URL.';
      throw new DesignerBFFError(`Where is the studio? ${remedy}`, { code: "no_url", remedy });
    }
    Object.assign(this, { url: String(url).replace(/(\/api)?\/*$/, ""), token, WebSocket, fetch: (...wish) => fetch(...wish), random });
    globalThis.addEventListener?.("online", () => this.#retryNow());
  }

  // "socket", or "stream" where websockets are blocked (there nobody sees our presence, cursor or reactions), or null.
  get connection() { return this.#heard && this.#isOpen() ? (this.#isStream ? "stream" : "socket") : null; }

  // Calls back with { type: "snapshot" | "event" | "tick" | "presence" | "cursor" | "reaction" | "resync" | "ended" | "error", … }.
  // Events come once each, in order, across reconnects. Returns the function that stops it.
  // Without a callback it is an async iterator, which throws what would come as "error" or "ended". `signal` stops both.
  // `isLast`: the message that the iterator ends with.
  watch(channel, callback, options, isLast) {
    if (typeof callback === "function") return this.#follow(channel, callback, options?.signal);
    return this.#iterate(channel, callback, isLast);
  }

  async *#iterate(channel, { signal } = {}, isLast = () => false) {
    const inbox = [];
    let wake = () => {};
    const put = (message) => { inbox.push(message); wake(); };
    const giveUp = (error) => put({ type: "error", error });
    const stop = this.#follow(channel, put);
    this.#hurried.add(giveUp);
    signal?.addEventListener("abort", put);
    try {
      for (;;) {
        signal?.throwIfAborted();
        const message = inbox.shift();
        if (!message) { await new Promise((done) => { wake = done; }); continue; }
        if (message.type === "error") throw message.error;
        if (message.type === "ended") throw ofCode(message.code, `You may not watch ${channel} any more.`);
        yield message;
        if (isLast(message)) return;
      }
    } finally {
      signal?.removeEventListener("abort", put);
      this.#hurried.delete(giveUp);
      stop();
    }
  }

  #follow(channel, callback, signal) {
    const entry = this.#channels.get(channel) ?? { callbacks: new Map(), people: new Map(), live: false };
    const mine = (message) => callback(message); // the same function may watch twice
    entry.callbacks.set(mine, null); // null: owed a snapshot
    this.#channels.set(channel, entry);
    this.#stopped = null;
    if (this.#isOpen()) this.#subscribe(channel, entry);
    else this.#connect();
    const stop = () => {
      if (!entry.callbacks.delete(mine) || entry.callbacks.size || this.#channels.get(channel) !== entry) return;
      this.#drop(channel, entry);
      if (this.#isOpen() && this.#channels.size) this.#say({ type: "unsubscribe", channel });
      else if (!this.#channels.size) this.close();
    };
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    return stop;
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
  #drop(channel, entry) { this.#still(entry); this.#channels.delete(channel); }
  #still(entry) { clearTimeout(entry.late); clearTimeout(entry.roll); }

  #connect() {
    if (this.#socket || this.#timer || this.#stopped) return;
    this.#isStream = !this.WebSocket || this.#misses >= this.#patience;
    const socket = this.#isStream ? new Stream(this.url, this.fetch) : new this.WebSocket(`${this.url.replace(/^http/, "ws")}/ws/`);
    this.#socket = socket;
    this.#heard = false;
    const current = (work) => (event) => { if (this.#socket === socket) work(event); };
    socket.onopen = current(() => this.#opened());
    socket.onmessage = current((event) => { this.#heard = this.#wasHeard = true; this.#listenOn(SILENCE); this.#hear(JSON.parse(event.data)); });
    socket.onclose = current((event) => this.#closed(event.code));
    socket.onerror = () => {}; // a close event follows and says more
    this.#listenOn(FIRST);
  }

  #opened() {
    if (this.token) this.#say({ type: "auth", token: this.token });
    for (const [channel, entry] of this.#channels) this.#subscribe(channel, entry);
  }

  // A connection can die without a word: silence longer than two heartbeats ends it.
  #listenOn(patience) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => { const socket = this.#socket; this.#closed(1006); socket?.close(); }, patience);
  }

  #closed(code) {
    this.#socket = null;
    clearTimeout(this.#silence);
    for (const entry of this.#channels.values()) { entry.live = false; this.#still(entry); }
    if (FINAL[code]) {
      this.#stopped = code;
      const error = ofCode(...FINAL[code], code);
      for (const [channel, entry] of [...this.#channels]) { this.#drop(channel, entry); this.#tell(entry, { type: "error", channel, error }); }
      return;
    }
    this.#count();
    if (!this.#channels.size) return;
    const slowest = code === BUSY ? SLOWEST : Math.min(SLOWEST, 500 * 2 ** this.#attempts);
    const soonest = code === BUSY ? 5_000 : 50;
    this.#attempts += 1; // a server that restarts must not meet everybody at once: any moment of the window
    this.#timer = setTimeout(() => { this.#timer = null; this.#connect(); }, soonest + this.random() * slowest);
  }

  // Sockets that were never heard are blocked: a stream does their work, and whenever it ends one socket is tried again.
  #count() {
    if (this.#isStream) this.#misses = this.#patience - 1;
    else if (!this.#heard) this.#misses += 1;
    else { this.#misses = 0; this.#patience = 6; } // what once worked is rather the studio restarting
    if (this.#wasHeard || this.#attempts + 1 < HOPELESS) return;
    for (const giveUp of this.#hurried) giveUp(unreachable(this.url, ""));
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
    else if (type === "presence") this.#meet(entry, message);
    else if (type === "cursor" || type === "reaction") this.#tell(entry, message);
    else if (type === "unsubscribed" && message.code) { this.#drop(channel, entry); this.#tell(entry, { ...message, type: "ended" }); }
    else if (type === "error") this.#refused(channel, entry, message);
  }

  #subscribed(entry, message) {
    this.#attempts = 0;
    entry.epoch = message.epoch;
    entry.live = true;
    entry.seq = message.seq;
    if (entry.state != null) this.#say({ type: "presence", channel: message.channel, state: entry.state });
    this.#callRoll(entry, message.here);
    const snapshot = { type: "snapshot", channel: message.channel, seq: message.head, data: message.snapshot };
    for (const [callback, has] of [...entry.callbacks]) {
      if (message.resumed && has !== null) continue;
      entry.callbacks.set(callback, message.head);
      this.#call(callback, snapshot);
    }
  }

  #meet(entry, message) {
    entry.absent?.delete(message.socket);
    if (message.state === null) entry.people.delete(message.socket);
    else entry.people.set(message.socket, message);
    this.#tell(entry, message);
  }

  // Who left while the line was down is in no message: whoever is neither known to be here nor shown again has.
  #callRoll(entry, here = []) {
    entry.absent = new Map(entry.people);
    for (const socket of here) entry.absent.delete(socket);
    clearTimeout(entry.roll);
    entry.roll = setTimeout(() => { for (const who of entry.absent.values()) this.#meet(entry, { ...who, state: null }); }, ABSENT);
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

  #refused(channel, entry, { code, message, kind = "presence" }) {
    if (code === "unavailable") { entry.late = setTimeout(() => this.#isOpen() && this.#subscribe(channel, entry), LATE); return; }
    if (code === "not_subscribed") return; // passing: said again after the subscribe
    if (["not_shared", "too_large", "malformed"].includes(code)) { if (kind === "presence") entry.state = null; return console.warn(message); } // of what was shown: the news go on
    this.#drop(channel, entry);
    this.#tell(entry, { type: "error", channel, error: ofCode(code, message) });
    if (!this.#channels.size) this.close();
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
