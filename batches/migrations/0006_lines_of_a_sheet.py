from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("batches", "0005_most_of_an_item")]
    operations = [
        migrations.AddField(
            model_name="batchsheet",
            name="lines",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
