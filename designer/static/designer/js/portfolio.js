// Sending a portfolio: drop pictures, folders and archives, see how much is on its way. Without script the form sends itself.
const form = document.querySelector("[data-portfolio]");
const MOST = 300;
let dropped = [];

function chosen() {
  return dropped.length ? dropped : [...form.elements.file.files, ...form.elements.folder.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

function tell() {
  const found = chosen();
  const size = found.reduce((sum, { file }) => sum + file.size, 0);
  form.querySelector("[data-chosen]").textContent = found.length ? `${found.length} file${found.length === 1 ? "" : "s"}, ${(size / 1048576).toFixed(1)} MiB` : "";
  form.elements.file.required = !found.length;
}

function fail(text) {
  const box = form.querySelector("[data-form-error]");
  box.textContent = text;
  box.hidden = !text;
}

// A dropped folder is gone through by its entries; a browser without them gives plain files.
async function walk(entry, path = "") {
  if (entry.isFile) return [{ file: await new Promise((yes, no) => entry.file(yes, no)), path: path + entry.name }];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((yes, no) => reader.readEntries(yes, no));
    if (!some.length) return found;
    for (const each of some) found.push(...(await walk(each, `${path}${entry.name}/`)));
  }
}

async function drop(event) {
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  dropped = entries.length ? (await Promise.all(entries.map((entry) => walk(entry)))).flat() : [...event.dataTransfer.files].map((file) => ({ file, path: file.name }));
  tell();
}

function send(event) {
  event.preventDefault();
  const found = chosen();
  if (!found.length) return fail("Choose pictures or a ZIP.");
  if (found.length > MOST) return fail(`${found.length} files are too many at once. Put them into a ZIP.`);
  fail("");
  const data = new FormData();
  for (const name of ["csrfmiddlewaretoken", "team", "title"]) data.append(name, form.elements[name].value);
  data.append("paths", JSON.stringify(found.map(({ path }) => path)));
  for (const { file } of found) data.append("file", file);
  const button = form.querySelector("[type=submit]");
  const bar = form.querySelector("[data-sent]");
  const request = new XMLHttpRequest(); // fetch tells nothing of what was sent so far
  const end = (text) => { button.disabled = false; bar.hidden = true; fail(text); };
  request.open("POST", form.action);
  request.setRequestHeader("X-Partial", "1");
  request.responseType = "json";
  request.upload.addEventListener("progress", (at) => { if (at.lengthComputable) bar.value = (100 * at.loaded) / at.total; });
  request.addEventListener("error", () => end("This could not be sent. Try again."));
  request.addEventListener("load", () => {
    if (request.status === 202) location.assign(request.response.to);
    else end(request.response?.said || request.response?.detail || "This could not be sent. Send less at once, or a ZIP.");
  });
  button.disabled = true;
  bar.hidden = false;
  request.send(data);
}

if (form) {
  const zone = form.querySelector("[data-dropzone]");
  for (const hidden of form.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.dataset.over = ""; });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => drop(event).catch(() => fail("This folder could not be read.")));
  form.addEventListener("change", () => { dropped = []; tell(); });
  form.addEventListener("submit", send);
}
