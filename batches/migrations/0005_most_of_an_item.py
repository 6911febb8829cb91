from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("batches", "0004_sql_fan_out")]
    operations = [
        migrations.AddField(
            model_name="batchitem",
            name="most",
            field=models.DecimalField(decimal_places=6, default=0, max_digits=12),
        ),
    ]
