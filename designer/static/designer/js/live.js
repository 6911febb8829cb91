// <live-row subject="generation:7f…" src="/studio/generations/7f…/card">: the server's own partial, kept fresh.
//
// The page works without it. Ticks move the bar inside; any other news loads the partial again, one at a time, and the
// newest news is always followed by a load. With `eager` the first load does not wait for news.
import { Live } from "../../sdk/live.js";

export const live = new Live();

class LiveRow extends HTMLElement {
  connectedCallback() {
    this.seen = false;
    this.unwatch = live.watch(this.getAttribute("subject"), (message) => this.hear(message));
    if (this.hasAttribute("eager")) this.refresh();
  }

  disconnectedCallback() { this.unwatch?.(); }

  hear(message) {
    if (message.type === "tick") return this.move(message.data);
    if (["presence", "cursor", "reaction", "error"].includes(message.type)) return;
    if (message.type === "snapshot" && !this.seen && !this.stale(message.data)) { this.seen = true; return; }
    this.seen = true;
    this.refresh();
  }

  // The page may be older than the snapshot: what finished in between must show.
  stale(now) {
    const shown = this.querySelector("[data-status]")?.dataset.status;
    return Boolean(now?.status && shown && now.status !== shown);
  }

  move({ percent }) {
    const bar = this.querySelector("[data-progress]");
    if (bar && Number.isFinite(percent)) bar.value = percent;
  }

  async refresh() {
    if (this.loading) { this.again = true; return; }
    this.loading = true;
    try {
      do {
        this.again = false;
        await this.load();
      } while (this.again && this.isConnected);
    } finally {
      this.loading = false;
    }
  }

  async load() {
    const answer = await fetch(this.getAttribute("src"), { headers: { "X-Partial": "1" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const text = await answer.text();
    const focused = this.contains(document.activeElement) ? document.activeElement.id : "";
    this.innerHTML = text;
    if (focused) document.getElementById(focused)?.focus();
  }
}

customElements.define("live-row", LiveRow);
