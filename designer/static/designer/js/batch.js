// <batch-grid batch total status>: up to ten thousand items as tiles of one size. Only those in sight are in the document;
// items come by the page as they are scrolled to, and news of the batch changes them in place.
import { live } from "./live.js";
import { money } from "./money.js";

const PAGE = 100;
const LABELS = { waiting: "Waiting", queued: "Queued", running: "Running", succeeded: "Succeeded", failed: "Failed", cancelled: "Cancelled" };
const OPEN = new Set(["waiting", "queued", "running"]);
const WIDTH = 168; // pixels of a tile with its gap, at least
const QUIET = 4000; // ms without news after which the counts are asked for
const BELOW = 64; // pixels of the caption and the gap

class BatchGrid extends HTMLElement {
  heard = 0; // when news came last
  done = 0; // items that are known to have ended

  connectedCallback() {
    this.batch = this.getAttribute("batch");
    this.status = this.getAttribute("status");
    this.total = Number(this.getAttribute("total"));
    this.items = []; // by place in the list; sparse
    this.asked = new Map(); // page -> promise
    this.tiles = new Map(); // place -> element
    this.told = new Map(); // place -> when news of its item came
    this.count = this.status ? Number(document.querySelector(`[data-count="${this.status}"]`)?.textContent ?? 0) : this.total;
    this.clock = setInterval(() => this.askCounts(), QUIET);
    this.unwatch = live.watch(`batch:${this.batch}`, (message) => this.hear(message));
    if (this.count) this.begin();
  }

  begin() {
    this.list = Object.assign(document.createElement("ul"), { className: "batch-tiles batch-tiles-live" });
    this.replaceChildren(this.list);
    this.lay = () => requestAnimationFrame(() => this.draw());
    this.sizes = new ResizeObserver(this.lay);
    this.sizes.observe(this);
    this.sizes.observe(document.body); // what stands above may grow or shrink, and so move the tiles in sight
    document.addEventListener("scroll", this.lay, { passive: true });
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    clearTimeout(this.timer);
    clearTimeout(this.renewal);
    document.removeEventListener("scroll", this.lay);
    this.sizes?.disconnect();
    this.unwatch?.();
  }

  hear(message) {
    const data = message.data;
    this.heard = performance.now();
    if (data?.counts && this.isNews(message)) { this.showCounts(data); this.renew(); }
    if (message.type === "event" && message.event === "batch:item") this.change(data);
  }

  // Of several ticks within a second only the first comes: what the last one would have told is asked for.
  async askCounts() {
    const going = document.querySelector(".batch-head [data-status]")?.dataset.status === "running";
    if (document.hidden || !going || performance.now() - this.heard < QUIET) return;
    const answer = await fetch(`/api/batch/${this.batch}`, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) this.hear({ type: "tick", data: await answer.json() });
  }

  // Each process ticks by itself: one that was held up may tell less than what is known already. Facts come in order.
  isNews({ type, data: { counts } }) {
    const done = counts.succeeded + counts.failed + counts.cancelled;
    if (type === "tick" && done < this.done) return false;
    this.done = done;
    return true;
  }

  showCounts({ counts, percent, cost }) {
    for (const place of document.querySelectorAll("[data-count]")) place.textContent = counts[place.dataset.count];
    const say = (name, text) => { const place = document.querySelector(name); if (place && text !== undefined) place.textContent = text; };
    say("[data-done]", counts.succeeded + counts.failed + counts.cancelled);
    say("[data-failed]", counts.failed);
    say("[data-cost]", cost === undefined ? cost : money(cost));
    const sum = document.querySelector("[data-cost]");
    if (sum && cost !== undefined) sum.title = `$${cost}`;
    const bar = document.querySelector("progress[data-progress]");
    if (bar && Number.isFinite(percent)) bar.value = percent;
  }

  // An item ended. In a list of one state it may come or go: that list is begun anew.
  change(data) {
    if (this.status) return this.again();
    const place = data.position - 1;
    const item = this.items[place];
    this.told.set(place, performance.now());
    if (!item) return;
    Object.assign(item, { status: data.status, error: data.error, assets: (data.assets ?? []).map((id) => ({ id, thumbnail: `/api/assets/${id}/thumbnail` })) });
    this.tiles.get(place)?.replaceWith(this.remember(place, this.tile(item)));
    this.put(place);
  }

  again() {
    this.timer ??= setTimeout(() => { // not begun anew by each item: a fast batch would never let it end
      this.timer = null;
      this.count = Number(document.querySelector(`[data-count="${this.status}"]`).textContent);
      if (!this.list) { if (this.count) this.begin(); return; } // nothing was in this state when the page came
      this.items = [];
      this.asked.clear();
      this.draw();
    }, 1000);
  }

  // That an item begins is no news of its own: with the counts, what is in sight and has not ended is looked at again.
  renew() {
    if (this.status) { if (Number(document.querySelector(`[data-count="${this.status}"]`).textContent) !== this.count) this.again(); return; }
    this.renewal ??= setTimeout(() => {
      this.renewal = null;
      const open = [...this.tiles.keys()].filter((place) => OPEN.has(this.items[place]?.status));
      for (const page of new Set(open.map((place) => Math.floor(place / PAGE)))) this.load(page);
    }, 1000);
  }

  draw() {
    const width = this.clientWidth;
    if (!width) return;
    this.columns = Math.max(2, Math.floor(width / WIDTH));
    this.wide = width / this.columns;
    this.high = Math.round((this.wide - 12) * 4 / 3) + BELOW;
    this.list.style.height = `${Math.ceil(this.count / this.columns) * this.high}px`;
    const top = -this.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor((top - innerHeight / 2) / this.high)) * this.columns;
    const last = Math.min(this.count, Math.ceil((top + innerHeight * 1.5) / this.high) * this.columns);
    for (const [place, tile] of this.tiles) if (place < first || place >= last) { tile.remove(); this.tiles.delete(place); }
    for (let place = first; place < last; place += 1) this.show(place);
  }

  show(place) {
    const item = this.items[place];
    if (!item) this.ask(Math.floor(place / PAGE));
    if (!this.tiles.has(place)) this.list.append(this.remember(place, this.tile(item, place)));
    this.put(place);
  }

  remember(place, tile) {
    this.tiles.set(place, tile);
    return tile;
  }

  put(place) {
    const tile = this.tiles.get(place);
    if (!tile) return;
    tile.style.transform = `translate(${(place % this.columns) * this.wide}px, ${Math.floor(place / this.columns) * this.high}px)`;
    tile.style.width = `${this.wide - 12}px`;
    tile.setAttribute("aria-setsize", this.count);
    tile.setAttribute("aria-posinset", place + 1);
  }

  // Without a state, places are positions. With one, a page is known only by the last position of the page before it.
  async ask(page) {
    if (this.asked.has(page)) return this.asked.get(page);
    const work = this.load(page);
    this.asked.set(page, work);
    return work;
  }

  async load(page) {
    if (this.status && page > 0) await this.ask(page - 1);
    const before = this.status ? this.items[page * PAGE - 1]?.position ?? 0 : page * PAGE;
    const began = performance.now();
    const query = new URLSearchParams({ after: before, limit: PAGE, ...(this.status && { status: this.status }) });
    const answer = await fetch(`/api/batch/${this.batch}/items?${query}`, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) { setTimeout(() => { this.asked.delete(page); this.lay(); }, 2000); return; }
    let missed = false;
    (await answer.json()).results.forEach((item, index) => {
      const place = page * PAGE + index;
      if (this.told.get(place) > began) { missed ||= !this.items[place]; return; } // it ended while this was on its way
      const before = this.items[place];
      this.items[place] = item;
      const shown = this.tiles.get(place);
      if (shown && (before?.id !== item.id || before.status !== item.status)) { shown.replaceWith(this.remember(place, this.tile(item))); this.put(place); }
    });
    if (missed) await this.load(page);
  }

  tile(item, place) {
    const tile = document.createElement("li");
    tile.className = "batch-tile";
    tile.dataset.status = item?.status ?? "";
    const asset = item?.assets?.[0];
    const frame = document.createElement(asset ? "a" : "span");
    if (asset) {
      frame.href = item.generation ? `/generations/${item.generation}` : `/assets/${asset.id}`;
      frame.append(Object.assign(new Image(), { src: `${asset.thumbnail}?w=320`, alt: `Item ${item.position}: ${item.brief.slice(0, 80)}`, decoding: "async" }));
    } else {
      frame.className = "batch-blank";
      frame.setAttribute("aria-hidden", "true");
    }
    const caption = Object.assign(document.createElement("p"), { className: "batch-caption" });
    const state = document.createElement("span");
    const line = item?.label.sheet_line ? ` · line ${item.label.sheet_line}` : "";
    state.textContent = item ? `${item.position} · ${LABELS[item.status]}${line}` : `${place + 1}`;
    caption.append(state, ` ${item?.error?.message ?? item?.brief ?? ""}`);
    tile.append(frame, caption);
    return tile;
  }
}

customElements.define("batch-grid", BatchGrid);
