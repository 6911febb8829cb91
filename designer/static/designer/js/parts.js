// Parts of pages that are asked for apart.
export const PARTIAL = { headers: { "X-Partial": "1" }, credentials: "same-origin" };

// Why an answer is not what was asked for, in words for people: those of the server, with their remedy.
export async function refusalOf(answer) {
  const body = await answer.json().catch(() => ({}));
  return body.detail || body.title || "That did not work. Try again in a moment.";
}

// <page-part src="/…">: a part of another page, loaded when it is first seen (in <details>: opened).
customElements.define("page-part", class extends HTMLElement {
  connectedCallback() {
    const fold = this.closest("details");
    if (fold && !fold.open) fold.addEventListener("toggle", () => this.load(), { once: true });
    else this.load();
  }

  async load() {
    const answer = await fetch(this.getAttribute("src"), PARTIAL).catch(() => null);
    if (answer?.ok) this.innerHTML = await answer.text();
  }
});
