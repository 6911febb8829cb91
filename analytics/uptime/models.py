"""Whether the studio answered, asked once a minute and kept by quarter of an hour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ProbeSlot(models.Model):
    """What came of one probe in a quarter of an hour: minutes in which nothing asked are neither up nor down."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=20)
    slot = models.DateTimeField()
    probes = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    millis = ArrayField(models.IntegerField(), help_text="How long each took that was answered.")
    error = models.CharField(max_length=120, blank=True, help_text="How the last one failed that did.")

    class Meta:
        db_table = "analytics_probes"
        constraints = [models.UniqueConstraint(name="analytics_probe_once", fields=["slot", "name"])]

    def __str__(self) -> str:
        return f"{self.name} {self.slot:%Y-%m-%d %H:%M}"
