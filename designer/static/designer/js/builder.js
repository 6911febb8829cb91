// The batch builder: count and price as one writes, fields that only matter at times, and sheets read before they are sent.
const form = document.querySelector("[data-builder]");
const shown = form.querySelector("[data-estimate]");
const csrf = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
const WAIT = 400; // ms after the last key
let timer = null;
let newest = 0;

async function estimate() {
  const mine = ++newest;
  const answer = await fetch(form.dataset.estimateUrl, { method: "POST", body: new FormData(form), headers: { "X-CSRFToken": csrf(), "X-Partial": "1" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || mine !== newest) return; // an older answer says nothing of what stands there now
  const open = [...shown.querySelectorAll("details")].map((part) => part.open);
  shown.innerHTML = (await answer.json()).html;
  shown.querySelectorAll("details").forEach((part, index) => { part.open = Boolean(open[index]); });
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(estimate, WAIT);
}

function showTimes() {
  const when = form.elements.when.value;
  form.querySelector('[data-field="run_at"]').hidden = when !== "later";
  form.querySelector('[data-field="cron"]').hidden = when !== "repeated";
}

// Sheets
const box = form.querySelector("[data-sheet-box]");
const said = box.querySelector("[data-sheet-said]");
const MOST = 10; // errors that are listed

function line(text, kind = "") {
  const item = document.createElement("p");
  item.className = kind;
  item.textContent = text;
  said.append(item);
}

function takeSheet(id) {
  form.elements.sheet.value = id ?? "";
  box.querySelector("[data-sheet-clear]").hidden = !id;
  soon();
}

async function readSheet(file) {
  said.replaceChildren();
  line(`Reading ${file.name} …`, "muted");
  const data = new FormData();
  data.append("file", file, file.name);
  if (form.elements.team.value) data.append("team", form.elements.team.value);
  const answer = await fetch(box.dataset.importUrl, { method: "POST", body: data, headers: { "X-CSRFToken": csrf() }, credentials: "same-origin" }).catch(() => null);
  const body = (await answer?.json().catch(() => null)) ?? {};
  said.replaceChildren();
  if (answer?.ok) tellSheet(body);
  else for (const error of body.errors ?? [{ message: body.detail ?? "It could not be read. Try again." }]) line(error.message, "error");
  takeSheet(answer?.ok ? body.id : "");
}

function tellSheet({ name, rows, wrong, errors, columns, duplicates, unbriefed }) {
  line(`${name}: ${rows} row${rows === 1 ? "" : "s"} can be used${wrong ? `, ${wrong} cannot` : ""}.`);
  for (const { column, field, explanation } of columns) if (!field) line(`${column}: ${explanation}`, "muted");
  for (const error of errors.slice(0, MOST)) line(`Line ${error.line}${error.column ? `, ${error.column}` : ""}: ${error.message}`, "error");
  for (const place of unbriefed.slice(0, MOST)) line(`Line ${place}: it has no brief of its own. It takes that of the plan, and cannot be made without one.`, "error");
  if (duplicates.length) line(`${duplicates.length} row${duplicates.length === 1 ? " stands" : "s stand"} there more than once.`, "muted");
}

box.hidden = false;
box.querySelector("[data-sheet-file]").addEventListener("change", (event) => { if (event.target.files[0]) readSheet(event.target.files[0]); event.target.value = ""; });
box.querySelector("[data-sheet-clear]").addEventListener("click", () => { said.replaceChildren(); takeSheet(""); });
form.addEventListener("input", soon);
form.addEventListener("change", (event) => { if (event.target.name === "when") showTimes(); soon(); });
showTimes();
estimate();
