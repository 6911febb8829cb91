// The recipe builder: what it comes to follows every change. Without script the same form is sent and answered whole.
import { toast } from "./app.js";
import "./compare.js";
import "./live.js";
import { PARTIAL } from "./parts.js";

const STEP = 0.02; // of the picture, for an arrow key
const NUDGE = 0.01; // the same for a box; five times as much with Shift
const LEAST = 0.01; // side of a box
const REST = 500; // milliseconds without a change, then it is said
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEPT = ["spot_x", "spot_y", "earlier"]; // what a preset leaves as it was

customElements.define("recipe-builder", class extends HTMLElement {
  asked = 0;

  connectedCallback() {
    this.suit();
    this.addEventListener("input", () => { this.suit(); clearTimeout(this.waiting); this.waiting = setTimeout(() => this.estimate(), 350); });
    this.addEventListener("click", (event) => this.begin(event));
    this.addEventListener("submit", (event) => this.send(event));
  }

  get form() { return this.querySelector("form"); }

  // A preset fills the form in place; the address stays a way to get there without script.
  async begin(event) {
    const link = event.target.closest("[data-preset]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const wanted = new URL(link.href);
    const named = wanted.searchParams.has("asset");
    for (const each of named ? [] : this.querySelectorAll("[name=asset]:checked")) wanted.searchParams.append("asset", each.value);
    const answer = await fetch(wanted, PARTIAL).catch(() => null);
    if (!answer?.ok) return;
    const holder = document.createElement("div");
    holder.innerHTML = await answer.text();
    const trial = this.querySelector("[data-trial]");
    const kept = KEPT.map((name) => [name, this.form.elements[name]?.value]);
    this.replaceChildren(...holder.querySelector("recipe-builder").childNodes);
    this.querySelector("[data-trial]").replaceWith(trial);
    for (const [name, value] of kept) if (this.form.elements[name] && value) this.form.elements[name].value = value;
    this.remember(this.form.elements.earlier?.value);
    this.suit();
    this.querySelector(".preset[aria-current]")?.focus();
  }

  // Inputs that mean nothing for what is chosen are out of the way.
  suit() {
    for (const field of this.querySelectorAll("[data-when]")) field.hidden = !field.dataset.is.split(" ").includes(this.form.elements[field.dataset.when]?.value);
  }

  async estimate() {
    const mine = ++this.asked;
    const wish = { ...PARTIAL, method: "POST", body: new FormData(this.form) };
    const answer = await fetch(this.dataset.estimateUrl, wish).catch(() => null);
    if (!answer?.ok || mine !== this.asked) return;
    const { estimate, errors } = await answer.json();
    this.querySelector("[data-estimate]").innerHTML = estimate;
    for (const line of this.querySelectorAll("[data-error-for]")) this.mark(line, errors[line.dataset.errorFor] ?? "");
  }

  mark(line, words) {
    line.textContent = words;
    line.hidden = !words;
    const input = this.form.elements[line.dataset.errorFor];
    if (input) { if (words) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid"); }
    if (words) line.closest("details")?.setAttribute("open", "");
  }

  // The trial of a recipe, in place; the next may be held against it.
  async try(button) {
    button.disabled = true;
    const wish = { ...PARTIAL, method: "POST", body: new FormData(this.form) };
    const answer = await fetch(button.formAction, wish).catch(() => null);
    button.disabled = false;
    if (!answer) return toast("The studio cannot be reached. Try again in a moment.");
    const place = this.querySelector("[data-trial]");
    place.innerHTML = await answer.text();
    const made = place.querySelector("[data-preview]")?.dataset.preview;
    if (made) this.follow(place, made);
    place.scrollIntoView({ behavior: "smooth", block: "nearest" });
  }

  follow(place, made) {
    const row = document.createElement("live-row");
    row.setAttribute("subject", `preview:${made}`);
    row.setAttribute("src", `/enhancements/previews/${made}`);
    row.append(...place.childNodes);
    place.append(row);
    this.remember(made);
  }

  remember(made) {
    const option = this.querySelector("[data-earlier]");
    if (!option || !made) return;
    this.form.elements.earlier.value = made;
    option.disabled = option.hidden = false;
  }

  send(event) {
    if (event.submitter?.matches("[data-try]")) {
      event.preventDefault();
      this.try(event.submitter);
      return;
    }
    if (event.submitter?.matches("[data-reckon]")) {
      event.preventDefault();
      this.estimate();
      return;
    }
    if (event.submitter?.matches("[data-start]") && !this.form.querySelector("[data-use]:checked")) {
      event.preventDefault();
      toast("Take at least one operation into the recipe.");
    }
  }
});

// <spot-picker>: a place in a picture, by a click, a finger or the arrow keys; empty inputs mean that the studio chooses.
customElements.define("spot-picker", class extends HTMLElement {
  connectedCallback() {
    [this.across, this.down] = this.querySelectorAll("input");
    this.mark = this.querySelector("[data-mark]");
    this.auto = this.closest("form").querySelector("[data-spot-auto]");
    this.mark.hidden = false;
    this.addEventListener("click", (event) => { if (event.target !== this.mark) this.point(event); });
    this.mark.addEventListener("keydown", (event) => this.key(event));
    this.auto.addEventListener("click", () => { this.set("", ""); this.mark.focus(); });
    this.set(this.across.value, this.down.value);
  }

  point(event) {
    const box = this.querySelector("img").getBoundingClientRect();
    this.set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  key(event) {
    const turn = ARROWS[event.key];
    if (!turn) return;
    event.preventDefault();
    this.set(Number(this.across.value || 0.5) + STEP * turn[0], Number(this.down.value || 0.5) + STEP * turn[1]);
  }

  set(x, y) {
    const within = (value) => Math.min(1, Math.max(0, value)).toFixed(3);
    const chosen = x !== "";
    this.across.value = chosen ? within(x) : "";
    this.down.value = chosen ? within(y) : "";
    this.toggleAttribute("data-chosen", chosen);
    this.auto.hidden = !chosen;
    this.style.setProperty("--spot-x", chosen ? this.across.value : 0.5);
    this.style.setProperty("--spot-y", chosen ? this.down.value : 0.5);
    const where = chosen ? `${Math.round(this.across.value * 100)} % across, ${Math.round(this.down.value * 100)} % down` : "left to the studio";
    this.mark.setAttribute("aria-label", `Spot to try it on: ${where}. Arrow keys move it.`);
  }
});

// <box-picker>: a part of a picture, drawn by mouse or finger or set by keys. What counts are the four number inputs.
customElements.define("box-picker", class extends HTMLElement {
  connectedCallback() {
    const { elements } = this.closest("form");
    this.inputs = ["left", "top", "width", "height"].map((side) => elements[`${this.dataset.of}.${side}`]);
    this.frame = this.querySelector("[data-frame]");
    this.size = this.querySelector("[data-size]");
    this.beside = this.parentElement.querySelector("[data-box-beside]");
    this.hidden = this.beside.hidden = false;
    this.addEventListener("pointerdown", (event) => this.down(event));
    this.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.addEventListener(end, (event) => { if (event.isPrimary) this.hold = null; });
    this.addEventListener("click", (event) => this.tap(event));
    this.names = new Map([this.frame, this.size].map((button) => [button, button.getAttribute("aria-label")]));
    for (const button of this.names.keys()) button.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => this.name(event.relatedTarget));
    for (const input of this.inputs) input.addEventListener("input", () => this.draw());
    this.draw();
    this.say();
  }

  disconnectedCallback() { clearTimeout(this.later); }

  get box() { return this.inputs.map((input) => Number(input.value) || 0); }

  get isWhole() { return this.box[2] > 0.99 && this.box[3] > 0.99; }

  share({ clientX, clientY }) {
    const { left, top, width, height } = this.querySelector("img").getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  // By a corner its opposite stays, by the frame all of it goes along; elsewhere, or in a box of all, a new one begins.
  down(event) {
    if (event.button || !event.isPrimary) return;
    this.hold = null; // after a drag by a finger no click ends it
    const at = this.share(event), [left, top, width, height] = this.box, { corner } = event.target.dataset;
    this.drawn = false;
    this.byFinger = event.pointerType === "touch";
    this.pressed = event.target; // a click after a capture says nothing of it
    if (corner) this.hold = { from: [corner.includes("left") ? left + width : left, corner.includes("top") ? top + height : top] };
    else if (event.target === this.frame && !this.isWhole) this.hold = { grip: [at[0] - left, at[1] - top] };
    else if (this.byFinger) return; // it scrolls
    else this.hold = { from: at };
    this.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.hold || !event.buttons || !event.isPrimary) return;
    const at = this.share(event).map((value) => Math.min(1, Math.max(0, value))), { from, grip } = this.hold;
    if (grip) {
      this.put([at[0] - grip[0], at[1] - grip[1], this.box[2], this.box[3]]);
    } else {
      const [width, height] = at.map((value, side) => Math.abs(value - from[side]));
      if (!this.drawn && Math.max(width, height) < LEAST) return; // a hand that trembles
      this.put([Math.min(at[0], from[0]), Math.min(at[1], from[1]), width, height]);
    }
    this.drawn = true;
  }

  tap(event) {
    if (this.drawn || !event.detail || (this.isWhole && !this.byFinger)) return;
    const at = this.share(event), [width, height] = this.isWhole ? [0.5, 0.5] : this.box.slice(2);
    if (this.isWhole ? this.pressed === this.frame : this.pressed === this.querySelector("img")) this.put([at[0] - width / 2, at[1] - height / 2, width, height]);
  }

  key(event) {
    const turn = ARROWS[event.key];
    if (!turn) return;
    event.preventDefault();
    const [across, down] = turn.map((value) => value * NUDGE * (event.shiftKey ? 5 : 1));
    const [left, top, width, height] = this.box;
    this.put(event.target === this.size ? [left, top, Math.min(width + across, 1 - left), Math.min(height + down, 1 - top)] : [left + across, top + down, width, height]);
  }

  put(box) {
    const round = (value) => Number(value.toFixed(4));
    const sides = box.slice(2).map((side) => round(Math.min(1, Math.max(LEAST, side))));
    const start = box.slice(0, 2).map((at, side) => round(Math.min(1 - sides[side], Math.max(0, at))));
    this.inputs.forEach((input, each) => { input.value = [...start, ...sides][each]; });
    this.inputs[0].dispatchEvent(new Event("input", { bubbles: true }));
  }

  draw() {
    const [left, top, width, height] = this.box;
    for (const [name, value] of Object.entries({ left, top, width, height })) this.style.setProperty(`--${name}`, value);
    this.toggleAttribute("data-whole", this.isWhole);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.say(), REST); // once, when the hand rests
  }

  // Said once: by the status while a button has the focus, by the buttons' names to whoever comes to them later.
  say() {
    const [left, top, width, height] = this.box, percent = (value) => `${Math.round(100 * value)} %`;
    const pixels = `${Math.round(width * this.dataset.width)} × ${Math.round(height * this.dataset.height)} of ${this.dataset.width} × ${this.dataset.height} px`;
    this.where = `${percent(left)} from the left, ${percent(top)} from the top, ${percent(width)} wide, ${percent(height)} high`;
    this.beside.querySelector("[data-box-said]").textContent = `${pixels}: ${this.where}.`;
    this.name(document.activeElement);
  }

  name(focused) {
    for (const [button, name] of this.names) if (button !== focused) button.setAttribute("aria-label", `${name}, ${this.where}`);
  }
});

// More of the list, and small posts inside of it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-rows] [data-more-link]");
  if (!link) return;
  event.preventDefault();
  const answer = await fetch(link.href, PARTIAL).catch(() => null);
  if (!answer?.ok) return;
  const list = link.closest("[data-rows]");
  link.closest("[data-more]").remove();
  list.insertAdjacentHTML("beforeend", await answer.text());
});

document.addEventListener("submit", async (event) => {
  const quiet = event.target.closest("[data-rows] [data-quiet-post], .trial [data-quiet-post]");
  if (!quiet) return;
  event.preventDefault();
  const answer = await fetch(quiet.action, { method: "POST", body: new FormData(quiet), credentials: "same-origin" });
  toast(answer.ok ? "Stopping…" : "That could not be stopped.");
});
