"""What the admin calls several notification wishes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("designer", "0037_generations_remix")]
    operations = [
        migrations.AlterModelOptions(
            name="notificationwish",
            options={"verbose_name_plural": "notification wishes"},
        ),
    ]
