"""The roadmap's `enhancement_jobs`: the part of the queue that enhances, as a view."""

from django.db import migrations

FORWARD = """
CREATE VIEW enhancement_jobs AS
    SELECT e.id AS enhancement_id, j.* FROM image_enhancements e JOIN job_queue j ON j.id = e.job_id;
"""
BACKWARD = "DROP VIEW enhancement_jobs;"


class Migration(migrations.Migration):
    dependencies = [("enhancement", "0002_initial"), ("designer", "0010_sql_team_views")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
