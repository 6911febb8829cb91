import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_reports"), ("teams", "0009_review_approvals")]
    operations = [
        migrations.CreateModel(
            name='Look',
            fields=[
                ('team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='teams.team')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('since', models.DateField(help_text='The first day that was not over.')),
                ('zone', models.CharField(max_length=64)),
                ('due_at', models.DateTimeField(help_text='When the next is to be: the midnight after.')),
                ('failed_at', models.DateTimeField(help_text='When the next, or the first, failed.', null=True)),
                ('known', models.JSONField(default=dict, help_text="Of the last weeks' days, those of which something is known.")),
            ],
            options={
                'db_table': 'analytics_looks',
            },
        ),
        migrations.CreateModel(
            name='UnusualDay',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('zone', models.CharField(max_length=64)),
                ('metric', models.CharField(choices=[('cost', 'cost'), ('failures', 'failures'), ('seconds', 'seconds')], max_length=10)),
                ('value', models.FloatField(help_text='USD, generations that failed, or seconds.')),
                ('expected', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('days', models.PositiveIntegerField(help_text='Days before it, with which it was compared.')),
                ('of', models.PositiveIntegerField(help_text='Generations that ended or were timed; images, of a cost.')),
                ('images', models.PositiveIntegerField(help_text='Of the day.')),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.team')),
            ],
            options={
                'db_table': 'analytics_anomalies',
            },
        ),
        migrations.AddConstraint(
            model_name='unusualday',
            constraint=models.UniqueConstraint(fields=('team', 'day', 'metric'), name='analytics_anomaly_once'),
        ),
        migrations.AddConstraint(
            model_name='unusualday',
            constraint=models.CheckConstraint(condition=models.Q(('metric__in', ('cost', 'failures', 'seconds'))), name='analytics_anomaly_known'),
        ),
    ]
