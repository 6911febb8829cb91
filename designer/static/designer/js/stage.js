// <review-stage>: the one picture of a review, which everybody sees at the same zoom. Where one looks is told and taken
// in shares of the picture's sides, so that it means the same in windows of any size.
import { Zooming } from "./zooming.js";

const WIDTHS = [160, 320, 640, 1280]; // pixels of the small forms that the studio keeps, none wider than the picture
const LACK = 1.15; // a form may be so much narrower than it shows before it looks soft
const LESS = 1.6; // and so much before the file itself is loaded, which weighs ten times as much

class ReviewStage extends Zooming {
  on = ""; // the asset that is shown

  connectedCallback() {
    super.connectedCallback();
    this.image = this.querySelector("img");
    this.image.addEventListener("load", () => { this.come(Boolean(this.item.transparent)); this.lookAt(this.pending ?? this.last); });
    this.image.addEventListener("error", () => this.come(false));
    new ResizeObserver(() => this.lookAt(this.last ?? this.look())).observe(this);
  }

  // The form of a picture that is as wide as it shows here; its file only where one looks that near.
  form({ thumbnail, url, width, height, gone }, zoom = 1) {
    const view = this.querySelector("[data-view]");
    const wide = Math.min(view.clientWidth, (view.clientHeight * width) / height) * zoom * devicePixelRatio;
    const forms = WIDTHS.filter((each) => each <= width);
    const most = forms.at(-1) ?? WIDTHS[0];
    const small = forms.find((each) => each * LACK >= wide) ?? (gone || most * LESS >= wide ? most : 0); // the trash shows no files
    return { src: small ? `${thumbnail}?w=${small}` : url, wide: small || Infinity };
  }

  // So that it is there when it is turned to.
  prepare(item) {
    if (item?.url && !item.gone) this.next = Object.assign(new Image(), { src: this.form(item).src });
  }

  // A finer form takes the place of the one that is shown when it is there, so that nothing flickers.
  async refine() {
    const { item } = this;
    const finer = item?.url ? this.form(item, this.zoom) : { wide: 0 };
    if (finer.wide <= this.wide) return;
    this.wide = finer.wide;
    const image = Object.assign(new Image(), { src: finer.src });
    await image.decode().catch(() => {});
    if (this.item === item && this.wide === finer.wide && image.naturalWidth) this.image.src = finer.src;
  }

  turns(event) { return event.ctrlKey || this.zoom > 1; }

  // As far as the picture's own edges, which are in the same place for everybody, whatever their windows look like.
  get room() { const { width, height } = this.picture(); return { width: width / this.zoom, height: height / this.zoom }; }

  show(zoom, x, y) {
    super.show(zoom, x, y);
    if (!this.hasAttribute("data-coming")) this.refine();
    this.last = this.look();
    this.dispatchEvent(new CustomEvent(this.led ? "settle" : "look"));
  }

  // Another picture, whole. `view`: where to look in it.
  turn(item, view = null) {
    this.item = item;
    this.on = item.asset ?? "";
    this.pending = view ?? { asset: this.on, zoom: 1, x: 0.5, y: 0.5 };
    this.last = this.pending;
    this.image.alt = item.title || "Image";
    this.toggleAttribute("data-trashed", item.gone);
    this.toggleAttribute("data-coming", Boolean(item.url)); // until then the one before is still to be seen
    if (!item.url) { this.image.removeAttribute("src"); this.come(false); }
    else [this.image.src, this.wide] = Object.values(this.form(item, this.pending.zoom));
    this.dispatchEvent(new CustomEvent("turn"));
  }

  come(clear) {
    this.removeAttribute("data-coming");
    this.toggleAttribute("data-clear", clear);
  }

  // The picture's box within this element, enlarged and moved as it is.
  picture() {
    const view = this.querySelector("[data-view]");
    const { naturalWidth, naturalHeight } = this.image;
    const fit = Math.min(view.clientWidth / naturalWidth, view.clientHeight / naturalHeight) * this.zoom || 1;
    const [width, height] = [naturalWidth * fit || 1, naturalHeight * fit || 1];
    return { left: view.offsetLeft + view.clientWidth / 2 + this.x - width / 2, top: view.offsetTop + view.clientHeight / 2 + this.y - height / 2, width, height };
  }

  look() {
    const { width, height } = this.picture();
    const share = (moved, side) => Number((0.5 - moved / side).toFixed(4));
    return { asset: this.on, zoom: Number(this.zoom.toFixed(3)), x: share(this.x, width), y: share(this.y, height) };
  }

  lookAt(view) {
    if (view.asset !== this.on) {
      this.wanted = view;
      this.dispatchEvent(new CustomEvent("wanted", { detail: view }));
      return;
    }
    if (this.hasAttribute("data-coming") || !this.image.naturalWidth) { this.pending = view; return; }
    this.pending = null;
    const { width, height } = this.picture();
    const grown = (view.zoom || 1) / this.zoom;
    this.led = true; // not by the hand of who looks
    this.show(view.zoom || 1, (0.5 - view.x) * width * grown, (0.5 - view.y) * height * grown);
    this.led = false;
  }
}

customElements.define("review-stage", ReviewStage);
