"""The queue's table is small, hot and full of updates: room in each page for them, and a vacuum that comes early."""

from django.db import migrations

TUNE = """
ALTER TABLE job_queue SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)
"""
UNTUNE = """
ALTER TABLE job_queue RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
  autovacuum_analyze_scale_factor, autovacuum_vacuum_cost_delay)
"""


class Migration(migrations.Migration):
    dependencies = [("designer", "0006_jobs_kernel")]
    operations = [migrations.RunSQL(TUNE, UNTUNE)]
