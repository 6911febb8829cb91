// News outside the page: the browser's own notification while no tab of the studio is looked at, where somebody has
// switched that on in this browser. `[data-news-outside]` is the switch; a tab that is looked at holds a lock, which the
// browser takes away with the tab, so that no tab has to answer in time.
import { live } from "./live.js";
import { toast } from "./app.js";

const WISH = "news-outside";
const LOOKED_AT = "studio-looked-at";

const possible = "Notification" in window && "locks" in navigator; // neither where the page came over bare HTTP
const wished = () => possible && localStorage.getItem(WISH) === "1" && Notification.permission === "granted";

function show({ id, title, link }) {
  const shown = new Notification(title, { tag: id, icon: document.querySelector("link[rel=icon]").href });
  shown.addEventListener("click", () => { window.focus(); location.assign(link || "/notifications"); });
}

let lookAway = null; // lets the lock go
function looking() {
  const visible = document.visibilityState === "visible";
  if (visible && !lookAway) {
    const until = new Promise((done) => { lookAway = done; });
    navigator.locks.request(LOOKED_AT, { mode: "shared" }, () => until);
  } else if (!visible && lookAway) {
    lookAway();
    lookAway = null;
  }
}
const nobodyLooks = () => navigator.locks.request(LOOKED_AT, { ifAvailable: true }, (free) => free !== null);

const bell = document.querySelector('.topbar live-row[subject^="user:"]'); // the ticker of costs is one too
if (bell && possible) {
  looking();
  document.addEventListener("visibilitychange", looking);
  live.watch(bell.getAttribute("subject"), async ({ type, event, data }) => {
    if (type !== "event" || event !== "notification:created" || !wished()) return;
    if (await nobodyLooks()) show(data);
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
