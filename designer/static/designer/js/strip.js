// <review-strip session="7f…">: the whole agenda in one line. Only what is in sight is in the document; images come by
// the page as they are scrolled to. `choose` tells which one was pressed.
import { DesignerBFFClient } from "../../sdk/index.js";

export const studio = new DesignerBFFClient(); // calls; what is told comes by `live`

const PAGE = 100;
const WIDE = 68; // pixels of a picture with its gap
const VOTED = { yes: "you voted yes", no: "you voted no", perhaps: "you voted perhaps" };

class ReviewStrip extends HTMLElement {
  items = []; // by position - 1; sparse
  asked = new Map(); // page -> promise
  drawn = new Map(); // position -> button
  shown = "";
  count = 0;

  connectedCallback() {
    this.list = this.appendChild(document.createElement("ul"));
    this.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this);
    this.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) this.dispatchEvent(new CustomEvent("choose", { detail: Number(button.dataset.position) }));
    });
  }

  set length(count) {
    if (count === this.count) return;
    this.count = count;
    this.list.style.width = `${count * WIDE}px`;
    this.draw();
  }

  // The image at a position; undefined beyond the ends.
  async at(position) {
    if (position < 1 || position > this.count) return undefined;
    await this.ask(Math.floor((position - 1) / PAGE));
    return this.items[position - 1];
  }

  // The next image that can be shown, `step` 1 or -1; undefined at the end.
  async beside(position, step) {
    let item = await this.at(position + step);
    while (item?.gone) item = await this.at(item.position + step);
    return item;
  }

  // What is known of one image now.
  learn(item) {
    this.items[item.position - 1] = item;
    const focused = this.drawn.get(item.position) === document.activeElement;
    this.drawn.get(item.position)?.closest("li").remove();
    this.drawn.delete(item.position);
    this.draw();
    if (focused) this.drawn.get(item.position)?.focus();
  }

  point({ asset, position }) {
    this.shown = asset;
    const held = this.contains(document.activeElement); // who steps by keys from here stays on what is shown
    const left = (position - 1) * WIDE;
    if (left < this.scrollLeft || left + WIDE > this.scrollLeft + this.clientWidth) this.scrollLeft = left - (this.clientWidth - WIDE) / 2;
    this.draw();
    if (held) this.drawn.get(position)?.focus({ preventScroll: true });
  }

  ask(page) {
    if (!this.asked.has(page)) this.asked.set(page, this.load(page));
    return this.asked.get(page);
  }

  async load(page) {
    try {
      const query = { after: page * PAGE, limit: PAGE };
      const { results } = await studio.request("GET", `/sessions/${this.getAttribute("session")}/images`, { query });
      for (const item of results) this.items[item.position - 1] = item;
      for (const item of results) if (this.drawn.has(item.position)) this.learn(item);
    } catch {
      setTimeout(() => { this.asked.delete(page); this.draw(); }, 2_000);
    }
  }

  draw() {
    const first = Math.max(1, Math.floor(this.scrollLeft / WIDE) - 4);
    const last = Math.min(this.count, Math.ceil((this.scrollLeft + this.clientWidth) / WIDE) + 4);
    for (const [position, button] of this.drawn) if (position < first || position > last) { button.closest("li").remove(); this.drawn.delete(position); }
    for (let position = first; position <= last; position += 1) this.put(position);
  }

  put(position) {
    const item = this.items[position - 1];
    if (!item) this.ask(Math.floor((position - 1) / PAGE));
    if (!this.drawn.has(position)) this.drawn.set(position, this.button(position, item));
    const button = this.drawn.get(position);
    const now = Boolean(item) && item.asset === this.shown;
    if (now) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
    button.tabIndex = now ? 0 : -1;
  }

  button(position, item) {
    const line = document.createElement("li");
    line.style.left = `${(position - 1) * WIDE}px`;
    const button = line.appendChild(document.createElement("button"));
    button.type = "button";
    button.dataset.position = position;
    button.dataset.mine = item?.mine?.choice ?? "";
    button.disabled = !item || item.gone;
    const about = [`Image ${position}`, item?.title, item?.gone && "in the trash", VOTED[item?.mine?.choice]];
    button.setAttribute("aria-label", about.filter(Boolean).join(", "));
    if (item?.thumbnail) button.append(Object.assign(new Image(), { src: `${item.thumbnail}?w=160`, alt: "", decoding: "async" }));
    this.list.append(line);
    return button;
  }
}

customElements.define("review-strip", ReviewStrip);
