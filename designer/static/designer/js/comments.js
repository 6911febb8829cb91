// <comment-threads subject="asset:7f… asset:3c…" src="…" start="…">: what is said of something, kept fresh. `src` is the page
// of it that is shown, `start` the first one.
//
// The form stands beside the list, so that news never takes away what is typed.
import { LiveRow } from "./live.js";
import { Members } from "./mentioning.js";
import { PARTIAL } from "./parts.js";
import "./pins.js";

const UNREACHED = "The studio cannot be reached. What you typed is still here.";
const pins = () => document.querySelector("image-pins");

class CommentThreads extends LiveRow {
  connectedCallback() {
    super.connectedCallback();
    this.form = document.querySelector("[data-comment-form]");
    this.addEventListener("click", (event) => this.press(event));
    this.addEventListener("submit", (event) => this.act(event));
    this.shown();
    if (/^#comment-/.test(location.hash)) this.open(location.hash.slice("#comment-".length));
  }

  hear(message, subject) {
    super.hear(message, subject);
    const { event, data } = message;
    if (event === "comment:created" && data.author !== this.getAttribute("me")) say(`${data.name}: ${data.text}`);
  }

  put(text) {
    super.put(text);
    this.shown();
  }

  shown() {
    for (const button of this.querySelectorAll("[data-answer], [data-edit]")) button.hidden = !this.form;
    for (const button of this.querySelectorAll("[data-show-pin]")) button.hidden = !pins();
    pins()?.draw([...this.querySelectorAll("[data-pin-x]")]);
  }

  // The comment of this id, out of its fold.
  open(id) {
    const comment = document.getElementById(`comment-${id}`);
    const fold = comment?.closest("details");
    if (fold && !fold.open) { fold.open = true; comment.scrollIntoView({ block: "nearest" }); }
    return comment;
  }

  lead(id) {
    for (const each of this.querySelectorAll(".comment[data-active]")) each.removeAttribute("data-active");
    const comment = this.open(id);
    comment.toggleAttribute("data-active", true);
    comment.scrollIntoView({ block: "nearest" });
    comment.focus({ preventScroll: true });
  }

  press(event) {
    const turn = event.target.closest("[data-turn]");
    if (turn && !event.ctrlKey && !event.metaKey) { event.preventDefault(); return this.turn(turn.href); }
    const button = event.target.closest("button");
    const comment = button?.closest("[data-comment]");
    if (!comment) return;
    const { name, comment: id } = comment.dataset;
    if (button.matches("[data-show-pin]")) pins().show(id);
    else if (button.matches("[data-answer]")) talk.begin("reply_to", id, `Answer to ${name}${button.dataset.answer}`);
    else if (button.matches("[data-edit]")) talk.begin("comment", id, "Say it better", comment.querySelector("[data-text]").dataset.text);
  }

  async turn(address) {
    this.setAttribute("src", this.getAttribute("start") + new URL(address).search);
    history.replaceState(null, "", address);
    await this.refresh();
    this.closest("section").scrollIntoView({ block: "start" });
    this.querySelector(".comment")?.focus({ preventScroll: true });
  }

  async act(event) {
    const { target, submitter } = event;
    if (!target.matches("[data-comment-act]")) return;
    event.preventDefault();
    const fold = submitter?.closest("details.sign-fold");
    if (fold) fold.open = false;
    const answer = await fetch(this.getAttribute("src"), { method: "POST", body: new FormData(target, submitter), ...PARTIAL }).catch(() => null);
    if (answer?.ok) return this.put(await answer.text());
    talk?.fault(!answer ? UNREACHED : answer.status === 404 ? "It is no longer there. Reload the page." : await answer.text());
  }
}

const say = (text) => { const note = document.querySelector("[data-comment-note]"); if (note) note.textContent = text; };

// The form: for a new comment, an answer or other words.
class Talk {
  constructor(form) {
    this.form = form;
    this.text = form.elements.text;
    this.usual = form.querySelector("[data-comment-label]").textContent;
    this.cancel = form.querySelector("[data-comment-cancel]");
    this.pin = form.querySelector("[data-pin]");
    new Members(this.text, form.querySelector("[role=listbox]"), form.dataset.members, say);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
    this.cancel.addEventListener("click", () => this.end());
    this.pin?.addEventListener("click", () => this.pinning(this.pin.getAttribute("aria-pressed") !== "true"));
    this.pinnable(true);
    for (const [name, deed] of Object.entries({
      pinned: (at) => this.spot(at),
      "pin-said": say,
      "pin-set": () => this.text.focus(),
      "pin-dropped": () => { this.pinning(false); this.pin.focus(); },
    })) pins()?.addEventListener(name, ({ detail }) => deed(detail));
  }

  begin(field, id, label, text = "") {
    this.end();
    this.form.elements[field].value = id;
    this.label(label);
    this.text.value = text;
    this.cancel.hidden = false;
    this.pinnable(false); // an answer is about the spot of what it answers
    this.text.focus();
  }

  label(text) { this.form.querySelector("[data-comment-label]").textContent = text; }

  pinnable(may) { if (this.pin) this.pin.hidden = !may || !pins(); }

  end() {
    this.form.reset();
    for (const name of ["reply_to", "comment"]) this.form.elements[name].value = "";
    this.label(this.usual);
    this.fault("");
    this.cancel.hidden = true;
    this.pinnable(true);
    this.pinning(false);
  }

  pinning(on) {
    if (!this.pin) return;
    this.pin.setAttribute("aria-pressed", on);
    this.form.querySelector("[data-pin-help]").hidden = !on;
    if (!on) this.spot(null);
    pins()?.pinning(on);
  }

  spot(at) {
    for (const side of ["x", "y", "width", "height"]) this.form.elements[`pin_${side}`].value = at?.[side] ?? "";
  }

  fault(text) { this.form.querySelector(".error").textContent = text; }

  async send() {
    const said = this.said();
    if (said === this.sending) return; // pressed twice
    this.sending = said;
    try { await this.sent(said); } finally { if (this.sending === said) this.sending = null; }
  }

  said() { return new URLSearchParams(new FormData(this.form)).toString(); }

  // A new thread is shown on the first page; an answer and other words on the page where they were begun.
  async sent(said) {
    const threads = document.querySelector("comment-threads");
    if (!this.form.elements.reply_to.value && !this.form.elements.comment.value) threads.setAttribute("src", threads.getAttribute("start"));
    const answer = await fetch(threads.getAttribute("src"), { method: "POST", body: new FormData(this.form), ...PARTIAL }).catch(() => null);
    if (!answer) return this.fault(UNREACHED);
    if (answer.redirected) return this.fault("You are signed out. Sign in on another page; what you typed is still here.");
    if (!answer.ok) return this.fault(answer.status === 404 ? "It is no longer there. Reload the page." : await answer.text());
    threads.put(await answer.text());
    if (this.said() !== said) return; // the next is being written already
    this.end();
    this.text.focus();
  }
}

const form = document.querySelector("[data-comment-form]");
const talk = form && new Talk(form);
customElements.define("comment-threads", CommentThreads);
document.addEventListener("pin-led", ({ detail }) => document.querySelector("comment-threads").lead(detail));
