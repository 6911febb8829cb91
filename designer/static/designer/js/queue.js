// The queue's figures, loaded again every few seconds while somebody looks.
import "./live.js";

for (const row of document.querySelectorAll("live-row[data-every]")) {
  setInterval(() => { if (!document.hidden) row.refresh(); }, Number(row.dataset.every) * 1000);
}
