// A stand-in for the socket where websockets are blocked: the same frames as Server-Sent Events. It only listens.

const MOST = 20; // channels of one stream
const CODES = { 401: 4401, 403: 4403, 429: 4429 };

export class Stream {
  readyState = 0;
  #places = new Map(); // channel -> { seq, epoch }: where the next stream begins
  #token;
  #call;
  #timer;

  constructor(url, fetch) {
    Object.assign(this, { url, fetch });
    queueMicrotask(() => { if (this.readyState === 0) { this.readyState = 1; this.onopen(); } });
  }

  send(text) {
    const { type, channel, token, after: seq, epoch } = JSON.parse(text);
    if (type === "auth") this.#token = token;
    if (type === "unsubscribe") this.#places.delete(channel);
    if (type !== "subscribe") return; // nobody sees who only listens
    if (this.#places.size >= MOST && !this.#places.has(channel)) return queueMicrotask(() => this.#refuse(channel, "too_many_channels", `Without websockets at most ${MOST} channels can be watched.`));
    this.#places.set(channel, { seq, epoch });
    this.#timer ??= setTimeout(() => this.#listen(), 0); // what is asked at once is asked in one
  }

  close() {
    this.readyState = 3;
    clearTimeout(this.#timer);
    this.#call?.abort();
    this.#call = null;
  }

  async #listen() {
    this.#timer = null;
    this.#call?.abort();
    const call = new AbortController();
    this.#call = call;
    const code = await this.#follow(call).catch(() => 1006); // broken off is as good as ended
    if (this.#call !== call) return;
    this.readyState = 3;
    this.onclose({ code });
  }

  async #follow(call) {
    const query = new URLSearchParams([...this.#places.keys()].map((channel) => ["channel", channel]));
    query.set("last_event_id", [...this.#places.values()].map(({ seq, epoch = "" }) => (seq === undefined ? "" : `${seq}:${epoch}`)).join());
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    const answer = await this.fetch(`${this.url}/api/events/stream?${query}`, { headers, signal: call.signal, credentials: "same-origin", cache: "no-store" });
    if (answer.status === 404) for (const channel of this.#places.keys()) this.#refuse(channel, "not_found", "There is no such channel.");
    if (!answer.ok) return CODES[answer.status] ?? 1006;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { done, value } = await reader.read();
      if (done || this.#call !== call) return 1006;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        const { type, channel, seq, epoch, code } = JSON.parse(data ?? "{}");
        if (type === "closed") return code;
        const place = this.#places.get(channel);
        if (place && seq !== undefined) Object.assign(place, { seq, epoch: epoch ?? place.epoch });
        if (data) this.onmessage({ data });
      }
    }
  }

  #refuse(channel, code, message) { this.onmessage({ data: JSON.stringify({ type: "error", code, message, channel }) }); }
}
