// The client against a server played by hand: what it says, what it tells its watchers, and what it survives.
import assert from "node:assert/strict";
import test from "node:test";
import { DesignerBFFClient, AuthenticationError, ForbiddenError, NotFoundError, NetworkError } from "../src/index.js";

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

test("who left while the line was down is told as gone, unless the studio knows or shows them in time", (t) => {
  const { client, heard, hear } = start(t);
  client.watchGeneration("1", hear);
  const shows = (socket, state = { zoom: 1 }) => line().hear({ type: "presence", channel: "generation:1", user: "u", name: "Ada", socket, state, at: "now" });
  const gone = () => heard.filter((m) => m.type === "presence" && m.state === null).map((m) => m.socket);
  line().open().hear(subscribed());
  for (const socket of ["known", "lost", "late", "left", "said goodbye"]) shows(socket);
  shows("said goodbye", null);
  line().end(1006);
  t.mock.timers.tick(2_000);
  line().open().hear(subscribed({ resumed: true, here: ["known", "lost"] })); // who is shown right after may be lost on the way
  shows("known");
  t.mock.timers.tick(1_500);
  shows("late");
  assert.deepEqual(gone(), ["said goodbye"]);
  t.mock.timers.tick(1_500);
  assert.deepEqual(gone(), ["said goodbye", "left"]);
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
  line().open().hear(subscribed());
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

test("what may not be shown is warned of and costs the watcher no news", (t) => {
  const { client, heard, hear } = start(t);
  const warn = t.mock.method(console, "warn", () => {});
  client.watchGeneration("1", hear);
  client.presence("generation:1", { zoom: 2 });
  line().open().hear(subscribed());
  for (const code of ["not_shared", "too_large", "malformed"]) line().hear({ type: "error", code, message: code, channel: "generation:1" });
  line().hear(fact(4));
  assert.deepEqual(warn.mock.calls.map((call) => call.arguments[0]), ["not_shared", "too_large", "malformed"]);
  assert.deepEqual(heard.map((m) => m.type), ["snapshot", "event"]);
  line().end(1006);
  t.mock.timers.tick(2_000);
  line().open().hear(subscribed({ resumed: true }));
  assert.equal(line().said.at(-1).type, "subscribe");
});

test("a refused cursor or reaction takes no presence away", (t) => {
  for (const kind of ["cursor", "reaction", "presence"]) {
    const { client, hear } = start(t);
    t.mock.method(console, "warn", () => {});
    client.watchGeneration("1", hear);
    client.presence("generation:1", { zoom: 2 });
    line().open().hear(subscribed());
    line().hear({ type: "error", code: "too_large", message: "no", channel: "generation:1", kind });
    line().end(1006);
    t.mock.timers.tick(2_000);
    line().open().hear(subscribed({ resumed: true }));
    assert.equal(line().said.at(-1).type, kind === "presence" ? "subscribe" : "presence");
    client.close();
    t.mock.reset();
  }
});

test("a person who showed themselves too early stays shown", (t) => {
  const { client, hear } = start(t);
  client.watchGeneration("1", hear);
  client.presence("generation:1", { zoom: 2 });
  line().open().hear(subscribed());
  line().hear({ type: "error", code: "not_subscribed", message: "Subscribe first.", channel: "generation:1" });
  line().end(1006);
  t.mock.timers.tick(2_000);
  line().open().hear(subscribed({ resumed: true }));
  assert.deepEqual(line().said.at(-1).state, { zoom: 2 });
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


// As a stream

const turn = () => new Promise((done) => setImmediate(done));

// Streams played by hand: what was asked, and the controllers to feed them by.
function streams(t, options = {}) {
  const asked = [];
  const fetch = async (url, { headers, signal }) => {
    const { searchParams } = new URL(url);
    const call = { channels: searchParams.getAll("channel"), places: searchParams.get("last_event_id"), headers, signal };
    const body = new ReadableStream({ start(controller) { call.say = (text) => controller.enqueue(new TextEncoder().encode(text)); call.end = () => controller.close(); } });
    call.hear = (message) => call.say(`id: x\ndata: ${JSON.stringify(message)}\n\n`);
    asked.push(call);
    return options.answer?.(call) ?? new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  const made = start(t, { WebSocket: null, fetch, ...options });
  const step = async (ms = 0) => { await turn(); t.mock.timers.tick(ms); await turn(); await turn(); };
  return { ...made, asked, step };
}

test("without websockets it listens to a stream, with the token in a header", async (t) => {
  const { client, heard, hear, asked, step } = streams(t, { token: "secret" });
  client.watchGeneration("1", hear);
  client.watch("system", () => {});
  await step();
  assert.deepEqual(asked[0].channels, ["generation:1", "system"]);
  assert.deepEqual([asked[0].places, asked[0].headers.Authorization], [",", "Bearer secret"]);
  asked[0].say("retry: 1000\n\n");
  const text = `data: ${JSON.stringify(subscribed())}\n\n`;
  asked[0].say(text.slice(0, 30));
  asked[0].say(text.slice(30));
  asked[0].hear(fact(4));
  await step();
  assert.deepEqual(heard.map((m) => [m.type, m.seq]), [["snapshot", 3], ["event", 4]]);
  assert.equal(client.connection, "stream");
});

test("one more channel begins the stream anew where the others are, and tells nothing twice", async (t) => {
  const { client, heard, hear, asked, step } = streams(t);
  client.watchGeneration("1", hear);
  await step();
  asked[0].hear(subscribed());
  asked[0].hear(fact(4));
  await step();
  client.watch("system", () => {});
  await step();
  assert.deepEqual([asked[1].channels, asked[1].places, asked[0].signal.aborted], [["generation:1", "system"], "4:e,", true]);
  asked[1].hear(subscribed({ seq: 4, head: 5, resumed: true }));
  asked[1].hear(fact(5));
  await step();
  assert.deepEqual(numbers(heard), [4, 5]);
});

test("a stream that ends is taken up where it was, and a refusal by its code ends it for good", async (t) => {
  const { client, heard, hear, asked, step } = streams(t);
  client.watchGeneration("1", hear);
  await step();
  asked[0].hear(subscribed());
  asked[0].end();
  await step();
  await step(300);
  await step();
  assert.equal(asked[1].places, "3:e");
  asked[1].hear({ type: "closed", code: 4401, reason: "revoked" });
  await step();
  assert.ok(heard.at(-1).error instanceof AuthenticationError);
});

test("sockets that are never heard give way to a stream, from the number that was reached, and are tried again", async (t) => {
  const { client, heard, hear, asked, step } = streams(t, { WebSocket: Line });
  client.watchGeneration("1", hear);
  line().open().hear(subscribed());
  line().hear(fact(4));
  for (const wait of [300, 550, 1050, 2050, 4050, 8050, 15_050]) {
    line().end(1006);
    await step(wait);
  }
  await step();
  assert.deepEqual([Line.opened.length, asked.length, asked[0].places], [7, 1, "4:e"]);
  asked[0].hear(subscribed({ seq: 4, head: 5, resumed: true }));
  for (const seq of [4, 5]) asked[0].hear(fact(seq));
  await step();
  assert.deepEqual(numbers(heard), [4, 5]);
  asked[0].end();
  await step();
  await step(1_000);
  assert.equal(Line.opened.length, 8);
  line().open().hear(subscribed({ seq: 5, head: 6, resumed: true }));
  line().hear(fact(6));
  assert.deepEqual([numbers(heard), client.connection], [[4, 5, 6], "socket"]);
});

test("where websockets never worked, two tries are enough", async (t) => {
  const { client, hear, asked, step } = streams(t, { WebSocket: Line });
  client.watchGeneration("1", hear);
  line().end(1006);
  await step(1_000);
  await step(10_000); // the second is swallowed by a proxy
  await step(1_000);
  await step();
  assert.deepEqual([Line.opened.length, asked.length], [2, 1]);
});

// As an iterator

test("an iterator ends with its subject", async (t) => {
  const { client } = start(t);
  const walk = client.watchGeneration("1");
  const first = walk.next();
  await turn();
  line().open().hear(subscribed());
  line().hear(fact(4));
  line().hear({ ...fact(5), event: "generation:complete" });
  const told = [(await first).value];
  for await (const message of walk) told.push(message);
  assert.deepEqual(told.map((m) => m.seq), [3, 4, 5]);
  assert.equal(line().readyState, 3);
});

test("an iterator throws what a callback would be told", async (t) => {
  const { client } = start(t);
  for (const [message, kind] of [[{ type: "unsubscribed", code: "access_lost" }, ForbiddenError], [{ type: "error", code: "not_found", message: "None." }, NotFoundError]]) {
    const end = client.watch("generation:1").next();
    await turn();
    line().open().hear({ channel: "generation:1", ...message });
    await assert.rejects(end, kind);
  }
});

test("a signal ends an iterator by its reason, and a callback's watch without a word", async (t) => {
  const { client, heard, hear } = start(t);
  const stop = new AbortController();
  client.watch("generation:1", hear, { signal: stop.signal });
  const end = client.watch("generation:1", { signal: stop.signal }).next();
  await turn();
  stop.abort(new Error("enough"));
  await assert.rejects(end, /enough/);
  assert.deepEqual([heard, line().readyState], [[], 3]);
});

test("a studio that was never there is given up by an iterator, and not by a callback", async (t) => {
  const fetch = async () => { throw new TypeError("fetch failed"); };
  const { client, heard, hear, step } = streams(t, { WebSocket: Line, fetch });
  client.watch("generation:1", hear);
  const end = client.watch("generation:1").next();
  await turn();
  end.catch(() => {});
  for (let attempt = 0; attempt < 6; attempt += 1) {
    if (line().readyState === 0) line().end(1006);
    await step(40_000);
  }
  await assert.rejects(end, NetworkError);
  assert.deepEqual(heard, []);
});
