// The recipe builder: what it comes to follows every change. Without script the same form is sent and answered whole.
import { toast } from "./app.js";
import "./live.js";
import { PARTIAL } from "./parts.js";

customElements.define("recipe-builder", class extends HTMLElement {
  asked = 0;

  connectedCallback() {
    this.addEventListener("input", () => { clearTimeout(this.waiting); this.waiting = setTimeout(() => this.estimate(), 350); });
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
    this.replaceChildren(...holder.querySelector("recipe-builder").childNodes);
    this.querySelector(".preset[aria-current]")?.focus();
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

  send(event) {
    if (event.submitter?.matches("[data-start]") && !this.form.querySelector("[data-use]:checked")) {
      event.preventDefault();
      toast("Take at least one operation into the recipe.");
    }
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
  const quiet = event.target.closest("[data-rows] [data-quiet-post]");
  if (!quiet) return;
  event.preventDefault();
  const answer = await fetch(quiet.action, { method: "POST", body: new FormData(quiet), credentials: "same-origin" });
  toast(answer.ok ? "Stopping…" : "That could not be stopped.");
});
