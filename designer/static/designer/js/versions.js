// <version-compare>: two versions of an image by a slider, side by side, laid over each other, under a lens, or as a map
// of their difference. Without script both stand side by side.
import { Zooming } from "./zooming.js";

// What the range means in each way of comparing; `value` is what it begins with.
const WAYS = {
  slider: { label: "Share that shows before", min: 0, max: 100, value: 50, unit: " %" },
  split: null,
  onion: { label: "Opacity of after", min: 0, max: 100, value: 50, unit: " %" },
  lens: { label: "Magnification of the lens", min: 1, max: 16, value: 4, unit: " ×" },
  heat: { label: "Opacity of the map", min: 0, max: 100, value: 100, unit: " %" },
};
const NUDGE = 0.02; // of the picture, for an arrow key that moves the lens
const GRIP = 28; // pixels from the divider at which a drag moves it in an enlarged picture
const CRISP = 2; // screen pixels to one of the picture from which on they are shown as squares

customElements.define("version-compare", class extends Zooming {
  way = "slider";
  point = { x: 0.5, y: 0.5 };
  shares = Object.fromEntries(Object.entries(WAYS).map(([name, range]) => [name, range?.value]));

  get stage() { return this.querySelector("[data-stage]"); }
  get keyed() { return this.stage; }
  get range() { return this.querySelector("[data-share]"); }
  get after() { return this.querySelector("[data-pane=after] img"); }
  get before() { return this.querySelector("[data-pane=before] img"); }
  get most() { return Math.max(8, 8 / this.scale(this.after)); }
  turns(event) { return event.ctrlKey || event.metaKey || this.zoom > 1 || document.activeElement === this.stage; }

  connectedCallback() {
    super.connectedCallback();
    this.style.setProperty("--ratio", `${this.after.getAttribute("width")} / ${this.after.getAttribute("height")}`);
    for (const part of this.querySelectorAll("[data-scripted]")) part.hidden = false;
    this.querySelector("[data-ways]").addEventListener("click", (event) => { const chosen = event.target.closest("[data-way]"); if (chosen) this.choose(chosen.dataset.way); });
    this.querySelector("[data-zooms]").addEventListener("click", (event) => this.press(event.target.closest("button")?.dataset.zoom));
    this.range.addEventListener("input", () => this.share(Number(this.range.value)));
    this.heat.addEventListener("error", () => this.failed());
    for (const image of [this.after, this.before]) image.addEventListener("load", () => this.draw());
    this.resized = new ResizeObserver(() => { this.show(this.zoom, this.x, this.y); this.draw(); });
    this.resized.observe(this.stage);
    this.choose("slider");
  }

  disconnectedCallback() { this.resized?.disconnect(); }

  get heat() { return this.querySelector("[data-heat]"); }

  choose(way) {
    this.way = way;
    this.dataset.now = way;
    for (const button of this.querySelectorAll("[data-way]")) button.setAttribute("aria-pressed", String(button.dataset.way === way));
    const range = WAYS[way];
    this.querySelector("[data-share-field]").hidden = !range;
    this.querySelector("[data-lens]").hidden = way !== "lens";
    this.querySelector("[data-legend]").hidden = way !== "heat";
    this.heat.hidden = way !== "heat";
    if (way === "heat" && !this.heat.getAttribute("src")) this.heat.src = this.heat.dataset.src;
    if (range) {
      Object.assign(this.range, { min: range.min, max: range.max, value: this.shares[way] });
      this.querySelector("[data-share-label]").textContent = range.label;
      this.share(this.shares[way]);
    }
    this.show(this.zoom, this.x, this.y);
    this.draw();
  }

  share(value) {
    this.shares[this.way] = value;
    this.range.value = value;
    this.range.setAttribute("aria-valuetext", `${value}${WAYS[this.way].unit}`);
    this.style.setProperty("--share", value / 100);
    this.draw();
  }

  failed() {
    this.querySelector("[data-legend]").textContent = "There is no map of these two: they cannot be laid on each other.";
    this.heat.hidden = true;
  }

  press(what) {
    if (what === "in") this.by(1.5);
    else if (what === "out") this.by(1 / 1.5);
    else if (what === "fit") this.show(1, 0, 0);
    else if (what === "true") this.show(1 / this.scale(this.after), this.x, this.y);
  }

  // Screen pixels to one pixel of the picture when it fits its pane.
  scale(image) {
    const view = this.querySelector("[data-view]").getBoundingClientRect();
    return Math.min(view.width / image.getAttribute("width"), view.height / image.getAttribute("height")) || 1;
  }

  show(zoom, x, y) {
    super.show(zoom, x, y);
    const percent = this.zoom * this.scale(this.after);
    this.querySelector("[data-zoom-now]").textContent = this.zoom === 1 ? "Fit" : `${Math.round(percent * 100)} %`;
    this.toggleAttribute("data-crisp", percent >= CRISP);
  }

  // The place in the picture, 0..1, under a point of the screen.
  placeOf(event) {
    const image = this.after.getBoundingClientRect();
    const natural = this.after.getAttribute("width") / this.after.getAttribute("height");
    const wide = Math.min(image.width, image.height * natural);
    const tall = Math.min(image.height, image.width / natural);
    const within = (value) => Math.min(1, Math.max(0, value));
    return { x: within((event.clientX - image.left - (image.width - wide) / 2) / wide), y: within((event.clientY - image.top - (image.height - tall) / 2) / tall) };
  }

  cutOf(event) {
    const view = this.querySelector("[data-view]").getBoundingClientRect();
    return (100 * (event.clientX - view.left)) / view.width;
  }

  down(event) {
    const view = event.target.closest("[data-view]");
    if (view && this.way === "slider" && event.isPrimary) {
      const away = Math.abs(this.cutOf(event) - this.shares.slider) * view.getBoundingClientRect().width / 100;
      if (this.zoom === 1 || away < GRIP) { this.cutting = event.pointerId; view.setPointerCapture(event.pointerId); }
    }
    if (view && this.way === "lens") this.look(this.placeOf(event));
    if (this.cutting === event.pointerId) this.move(event);
    else super.down(event);
  }

  move(event) {
    if (this.cutting === event.pointerId) {
      if (event.buttons) return this.share(Math.min(100, Math.max(0, this.cutOf(event))));
      this.cutting = null;
    }
    if (this.way === "lens" && event.target.closest("[data-view]") && (event.pointerType === "mouse" || event.buttons)) this.look(this.placeOf(event));
    super.move(event);
  }

  key(event) {
    const turn = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, -NUDGE], ArrowDown: [0, NUDGE] }[event.key];
    if (event.target !== this.stage || this.way !== "lens" || !turn) return super.key(event);
    event.preventDefault();
    const within = (value) => Math.min(1, Math.max(0, value));
    this.look({ x: within(this.point.x + turn[0]), y: within(this.point.y + turn[1]) });
  }

  look(point) {
    this.point = point;
    this.draw();
  }

  // The same place of both, pixel by pixel, in two squares that stand where the point is not.
  draw() {
    const lens = this.querySelector("[data-lens]");
    if (lens.hidden) return;
    lens.toggleAttribute("data-below", this.point.y < 0.5);
    for (const canvas of lens.querySelectorAll("canvas")) this.drawOne(canvas, canvas.dataset.of === "before" ? this.before : this.after);
  }

  drawOne(canvas, image) {
    const side = Math.round(canvas.getBoundingClientRect().width * devicePixelRatio);
    if (!side || !image.naturalWidth) return;
    canvas.width = canvas.height = side;
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = false;
    const seen = side / devicePixelRatio / this.shares.lens / this.after.naturalWidth;
    const wide = seen * image.naturalWidth;
    const tall = seen * (this.after.naturalWidth / this.after.naturalHeight) * image.naturalHeight;
    pen.drawImage(image, this.point.x * image.naturalWidth - wide / 2, this.point.y * image.naturalHeight - tall / 2, wide, tall, 0, 0, side, side);
  }
});
