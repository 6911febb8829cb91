// <review-room session me able?>: a collection looked at together. What is shown, who presents, the clock and the votes are
// facts of `session:<id>`; where the presenter looks comes by <people-here>, and one follows until one looks elsewhere.
import { toast } from "./app.js";
import { live } from "./live.js";
import "./stage.js";
import { studio } from "./strip.js";

const SPEAK = 5_000; // ms between two words that one is there
const GONE = 16_000; // ms after which a presenter nobody sees may be replaced
const VOTES = { 1: "yes", 2: "no", 3: "perhaps" };
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

class ReviewRoom extends HTMLElement {
  state = null;
  image = null; // the one that is looked at, with its votes
  ahead = 0; // ms that the server's clock is ahead of ours
  following = true; // the presenter

  connectedCallback() {
    this.me = this.getAttribute("me");
    this.able = this.hasAttribute("able");
    this.path = `/sessions/${this.getAttribute("session")}`;
    [this.stage, this.strip, this.people] = ["review-stage", "review-strip", "people-here"].map((name) => this.querySelector(name));
    this.unwatch = live.watch(`session:${this.getAttribute("session")}`, (message) => this.hear(message));
    this.beats = [setInterval(() => this.attend(), SPEAK), setInterval(() => this.tick(), 250)];
    this.attend();
    this.listen();
  }

  disconnectedCallback() {
    this.unwatch();
    this.beats.forEach(clearInterval);
    document.removeEventListener("keydown", this.keys);
  }

  get presents() { return this.state?.presenter.id === this.me; }
  part(name) { return this.querySelector(`[data-${name}]`); }
  each(name, act) { this.querySelectorAll(`[data-${name}]`).forEach(act); }

  // What the studio tells

  hear({ type, event, data }) {
    if (type === "snapshot") return this.take(data);
    if (type === "ended" || type === "error") return location.reload();
    if (type === "event") this.change(event, data);
  }

  take(state) {
    if (state.status === "ended") return location.reload();
    this.state = state;
    this.ahead = Date.parse(state.now) - Date.now();
    this.strip.length = state.images;
    const seconds = this.part("seconds");
    if (seconds && !seconds.value) seconds.value = state.timer.seconds;
    this.lead();
    this.draw();
    if (this.following || !this.image) this.see(state.present?.asset);
    else this.see(this.image.asset, true); // votes may have been missed
  }

  change(event, data) {
    if (!this.state) return;
    if (event === "session:ended") return location.reload();
    if (event === "session:image") {
      Object.assign(this.state, { present: { asset: data.asset, position: data.position }, timer: data.timer });
      if (this.following) this.see(data.asset);
    } else if (event === "session:presenter") {
      this.state.presenter = { id: data.presenter, name: data.name };
      toast(this.presents ? "You present now." : `${data.name} presents now.`);
      this.lead();
      if (this.following) this.see(this.state.present?.asset);
    } else if (event === "session:timer") this.state.timer = data;
    else if (data.asset === this.image?.asset) this.see(data.asset, true);
    this.draw();
  }

  // Follow the presenter, unless one presents or looks for oneself.
  lead() {
    const { id } = this.state.presenter;
    if (this.people.getAttribute("leader") !== id) this.people.setAttribute("leader", id ?? "");
    if (this.presents) this.following = true;
    if (this.following) this.people.follow(this.presents ? "" : id ?? "");
    this.watchPresenter();
  }

  // Looking

  // `fresh`: also where it is looked at already.
  async see(asset, fresh = false) {
    if (!asset || (asset === this.looking && !fresh)) return;
    this.looking = asset;
    const image = await studio.request("GET", `${this.path}/images/${asset}`).catch(() => null);
    if (this.looking !== asset) return; // another one was asked for meanwhile
    if (!image) { this.looking = this.image?.asset; return; }
    const other = image.asset !== this.image?.asset;
    this.image = image;
    this.strip.learn(image);
    if (other) {
      const wanted = this.stage.wanted?.asset === asset ? this.stage.wanted : null;
      this.stage.turn(image, wanted);
      this.strip.point(image);
      this.part("place").textContent = `${image.position} of ${this.state.images}${image.title ? ` · ${image.title}` : ""}`;
      const note = this.part("note");
      if (note) note.value = image.mine?.note ?? "";
    }
    this.draw();
  }

  async step(by) {
    const item = await this.strip.beside(this.image?.position ?? 0, by);
    if (item) this.go(item); else toast(by > 0 ? "This is the last image." : "This is the first image.");
  }

  go(item) {
    if (this.presents) return this.say("present", { asset: item.asset });
    this.alone();
    this.see(item.asset);
  }

  alone() {
    this.following = false;
    this.people.follow("");
    this.draw();
  }

  back() {
    this.following = true;
    this.lead();
    this.see(this.state.present?.asset);
    this.stage.focus();
  }

  // Saying

  async say(what, wish) {
    try {
      const answer = await studio.request("POST", `${this.path}/${what}`, { json: wish });
      if (answer.timer) this.take(answer);
      return answer;
    } catch (problem) {
      if (problem.code === "ended") location.reload(); else toast(problem.message);
      return null;
    }
  }

  async vote(choice) {
    if (!this.image || !this.able) return;
    const wish = { asset: this.image.asset, choice, note: this.part("note").value };
    const answer = await this.say("votes", wish);
    if (answer && answer.asset === this.image.asset) { this.image = answer; this.strip.learn(answer); this.draw(); }
  }

  toggle(choice) {
    return this.vote(this.image?.mine?.choice === choice ? null : choice);
  }

  async attend() {
    const asked = Date.now();
    try {
      const { now } = await studio.request("PUT", `${this.path}/attendance`);
      this.ahead = Date.parse(now) - (asked + Date.now()) / 2;
    } catch (problem) {
      if (["ended", "not_found"].includes(problem.code)) location.reload();
    }
  }

  // Showing

  draw() {
    if (!this.state) return;
    const { presenter, votes_hidden: hidden } = this.state;
    this.toggleAttribute("data-leads", this.presents);
    this.part("presenter").textContent = this.presents ? "You" : presenter.name || "Nobody";
    this.part("back").hidden = this.presents || this.following;
    this.show("presenting", this.presents);
    const line = this.part("end-line");
    if (line) line.hidden = !(this.presents || line.hasAttribute("data-always"));
    this.part("clock").hidden = !this.state.timer.seconds;
    const start = this.part("timer");
    if (start) {
      start.dataset.timer = this.state.timer.running ? "pause" : "start";
      start.textContent = this.state.timer.running ? "Pause" : "Start";
    }
    if (this.image) this.drawVotes(hidden);
    this.tick();
  }

  show(name, on) { const part = this.part(name); if (part) part.hidden = !on; }

  drawVotes(hidden) {
    const { tally, voted, votes, mine } = this.image;
    this.each("vote", (button) => { button.setAttribute("aria-pressed", mine?.choice === button.dataset.vote); button.disabled = this.image.gone; });
    const open = tally ? `${tally.yes} yes, ${tally.no} no, ${tally.perhaps} perhaps` : `${voted} voted. Hidden until the presenter reveals them.`;
    this.part("tally").textContent = this.image.gone ? "This image is in the trash." : voted ? open : "No votes yet.";
    this.show("reveal", this.presents && hidden && !tally && voted > 0);
    this.part("votes").replaceChildren(...votes.map((vote) => {
      const line = document.createElement("li");
      const name = line.appendChild(document.createElement("strong"));
      name.textContent = vote.name;
      line.append(` ${vote.choice ?? "has voted"}${vote.note ? `: ${vote.note}` : ""}`);
      return line;
    }));
  }

  tick() {
    const timer = this.state?.timer;
    if (!timer?.seconds) return;
    const left = timer.running ? Math.max(0, (Date.parse(timer.ends_at) - Date.now() - this.ahead) / 1000) : timer.left;
    const over = timer.running && left <= 0;
    this.part("left").textContent = over ? "Time is up" : `${clock(Math.ceil(left))}${timer.running ? "" : " paused"}`;
    this.part("clock").toggleAttribute("data-over", over);
    const said = over ? "Time is up." : "";
    if (this.part("time-said").textContent !== said) this.part("time-said").textContent = said;
  }

  // A presenter whom nobody sees for a while can be replaced.
  watchPresenter() {
    const { id, name } = this.state.presenter;
    const away = !this.presents && !this.people.has(id);
    if (!away) { clearTimeout(this.waiting); this.waiting = null; return this.show("gone", false); }
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      if (this.presents || this.people.has(this.state.presenter.id)) return;
      this.show("gone", true);
      if (this.able) this.part("gone-name").textContent = name || "The presenter";
    }, GONE);
  }

  // Listening

  listen() {
    this.people.addEventListener("people", () => this.state && this.watchPresenter());
    this.stage.addEventListener("look", () => { if (!this.people.led && !this.presents && this.state && this.stage.on) { this.following = false; this.draw(); } });
    this.stage.addEventListener("wanted", ({ detail }) => { if (!this.following && this.people.followed && detail.asset) this.see(detail.asset); });
    this.strip.addEventListener("choose", async ({ detail }) => { const item = await this.strip.at(detail); if (item) this.go(item); });
    this.each("step", (button) => button.addEventListener("click", () => this.step(Number(button.dataset.step))));
    this.each("zoom", (button) => button.addEventListener("click", () => { const by = Number(button.dataset.zoom); if (by) this.stage.by(by); else this.stage.show(1, 0, 0); }));
    this.each("vote", (button) => button.addEventListener("click", () => this.toggle(button.dataset.vote)));
    this.part("back").addEventListener("click", () => this.back());
    if (this.able) this.listenAble();
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
  }

  listenAble() {
    const on = (name, kind, act) => this.part(name)?.addEventListener(kind, (event) => { event.preventDefault(); act(event); });
    on("note-form", "submit", () => {
      const choice = this.image?.mine?.choice;
      if (choice) this.vote(choice).then(() => toast("Kept.")); else toast("Vote first: yes, no or perhaps.");
    });
    on("reveal", "click", async () => { if (await this.say("reveal", { asset: this.image.asset })) this.see(this.image.asset, true); });
    this.each("timer", (button) => button.addEventListener("click", () => this.say("timer", { action: button.dataset.timer, ...this.seconds() })));
    on("timer-form", "submit", () => this.say("timer", { action: "reset", ...this.seconds() }));
    on("hand-over", "submit", ({ target }) => this.say("presenter", { user: target.querySelector("select").value }));
    on("take-over", "click", () => this.say("presenter", { user: this.me }));
    const ask = document.querySelector("[data-ask]");
    on("end", "click", () => ask.showModal());
    ask.addEventListener("close", async () => { if (ask.returnValue === "end" && await this.say("end", {})) location.reload(); });
  }

  // Only where the field says another time than the one that is set.
  seconds() {
    const said = Number(this.part("seconds").value);
    return this.part("seconds").value && said !== this.state.timer.seconds ? { seconds: said } : {};
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.step(event.key === "ArrowRight" ? 1 : -1);
    else if (VOTES[event.key] && this.able) this.toggle(VOTES[event.key]);
    else if (event.key === "Home" && !this.presents) this.back();
    else return;
    event.preventDefault();
  }
}

customElements.define("review-room", ReviewRoom);
