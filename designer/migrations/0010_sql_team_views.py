"""Views in the shapes that the roadmap names, where a plain foreign key does the work of a join table."""

from django.db import migrations

FORWARD = """
CREATE VIEW team_personas AS SELECT team_id, id AS persona_id, created_at FROM personas;
CREATE VIEW team_generations AS SELECT team_id, id AS generation_id, created_at FROM generations;
"""
BACKWARD = """
DROP VIEW team_generations;
DROP VIEW team_personas;
"""


class Migration(migrations.Migration):
    dependencies = [("designer", "0009_generations_images")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
