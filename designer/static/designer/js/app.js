// What every page does: the colour switch and toasts.
const ORDER = ["auto", "light", "dark"];

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  toast(`Colours: ${theme}`);
}

export function toast(text) {
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  document.getElementById("toasts").append(line);
  setTimeout(() => line.remove(), 5000);
}

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const now = document.documentElement.dataset.theme || "auto";
  setTheme(ORDER[(ORDER.indexOf(now) + 1) % ORDER.length]);
});
