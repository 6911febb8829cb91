// The asset page: zoom, enhancing, feedback in place.
import { toast } from "./app.js";
import "./live.js";
import { refusalOf } from "./parts.js";

const AWAY = "The studio cannot be reached. Try again in a moment.";
const sent = (form, submitter) => fetch(form.action, { method: "POST", body: new FormData(form, submitter), headers: { "X-Partial": "1" }, credentials: "same-origin" }).catch(() => null);

// What stands in the way of a form, in words above it; "" takes them away.
function say(form, text) {
  form.parentElement.querySelector(":scope > [data-refusal]")?.remove();
  if (!text) return;
  const line = Object.assign(document.createElement("p"), { className: "notice notice-error", textContent: text });
  line.dataset.refusal = "";
  line.setAttribute("role", "alert");
  form.before(line);
}

customElements.define("zoom-view", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.toggle(event));
    this.addEventListener("keydown", (event) => { if (["Enter", "+", "-", "Escape"].includes(event.key)) this.toggle(event); });
    this.addEventListener("scroll", () => this.dispatchEvent(new CustomEvent("look")));
  }
  toggle(event) {
    const box = this.querySelector("img").getBoundingClientRect();
    const x = event.clientX ? (event.clientX - box.left) / box.width : 0.5;
    const y = event.clientY ? (event.clientY - box.top) / box.height : 0.5;
    this.lookAt({ zoomed: !this.hasAttribute("data-zoomed"), x, y });
    this.dispatchEvent(new CustomEvent("look"));
  }
  // What is in the middle, in shares of the picture's sides.
  look() {
    const image = this.querySelector("img");
    const share = (start, seen, side) => Number(((start + seen / 2) / (side || 1)).toFixed(4));
    return { zoomed: this.hasAttribute("data-zoomed"), x: share(this.scrollLeft, this.clientWidth, image.offsetWidth), y: share(this.scrollTop, this.clientHeight, image.offsetHeight) };
  }
  lookAt({ zoomed, x, y }) {
    const image = this.querySelector("img");
    this.toggleAttribute("data-zoomed", Boolean(zoomed));
    this.scrollTo(image.offsetWidth * x - this.clientWidth / 2, image.offsetHeight * y - this.clientHeight / 2);
  }
});

// Enhance and cancel from the panel; the live row shows what follows.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-panel-post], [data-quiet-post]");
  if (!form || form.closest(".trial")) return; // a trial is the builder's
  event.preventDefault();
  const row = form.closest("live-row");
  const answer = await sent(form, event.submitter);
  if (!answer) return say(form, AWAY);
  if (!answer.ok && answer.status !== 422) return say(form, await refusalOf(answer)); // a panel of 422 says why itself
  if (form.matches("[data-panel-post]")) row.innerHTML = await answer.text();
  else say(form, "");
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-feedback]");
  if (!form || event.submitter.matches("[data-undo]")) return;
  event.preventDefault();
  const { name, value } = event.submitter;
  const answer = await sent(form, event.submitter);
  if (!answer?.ok) return say(form, answer ? await refusalOf(answer) : AWAY);
  say(form, "");
  const holder = form.parentElement;
  form.outerHTML = await answer.text();
  holder.querySelector(`[name="${name}"][value="${value}"]`)?.focus();
  const undo = holder.querySelector("[data-undo]");
  if (undo) toast("Noted.", { label: "Undo", run: () => undo.click() });
});
