// <live-row subject="generation:7f…" src="/studio/generations/7f…/card">: the server's own partial, kept fresh.
//
// The page works without it. Ticks move the bar inside; any other news loads the partial again, one at a time, and the
// newest news is always followed by a load. With `eager` the first load does not wait for news, with `fresh` it comes
// with the first snapshot: for what a snapshot does not hold. `at` is the number at which its one channel stood before the
// page was read: where the first snapshot stands further, it is loaded. `subject` may name several channels, `events` one family,
// `pace` the least milliseconds between two loads, `every` the seconds after which it is loaded without news, `while` its
// status is that: for what changes with time alone. With `ticks` a tick is news like any other.
import { Live } from "../../sdk/live.js";

const TYPED = ["text", "number", "search", "date", "time", "url", "email"].map((kind) => `input[type=${kind}]`).concat("input:not([type])", "textarea").join();

export const live = new Live();

export class LiveRow extends HTMLElement {
  connectedCallback() {
    this.seen = new Set();
    this.watched = this.getAttribute("subject").split(" ").filter(Boolean).map((subject) => live.watch(subject, (message) => this.hear(message, subject)));
    if (this.hasAttribute("eager")) this.refresh();
    if (this.hasAttribute("every")) this.clock = setInterval(() => this.strike(), this.getAttribute("every") * 1000);
  }

  disconnectedCallback() { clearInterval(this.clock); for (const unwatch of this.watched ?? []) unwatch(); }

  hear(message, subject) {
    if (message.event && !message.event.startsWith(this.getAttribute("events") ?? "")) return;
    if (message.type === "tick") return this.hasAttribute("ticks") ? this.refresh() : this.move(message.data);
    if (["presence", "cursor", "reaction", "error"].includes(message.type)) return;
    const known = message.type !== "snapshot" || this.seen.has(subject) || this.hasAttribute("fresh");
    this.seen.add(subject);
    if (known || this.stale(message)) this.refresh();
  }

  // The page may be older than the snapshot: what happened in between must show.
  stale({ seq, data: now }) {
    if (this.hasAttribute("at") && seq > Number(this.getAttribute("at"))) return true;
    const shown = this.querySelector("[data-status]")?.dataset.status;
    return Boolean(now?.status && shown && now.status !== shown);
  }

  strike() {
    if (!document.hidden && this.querySelector("[data-status]")?.dataset.status === this.getAttribute("while")) this.refresh();
  }

  move({ percent }) {
    const bar = this.querySelector("[data-progress]");
    if (bar && Number.isFinite(percent)) bar.value = percent;
  }

  // Who asks while it is being loaded waits until it was loaded once more.
  refresh() {
    this.again = true;
    return (this.loading ??= this.reload().finally(() => { this.loading = null; }));
  }

  async reload() {
    do {
      this.again = false;
      if (this.hasAttribute("ticks") && document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true })); // nobody looks
      await this.load();
      if (this.hasAttribute("pace")) await new Promise((done) => setTimeout(done, this.getAttribute("pace")));
    } while (this.again && this.isConnected);
  }

  async load() {
    const answer = await fetch(this.getAttribute("src"), { headers: { "X-Partial": "1" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const text = await answer.text();
    while (this.matches(":active")) await new Promise((done) => setTimeout(done, 50)); // what is pressed would be gone before it is let go
    this.put(text);
  }

  // What is open, typed, ticked, chosen and focused stays so.
  put(text) {
    const focused = this.contains(document.activeElement) ? same(document.activeElement) : "";
    const folds = [...this.querySelectorAll("details[id]")].map(({ id, open }) => [id, open]);
    const changed = [...this.querySelectorAll("input, textarea, select")].map((field) => [same(field), change(field)]).filter(([selector, found]) => selector && found);
    this.innerHTML = text;
    for (const [id, open] of folds) { const fold = this.querySelector(`#${CSS.escape(id)}`); if (fold) fold.open = open; }
    for (const [selector, [property, value]] of changed) { const field = this.querySelector(selector); if (field && takes(field, value)) field[property] = value; }
    if (focused) this.querySelector(focused)?.focus();
  }
}

// What somebody changed of a field, as its property and value; false where it is as the server sent it.
function change(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked && ["checked", field.checked];
  if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected)) && ["value", field.value];
  return field.matches(TYPED) && field.value !== field.defaultValue && ["value", field.value];
}

// What was chosen may be offered no more.
function takes(field, value) { return !field.matches("select") || [...field.options].some((each) => each.value === value); }

// A selector of an element's successor in a newer form of its part; "" where nothing tells it from others.
function same(element) {
  const said = (name) => `[${name}="${CSS.escape(element.getAttribute(name))}"]`;
  const own = ["id", "href", "name"].find((name) => element.hasAttribute(name));
  if (!own) return "";
  return said(own) + (own === "name" && element.matches(":is(button, [type=radio], [type=checkbox])[value]") ? said("value") : ""); // several share a name
}

customElements.define("live-row", LiveRow);
