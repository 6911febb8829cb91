// Pictures that are enlarged and moved together: wheel, drag, two fingers or keys. Views are marked `data-view`; the
// style sheet reads --zoom, --x and --y from the element.
const MOST = 8;
const STEP = 40; // pixels for an arrow key
const MOVES = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

export class Zooming extends HTMLElement {
  zoom = 1;
  x = 0;
  y = 0;
  fingers = new Map();

  // For those that are a part of a page or show more than it: how far, within what, who listens to the keys, when the
  // wheel is theirs.
  get most() { return MOST; }
  get room() { return this.querySelector("[data-view]").getBoundingClientRect(); }
  get keyed() { return this; }
  turns() { return true; }

  connectedCallback() {
    this.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("pointerdown", (event) => this.down(event));
    this.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.addEventListener(name, (event) => this.fingers.delete(event.pointerId));
  }

  show(zoom, x, y) {
    this.zoom = Math.min(this.most, Math.max(1, zoom));
    const { width, height } = this.room;
    const reach = (side) => (side * (this.zoom - 1)) / 2;
    this.x = Math.min(reach(width), Math.max(-reach(width), x));
    this.y = Math.min(reach(height), Math.max(-reach(height), y));
    this.style.setProperty("--zoom", this.zoom);
    this.style.setProperty("--x", `${this.x}px`);
    this.style.setProperty("--y", `${this.y}px`);
    this.toggleAttribute("data-zoomed", this.zoom > 1);
  }

  by(factor) { this.show(this.zoom * factor, this.x * factor, this.y * factor); }

  wheel(event) {
    if (!event.target.closest("[data-view]") || !this.turns(event)) return;
    event.preventDefault();
    this.by(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }

  key(event) {
    if (event.target !== this.keyed) return;
    if (event.key === "+" || event.key === "=") this.by(1.25);
    else if (event.key === "-") this.by(0.8);
    else if (event.key === "0" || event.key === "Escape") this.show(1, 0, 0);
    else if (MOVES[event.key] && this.zoom > 1) this.show(this.zoom, this.x + MOVES[event.key][0], this.y + MOVES[event.key][1]);
    else return;
    event.preventDefault();
  }

  down(event) {
    const view = event.target.closest("[data-view]");
    if (!view) return;
    this.fingers.set(event.pointerId, event);
    if (this.zoom > 1 || this.fingers.size > 1) view.setPointerCapture(event.pointerId);
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    if (this.fingers.size === 1 && this.zoom > 1) this.show(this.zoom, this.x + event.clientX - before.clientX, this.y + event.clientY - before.clientY);
    if (this.fingers.size === 2) {
      const other = [...this.fingers.values()].find((each) => each.pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      this.by(apart(event) / apart(before));
    }
    this.fingers.set(event.pointerId, event);
  }
}
