"""What this room shows on the page of the queue."""

from designer.generations import standings
from designer.jobs.panels import show

show("providers", "designer/generations/_standings.html", standings.facts)
