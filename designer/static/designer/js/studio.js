// The composer: photos by drop, paste or picker; what was understood as one writes; runs that appear without a reload.
import { toast } from "./app.js";
import "./live.js";

const form = document.querySelector("[data-composer]");
const csrf = () => form.querySelector("[name=csrfmiddlewaretoken]").value;

async function post(url, body) {
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrf(), "X-Partial": "1" }, credentials: "same-origin" });
}

function showError(text) {
  const box = form.querySelector("[data-form-error]");
  box.textContent = text;
  box.hidden = !text;
}

// Photos
async function upload(file) {
  const data = new FormData();
  data.append("file", file, file.name || "pasted.png");
  if (form.elements.team?.value) data.append("team", form.elements.team.value);
  const answer = await fetch(form.dataset.uploadUrl, { method: "POST", body: data, headers: { "X-CSRFToken": csrf() }, credentials: "same-origin" });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(`${file.name || "Pasted picture"}: ${body.errors?.[0]?.message || body.detail || body.title || "it could not be read"}`);
  return Array.isArray(body.results) ? body.results[0] : body;
}

function referenceItem(asset) {
  const item = document.createElement("li");
  item.className = "reference";
  const image = Object.assign(new Image(72, 72), { src: `/api/assets/${asset.id}/thumbnail?w=160`, alt: asset.title || "Reference photo" });
  const input = Object.assign(document.createElement("input"), { type: "hidden", name: "references", value: asset.id });
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "icon-button reference-remove", textContent: "×" });
  remove.dataset.removeReference = "";
  remove.setAttribute("aria-label", `Remove ${asset.title || "photo"}`);
  item.append(image, input, remove);
  return item;
}

async function addPhotos(files) {
  const images = [...files];
  if (!images.length) return;
  const status = form.querySelector("[data-upload-status]");
  const problems = [];
  for (const [index, file] of images.entries()) {
    status.textContent = `Uploading ${index + 1} of ${images.length}…`;
    try {
      form.querySelector("[data-references]").append(referenceItem(await upload(file)));
    } catch (error) {
      problems.push(error.message);
    }
  }
  status.textContent = problems.length ? "" : `${images.length} added.`;
  await understand();
  if (problems.length) showError(problems.join(" "));
}

// What was understood
let waiting = 0;
let asked = 0;
let sent = false; // a wish was sent, and no prompt has been shown since
function understandSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(understand, 500);
}

// New markup in the same place: what was open stays open, and the cursor stays where it was.
function redraw(box, html) {
  const open = [...box.querySelectorAll("details[open]")].map((each) => each.id);
  const { id, value, selectionStart: start, selectionEnd: end } = document.activeElement;
  const inside = id && box.contains(document.activeElement);
  box.innerHTML = html;
  open.forEach((each) => document.getElementById(each)?.setAttribute("open", ""));
  const field = inside && document.getElementById(id);
  if (!field) return;
  field.focus();
  if (typeof start !== "number") return;
  field.value = value; // as typed: the server answers without the space that the next word begins with
  field.setSelectionRange(start, end);
}

// What was understood in one line, for who listens; the fields themselves would be read out whole.
function inWords(box) {
  const labels = [...box.querySelectorAll(".chip:not(.chip-unknown) > label[for]")];
  const told = labels.map((label) => {
    const field = document.getElementById(label.htmlFor);
    return `${label.textContent} ${field.selectedOptions?.[0]?.text ?? field.value}`;
  });
  return told.length ? `Understood: ${told.join(", ")}.` : "";
}

async function understand() {
  clearTimeout(waiting);
  waiting = 0;
  const mine = ++asked;
  const wish = new FormData(form);
  if (sent) wish.delete("draw"); // it was for that one; until another is shown, what stands there is what is sent
  const answer = await post(form.dataset.understoodUrl, wish).catch(() => null);
  if (!answer) return;
  const body = await answer.json().catch(() => ({}));
  if (mine !== asked || waiting) return; // more was typed meanwhile: the next answer counts
  showError(answer.ok ? "" : body.detail || "");
  if (body.understood) {
    const box = form.querySelector("[data-understood]");
    redraw(box, body.understood);
    sent = false;
    form.querySelector("[data-understood-said]").textContent = inWords(box);
  }
  form.querySelector("[data-estimate]").innerHTML = body.estimate || ""; // no price stays that is not true any more
}

async function submit(event) {
  event.preventDefault();
  const button = form.querySelector("[data-submit]");
  if (button.ariaDisabled) return; // it is on its way; not `disabled`, which would take the focus away from it
  button.ariaDisabled = "true";
  showError("");
  try {
    const answer = await post(form.action, new FormData(form));
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) return showError(body.detail || "That did not work. Try again in a moment.");
    document.querySelector("[data-empty]")?.remove();
    const runs = document.querySelector("[data-runs]");
    runs.insertAdjacentHTML("afterbegin", body.card);
    runs.firstElementChild.scrollIntoView({ behavior: "smooth", block: "nearest" });
    toast("Queued. It appears below.");
    sent = true;
    understand();
  } catch {
    showError("The studio cannot be reached. Your words are still here; try again in a moment.");
  } finally {
    button.ariaDisabled = null;
    form.querySelector("[data-form-error]").scrollIntoView({ block: "nearest" });
  }
}

if (form) {
  const zone = form.querySelector("[data-dropzone]");
  const picker = form.querySelector("[name=photos]");
  picker.addEventListener("change", async () => { await addPhotos(picker.files); picker.value = ""; });
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.dataset.over = ""; });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => { event.preventDefault(); addPhotos(event.dataTransfer.files); });
  document.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) addPhotos(event.clipboardData.files); });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-reference]");
    if (button) { button.closest("li").remove(); understand(); form.querySelector("[name=brief]").focus(); }
  });
  form.addEventListener("input", (event) => { if (event.target.type !== "file") understandSoon(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
  form.addEventListener("submit", submit);
  if (form.querySelector("[name=brief]").value || form.querySelector("[name=references]")) understand();
}

// Small posts inside live cards (cancel) need no new page.
document.addEventListener("submit", async (event) => {
  const quiet = event.target.closest("[data-quiet-post]");
  if (!quiet) return;
  event.preventDefault();
  const answer = await fetch(quiet.action, { method: "POST", body: new FormData(quiet), credentials: "same-origin" });
  toast(answer.ok ? "Stopping…" : "That could not be stopped.");
});
