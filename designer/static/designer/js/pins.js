// <image-pins>: the spots and regions that comments are about, over the picture and in it wherever it is enlarged or moved.
//
// Spots and regions are shares of the picture's sides; of a region (x, y) is the left upper corner, where its pin stands.
// The pin that is being set tells where it is by the event "pinned" (null: nowhere), what is to be said of that by "pin-said";
// "pin-set" and "pin-dropped" are its end by Enter and by Escape. "pin-led" asks for the comment of a pin.
const NUDGE = 0.01; // of the picture, for an arrow key; five times as much with Shift
const FIRST = 0.1; // side of a region that begins by a key
const LEAST = 0.02; // side of a region; what is smaller is a spot
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SIZES = { "+": 1, "=": 1, "-": -1, "−": -1 };

const within = (value, most = 1) => Number(Math.min(most, Math.max(0, value)).toFixed(4));
const percent = (value) => `${Math.round(100 * value)} %`;

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
    this.addEventListener("pointerdown", (event) => this.down(event));
    this.addEventListener("pointermove", (event) => this.drag(event));
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
    for (const old of this.sheet.querySelectorAll("[data-of], [data-frame-of]")) old.remove();
    for (const comment of comments) {
      const { number, name, pinX: x, pinY: y, pinWidth: width, pinHeight: height } = comment.dataset;
      const text = comment.querySelector("[data-text]")?.dataset.text ?? "";
      const settled = comment.hasAttribute("data-settled");
      const pin = this.made(number, `Comment ${number} by ${name}${settled ? ", resolved" : ""}: ${text.slice(0, 80)}`);
      pin.dataset.of = comment.dataset.comment;
      pin.toggleAttribute("data-settled", settled);
      this.place(pin, { x, y });
      if (width) this.frame({ x, y, width, height }, settled).dataset.frameOf = comment.dataset.comment;
    }
    if (held) this.sheet.querySelector(`[data-of="${CSS.escape(held)}"]`)?.focus();
  }

  made(text, label) {
    const pin = this.sheet.appendChild(document.createElement("button"));
    Object.assign(pin, { type: "button", className: "pin", textContent: text, title: label });
    pin.setAttribute("aria-label", label);
    return pin;
  }

  frame(region, settled = false) {
    const box = this.sheet.insertBefore(document.createElement("div"), this.sheet.firstChild); // below all pins
    box.className = "pin-frame";
    box.toggleAttribute("data-settled", settled);
    this.place(box, region);
    return box;
  }

  place(box, { x, y, width, height }) {
    const sides = { left: x, top: y, width, height };
    for (const [side, share] of Object.entries(sides)) if (share !== undefined) box.style[side] = `${100 * share}%`;
  }

  show(id) {
    const pin = this.sheet.querySelector(`[data-of="${CSS.escape(id)}"]`);
    pin?.scrollIntoView({ block: "center", inline: "center" });
    pin?.focus();
  }

  tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true })); }

  press(event) {
    event.stopPropagation(); // the picture below would be enlarged
    const { drawn } = this;
    this.drawn = this.from = null;
    const of = event.target.dataset.of;
    if (of && !drawn) return this.tell("pin-led", of);
    if (this.draft && event.target !== this.draft && !drawn) this.put(this.share(event));
  }

  // A pin that is not yet said.

  pinning(on) {
    this.toggleAttribute("data-pinning", on);
    for (const old of this.sheet.querySelectorAll(".pin-draft")) old.remove();
    this.draft = this.edge = this.from = this.drawn = null;
    if (!on) return;
    this.draft = this.made("+", "New pin. The arrow keys move it, plus and minus make it a region, Enter goes on, Escape takes it away.");
    this.draft.classList.add("pin-draft");
    this.put({ x: 0.5, y: 0.5 });
    this.draft.focus();
  }

  put({ x, y, width, height }) {
    const at = { x: within(x), y: within(y) };
    if (width >= LEAST && height >= LEAST) Object.assign(at, { width: within(width, 1 - at.x), height: within(height, 1 - at.y) });
    this.at = at;
    this.place(this.draft, { x: at.x, y: at.y });
    this.edge?.remove();
    this.edge = at.width ? this.frame(at) : null;
    this.edge?.classList.add("pin-draft");
    this.tell("pinned", at);
  }

  share({ clientX, clientY }) {
    const box = this.sheet.getBoundingClientRect();
    return { x: within((clientX - box.left) / box.width), y: within((clientY - box.top) / box.height) };
  }

  down(event) {
    if (this.draft) event.stopPropagation(); // nor moved, nor the two versions parted elsewhere
    this.drawn = false;
    this.from = this.draft && event.target !== this.draft ? this.share(event) : null;
    this.held = this.draft && event.target === this.draft;
  }

  // From where it began: a region; by the pin itself: all of it to another place.
  drag(event) {
    if (!this.draft || !event.buttons) return;
    const now = this.share(event);
    if (this.held) return this.put({ ...this.at, ...now });
    if (!this.from) return;
    const [x, y] = ["x", "y"].map((side) => Math.min(this.from[side], now[side]));
    const [width, height] = ["x", "y"].map((side) => Math.abs(this.from[side] - now[side]));
    if (!this.drawn && width < LEAST && height < LEAST) return; // a hand that trembles
    this.drawn = true;
    this.put({ x, y, width: Math.max(width, LEAST), height: Math.max(height, LEAST) });
  }

  key(event) {
    event.stopPropagation();
    if (event.target !== this.draft) return;
    if (event.key === "Enter") this.tell("pin-set");
    else if (event.key === "Escape") this.tell("pin-dropped");
    else if (!this.moved(event)) return;
    event.preventDefault();
  }

  moved({ key, shiftKey, ctrlKey }) {
    const step = NUDGE * (shiftKey && MOVES[key] ? 5 : 1);
    const { x, y, width = 0, height = 0 } = this.at;
    const [across, down] = MOVES[key] ?? [0, 0];
    if (SIZES[key]) {
      const by = SIZES[key] * (width ? 2 * NUDGE : FIRST);
      this.put({ x, y, width: width + by, height: height + by });
    } else if (!MOVES[key]) return false;
    else if (ctrlKey) this.put({ x, y, width: Math.max(LEAST, (width || FIRST) + across * step), height: Math.max(LEAST, (height || FIRST) + down * step) });
    else this.put({ x: x + across * step, y: y + down * step, width, height });
    const { at } = this;
    this.tell("pin-said", `At ${percent(at.x)}, ${percent(at.y)}${at.width ? `, ${percent(at.width)} by ${percent(at.height)}` : ""}`);
    return true;
  }
}

customElements.define("image-pins", ImagePins);
