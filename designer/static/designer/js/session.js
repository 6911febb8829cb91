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
  at = 0; // the position that the next step starts from: one may step faster than the studio answers
  wish = null; // the newest image that is to be presented and was not yet asked for
  voting = Promise.resolve(); // the newest vote that is on its way
  drafts = new Map(); // image -> a note without a vote
  narrow = matchMedia("(max-width: 900px)"); // as in session.css

  connectedCallback() {
    this.me = this.getAttribute("me");
    this.able = this.hasAttribute("able");
    this.path = `/sessions/${this.getAttribute("session")}`;
    [this.stage, this.strip, this.people] = ["review-stage", "review-strip", "people-here"].map((name) => this.querySelector(name));
    this.unwatch = live.watch(`session:${this.getAttribute("session")}`, (message) => this.hear(message));
    this.beats = [setInterval(() => this.attend(), SPEAK), setInterval(() => this.tick(), 250)];
    this.attend();
    this.listen();
    this.narrow.addEventListener("change", this.arrange);
    this.arrange();
    // on a phone the picture makes room for what is said above it, and the votes stay in sight
    this.above = new ResizeObserver(([{ contentRect }]) => this.style.setProperty("--above", `${contentRect.height}px`));
    this.above.observe(document.querySelector("live-alerts"));
  }

  disconnectedCallback() {
    this.unwatch();
    this.above.disconnect();
    this.narrow.removeEventListener("change", this.arrange);
    this.beats.forEach(clearInterval);
    document.removeEventListener("keydown", this.keys);
  }

  get presents() { return this.state?.presenter.id === this.me; }
  get following() { return this.presents || this.people.followed === (this.state?.presenter.id ?? ""); } // the presenter
  part(name) { return this.querySelector(`[data-${name}]`); }
  each(name, act) { this.querySelectorAll(`[data-${name}]`).forEach(act); }

  // In one column the clock and the votes stand before all images: Tab goes as the eye does.
  arrange = () => {
    const [look, side, ...early] = ["look", "side", "time", "voting"].map((name) => this.querySelector(`.session-${name}`));
    if (this.narrow.matches) look.after(...early); else side.prepend(...early);
  };

  // What the studio tells

  // Nothing is said of a review any more that the next page tells of.
  leave() {
    this.disconnectedCallback();
    location.reload();
  }

  hear({ type, event, data, error }) {
    if (type === "snapshot") return this.take(data, true); // votes may have been missed
    if (type === "ended" || error?.code === "not_found") return this.shutOut();
    if (type === "error") return this.leave();
    if (type === "event") this.change(event, data);
  }

  take(state, fresh = false) {
    if (state.status === "ended") return this.leave();
    const followed = !this.state || this.following;
    this.state = state;
    this.ahead = Date.parse(state.now) - Date.now();
    this.strip.length = state.images;
    this.lead(followed);
    this.keepUp(fresh);
    this.draw();
  }

  change(event, data) {
    if (!this.state) return;
    if (event === "session:ended") return this.leave();
    if (event === "session:image") {
      Object.assign(this.state, { present: { asset: data.asset, position: data.position }, timer: data.timer });
      this.keepUp();
    } else if (event === "session:presenter") this.handOn({ id: data.presenter, name: data.name });
    else if (event === "session:timer") this.state.timer = data;
    else if (data.asset === this.image?.asset) this.see(data.asset, true);
    this.draw();
  }

  handOn(presenter) {
    if (this.presents && !presenter.id) return this.leave(); // we may not any more
    const [followed, news] = [this.following, presenter.id !== this.state.presenter.id];
    this.state.presenter = presenter;
    if (news) toast(this.presents ? "You present now." : presenter.id ? `${presenter.name} presents now.` : "Nobody presents now.");
    this.lead(followed);
    this.keepUp();
  }

  // Follow the presenter, unless one presents or looks for oneself.
  lead(followed) {
    const id = this.state.presenter.id ?? "";
    if (this.people.getAttribute("leader") !== id) this.people.setAttribute("leader", id);
    if (followed || this.presents) this.people.follow(this.presents ? "" : id);
    this.watchPresenter();
  }

  // See what the presenter shows, or again what one looks at alone.
  keepUp(fresh = false) {
    if (this.sending) return; // we are ahead of what we are told
    if (this.following || !this.image) this.see(this.state.present?.asset, fresh);
    else if (fresh) this.see(this.image.asset, true);
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
    if (other) this.keepNote();
    this.image = image;
    this.strip.learn(image);
    if (other) this.turn(image);
    this.draw();
  }

  turn(image) {
    if (!this.sending) this.at = image.position;
    this.stage.turn(image, this.stage.wanted?.asset === image.asset ? this.stage.wanted : null);
    this.strip.point(image);
    const note = this.part("note");
    if (note) note.value = this.drafts.get(image.asset) ?? image.mine?.note ?? "";
    this.strip.beside(image.position, 1).then((next) => this.stage.prepare(next));
  }

  async step(by) {
    const item = await this.strip.beside(this.at, by);
    if (item) this.go(item); else toast(by > 0 ? "This is the last image." : "This is the first image.");
  }

  go(item) {
    this.at = item.position;
    if (this.presents) return this.present(item.asset);
    this.people.follow("");
    this.see(item.asset);
  }

  // One after the other, and of those that are wished meanwhile only the newest.
  async present(asset) {
    this.wish = asset;
    this.see(asset);
    if (this.sending) return;
    this.sending = true;
    while (this.wish) {
      const next = this.wish;
      this.wish = null;
      await this.say("present", { asset: next });
    }
    this.sending = false;
    this.keepUp();
  }

  back() {
    this.lead(true);
    this.stage.focus();
  }

  // What somebody followed looks at; of a presenter who follows everybody sees it.
  seek(asset) {
    if (!asset || !this.people.followed || this.people.followed === this.state?.presenter.id) return;
    if (this.presents) this.present(asset); else this.see(asset);
  }

  // A note that is being written when the image changes: it goes with the vote, or waits for one.
  keepNote() {
    this.votes(async ({ asset, note }, mine, position) => {
      this.drafts.delete(asset);
      if (note === (mine?.note ?? "")) return;
      if (!mine) { this.drafts.set(asset, note); toast(`Your note waits at image ${position} for your vote.`); }
      else if (await this.vote({ asset, choice: mine.choice, note })) toast(`Your note to image ${position} is kept.`);
    });
  }

  // Saying

  async say(what, wish) {
    try {
      const answer = await studio.request("POST", `${this.path}/${what}`, { json: wish });
      if (answer.timer) this.take(answer);
      return answer;
    } catch (problem) {
      if (["ended", "forbidden"].includes(problem.code)) this.leave(); else toast(`${problem.message} ${problem.remedy ?? ""}`);
      return null;
    }
  }

  // One after the other: what is pressed while a vote is on its way means what that one leaves, on the image it was
  // pressed at.
  votes(act) {
    if (!this.image || !this.able) return;
    const { asset, position } = this.image;
    const said = { asset, note: this.part("note").value.trim() };
    this.voting = this.voting.then(() => act(said, this.strip.items[position - 1]?.mine, position));
  }

  toggle(choice) { this.votes((said, mine) => this.vote({ ...said, choice: mine?.choice === choice ? null : choice })); }

  keep() {
    this.votes(async (said, mine) => {
      if (!mine) toast("Vote first: yes, no or perhaps."); else if (await this.vote({ ...said, choice: mine.choice })) toast("Kept.");
    });
  }

  async vote(wish) {
    const answer = await this.say("votes", wish);
    if (!answer) return null;
    this.strip.learn(answer);
    if (answer.asset === this.image.asset) { this.image = answer; this.draw(); }
    return answer;
  }

  async attend() {
    const asked = Date.now();
    try {
      const { now } = await studio.request("PUT", `${this.path}/attendance`);
      this.ahead = Date.parse(now) - (asked + Date.now()) / 2;
    } catch (problem) {
      if (problem.code === "not_found") this.shutOut();
      if (problem.code === "ended") this.leave();
    }
  }

  // Showing

  // Who may not look any more sees nothing of it any more, and why.
  shutOut() {
    if (!this.isConnected || !this.part("out")) return;
    this.disconnectedCallback();
    this.state = null;
    document.querySelector("[data-ask]")?.close();
    this.replaceChildren(this.part("out").content.cloneNode(true));
    this.querySelector("h1").focus();
  }

  draw() {
    if (!this.state) return;
    const { presenter, votes_hidden: hidden } = this.state;
    this.toggleAttribute("data-leads", this.presents);
    this.part("presenter").textContent = this.presents ? "You" : presenter.name || "Nobody";
    this.part("presents").textContent = this.presents ? "present" : "presents";
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
    const seconds = this.part("seconds");
    if (seconds) seconds.defaultValue = this.state.timer.seconds; // shown where nobody writes another
    this.write("place", this.placed());
    if (this.image) this.drawVotes(hidden);
    this.tick();
  }

  placed() {
    if (!this.image) return this.state.present ? "" : "The image that was shown is deleted.";
    return `${this.image.position} of ${this.state.images}${this.image.title ? ` · ${this.image.title}` : ""}`;
  }

  // What is said aloud is said once.
  write(name, text) { const part = this.part(name); if (part.textContent !== text) part.textContent = text; }
  show(name, on) { const part = this.part(name); if (part) part.hidden = !on; }

  drawVotes(hidden) {
    const { tally, voted, votes, mine } = this.image;
    this.each("vote", (button) => { button.setAttribute("aria-pressed", mine?.choice === button.dataset.vote); button.disabled = this.image.gone; });
    const open = tally ? `${tally.yes} yes, ${tally.no} no, ${tally.perhaps} perhaps` : `${voted} voted. Hidden until the presenter reveals them.`;
    this.write("tally", this.image.gone ? "This image is in the trash." : voted ? open : "No votes yet.");
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
    this.write("left", over ? "Time is up" : `${clock(Math.ceil(left))}${timer.running ? "" : timer.left < timer.seconds ? " paused" : ""}`);
    this.part("clock").toggleAttribute("data-over", over);
    this.write("time-said", over ? "Time is up." : "");
  }

  // A presenter whom nobody sees for a while can be replaced, and nobody at once.
  watchPresenter() {
    const { id, name } = this.state.presenter;
    const away = !this.presents && !this.people.has(id);
    if (!away || !id) { clearTimeout(this.waiting); this.waiting = null; return this.offer(away, "Nobody presents."); }
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      if (!this.presents && !this.people.has(this.state.presenter.id)) this.offer(true, `${name} seems to be gone.`);
    }, GONE);
  }

  offer(on, why) {
    this.show("gone", on);
    if (this.able) this.part("gone-why").textContent = on ? why : "";
  }

  // To whom one may hand over, and who of them is here.
  markHeirs() {
    for (const heir of this.querySelectorAll("[data-heir]")) heir.textContent = `${heir.dataset.heir}${this.people.has(heir.value) ? " (here)" : ""}`;
  }

  // Listening

  listen() {
    this.people.addEventListener("people", () => { this.markHeirs(); if (this.state) this.watchPresenter(); });
    this.people.addEventListener("follow", () => { if (this.state) { this.keepUp(); this.draw(); } });
    this.stage.addEventListener("wanted", ({ detail }) => this.seek(detail.asset));
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
    on("note-form", "submit", () => this.keep());
    on("reveal", "click", async () => { if (await this.say("reveal", { asset: this.image.asset })) this.see(this.image.asset, true); });
    this.each("timer", (button) => button.addEventListener("click", () => this.time(button.dataset.timer)));
    on("timer-form", "submit", () => this.time("reset"));
    on("hand-over", "submit", ({ target }) => this.pass(target.querySelector("select").value));
    on("take-over", "click", () => this.pass(this.me));
    const ask = document.querySelector("[data-ask]");
    on("end", "click", () => ask.showModal());
    ask.addEventListener("close", async () => { if (ask.returnValue === "end" && await this.say("end", {})) this.leave(); });
  }

  // With the field's seconds only where they are others than those that are set.
  async time(action) {
    const { value, defaultValue } = this.part("seconds");
    const seconds = value && value !== defaultValue ? { seconds: Number(value) } : {};
    if (await this.say("timer", { action, ...seconds })) this.part("timer-form").reset();
  }

  async pass(user) {
    if (await this.say("presenter", { user })) this.stage.focus({ preventScroll: true }); // what was pressed is gone
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
