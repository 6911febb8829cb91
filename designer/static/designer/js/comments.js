// <image-comments subject="asset:7f… asset:3c…">: what is said of the image and its versions, kept fresh.
// <image-pins>: the spots that it is about, over the picture and in it wherever it is enlarged or moved.
//
// Spots are shares of the picture's sides. The form stands beside the list, so that news never takes away what is typed.
import { LiveRow } from "./live.js";
import { PARTIAL } from "./parts.js";

const NUDGE = 0.01; // of the picture, for an arrow key; five times as much with Shift
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const within = (value) => Math.min(1, Math.max(0, value));
const words = (comment) => comment.querySelector("[data-text]")?.textContent ?? "";

class ImageComments extends LiveRow {
  connectedCallback() {
    super.connectedCallback();
    this.form = document.querySelector("[data-comment-form]");
    this.addEventListener("click", (event) => this.press(event));
    this.addEventListener("submit", (event) => this.remove(event));
    this.shown();
  }

  hear(message, subject) {
    super.hear(message, subject);
    const { event, data } = message;
    if (event === "comment:created" && data.author !== this.getAttribute("me")) this.say(`${data.name}: ${data.text}`);
  }

  say(text) {
    const note = document.querySelector("[data-comment-note]");
    if (note) note.textContent = text;
  }

  async load() {
    await super.load();
    this.shown();
  }

  take(text) {
    this.innerHTML = text;
    this.shown();
  }

  shown() {
    const pins = document.querySelector("image-pins");
    for (const button of this.querySelectorAll("[data-answer], [data-edit]")) button.hidden = !this.form;
    for (const button of this.querySelectorAll("[data-show-pin]")) button.hidden = !pins;
    pins?.draw([...this.querySelectorAll("[data-pin-x]")]);
  }

  press(event) {
    const button = event.target.closest("button");
    const comment = button?.closest("[data-comment]");
    if (!comment) return;
    if (button.matches("[data-show-pin]")) document.querySelector("image-pins").show(comment.dataset.comment);
    else if (button.matches("[data-answer]")) talk.begin("reply_to", comment, `Answer to ${comment.dataset.name}`);
    else if (button.matches("[data-edit]")) talk.begin("comment", comment, "Say it better", words(comment));
  }

  async remove(event) {
    if (!event.target.matches("[data-comment-remove]")) return;
    event.preventDefault();
    const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target), ...PARTIAL });
    if (answer.ok) this.take(await answer.text());
  }
}

// The form: for a new comment, an answer or other words.
class Talk {
  constructor(form) {
    this.form = form;
    this.text = form.elements.text;
    this.usual = form.querySelector("[data-comment-label]").textContent;
    this.cancel = form.querySelector("[data-comment-cancel]");
    this.pin = form.querySelector("[data-pin]");
    this.pin.hidden = !document.querySelector("image-pins");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
    this.cancel.addEventListener("click", () => this.end());
    this.pin.addEventListener("click", () => this.pinning(this.pin.getAttribute("aria-pressed") !== "true"));
  }

  begin(field, comment, label, text = "") {
    this.end();
    this.form.elements[field].value = comment.dataset.comment;
    this.label(label);
    this.text.value = text;
    this.cancel.hidden = false;
    this.pin.hidden = true; // an answer is about the spot of what it answers
    this.text.focus();
  }

  label(text) { this.form.querySelector("[data-comment-label]").textContent = text; }

  end() {
    this.form.reset();
    for (const name of ["reply_to", "comment"]) this.form.elements[name].value = "";
    this.label(this.usual);
    this.fault("");
    this.cancel.hidden = true;
    this.pin.hidden = !document.querySelector("image-pins");
    this.pinning(false);
  }

  pinning(on) {
    this.pin.setAttribute("aria-pressed", on);
    this.form.querySelector("[data-pin-help]").hidden = !on;
    if (!on) this.spot(null);
    document.querySelector("image-pins")?.pinning(on);
  }

  spot(at) {
    this.form.elements.pin_x.value = at?.x ?? "";
    this.form.elements.pin_y.value = at?.y ?? "";
  }

  fault(text) { this.form.querySelector(".error").textContent = text; }

  async send() {
    const answer = await fetch(this.form.action, { method: "POST", body: new FormData(this.form), ...PARTIAL }).catch(() => null);
    if (!answer) return this.fault("The studio cannot be reached. What you typed is still here.");
    if (!answer.ok) return this.fault(answer.status === 404 ? "It is no longer there. Reload the page." : await answer.text());
    document.querySelector("image-comments").take(await answer.text());
    this.end();
    this.text.focus();
  }
}

class ImagePins extends HTMLElement {
  connectedCallback() {
    this.stage = this.parentElement;
    this.image = this.stage.querySelector("[data-pane=after] img") ?? this.stage.querySelector("img");
    this.sheet = this.appendChild(document.createElement("div"));
    this.sheet.className = "pins";
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(this.image);
    this.resized.observe(this.stage);
    this.addEventListener("click", (event) => this.press(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("pointermove", (event) => { if (this.dragged && event.buttons) this.put(this.share(event)); });
    this.addEventListener("pointerdown", (event) => { this.dragged = event.target === this.draft; });
    this.fit();
  }

  disconnectedCallback() { this.resized.disconnect(); }

  // As large as the picture's element, with a sheet as large as the picture in it; the style sheet enlarges and moves it.
  fit() {
    const { offsetWidth: wide, offsetHeight: tall } = this.image;
    let [left, top] = [0, 0];
    for (let node = this.image; node && node !== this.stage; node = node.offsetParent) {
      left += node.offsetLeft + (node === this.image ? 0 : node.clientLeft);
      top += node.offsetTop + (node === this.image ? 0 : node.clientTop);
    }
    this.lay(this, left, top, wide, tall);
    const [width, height] = ["width", "height"].map((side) => Number(this.image.getAttribute(side)));
    const scale = Math.min(wide / width, tall / height) || 0;
    this.lay(this.sheet, (wide - width * scale) / 2, (tall - height * scale) / 2, width * scale, height * scale);
  }

  lay(box, left, top, width, height) {
    for (const [side, value] of Object.entries({ left, top, width, height })) box.style[side] = `${value}px`;
  }

  draw(comments) {
    const held = this.contains(document.activeElement) ? document.activeElement.dataset.of : "";
    for (const old of this.sheet.querySelectorAll("[data-of]")) old.remove();
    for (const comment of comments) {
      const pin = this.made(comment.dataset.number, `Comment ${comment.dataset.number} by ${comment.dataset.name}: ${words(comment).slice(0, 80)}`);
      pin.dataset.of = comment.dataset.comment;
      this.place(pin, { x: comment.dataset.pinX, y: comment.dataset.pinY });
    }
    if (held) this.sheet.querySelector(`[data-of="${CSS.escape(held)}"]`)?.focus();
  }

  made(text, label) {
    const pin = this.sheet.appendChild(document.createElement("button"));
    Object.assign(pin, { type: "button", className: "pin", textContent: text, title: label });
    pin.setAttribute("aria-label", label);
    return pin;
  }

  place(pin, { x, y }) {
    pin.style.left = `${100 * x}%`;
    pin.style.top = `${100 * y}%`;
  }

  show(id) {
    const pin = this.sheet.querySelector(`[data-of="${CSS.escape(id)}"]`);
    pin?.scrollIntoView({ block: "center", inline: "center" });
    pin?.focus();
  }

  press(event) {
    event.stopPropagation(); // the picture below would be enlarged
    const of = event.target.dataset.of;
    if (of) return this.lead(of);
    if (this.draft && event.target !== this.draft) this.put(this.share(event));
  }

  // From a pin to its words.
  lead(id) {
    for (const each of document.querySelectorAll(".comment[data-active]")) each.removeAttribute("data-active");
    const comment = document.getElementById(`comment-${id}`);
    comment.toggleAttribute("data-active", true);
    comment.scrollIntoView({ block: "nearest" });
    comment.focus({ preventScroll: true });
  }

  // A pin that is not yet said.

  pinning(on) {
    this.toggleAttribute("data-pinning", on);
    this.draft?.remove();
    this.draft = null;
    if (!on) return;
    this.draft = this.made("+", "New pin. The arrow keys move it, Enter goes on, Escape takes it away.");
    this.draft.classList.add("pin-draft");
    this.put({ x: 0.5, y: 0.5 });
    this.draft.focus();
  }

  put({ x, y }) {
    this.at = { x: Number(within(x).toFixed(4)), y: Number(within(y).toFixed(4)) };
    this.place(this.draft, this.at);
    talk.spot(this.at);
  }

  share({ clientX, clientY }) {
    const box = this.sheet.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  }

  key(event) {
    event.stopPropagation();
    if (event.target !== this.draft) return;
    const move = MOVES[event.key];
    if (move) this.put({ x: this.at.x + move[0] * NUDGE * (event.shiftKey ? 5 : 1), y: this.at.y + move[1] * NUDGE * (event.shiftKey ? 5 : 1) });
    else if (event.key === "Enter") talk.text.focus();
    else if (event.key === "Escape") { talk.pinning(false); talk.pin.focus(); }
    else return;
    event.preventDefault();
  }
}

const form = document.querySelector("[data-comment-form]");
const talk = form && new Talk(form);
customElements.define("image-pins", ImagePins);
customElements.define("image-comments", ImageComments);
