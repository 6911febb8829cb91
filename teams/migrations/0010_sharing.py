"""The tables of shares. What comments learn of them comes apart: theirs may be large."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('batches', '0007_asked_for'),
        ('designer', '0038_notification_wishes_named'),
        ('teams', '0009_review_approvals'),
    ]

    operations = [
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('way', models.CharField(choices=[('link', 'Link'), ('person', 'Person'), ('team', 'Team')], max_length=8)),
                ('digest', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('password', models.CharField(blank=True, max_length=128)),
                ('wrong', models.PositiveIntegerField(default=0, help_text='Wrong passwords since it was given this one.')),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('name', models.CharField(blank=True, help_text='What it is headed with, for those outside.', max_length=80)),
                ('may_comment', models.BooleanField(default=False)),
                ('may_download', models.BooleanField(default=False)),
                ('with_briefs', models.BooleanField(default=False, help_text='Briefs and titles are shown, too.')),
                ('with_names', models.BooleanField(default=False, help_text='The names of people are shown, too.')),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('openings', models.PositiveIntegerField(default=0)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('asset', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='designer.asset')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='batches.batch')),
                ('collection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.collection')),
                ('sharer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.team')),
                ('to_team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.team')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'team_shares',
            },
        ),
        migrations.CreateModel(
            name='Declined',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('share', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='declined', to='teams.share')),
            ],
            options={
                'db_table': 'team_shares_declined',
            },
        ),
        migrations.AddIndex(
            model_name='share',
            index=models.Index(fields=['team', '-created_at', '-id'], name='team_shares_team_id_6d1422_idx'),
        ),
        migrations.AddIndex(
            model_name='share',
            index=models.Index(condition=models.Q(('user__isnull', False)), fields=['user', '-created_at'], name='share_of_person'),
        ),
        migrations.AddIndex(
            model_name='share',
            index=models.Index(condition=models.Q(models.Q(('email', ''), _negated=True), ('user', None)), fields=['email'], name='share_of_address'),
        ),
        migrations.AddIndex(
            model_name='share',
            index=models.Index(condition=models.Q(('to_team__isnull', False)), fields=['to_team'], name='share_of_team'),
        ),
        migrations.AddConstraint(
            model_name='share',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asset__isnull', False), ('batch__isnull', True), ('collection__isnull', True)), models.Q(('asset__isnull', True), ('batch__isnull', True), ('collection__isnull', False)), models.Q(('asset__isnull', True), ('batch__isnull', False), ('collection__isnull', True)), _connector='OR'), name='share_of_one_thing', violation_error_message='A share shows one thing: an image, a collection or a batch.'),
        ),
        migrations.AddConstraint(
            model_name='share',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('digest__isnull', False), ('email', ''), ('may_comment', False), ('to_team', None), ('user', None), ('way', 'link')), models.Q(('digest', None), ('password', ''), ('to_team', None), ('way', 'person'), models.Q(('email', ''), _negated=True)), models.Q(('digest', None), ('email', ''), ('password', ''), ('to_team__isnull', False), ('user', None), ('way', 'team')), _connector='OR'), name='share_way_fits', violation_error_message='A share is by link, for a person or for a team, and has what belongs to that.'),
        ),
        migrations.AddConstraint(
            model_name='share',
            constraint=models.CheckConstraint(condition=models.Q(('to_team', None), models.Q(('to_team', models.F('team')), _negated=True), _connector='OR'), name='share_for_another_team', violation_error_message='A team sees its own work as it is. Share it with another one.'),
        ),
        migrations.AddConstraint(
            model_name='share',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='share_ends_later', violation_error_message='A share ends after it was made.'),
        ),
        migrations.AddConstraint(
            model_name='declined',
            constraint=models.UniqueConstraint(fields=('share', 'user'), name='share_declined_once'),
        ),
    ]
