// Designer BFF for browsers and Node 20+: every call of the API, and `watch`, which misses nothing. No dependencies.
//
//   const client = new DesignerBFFClient({ url: "https://studio.example", token });
//   const asked = await client.generate({ brief: "a midi wrap dress in emerald silk satin" });
//   for await (const message of client.watchGeneration(asked.id)) console.log(message.type, message.data);
//
// In a page of the studio itself neither is needed: the address is the page's, the session cookie signs in.
import { CALLS } from "./calls.js";
import { InvalidRequestError } from "./errors.js";
import { decoded, formOf, Pages, part, saved, send } from "./http.js";
import { Live } from "./live.js";

export * from "./errors.js";
export { etagOf } from "./http.js";

const ENDED = /^(succeeded|completed?|partial|failed|cancelled)$/; // a status, or what an event says happened

export class DesignerBFFClient extends Live {
  // `timeout`: seconds for an answer to begin. `repeats`: further tries after trouble that passes; `patience`: seconds
  // of waiting between them in all.
  constructor({ timeout = 60, repeats = 2, patience = 60, ...more } = {}) {
    super(more);
    Object.assign(this, { timeout, repeats, patience });
  }

  // Any call below /api, such as request("GET", "/me"): its JSON.
  async request(verb, path, wish) { return decoded(this, await send(this, verb, path, wish)); }

  async upload(file, wish, options) { return this.request("POST", "/assets", { ...options, json: { ...wish, file } }); }

  async importRows(file, wish, options) { return this.request("POST", "/batch/import", { ...options, json: { ...wish, file } }); }

  // `files`: as `upload` takes them, or { file, path } with a place in a folder. Watch `portfolio:<id>`.
  async importPortfolio(files, wish, options) {
    const parts = await Promise.all([...files].map(async (each) => {
      const [blob, name] = await part(each.file ?? each);
      return { blob, path: each.path ?? name };
    }));
    const paths = parts.map(({ path }) => path);
    return this.request("POST", "/portfolios", { ...options, form: formOf({ ...wish, paths }, parts.map(({ blob, path }) => [blob, path.split("/").pop()])) });
  }

  // News for one person: `(await client.me()).id`.
  watchUser(id, ...more) { return this.watch(`user:${id}`, ...more); }
}

// Every call of the API as a method: first the ids of its path, then what it wishes if it wishes anything, then options.
const VERBS = { P: "POST", A: "PATCH", U: "PUT", D: "DELETE" }; // all else is a GET
const DOES = { P: "create", A: "change", U: "set", D: "delete" };
const joined = (first, second) => (first ? first + second[0].toUpperCase() + second.slice(1) : second);
const things = {}; // a path that ends in {} -> what one such thing is called
const segments = [];
for (const line of CALLS.trim().split("\n")) {
  const [head, ...calls] = line.split(" ");
  segments.splice(head[0], Infinity, ...head.slice(1).split("/"));
  const path = `/${segments.join("/")}`;
  const owner = things[path.match(/.*{}(?=.)/)]; // the last thing on the way
  const last = segments.at(-1);
  let noun = joined(owner, last === "{}" ? segments.at(-2).slice(0, -1) : last);
  let isList = false;
  for (const [letter, ...said] of calls) {
    const kind = letter.toUpperCase();
    const name = said.join("") || (kind === "P" && !isList ? joined(last, owner) : joined(DOES[kind], noun));
    if (kind === "G") noun = things[path] = name;
    if (kind === "L") { noun = name.slice(0, -1); isList = true; }
    addCall(path, name, kind, letter !== kind);
  }
}

function addCall(path, name, kind, wishes) {
  const verb = VERBS[kind] ?? "GET";
  DesignerBFFClient.prototype[name] = function call(...said) {
    const place = path.replace(/{}/g, () => {
      const id = said.shift();
      if (!/string|number/.test(typeof id)) throw new InvalidRequestError(`${name} wants the ids in ${path}.`, { code: "no_id" });
      return encodeURIComponent(id);
    });
    const wish = wishes ? said.shift() ?? {} : undefined;
    const { to, ...options } = said.shift() ?? {};
    const told = { ...options, ["PAU".includes(kind) ? "json" : "query"]: wish };
    if (kind === "L") return new Pages((at) => this.request(verb, place, { ...told, query: { ...wish, ...at } }));
    if (kind === "F") return send(this, verb, place, told).then((answer) => saved(this, answer, to));
    return this.request(verb, place, told);
  };
}

// watchGeneration(id, callback) goes on until stopped; without a callback it iterates until the generation has ended.
// finishedGeneration(id, { show, signal }) waits for that, shows each message, and gives the generation.
for (const kind of ["generation", "enhancement", "batch", "portfolio"]) {
  const isLast = ({ type, event, data }) => ENDED.test(type === "snapshot" ? data?.status : type === "event" && event.split(`${kind}:`)[1]);
  Object.assign(DesignerBFFClient.prototype, {
    [joined("watch", kind)](id, callback, options) {
      return this.watch(`${kind}:${id}`, callback, options, isLast);
    },
    async [joined("finished", kind)](id, { show, signal } = {}) {
      for await (const message of this[joined("watch", kind)](id, { signal })) show?.(message);
      return this[kind](id);
    },
  });
}
