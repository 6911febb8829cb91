// <arrange-list action="/…/arrange">: its children marked `data-item` are moved by their `data-grip`, dragged with a mouse,
// a pen or a finger, or by the arrow keys while it is focused. The place is told to the server at once; what it refuses
// goes back to where it was. Without script the buttons beside the grip do the same.
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };
const EDGE = 60; // pixels from the edge of the window within which a drag scrolls it

class ArrangeList extends HTMLElement {
  connectedCallback() {
    if (!this.hasAttribute("action")) return;
    for (const grip of this.querySelectorAll("[data-grip]")) grip.hidden = false;
    this.addEventListener("pointerdown", (event) => this.take(event));
    this.addEventListener("keydown", (event) => this.key(event));
  }

  get items() { return [...this.querySelectorAll(":scope > [data-item]")]; }

  key(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || !(event.key in STEPS)) return;
    event.preventDefault();
    const item = grip.closest("[data-item]"), items = this.items, from = items.indexOf(item);
    const to = Math.min(items.length - 1, Math.max(0, from + STEPS[event.key]));
    if (to === from) return this.say(`${this.name(item)} is ${to ? "last" : "first"} already.`);
    this.put(item, to);
    grip.focus();
    this.keep(item, from);
  }

  take(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button || !event.isPrimary) return;
    event.preventDefault();
    grip.focus();
    const item = grip.closest("[data-item]"), from = this.items.indexOf(item);
    item.dataset.dragged = "";
    this.setPointerCapture(event.pointerId); // not the grip: it leaves the page for a moment when its item is moved, and would lose it
    const move = (at) => this.drag(item, at);
    const end = (at) => {
      this.removeEventListener("pointermove", move);
      for (const kind of ["pointerup", "pointercancel"]) this.removeEventListener(kind, end);
      delete item.dataset.dragged;
      if (at.type === "pointercancel") this.put(item, from);
      else if (this.items.indexOf(item) !== from) this.keep(item, from);
    };
    this.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel"]) this.addEventListener(kind, end);
  }

  drag(item, at) {
    if (at.clientY < EDGE) scrollBy(0, -12);
    else if (at.clientY > innerHeight - EDGE) scrollBy(0, 12);
    const over = document.elementsFromPoint(at.clientX, at.clientY).map((each) => each.closest("[data-item]")).find((each) => each && each !== item && this.contains(each));
    if (!over) return;
    const box = over.getBoundingClientRect(), own = item.getBoundingClientRect();
    const beside = own.top < box.bottom && box.top < own.bottom; // in one line its sides count, else its height
    const past = beside ? at.clientX > box.left + box.width / 2 : at.clientY > box.top + box.height / 2;
    const items = this.items, here = items.indexOf(item), there = items.indexOf(over);
    if (past !== (here < there)) return; // it has not been dragged past the middle: it would jump to and fro
    this.put(item, there);
  }

  put(item, place) {
    const others = this.items.filter((each) => each !== item);
    if (place >= others.length) others.at(-1)?.after(item);
    else others[place].before(item);
    this.mark();
  }

  // The buttons at the ends have nowhere to move to.
  mark() {
    this.items.forEach((each, place, all) => {
      const [earlier, later] = ["earlier", "later"].map((name) => each.querySelector(`button[name=${name}]`));
      if (earlier) earlier.disabled = !place;
      if (later) later.disabled = place === all.length - 1;
    });
  }

  // One after the other, as they were done: the last place is the one that holds.
  keep(item, from) {
    const place = this.items.indexOf(item);
    this.kept = (this.kept ?? Promise.resolve()).then(() => this.tell(item, place, from));
  }

  async tell(item, place, from) {
    const body = new FormData();
    body.set("widget", item.dataset.item);
    body.set("position", place + 1);
    const token = item.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(this.getAttribute("action"), { method: "POST", body, headers: { "X-Partial": "1", "X-CSRFToken": token }, credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) return this.say(`${this.name(item)} is number ${place + 1} of ${this.items.length}.`);
    this.put(item, from);
    this.say(`${this.name(item)} could not be moved. Reload the page and try again.`);
  }

  name(item) { return document.getElementById(item.getAttribute("aria-labelledby"))?.firstChild.textContent.trim() ?? "It"; }

  say(words) { const said = document.getElementById("arranged"); if (said) said.textContent = words; }
}
customElements.define("arrange-list", ArrangeList);

for (const button of document.querySelectorAll("[data-full-screen]")) {
  const board = document.getElementById(button.dataset.fullScreen);
  button.hidden = !board?.requestFullscreen || !document.fullscreenEnabled;
  button.addEventListener("click", () => board.requestFullscreen().catch(() => { button.hidden = true; }));
}

// Only what the chosen kind can be narrowed by is asked for.
const kind = document.querySelector("[data-kind]");
function narrow() {
  const takes = kind.selectedOptions[0].dataset.takes.split(" ");
  for (const field of document.querySelectorAll("[data-narrow]")) {
    field.hidden = !takes.includes(field.dataset.narrow);
    for (const input of field.querySelectorAll("input, select")) input.disabled = field.hidden;
  }
  document.querySelector("[data-narrowing]").hidden = !takes[0];
}
kind?.addEventListener("change", narrow);
if (kind) narrow();
