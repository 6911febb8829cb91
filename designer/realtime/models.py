"""The event log: a gapless sequence per channel, written in the transaction of the change it tells of."""

from django.db import models


class ChannelHead(models.Model):
    """The newest sequence number of a channel. Its row lock orders the writers."""

    channel = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)
    epoch = models.UUIDField()

    class Meta:
        db_table = "channel_heads"

    def __str__(self) -> str:
        return f"{self.channel}@{self.seq}"


class Event(models.Model):
    """One fact on one channel. `seq` is assigned at commit, without gaps."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=80)
    seq = models.BigIntegerField(null=True)
    event = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    team_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "events"
        constraints = [models.UniqueConstraint(name="event_seq_once", fields=["channel", "seq"])]
        indexes = [models.Index(fields=["created_at"])]

    def __str__(self) -> str:
        return f"{self.channel}#{self.seq} {self.event}"
