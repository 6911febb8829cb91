"""What this room shows on the page of the queue."""

from batches.webhooks import standing
from designer.jobs.panels import show

show("webhooks", "batches/webhooks/_standing.html", standing.facts)
