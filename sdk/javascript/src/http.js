// One HTTP call: sent, repeated where that is safe, its refusal thrown as an error of the family. And lists, and files.
import { kept, picked } from "./disk.js";
import { InvalidRequestError, NetworkError } from "./errors.js";
import { noStudio, ofAnswer, unreachable } from "./problems.js";

const ALIKE = ["GET", "PUT", "POST"]; // twice is once: a POST by its Idempotency-Key
const PASSING = [502, 503, 504];
const etags = new WeakMap();
const cookie = (name) => globalThis.document?.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1];
const freshKey = () => globalThis.crypto.getRandomValues(new Uint32Array(4)).join("-");

// The version of an answer, to be sent as `ifMatch` of a change.
export function etagOf(answer) {
  const etag = etags.get(answer);
  if (!etag) throw new InvalidRequestError("This answer came without a version: read the very thing that you mean to change.", { code: "no_etag" });
  return etag;
}

// The answer to a request below /api; asked again after trouble that passes. A wish with a `file` goes as a form.
export async function send(client, verb, path, { query, json, form, signal, idempotencyKey, ifMatch } = {}) {
  const headers = {};
  if ("file" in Object(json)) form = formOf({ ...json, file: null }, [await part(json.file)]);
  if (client.token) headers.Authorization = `Bearer ${client.token}`;
  else if (verb !== "GET") headers["X-CSRFToken"] = cookie("__Host-csrf") ?? cookie("csrf") ?? "";
  if (!form && json) headers["Content-Type"] = "application/json";
  if (verb === "POST") headers["Idempotency-Key"] = idempotencyKey ?? freshKey();
  if (ifMatch) headers["If-Match"] = ifMatch;
  const wish = { method: verb, headers, body: form ?? JSON.stringify(json), credentials: "same-origin" };
  for (let tried = 0, waited = 0; ;) {
    const answer = await once(client, `${client.url}/api${path}${asked(query)}`, wish, signal);
    if (answer.ok) return answer;
    const error = answer instanceof Error ? answer : await ofAnswer(answer, client.url);
    const isRunning = error.code === "still_running"; // the first of these two is still at it
    const passes = error.status === 429 || ((!error.status || PASSING.includes(error.status)) && ALIKE.includes(verb));
    if (!isRunning && (!passes || tried >= client.repeats)) throw error;
    const wait = error.retryAfter ?? (isRunning ? 1 : (0.3 + 0.7 * client.random()) * 2 ** tried);
    if (waited + wait > client.patience) throw error;
    waited += wait;
    tried += isRunning ? 0 : 1;
    await pause(wait * 1000, signal);
  }
}

// One try: its answer, or why there is none.
async function once(client, address, wish, signal) {
  const clock = new AbortController();
  const timer = wish.body instanceof FormData ? 0 : setTimeout(() => clock.abort(), client.timeout * 1000);
  try {
    signal?.throwIfAborted();
    return await client.fetch(address, { ...wish, signal: signal ? AbortSignal.any([signal, clock.signal]) : clock.signal });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (clock.signal.aborted) return new NetworkError(`The studio at ${client.url} did not answer within ${client.timeout} s.`, { code: "timeout" });
    return broken(client, error);
  } finally {
    clearTimeout(timer);
  }
}

const broken = (client, { cause, message }) => unreachable(client.url, `: ${cause?.message || cause?.code || message}`);
const breaks = (client) => (error) => { throw error.syscall || error.code === "no_disk" ? error : broken(client, error); }; // a full disk is not the studio's fault

const pause = (ms, signal) => new Promise((done, fail) => {
  if (signal?.aborted) return fail(signal.reason);
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); fail(signal.reason); }, { once: true });
});

// What was not said is left out; a list says its name again for each.
function asked(query = {}) {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const each of [value].flat()) if (each != null) said.append(name, each);
  return `${said}` && `?${said}`;
}

// The JSON of an answer, null where it has none.
export async function decoded(client, answer) {
  const text = await answer.text().catch(breaks(client));
  if (!text) return null;
  try {
    const found = JSON.parse(text);
    const etag = answer.headers.get("ETag");
    if (etag && Object(found) === found) etags.set(found, etag);
    return found;
  } catch {
    throw noStudio(client.url, "its answer is no JSON");
  }
}

// A list that comes in pages: `for await (const row of pages)` reads on as far as you go.
export class Pages {
  #read;
  constructor(read) { this.#read = read; }

  async *pages() {
    for (let place = {}; place;) {
      const { results, next } = await this.#read(place);
      yield results;
      // of an address only the cursor counts: the token goes nowhere but to our studio
      place = next == null ? null : typeof next === "number" ? { after: next } : { cursor: new URL(next).searchParams.get("cursor") };
    }
  }

  async *[Symbol.asyncIterator]() { for await (const page of this.pages()) yield* page; }

  // The rows as an array, the first `most` of them if that is said.
  async all(most = Infinity) {
    const rows = [];
    for await (const page of this.pages()) if (rows.push(...page) >= most) break;
    return rows.slice(0, most);
  }
}

// A file as [Blob, name]: from a File, a Blob, bytes, or in Node the path of one.
export async function part(source) {
  if (source == null) throw new InvalidRequestError("Which file? Give a File, a Blob, bytes or a path.", { code: "no_file" });
  if (typeof source !== "string") return [source instanceof Blob ? source : new Blob([source]), source.name ?? "file"];
  return picked(source);
}

// What was said beside files, as fields of their form.
export function formOf(fields, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value != null) form.append(name, typeof value === "object" ? JSON.stringify(value) : value);
  for (const [blob, name] of files) form.append("file", blob, name);
  return form;
}

// A file of the studio: a Blob, or with `to` (Node) written there, whole or not at all.
export async function saved(client, answer, to) {
  if (to === undefined) return answer.blob().catch(breaks(client));
  await kept(to, answer.body).catch(breaks(client));
  return to;
}
