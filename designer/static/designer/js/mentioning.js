// Names of members while one types @: a list below the field, by arrow keys and Enter, or by a press.
const BEGUN = /(?:^|[^\p{L}\p{N}_@])@([^\n@]{0,40})$/u;
const SHOWN = 6;
const PAUSE = 120; // ms

export class Members {
  constructor(field, list, address, say) {
    Object.assign(this, { field, list, address, say, asked: 0, at: -1 });
    field.setAttribute("aria-controls", list.id);
    field.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), PAUSE); });
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => this.press(event));
  }

  get begun() { return BEGUN.exec(this.field.value.slice(0, this.field.selectionStart))?.[1]; }

  async look() {
    const { begun } = this;
    const asked = (this.asked += 1);
    if (begun === undefined) return this.close();
    const query = new URLSearchParams({ search: begun, page_size: SHOWN });
    const answer = await fetch(`${this.address}?${query}`, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || asked !== this.asked) return;
    this.show((await answer.json()).results.map(({ name }) => name));
  }

  show(names) {
    const found = [...new Set(names)];
    if (!found.length) return this.close();
    this.list.replaceChildren(...found.map((name, place) => Object.assign(document.createElement("li"), { id: `${this.list.id}-${place}`, textContent: name, dir: "auto", role: "option" })));
    this.list.hidden = false;
    this.mark(0);
    this.say(`${found.length} ${found.length === 1 ? "member" : "members"}, arrow keys to choose`);
  }

  mark(place) {
    const options = [...this.list.children];
    this.at = (place + options.length) % options.length;
    for (const option of options) option.setAttribute("aria-selected", option === options[this.at]);
    options[this.at].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", options[this.at].id);
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (this.list.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown") this.mark(this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at - 1);
    else if (event.key === "Enter" || event.key === "Tab") this.choose(this.list.children[this.at].textContent);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  press(event) {
    const option = event.target.closest("[role=option]");
    event.preventDefault(); // the field keeps the focus
    if (option) this.choose(option.textContent);
  }

  choose(name) {
    const { begun, field } = this;
    const caret = field.selectionStart;
    if (begun !== undefined) field.setRangeText(`${name} `, caret - begun.length, caret, "end");
    this.close();
  }
}
