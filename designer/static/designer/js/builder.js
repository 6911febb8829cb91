// The batch builder: count and price as one writes, and fields that only matter at times.
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

form.addEventListener("input", soon);
form.addEventListener("change", (event) => { if (event.target.name === "when") showTimes(); soon(); });
showTimes();
estimate();
