from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("batches", "0006_lines_of_a_sheet")]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="asked_for",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
