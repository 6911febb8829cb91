// <live-alerts>: what everybody should know above every page: there when it begins, gone when it is over or put away.
// What comes while the page is open is said once to whoever hears it, wherever it is folded: `#alerts-said`, outside of
// this element, says what is put into it.
import { LiveRow } from "./live.js";
import { PARTIAL } from "./parts.js";

const HEARD = 30_000; // ms after which what was said is taken away: nobody should come upon it later
const LONGEST = 86_400_000; // ms: a browser's timer holds no more than 24 days, and an open page hears of changes

customElements.define("live-alerts", class extends LiveRow {
  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("submit", (event) => this.putAway(event));
    this.known = new Set(this.alerts().map(({ dataset }) => dataset.said)); // who opened the page has them before them
    this.wait();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.over);
  }

  async load() {
    await super.load();
    this.wait();
  }

  put(text) {
    super.put(text);
    this.say();
  }

  alerts() { return [...this.querySelectorAll("[data-said]")]; }

  say() {
    for (const alert of this.alerts()) {
      if (this.known.has(alert.dataset.said)) continue;
      this.known.add(alert.dataset.said);
      const line = Object.assign(document.createElement("p"), { textContent: alert.textContent.replace(/\s+/g, " ").trim() });
      document.getElementById("alerts-said").append(line);
      setTimeout(() => line.remove(), HEARD);
    }
  }

  // Until the first of them is over.
  wait() {
    clearTimeout(this.over);
    const ends = [...this.querySelectorAll("[data-until]")].map((each) => Date.parse(each.dataset.until) - Date.now());
    if (ends.length) this.over = setTimeout(() => this.refresh(), Math.min(LONGEST, Math.max(1_000, Math.min(...ends) + 500)));
  }

  async putAway(event) {
    event.preventDefault();
    const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target), ...PARTIAL });
    if (!answer.ok) return;
    const place = [...this.querySelectorAll("[data-put-away]")].indexOf(event.target);
    const open = this.querySelector("#alerts-more")?.open;
    this.innerHTML = await answer.text();
    this.say();
    if (open) this.querySelector("#alerts-more")?.setAttribute("open", "");
    const left = [...this.querySelectorAll("[data-put-away] button")]; // its own is gone: the next one, not the gravest
    (left[Math.min(place, left.length - 1)] ?? document.querySelector("main")).focus();
    this.wait();
  }
});
