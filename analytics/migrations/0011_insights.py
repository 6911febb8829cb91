import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0010_anomalies"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField("look", "lacking", models.JSONField(default=list, help_text='What is lacking for insights of a kind: have, need, said.')),
        migrations.CreateModel(
            name='Insight',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('cost_per_liked', 'cost_per_liked'), ('liking', 'liking'), ('failures', 'failures'), ('seconds', 'seconds'), ('trend', 'trend')], max_length=20)),
                ('key', models.CharField(help_text='The same as long as it says the same of the same.', max_length=500)),
                ('sentence', models.TextField()),
                ('about_costs', models.BooleanField()),
                ('evidence', models.JSONField(help_text='Method, estimate, low and high (95 %), p, tests, from, to, groups.')),
                ('images', models.PositiveIntegerField(help_text='How many it counts; 0: generations.')),
                ('since', models.DateField(help_text="When it was found first, in the team's zone.")),
                ('told_at', models.DateTimeField(help_text='When it was found last.')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.team')),
            ],
            options={
                'db_table': 'analytics_insights',
            },
        ),
        migrations.CreateModel(
            name='InsightHidden',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('until', models.DateTimeField(help_text='None: as long as it holds.', null=True)),
                ('insight', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='hidings', to='analytics.insight')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'insights hidden',
                'db_table': 'analytics_insights_hidden',
            },
        ),
        migrations.AddConstraint(
            model_name='insight',
            constraint=models.UniqueConstraint(fields=('team', 'key'), name='analytics_insight_once'),
        ),
        migrations.AddConstraint(
            model_name='insight',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('cost_per_liked', 'liking', 'failures', 'seconds', 'trend'))), name='analytics_insight_known'),
        ),
        migrations.AddConstraint(
            model_name='insighthidden',
            constraint=models.UniqueConstraint(fields=('insight', 'user'), name='analytics_insight_hidden_once'),
        ),
    ]
