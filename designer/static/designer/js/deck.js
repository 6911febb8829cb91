// The swipe deck: keys, drags and buttons all press the form's own buttons; the server deals the next card.
const KEYS = { ArrowRight: "like", l: "like", ArrowLeft: "dislike", d: "dislike", ArrowUp: "pick", p: "pick", ArrowDown: "skip", s: "skip", z: "back" };
const FAR = 90; // pixels of a drag that mean it
const OUT = { like: "translate(120%, 0) rotate(12deg)", dislike: "translate(-120%, 0) rotate(-12deg)", pick: "translate(0, -110%)", skip: "translate(0, 60%)" };

customElements.define("swipe-deck", class extends HTMLElement {
  connectedCallback() {
    this.busy = false;
    this.waiting = [];
    this.said = document.querySelector("[data-deck-said]");
    this.addEventListener("submit", (event) => this.submitted(event));
    this.addEventListener("pointerdown", (event) => this.grab(event));
    // Only while the focus is in the deck (WCAG 2.1.4): letters mean other things to who speaks or browses the page.
    this.addEventListener("keydown", (event) => this.key(event));
    this.leaving = new AbortController();
    document.querySelector("main").addEventListener("click", () => this.takeBack(), { signal: this.leaving.signal });
    if (document.activeElement === document.body) this.card?.focus({ preventScroll: true });
    this.preload();
  }

  disconnectedCallback() { this.leaving.abort(); }

  // A click beside the deck leaves the focus nowhere, and the keys would be dead from then on.
  takeBack() {
    const held = document.activeElement.closest("a, button, input, select, textarea, summary, swipe-deck");
    if (!held) this.card?.focus({ preventScroll: true });
  }

  get card() { return this.querySelector("figure[data-card]"); }

  preload() {
    for (const mark of this.querySelectorAll("[data-ahead]")) new Image().src = mark.dataset.ahead;
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const verdict = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!verdict || !this.buttonFor(verdict)) return;
    event.preventDefault();
    this.press(verdict);
  }

  buttonFor(verdict) {
    return this.querySelector(verdict === "back" ? "[data-deck-back] button" : `[name="verdict"][value="${verdict}"]`);
  }

  // What is pressed while the last word is on its way is said of the next card, one by one.
  press(verdict) {
    if (this.busy) { if (this.waiting.length < 5) this.waiting.push(verdict); return; }
    const button = this.buttonFor(verdict);
    if (button) button.form.requestSubmit(button);
  }

  async submitted(event) {
    const form = event.target.closest("[data-deck-form]");
    if (!form) return;
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    const verdict = event.submitter?.value;
    const body = new FormData(form, event.submitter);
    this.throwOut(verdict);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Partial": "1" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.innerHTML = await answer.text();
      this.arrive();
    } catch {
      this.card?.removeAttribute("data-gone");
      if (this.card) this.card.style.transform = "";
      this.said.textContent = "This could not be sent. Try again.";
      this.waiting = [];
    }
    this.busy = false;
    const next = this.waiting.shift();
    if (next) this.press(next);
  }

  throwOut(verdict) {
    if (!this.card || !OUT[verdict]) return;
    this.card.dataset.lean = verdict;
    this.card.style.transform = OUT[verdict];
    this.card.toggleAttribute("data-gone", true);
  }

  arrive() {
    const deck = this.querySelector("[data-deck]");
    const card = this.querySelector("[data-card]");
    const left = deck.dataset.left ? `${deck.dataset.left} left.` : "That was all.";
    this.said.textContent = `${deck.dataset.said} ${left}`;
    card?.focus({ preventScroll: true });
    this.preload();
  }

  grab(event) {
    const card = event.target.closest("figure[data-card]");
    if (!card || this.busy || event.button !== 0) return;
    const from = { x: event.clientX, y: event.clientY };
    card.setPointerCapture(event.pointerId);
    card.toggleAttribute("data-held", true);
    const move = (at) => this.lean(card, at.clientX - from.x, at.clientY - from.y);
    const end = (at) => {
      card.removeEventListener("pointermove", move);
      card.toggleAttribute("data-held", false);
      const verdict = at.type === "pointerup" ? this.lean(card, at.clientX - from.x, at.clientY - from.y) : "";
      if (verdict) this.press(verdict);
      else { card.style.transform = ""; delete card.dataset.lean; }
    };
    card.addEventListener("pointermove", move);
    card.addEventListener("pointerup", end, { once: true });
    card.addEventListener("pointercancel", end, { once: true });
  }

  // Follow the finger; which verdict it leans to, or "" while it could still be a slip.
  lean(card, x, y) {
    card.style.transform = `translate(${x}px, ${Math.min(0, y)}px) rotate(${x / 25}deg)`;
    const verdict = Math.abs(x) >= FAR && Math.abs(x) >= Math.abs(y) ? (x > 0 ? "like" : "dislike") : y <= -FAR ? "pick" : "";
    if (verdict) card.dataset.lean = verdict;
    else delete card.dataset.lean;
    return verdict;
  }
});
