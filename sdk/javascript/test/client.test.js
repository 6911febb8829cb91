// The client against a server played by hand: what it says, what it tells its watchers, and what it survives.
import assert from "node:assert/strict";
import test from "node:test";
import { DesignerBFFClient, AuthenticationError, NotFoundError, RateLimitError, NetworkError } from "../src/index.js";

class Line {
  static opened = [];
  constructor(url) { Object.assign(this, { url, readyState: 0, said: [] }); Line.opened.push(this); }
  send(text) { this.said.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
  open() { this.readyState = 1; this.onopen({}); return this; }
  hear(message) { this.onmessage({ data: JSON.stringify(message) }); }
  end(code) { this.readyState = 3; this.onclose({ code }); }
}

function start(t, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  Line.opened = [];
  const client = new DesignerBFFClient({ url: "https://studio.example/", WebSocket: Line, random: () => 0.5, fetch: () => {}, ...options });
  t.after(() => client.close());
  const heard = [];
  return { client, heard, hear: (message) => heard.push(message) };
}

const line = () => Line.opened.at(-1);
const subscribed = (more = {}) => ({ type: "subscribed", channel: "generation:1", seq: 3, head: more.seq ?? 3, epoch: "e", resumed: false, snapshot: { status: "running" }, ...more });
const fact = (seq) => ({ type: "event", channel: "generation:1", seq, event: "generation:stage", data: { seq }, at: "now" });
const numbers = (heard) => heard.filter((m) => m.type === "event").map((m) => m.seq);

test("it signs in by its first message, never by the address", (t) => {
  const { client, hear } = start(t, { token: "secret" });
  client.watchGeneration("1", hear);
  line().open();
  assert.equal(line().url, "wss://studio.example/ws/");
  assert.deepEqual(line().said, [{ type: "auth", token: "secret" }, { type: "subscribe", channel: "generation:1" }]);
});

test("a watcher gets the snapshot and then each event once", (t) => {
  const { client, heard, hear } = start(t);
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  for (const seq of [4, 4, 3, 5]) line().hear(fact(seq));
  assert.equal(heard[0].type, "snapshot");
  assert.deepEqual(numbers(heard), [4, 5]);
});

test("who is seen speaks on, and is seen again after a break", (t) => {
  const { client, hear } = start(t);
  client.watchGeneration("1", hear);
  client.presence("generation:1", { zoom: 2 });
  line().open().hear(subscribed());
  t.mock.timers.tick(1_500);
  assert.deepEqual(line().said.map((each) => each.type), ["subscribe", "presence", "ping"]);
  line().end(1006);
  t.mock.timers.tick(2_000);
  line().open().hear(subscribed({ resumed: true }));
  assert.deepEqual(line().said.at(-1), { type: "presence", channel: "generation:1", state: { zoom: 2 } });
  client.presence("generation:1", null);
  t.mock.timers.tick(10_000);
  assert.deepEqual(line().said.at(-1), { type: "presence", channel: "generation:1", state: null });
});

test("a gap is fetched, not skipped", (t) => {
  const { client, heard, hear } = start(t);
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  line().hear(fact(6));
  assert.deepEqual(line().said.at(-1), { type: "subscribe", channel: "generation:1", after: 3, epoch: "e" });
  line().hear(subscribed({ seq: 3, head: 6, resumed: true }));
  for (const seq of [4, 5, 6]) line().hear(fact(seq));
  assert.deepEqual(numbers(heard), [4, 5, 6]);
});

test("a heartbeat that is ahead of its events makes it ask", (t) => {
  const { client, hear } = start(t);
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  line().hear({ type: "ping", heads: { "generation:1": 4 } });
  assert.equal(line().said.length, 1);
  t.mock.timers.tick(2000);
  assert.equal(line().said.at(-1).after, 3);
});

test("after a break it goes on where it was", (t) => {
  const { client, heard, hear } = start(t);
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  line().hear(fact(4));
  line().end(1012);
  t.mock.timers.tick(400);
  assert.equal(Line.opened.length, 2);
  line().open();
  assert.deepEqual(line().said, [{ type: "subscribe", channel: "generation:1", after: 4, epoch: "e" }]);
  line().hear(subscribed({ seq: 4, head: 5, resumed: true }));
  line().hear(fact(5));
  assert.deepEqual(heard.map((m) => m.type), ["snapshot", "event", "event"]);
});

test("attempts spread out and slow down", (t) => {
  const { client, hear } = start(t);
  client.watchGeneration("1", hear);
  for (const wait of [300, 550, 1050, 2050]) {
    line().end(1006);
    const before = Line.opened.length;
    t.mock.timers.tick(wait - 1);
    assert.equal(Line.opened.length, before);
    t.mock.timers.tick(1);
    assert.equal(Line.opened.length, before + 1);
  }
});

test("silence is a broken line", (t) => {
  const { client, hear } = start(t);
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  t.mock.timers.tick(25_000);
  t.mock.timers.tick(1_000);
  assert.equal(Line.opened.length, 2);
});

test("a refused sign-in ends the attempts", (t) => {
  const { client, heard, hear } = start(t, { token: "old" });
  client.watchGeneration("1", hear);
  line().open().end(4401);
  t.mock.timers.tick(60_000);
  assert.equal(Line.opened.length, 1);
  assert.ok(heard[0].error instanceof AuthenticationError);
});

test("a channel that does not exist is an error for its watchers only", (t) => {
  const { client, heard, hear } = start(t);
  client.watchGeneration("1", () => assert.fail("not this one"));
  client.watchGeneration("2", hear);
  line().open().hear({ type: "error", code: "not_found", message: "There is no such channel.", channel: "generation:2" });
  assert.ok(heard[0].error instanceof NotFoundError);
});

test("a cut history is announced and begins afresh", (t) => {
  const { client, heard, hear } = start(t);
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  line().hear({ type: "resync", channel: "generation:1", reason: "expired" });
  line().hear(subscribed({ seq: 90, epoch: "f" }));
  line().hear(fact(91));
  assert.deepEqual(heard.map((m) => m.type), ["snapshot", "resync", "snapshot", "event"]);
});

test("a second watcher gets its own snapshot and costs the first nothing", (t) => {
  const { client, heard, hear } = start(t);
  const second = [];
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  client.watchGeneration("1", (message) => second.push(message));
  line().hear(fact(4)); // on its way when the second asked: comes again
  line().hear(subscribed({ seq: 3, head: 4, resumed: true }));
  line().hear(fact(4));
  line().hear(fact(5));
  assert.deepEqual(numbers(heard), [4, 5]);
  assert.deepEqual(second.map((m) => [m.type, m.seq]), [["snapshot", 4], ["event", 5]]);
});

test("losing access ends the watch", (t) => {
  const { client, heard, hear } = start(t);
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  line().hear({ type: "unsubscribed", channel: "generation:1", code: "access_lost" });
  line().hear(fact(4));
  assert.deepEqual(heard.map((m) => m.type), ["snapshot", "ended"]);
});

test("the last one to leave closes the line", (t) => {
  const { client, hear } = start(t);
  const stop = client.watchGeneration("1", hear);
  line().open();
  stop();
  stop();
  assert.equal(line().readyState, 3);
  t.mock.timers.tick(60_000);
  assert.equal(Line.opened.length, 1);
});

test("one watcher's mistake does not cost the other its message", async (t) => {
  const { client, heard, hear } = start(t);
  const mistakes = [];
  const catcher = (error) => mistakes.push(error.message);
  process.setUncaughtExceptionCaptureCallback(catcher);
  t.after(() => process.setUncaughtExceptionCaptureCallback(null));
  client.watchGeneration("1", () => { throw new Error("mine"); });
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  await new Promise((done) => setImmediate(done));
  assert.deepEqual([heard.length, mistakes], [1, ["mine"]]);
});

const answer = (status, body, headers = {}) => ({ ok: status < 400, status, json: async () => body, headers: new Headers(headers) });

test("a refusal is a typed error that names field and remedy", async () => {
  const fetch = async () => answer(429, { detail: "Too many.", code: "rate_limited", remedy: "Wait.", errors: [{ field: "n", code: "x", message: "y" }] }, { "Retry-After": "7" });
  const client = new DesignerBFFClient({ url: "http://studio.example", token: "t", fetch });
  const error = await client.createGeneration({ brief: "coat" }).catch((caught) => caught);
  assert.ok(error instanceof RateLimitError);
  assert.deepEqual([error.status, error.code, error.field, error.remedy, error.retryAfter, error.message], [429, "rate_limited", "n", "Wait.", 7, "Too many."]);
});

test("a lost answer is asked for again under the same key", async () => {
  const keys = [];
  const fetch = async (_, { headers }) => {
    keys.push(headers["Idempotency-Key"]);
    if (keys.length === 1) throw new TypeError("fetch failed");
    return keys.length === 2 ? answer(503, {}) : answer(202, { id: "1" });
  };
  const client = new DesignerBFFClient({ url: "http://studio.example", token: "t", fetch, random: () => 0 });
  assert.deepEqual(await client.createGeneration({ brief: "coat" }), { id: "1" });
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
});

test("a studio that cannot be reached is a network error", async () => {
  const fetch = async () => { throw new TypeError("fetch failed"); };
  const client = new DesignerBFFClient({ url: "http://studio.example", fetch, random: () => 0 });
  assert.ok((await client.getGeneration("1").catch((caught) => caught)) instanceof NetworkError);
});
