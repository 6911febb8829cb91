// What every page does: the colour switch, toasts, and the mark of a picture that is there.
const ORDER = ["auto", "light", "dark"];

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  toast(`Colours: ${theme}`);
}

// `action` {label, run} adds a button; with one the toast stays longer, and as long as it has the focus.
export function toast(text, action) {
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-small toast-action";
    button.textContent = action.label;
    button.addEventListener("click", () => { line.remove(); action.run(); });
    line.append(button);
  }
  document.getElementById("toasts").append(line);
  const away = () => (line.contains(document.activeElement) ? setTimeout(away, 2000) : line.remove());
  setTimeout(away, action ? 10000 : 5000);
}

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const now = document.documentElement.dataset.theme || "auto";
  setTheme(ORDER[(ORDER.indexOf(now) + 1) % ORDER.length]);
});

// Chequers lie under small pictures, and would be all there is of one that has not come yet.
const come = (image) => image.toggleAttribute("data-loaded", image.complete && image.naturalWidth > 0);
for (const news of ["load", "error"]) document.addEventListener(news, ({ target }) => { if (target instanceof HTMLImageElement) come(target); }, true);
for (const image of document.images) come(image);
