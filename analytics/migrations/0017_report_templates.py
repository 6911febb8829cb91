import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0016_probes'),
        ('teams', '0013_membership_life'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=60)),
                ('title', models.CharField(blank=True, help_text="In the place of the team's name.", max_length=80)),
                ('introduction', models.TextField(blank=True, max_length=1000)),
                ('sections', models.JSONField(default=list)),
                ('cover', models.BooleanField(default=True, help_text='Whether the PDF begins with a page of its own.')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.team')),
            ],
            options={
                'verbose_name': 'template',
                'db_table': 'report_templates',
            },
        ),
        migrations.AddField("consent", "mailed", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField(
            model_name="report",
            name='template',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='analytics.reporttemplate'),
        ),
        migrations.AddField(
            model_name='schedule',
            name='template',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='schedules', to='analytics.reporttemplate'),
        ),
        migrations.AddConstraint(
            model_name='reporttemplate',
            constraint=models.UniqueConstraint(models.F('team'), django.db.models.functions.text.Lower('name'), name='report_template_named_once', violation_error_message='This team has a template of this name.'),
        ),
    ]
