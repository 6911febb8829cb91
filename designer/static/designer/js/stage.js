// <review-stage>: the one picture of a review, which everybody sees at the same zoom. Where one looks is told and taken
// in shares of the picture's sides, so that it means the same in windows of any size.
import { Zooming } from "./zooming.js";

class ReviewStage extends Zooming {
  on = ""; // the asset that is shown

  connectedCallback() {
    super.connectedCallback();
    this.image = this.querySelector("img");
    this.image.addEventListener("load", () => this.lookAt(this.pending ?? { ...this.look(), asset: this.on }));
    new ResizeObserver(() => this.lookAt(this.last ?? this.look())).observe(this);
  }

  turns(event) { return event.ctrlKey || this.zoom > 1; }

  show(zoom, x, y) {
    super.show(zoom, x, y);
    this.last = this.look();
    this.dispatchEvent(new CustomEvent(this.led ? "settle" : "look"));
  }

  // Another picture, whole. `view`: where to look in it.
  turn({ asset, url, title, gone }, view = null) {
    this.on = asset ?? "";
    this.pending = view ?? { asset: this.on, zoom: 1, x: 0.5, y: 0.5 };
    this.last = this.pending;
    this.image.alt = title || "Image";
    if (url) this.image.src = url; else this.image.removeAttribute("src");
    this.toggleAttribute("data-gone", Boolean(gone));
    this.dispatchEvent(new CustomEvent("turn"));
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
    if (!this.image.naturalWidth) { this.pending = view; return; }
    this.pending = null;
    const { width, height } = this.picture();
    const grown = (view.zoom || 1) / this.zoom;
    this.led = true; // not by the hand of who looks
    this.show(view.zoom || 1, (0.5 - view.x) * width * grown, (0.5 - view.y) * height * grown);
    this.led = false;
  }
}

customElements.define("review-stage", ReviewStage);
