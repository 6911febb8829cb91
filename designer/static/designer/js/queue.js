// The queue's figures, loaded again every few seconds while somebody looks, but not under a pressed button.
import "./live.js";

for (const row of document.querySelectorAll("live-row[data-every]")) {
  setInterval(() => { if (!document.hidden && !row.matches(":active")) row.refresh(); }, Number(row.dataset.every) * 1000);
}
