// News outside the page: the browser's own notification while no tab of the studio is looked at, where somebody has
// switched that on in this browser. `[data-news-outside]` is the switch; a tab that is looked at marks what it has seen.
import { live } from "./live.js";
import { toast } from "./app.js";

const WISH = "news-outside";
const SEEN = "news-seen";
const WAIT = 400; // ms in which a tab that is looked at can say so

const possible = "Notification" in window;
const wished = () => possible && localStorage.getItem(WISH) === "1" && Notification.permission === "granted";

function show({ id, title, link }) {
  if (localStorage.getItem(SEEN) === id) return;
  const shown = new Notification(title, { tag: id, icon: document.querySelector("link[rel=icon]").href });
  shown.addEventListener("click", () => { window.focus(); location.assign(link || "/notifications"); });
}

const bell = document.querySelector('.topbar live-row[subject^="user:"]'); // the ticker of costs is one too
if (bell && possible) {
  live.watch(bell.getAttribute("subject"), ({ type, event, data }) => {
    if (type !== "event" || event !== "notification:created") return;
    if (document.visibilityState === "visible") localStorage.setItem(SEEN, data.id);
    else if (wished()) setTimeout(() => show(data), WAIT);
  });
}

const button = document.querySelector("[data-news-outside]");
if (button && possible) {
  const draw = () => button.setAttribute("aria-pressed", wished());
  button.closest("[hidden]").hidden = false;
  draw();
  button.addEventListener("click", async () => {
    const on = !wished();
    if (on && await Notification.requestPermission() !== "granted") {
      toast("Your browser does not allow it. Allow notifications for this site in its settings.");
      return;
    }
    localStorage.setItem(WISH, on ? "1" : "0");
    draw();
  });
}
