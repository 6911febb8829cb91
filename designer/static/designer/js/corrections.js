// <live-corrections>: a <live-row> of what was understood. Once its form is there, a colleague's correction changes the table
// and the fields that nobody touched; one that is being filled in stays, and is told what the colleague chose.
import { LiveRow } from "./live.js";

const CORRECTED = "generation:corrected";

class LiveCorrections extends LiveRow {
  hear(message, subject) {
    if (message.event && message.event !== CORRECTED && this.querySelector("form")) return; // its progress says nothing of what was understood
    super.hear(message, subject);
  }

  put(text) {
    const news = document.createRange().createContextualFragment(text);
    const form = this.querySelector("form");
    if (!form || !news.querySelector("form")) return super.put(text);
    this.querySelector("table").replaceWith(news.querySelector("table"));
    for (const now of news.querySelectorAll("[name^='was-']")) {
      const name = now.name.slice("was-".length);
      const was = form.elements[now.name];
      const field = form.elements[`fix-${name}`];
      const theirs = news.querySelector(`[name='fix-${name}']`);
      if (field.value === was.value) settle(field, theirs);
      else if (was.value !== now.value) tell(field, `${now.dataset.by} chose ${said(theirs)}; what stands here is what you typed.`);
      was.value = now.value;
    }
    form.elements.tag.value = news.querySelector("[name='tag']").value; // what was told may be written over
  }
}

// The field as the server has it now, with its focus.
function settle(field, theirs) {
  const { value } = theirs; // its options move over, and leave it without one
  if (field.options) field.replaceChildren(...theirs.options);
  else field.defaultValue = value;
  field.value = value;
  tell(field, "");
}

function said(field) {
  return (field.options ? field.selectedOptions[0]?.label : field.value) || "unknown";
}

// Beside the field, and to whoever hears the page; nothing where there is nothing to tell.
function tell(field, text) {
  const id = `late-theirs-${field.name.slice("fix-".length)}`;
  let note = document.getElementById(id);
  if (!text) return note?.remove();
  if (!note) {
    note = Object.assign(document.createElement("p"), { id, className: "error small" });
    note.setAttribute("role", "status");
    field.parentElement.append(note);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
  }
  note.textContent = text;
}

customElements.define("live-corrections", LiveCorrections);
