"""What of boards goes into a team's export: those that are shared. The others are their owners' alone."""

from teams.membership.exporting import only

only("dashboards", lambda rows: rows.filter(shared=True))
