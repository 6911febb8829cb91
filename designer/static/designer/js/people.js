// <people-here subject="asset:7f…" me="3c…">: who else looks at this, where they point, what they think of it and, of
// images in tiles, which they have selected.
//
// Places are shares of the picture's sides, so that they mean the same spot in windows of any size. What is looked at
// together is marked `data-together`; it shows `look()` {zoomed, x, y} and takes one by `lookAt`. A stage that changes its
// picture says which is `on`, where it is (`picture()`), "turn" when it does, and "settle" for what nobody's hand has moved. `leader` is followed also while away. "people" says
// that somebody came or left, "follow" that another one is followed, or nobody.
import { live } from "./live.js";

const PACE = 110; // ms between two words about the pointer, and about the view: of both together the studio takes 20 a second
const GONE = 8_000; // ms after which a pointer that rests is taken away
const MOST = 80; // images of a selection that the others are shown: a state holds 1 kB
const FACES = { love: "♥", applause: "★", change: "✂", question: "?" };
const WORDS = { love: "Love it", applause: "Well done", change: "Change this", question: "I wonder" };

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const initials = (name) => name.split(/[\s.@_-]+/).filter(Boolean).slice(0, 2).map((word) => word[0].toUpperCase()).join("");
const short = (id) => id.slice(-8); // tells the images of one page apart
const hue = (user) => parseInt(user.slice(0, 4), 16) % 360;

// At most one call in PACE ms; the last one is always made.
function paced(act) {
  let waiting = null;
  let last = 0;
  return (...wish) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { last = Date.now(); act(...wish); }, Math.max(0, last + PACE - Date.now()));
  };
}

class PeopleHere extends HTMLElement {
  sockets = new Map(); // socket -> what it shows; somebody may have two windows
  pointers = new Map(); // socket -> { mark, timer }
  marked = new WeakMap(); // tile -> who is shown to have selected it
  followed = "";

  connectedCallback() {
    this.subject = this.getAttribute("subject");
    this.stage = document.querySelector("[data-together]");
    this.list = this.appendChild(element("ul", ""));
    if (this.stage) this.append(this.faces());
    this.note = this.appendChild(element("p", "people-note"));
    this.note.setAttribute("role", "status");
    this.unwatch = live.watch(this.subject, (message) => this.hear(message));
    this.tell();
    if (this.stage) this.point();
    this.tiles = document.querySelector("[data-tiles]:has([data-asset])");
    if (this.tiles) this.choose();
  }

  disconnectedCallback() {
    this.grown?.disconnect();
    live.presence(this.subject, null);
    this.unwatch();
  }

  // What we show the others

  tell = paced(() => live.presence(this.subject, { view: this.stage?.look?.() ?? null, ...(this.tiles && { selected: this.selected() }) }));

  selected() { return [...this.tiles.querySelectorAll("[data-select]:checked")].slice(0, MOST).map(({ value }) => short(value)); }

  choose() {
    this.tiles.addEventListener("change", () => this.tell());
    this.grown = new MutationObserver(() => this.markSelected()); // more tiles are loaded as one scrolls
    this.grown.observe(this.tiles, { childList: true });
  }

  point() {
    const cursor = paced((state) => { if (!this.hidden) live.cursor(this.subject, state); });
    this.stage.addEventListener("pointermove", (event) => cursor(this.share(event)));
    this.stage.addEventListener("pointerleave", () => cursor(null));
    this.stage.addEventListener("look", () => { if (!this.led) this.follow(""); this.shift(); this.tell(); });
    this.stage.addEventListener("settle", () => { this.shift(); this.tell(); });
    this.stage.addEventListener("turn", () => { for (const socket of this.pointers.keys()) this.unmark(socket); this.tell(); });
  }

  faces() {
    const group = element("div", "people-faces");
    for (const [name, face] of Object.entries(FACES)) {
      const button = group.appendChild(element("button", "icon-button", face));
      Object.assign(button, { type: "button", title: WORDS[name] });
      button.setAttribute("aria-label", WORDS[name]);
      button.addEventListener("click", () => live.react(this.subject, { face: name }));
    }
    return group;
  }

  // What they show us

  hear({ type, user, name, socket, state }) {
    if (type === "snapshot") return this.alone(); // those who are here are told anew
    if (user === this.getAttribute("me") && type !== "reaction") return;
    if (type === "presence") this.meet({ user, name, socket, state });
    else if (type === "cursor") this.mark(socket, user, name, state);
    else if (type === "reaction" && FACES[state?.face]) this.react(socket, name, state.face);
  }

  alone() {
    for (const socket of this.pointers.keys()) this.unmark(socket);
    this.sockets.clear();
    this.draw();
    this.markSelected();
  }

  meet({ user, name, socket, state }) {
    const before = new Set([...this.sockets.values()].map((each) => each.user));
    if (state === null) { this.sockets.delete(socket); this.unmark(socket); } else this.sockets.set(socket, { user, name, state });
    const now = this.has(user);
    if (now !== before.has(user)) {
      if (!now && this.followed === user && user !== this.getAttribute("leader")) this.follow("");
      this.draw();
      this.note.textContent = now ? `${name} is here.` : `${name} has left.`;
    }
    if (this.followed === user && state?.view) this.lead(state.view);
    this.markSelected();
  }

  // On each tile the initials of those who have selected it; only where they changed, for people speak all the time.
  markSelected() {
    for (const tile of this.tiles?.querySelectorAll("[data-asset]") ?? []) {
      const has = ({ state }) => Array.isArray(state.selected) && state.selected.includes(short(tile.dataset.asset));
      const people = new Map([...this.sockets.values()].filter(has).map(({ user, name }) => [user, name]));
      const shown = JSON.stringify([...people]);
      if ((this.marked.get(tile) ?? "[]") === shown) continue;
      this.marked.set(tile, shown);
      tile.querySelector(".tile-chosen")?.remove();
      if (people.size) tile.append(this.marks(people));
    }
  }

  marks(people) {
    const marks = element("span", "tile-chosen");
    for (const [user, name] of people) {
      const mark = marks.appendChild(element("span", "tile-who", initials(name)));
      mark.style.setProperty("--who", hue(user));
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", `Selected by ${name}`);
    }
    return marks;
  }

  draw() {
    const people = new Map([...this.sockets.values()].map((each) => [each.user, each.name]));
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.user : null;
    this.hidden = people.size === 0;
    this.list.replaceChildren(...[...people].map(([user, name]) => {
      const line = document.createElement("li");
      line.append(this.person(user, name));
      return line;
    }));
    if (focused) this.list.querySelector(`[data-user="${CSS.escape(focused)}"]`)?.focus();
    this.dispatchEvent(new CustomEvent("people"));
  }

  person(user, name) {
    const face = element(this.stage ? "button" : "span", "person", initials(name));
    face.dataset.user = user;
    face.title = this.stage ? `Follow ${name}` : name;
    face.style.setProperty("--who", hue(user));
    if (!this.stage) { face.setAttribute("role", "img"); face.setAttribute("aria-label", name); return face; }
    face.type = "button";
    face.setAttribute("aria-label", `Follow ${name}`);
    face.setAttribute("aria-pressed", this.followed === user);
    face.addEventListener("click", () => this.follow(this.followed === user ? "" : user));
    return face;
  }

  has(user) { return [...this.sockets.values()].some((each) => each.user === user); }

  // See what somebody sees, until one looks elsewhere oneself.
  follow(user) {
    if (this.followed === user) return;
    this.followed = user;
    this.stage.toggleAttribute("data-followed", Boolean(user));
    for (const face of this.list.querySelectorAll("[data-user]")) face.setAttribute("aria-pressed", face.dataset.user === user);
    const leader = [...this.sockets.values()].find((each) => each.user === user);
    if (leader || !user) this.note.textContent = leader ? `You see what ${leader.name} sees.` : "You look for yourself again.";
    if (leader?.state.view) this.lead(leader.state.view);
    this.dispatchEvent(new CustomEvent("follow"));
  }

  lead(view) {
    this.led = true;
    this.stage.lookAt(view);
    requestAnimationFrame(() => requestAnimationFrame(() => { this.led = false; })); // its scrolling is told of a frame later
  }

  // Pointers and reactions over the picture

  picture() {
    if (this.stage.picture) return this.stage.picture();
    const image = this.stage.querySelector("img");
    const scale = Math.min(image.offsetWidth / image.naturalWidth, image.offsetHeight / image.naturalHeight) || 1;
    const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
    return { left: image.offsetLeft + (image.offsetWidth - width) / 2, top: image.offsetTop + (image.offsetHeight - height) / 2, width, height };
  }

  share({ clientX, clientY }) {
    const [box, { left, top, width, height }] = [this.stage.getBoundingClientRect(), this.picture()];
    const x = (clientX - box.left - this.stage.clientLeft + this.stage.scrollLeft - left) / width;
    const y = (clientY - box.top - this.stage.clientTop + this.stage.scrollTop - top) / height;
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x: Number(x.toFixed(4)), y: Number(y.toFixed(4)), on: this.stage.on } : null;
  }

  place(mark, { x, y }) {
    const { left, top, width, height } = this.picture();
    mark.style.left = `${left + x * width}px`;
    mark.style.top = `${top + y * height}px`;
  }

  mark(socket, user, name, state) {
    if (!this.stage || state?.on !== this.stage.on || !Number.isFinite(state?.x) || !Number.isFinite(state?.y)) return this.unmark(socket);
    const known = this.pointers.get(socket) ?? { mark: element("div", "pointer") };
    clearTimeout(known.timer);
    if (!known.mark.isConnected) {
      known.mark.style.setProperty("--who", hue(user));
      known.mark.setAttribute("aria-hidden", "true");
      known.mark.append(element("span", "", name));
      this.stage.append(known.mark);
    }
    known.at = state;
    known.timer = setTimeout(() => this.unmark(socket), GONE);
    this.pointers.set(socket, known);
    this.place(known.mark, state);
  }

  shift() { for (const { mark, at } of this.pointers.values()) this.place(mark, at); }

  unmark(socket) {
    const known = this.pointers.get(socket);
    if (!known) return;
    clearTimeout(known.timer);
    known.mark.remove();
    this.pointers.delete(socket);
  }

  react(socket, name, face) {
    if (!this.stage) return;
    const mark = this.stage.appendChild(element("div", "reaction", FACES[face]));
    mark.setAttribute("aria-hidden", "true");
    this.place(mark, this.pointers.get(socket)?.at ?? { x: 0.5, y: 0.4 });
    setTimeout(() => mark.remove(), 1_800);
    this.note.textContent = `${name}: ${WORDS[face]}`;
  }
}

customElements.define("people-here", PeopleHere);
