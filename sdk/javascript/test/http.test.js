// What the client repeats, for how long, as what it throws a refusal, and how it carries lists and files.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import * as sdk from "../src/index.js";

const { DesignerBFFClient, etagOf } = sdk;
const answer = (status, body = {}, headers = {}) => new Response(status === 204 ? null : typeof body === "string" ? body : JSON.stringify(body), { status, headers });
const lost = () => Object.assign(new TypeError("fetch failed"), { cause: new Error("connect ECONNREFUSED") });

// A studio that gives these answers one after the other, and the client that asks it.
function studio(answers, options = {}) {
  const said = [];
  const fetch = async (url, wish) => {
    said.push({ url, ...wish });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next ?? answer(200, { id: "1" });
  };
  return { said, client: new DesignerBFFClient({ url: "http://studio.example/api/", token: "secret", fetch, random: () => -0.42, ...options }) };
}

test("a refusal is a typed error that names field and remedy", async () => {
  const problem = { detail: "Too many.", code: "too_many", remedy: "Ask for fewer.", errors: [{ field: "n", code: "x", message: "y" }] };
  const { client } = studio([answer(422, problem)]);
  const error = await client.generate({ brief: "coat", n: 9 }).catch((caught) => caught);
  assert.ok(error instanceof sdk.InvalidRequestError && error instanceof sdk.ApiError);
  assert.deepEqual([error.name, error.status, error.code, error.field, error.remedy, error.message], ["InvalidRequestError", 422, "too_many", "n", "Ask for fewer.", "Too many."]);
});

for (const [status, name] of Object.entries({ 400: "InvalidRequestError", 401: "AuthenticationError", 403: "ForbiddenError", 404: "NotFoundError", 409: "ConflictError", 412: "ConflictError", 418: "ApiError", 500: "ServerError" })) {
  test(`an answer of ${status} is a ${name}`, async () => {
    const { client } = studio([answer(Number(status), { detail: "No." })]);
    await assert.rejects(client.me(), { name, message: "No.", status: Number(status) });
  });
}

test("a lost answer is asked for again under the same key and with the same body", async () => {
  const { client, said } = studio([lost(), answer(503), answer(202, { id: "7" })]);
  assert.deepEqual(await client.generate({ brief: "coat" }), { id: "7" });
  assert.equal(said.length, 3);
  assert.equal(new Set(said.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
  assert.deepEqual(said.map(({ body }) => body), Array(3).fill('{"brief":"coat"}'));
  assert.deepEqual([said[0].url, said[0].headers.Authorization], ["http://studio.example/api/generations", "Bearer secret"]);
});

test("one's own key is sent as it is", async () => {
  const { client, said } = studio([]);
  await client.generate({ brief: "coat" }, { idempotencyKey: "mine" });
  assert.equal(said[0].headers["Idempotency-Key"], "mine");
});

test("what may have been done and would be done twice is not repeated", async () => {
  const { client, said } = studio([lost()]);
  await assert.rejects(client.deleteAsset("1"), sdk.NetworkError);
  assert.equal(said.length, 1);
});

test("a studio that cannot be reached is named, with the reason and a remedy", async () => {
  const { client } = studio([lost()], { repeats: 0 });
  await assert.rejects(client.me(), { name: "NetworkError", message: "The studio at http://studio.example cannot be reached: connect ECONNREFUSED.", remedy: "Check the address, and that the studio runs." });
});

test("an address that is no studio's is said to be none", async () => {
  const { client } = studio([answer(404, "<html>"), answer(200, "<html>")]);
  for (let which = 0; which < 2; which += 1) await assert.rejects(client.me(), { code: "not_a_studio", remedy: "Check the address." });
  for (const url of [undefined, "studio.example"]) assert.throws(() => new DesignerBFFClient({ url }), { code: "no_url" });
});

test("Retry-After is honoured within patience, whichever form it has", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { client, said } = studio([answer(429, {}, { "Retry-After": "7" }), undefined]);
  const me = client.me();
  const turns = async () => { for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done)); };
  await turns();
  t.mock.timers.tick(6_999);
  await turns();
  assert.equal(said.length, 1);
  t.mock.timers.tick(1);
  assert.deepEqual(await me, { id: "1" });
  const late = studio([answer(429, {}, { "Retry-After": new Date(3_600_000 + Date.now()).toUTCString() })]);
  const error = await late.client.me().catch((caught) => caught);
  assert.ok(error instanceof sdk.RateLimitError && Math.abs(error.retryAfter - 3_600) < 2);
});

test("a first request that still runs is waited for", async () => {
  const running = () => answer(409, { code: "still_running" }, { "Retry-After": "0" });
  const { client, said } = studio([running(), running(), running(), running()]);
  assert.deepEqual(await client.generate({ brief: "coat" }), { id: "1" });
  assert.equal(said.length, 5);
});

test("an answer that does not begin in time is a network error", async () => {
  const fetch = (_, { signal }) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  const client = new DesignerBFFClient({ url: "http://studio.example", fetch, timeout: 0.01, repeats: 0 });
  await assert.rejects(client.me(), { name: "NetworkError", code: "timeout" });
});

test("a signal ends a call and the waiting between two tries by its reason", async () => {
  const stop = new AbortController();
  const { client, said } = studio([answer(429, {}, { "Retry-After": "30" })]);
  const me = client.me({ signal: stop.signal });
  setImmediate(() => stop.abort(new Error("enough")));
  await assert.rejects(me, /enough/);
  await assert.rejects(client.me({ signal: stop.signal }), /enough/);
  assert.equal(said.length, 1);
});

test("in a page the session signs in and its token goes against forgery", async (t) => {
  globalThis.document = { cookie: "theme=dark; csrf=abc" };
  t.after(() => { delete globalThis.document; });
  const { client, said } = studio([], { token: null });
  await client.generate({ brief: "coat" });
  assert.deepEqual([said[0].headers["X-CSRFToken"], said[0].headers.Authorization, said[0].credentials], ["abc", undefined, "same-origin"]);
});

test("pages are read on with their cursor and never at another host", async () => {
  const first = { results: [{ id: "1" }, { id: "2" }], next: "https://elsewhere.example/api/assets?cursor=abc%3D" };
  const { client, said } = studio([answer(200, first), answer(200, { results: [{ id: "3" }], next: null })]);
  const ids = [];
  for await (const { id } of client.assets({ kind: "generated", trashed: false, team: undefined })) ids.push(id);
  assert.deepEqual(ids, ["1", "2", "3"]);
  assert.deepEqual(said.map(({ url }) => url), ["http://studio.example/api/assets?kind=generated&trashed=false", "http://studio.example/api/assets?kind=generated&trashed=false&cursor=abc%3D"]);
});

test("pages by number, a list of values, and a bounded array", async () => {
  const { client, said } = studio([answer(200, { results: [1], next: 1 }), answer(200, { results: [2, 3], next: 3 })]);
  assert.deepEqual(await client.batchItems("b/1", { status: ["failed", "queued"] }).all(2), [1, 2]);
  assert.equal(said[1].url, "http://studio.example/api/batch/b%2F1/items?status=failed&status=queued&after=1");
});

test("a version goes from an answer into the change", async () => {
  const { client, said } = studio([answer(200, { id: "1" }, { ETag: '"7"' })]);
  const persona = await client.persona("1");
  await client.changePersona("1", { name: "Coast" }, { ifMatch: etagOf(persona) });
  assert.equal(said[1].headers["If-Match"], '"7"');
  assert.throws(() => etagOf({}), { code: "no_etag" });
});

test("a call without the id that it needs is refused at once", () => {
  const { client } = studio([]);
  assert.throws(() => client.generation(), { code: "no_id" });
});

test("files go as what they are, or as the path of one, with their names", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sdk-"));
  await writeFile(join(folder, "swatch.png"), "from the disk");
  const { client, said } = studio([]);
  const sources = [join(folder, "swatch.png"), new File(["a file"], "coat.png"), new Blob(["a blob"]), new TextEncoder().encode("bytes")];
  for (const source of sources) await client.upload(source, { team: "t" });
  const sent = await Promise.all(said.map(async ({ body }) => [body.get("file").name, await body.get("file").text(), body.get("team")]));
  assert.deepEqual(sent, [["swatch.png", "from the disk", "t"], ["coat.png", "a file", "t"], ["file", "a blob", "t"], ["file", "bytes", "t"]]);
  await assert.rejects(client.upload(), { code: "no_file" });
  await client.setTeamAvatar("1", { file: sources[0] });
  const { method, headers, body: form } = said.at(-1);
  assert.deepEqual([method, headers["Content-Type"], form.get("file").name], ["PUT", undefined, "swatch.png"]);
  await client.importPortfolio([sources[0], { file: sources[1], path: "spring/coat.png" }], { title: "Spring" });
  const { body } = said.at(-1);
  assert.deepEqual([body.get("title"), body.get("paths"), body.getAll("file").map(({ name }) => name)], ["Spring", '["swatch.png","spring/coat.png"]', ["swatch.png", "coat.png"]]);
});

test("a download is a Blob, or a file that is whole or not there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sdk-"));
  const broken = () => new Response(new ReadableStream({ pull(controller) { controller.enqueue(new Uint8Array(4)); controller.error(new TypeError("terminated")); } }));
  const { client, said } = studio([answer(200, "picture"), answer(200, "picture"), broken()]);
  assert.equal(await (await client.download("1", { format: "png" })).text(), "picture");
  const place = join(folder, "dress.png");
  assert.equal(await client.download("1", {}, { to: place }), place);
  await assert.rejects(client.download("1", {}, { to: place }), sdk.NetworkError);
  assert.deepEqual([await readdir(folder), await readFile(place, "utf8")], [["dress.png"], "picture"]);
  assert.equal(said[0].url, "http://studio.example/api/assets/1/content?format=png");
});
