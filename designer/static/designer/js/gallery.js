// Selection and endless paging; without script the same page has links and check boxes.
const grid = document.querySelector("[data-tiles]");
const count = document.querySelector("[data-bulk-count]");

// The boxes in the order in which they were ticked: the first image of a remix gives the shape.
const ranks = new Map();
let ticks = 0;
function rank(box) {
  if (!box.checked) ranks.delete(box.value);
  else if (!ranks.has(box.value)) ranks.set(box.value, ++ticks);
}
const rankAll = () => document.querySelectorAll("[data-select]").forEach(rank);

function showCount() {
  const chosen = document.querySelectorAll("[data-select]:checked").length;
  count.textContent = chosen ? `${chosen} selected` : "Select images to act on several at once.";
}

async function more(link) {
  const end = link.closest("[data-more]");
  if (end.hasAttribute("data-asked")) return; // it came into view just as it was pressed: once is enough
  end.setAttribute("data-asked", "");
  const answer = await fetch(link.href, { headers: { "X-Partial": "1" }, credentials: "same-origin" }).catch(() => ({ ok: false }));
  if (!answer.ok) return end.removeAttribute("data-asked");
  end.remove();
  grid.insertAdjacentHTML("beforeend", await answer.text());
  watchEnd();
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); more(entry.target.querySelector("a")); }
}, { rootMargin: "600px" });

function watchEnd() {
  const end = document.querySelector("[data-more]");
  if (end) seen.observe(end);
}

// A form may have 200 fields, a selection thousands of images: the ids go in one.
function joinIds(form) {
  form.addEventListener("formdata", ({ formData }) => {
    if (!formData.has("asset")) return;
    rankAll();
    formData.set("asset", formData.getAll("asset").sort((one, two) => ranks.get(one) - ranks.get(two)).join(","));
  });
}

if (grid) {
  watchEnd();
  joinIds(grid.closest("form"));
  rankAll(); // a browser that came back has ticked some itself
  grid.addEventListener("change", ({ target }) => { if (target === grid) rankAll(); else if (target.matches("[data-select]")) rank(target); showCount(); });
  grid.addEventListener("click", (event) => {
    const link = event.target.closest("[data-more-link]");
    if (link) { event.preventDefault(); more(link); }
  });
  document.querySelector("[data-select-all]")?.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll("[data-select]")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    grid.dispatchEvent(new Event("change"));
  });
}
