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

const ENDED = ["succeeded", "completed", "partial", "failed", "cancelled"];

export class DesignerBFFClient extends Live {
  // `timeout`: seconds for an answer to begin. `repeats`: further tries after trouble that passes; `patience`: seconds
  // of waiting between them in all.
  constructor({ timeout = 60, repeats = 2, patience = 60, ...more } = {}) {
    super(more);
    Object.assign(this, { timeout, repeats, patience });
  }

  // Any call below /api, such as request("GET", "/me"): its JSON.
  async request(verb, path, wish) { return decoded(this, await send(this, verb, path, wish)); }

  async upload(file, { team } = {}, options) { return this.request("POST", "/assets", { ...options, form: formOf({ team }, [await part(file)]) }); }

  async importRows(file, { team, mapping } = {}, options) { return this.request("POST", "/batch/import", { ...options, form: formOf({ team, mapping }, [await part(file)]) }); }

  // `files`: as `upload` takes them, or { file, path } with a place in a folder. Watch `portfolio:<id>`.
  async importPortfolio(files, { title, team } = {}, options) {
    const parts = await Promise.all([...files].map(async (each) => {
      const [blob, name] = await part(each.file ?? each);
      return { blob, path: each.path ?? name };
    }));
    const paths = parts.map(({ path }) => path);
    return this.request("POST", "/portfolios", { ...options, form: formOf({ title, team, paths }, parts.map(({ blob, path }) => [blob, path.split("/").pop()])) });
  }

  // News for one person: `(await client.me()).id`.
  watchUser(id, ...more) { return this.watch(`user:${id}`, ...more); }
}

// Every call of the API as a method: first the ids of its path, then what it wishes if it wishes anything, then options.
const VERBS = { G: "GET", P: "POST", A: "PATCH", U: "PUT", D: "DELETE" };
let segments = [];
for (const line of CALLS.trim().split("\n")) {
  const [path, ...calls] = line.split(" ");
  segments = [...segments.slice(0, path[0]), ...path.slice(1).split("/")];
  for (const call of calls) addCall(`/${segments.join("/")}`, ...call.split(":"));
}

function addCall(path, letter, name, kind) {
  const verb = VERBS[letter];
  DesignerBFFClient.prototype[name] = function call(...said) {
    const place = path.replace(/{}/g, () => {
      const id = said.shift();
      if (typeof id !== "string" && typeof id !== "number") throw new InvalidRequestError(`${name} wants an id for each {} of ${path}.`, { code: "no_id" });
      return encodeURIComponent(id);
    });
    const wish = kind.includes("w") ? said.shift() ?? {} : undefined;
    const { to, ...options } = said.shift() ?? {};
    const told = verb === "GET" || verb === "DELETE" ? { ...options, query: wish } : { ...options, json: wish };
    if (kind.includes("p")) return new Pages((at) => this.request(verb, place, { ...told, query: { ...wish, ...at } }));
    if (kind.includes("f")) return send(this, verb, place, told).then((answer) => saved(this, answer, to));
    return this.request(verb, place, told);
  };
}

// watchGeneration(id, callback) goes on until stopped; without a callback it iterates until the generation has ended.
// finishedGeneration(id, { show, signal }) waits for that, shows each message, and gives the generation.
for (const kind of ["generation", "enhancement", "batch", "portfolio"]) {
  const name = kind[0].toUpperCase() + kind.slice(1);
  const isLast = ({ type, event, data }) => (type === "snapshot" ? ENDED.includes(data?.status) : type === "event" && [`${kind}:complete`, `${kind}:failed`, `${kind}:cancelled`].includes(event));
  Object.assign(DesignerBFFClient.prototype, {
    [`watch${name}`](id, callback, options) {
      return typeof callback === "function" ? this.watch(`${kind}:${id}`, callback, options) : this.iterate(`${kind}:${id}`, callback, isLast);
    },
    async [`finished${name}`](id, { show, signal } = {}) {
      for await (const message of this[`watch${name}`](id, { signal })) show?.(message);
      return this[kind](id);
    },
  });
}
