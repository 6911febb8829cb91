// The recipe builder: what it comes to follows every change. Without script the same form is sent and answered whole.
import { toast } from "./app.js";
import "./compare.js";
import "./live.js";
import { PARTIAL } from "./parts.js";

const STEP = 0.02; // of the picture, for an arrow key
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
    for (const field of this.querySelectorAll("[data-when]")) field.hidden = this.form.elements[field.dataset.when]?.value !== field.dataset.is;
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

// <spot-picker>: a place in a picture, by a click, a finger or the arrow keys; empty inputs mean "wherever most is".
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
    const turn = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!turn) return;
    event.preventDefault();
    this.set(Number(this.across.value || 0.5) + turn[0], Number(this.down.value || 0.5) + turn[1]);
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
