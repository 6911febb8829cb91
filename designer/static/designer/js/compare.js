// The compare page: all images are enlarged and moved together.
import { Zooming } from "./zooming.js";

customElements.define("compare-board", class extends Zooming {});
