"""Shapes of sessions over HTTP."""

from typing import Any

from rest_framework import serializers

from designer.sessions.models import LONGEST_NOTE, Choice, ReviewSession, SessionStatus
from designer.sessions.services import LONGEST
from designer.web.serializers import StrictSerializer
from teams.review.collections.models import NAME_LENGTH


class SessionWish(StrictSerializer):
    collection = serializers.UUIDField()
    title = serializers.CharField(max_length=NAME_LENGTH, required=False, help_text="Else the collection's name")
    seconds = serializers.IntegerField(
        min_value=0, max_value=LONGEST, default=0, help_text="For each image; 0: no timer"
    )
    votes_hidden = serializers.BooleanField(default=False, help_text="Until the presenter reveals them, image by image")


class ImageWish(StrictSerializer):
    asset = serializers.UUIDField()


class PresenterWish(StrictSerializer):
    user = serializers.UUIDField(help_text="Yourself, to take over from a presenter who is gone")


class TimerWish(StrictSerializer):
    action = serializers.ChoiceField(choices=["start", "pause", "reset"])
    seconds = serializers.IntegerField(
        min_value=0, max_value=LONGEST, required=False, help_text="Another time for each image; 0: none"
    )
    only_this = serializers.BooleanField(default=False, help_text="The seconds are for the image shown alone")


class VoteWish(StrictSerializer):
    asset = serializers.UUIDField()
    choice = serializers.ChoiceField(choices=Choice.choices, allow_null=True, help_text="null takes the vote back")
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class TallyAnswer(serializers.Serializer[Any]):
    yes = serializers.IntegerField()
    no = serializers.IntegerField()
    perhaps = serializers.IntegerField()


class MyVote(serializers.Serializer[Any]):
    choice = serializers.ChoiceField(choices=Choice.choices)
    note = serializers.CharField(allow_blank=True)


class SeenVote(serializers.Serializer[Any]):
    user = serializers.UUIDField()
    name = serializers.CharField()
    choice = serializers.ChoiceField(choices=Choice.choices, allow_null=True, help_text="null while votes are hidden")
    note = serializers.CharField(allow_blank=True)


class AgendaImage(serializers.Serializer[Any]):
    asset = serializers.UUIDField(allow_null=True, help_text="null once it is deleted for good")
    position = serializers.IntegerField(help_text="From 1")
    title = serializers.CharField(allow_blank=True)
    gone = serializers.BooleanField(help_text="In the trash or deleted: it can be neither shown nor voted on")
    seconds = serializers.IntegerField(allow_null=True, help_text="Its own time; null: the session's")
    width = serializers.IntegerField(allow_null=True, help_text="Of the version in use")
    height = serializers.IntegerField(allow_null=True, help_text="Of the version in use")
    transparent = serializers.BooleanField(allow_null=True, help_text="Whether something of that version is")
    url = serializers.CharField(allow_null=True, help_text="Of the version in use")
    thumbnail = serializers.CharField(allow_null=True)
    voted = serializers.IntegerField(help_text="How many have voted")
    tally = TallyAnswer(allow_null=True, help_text="null while votes are hidden")
    mine = MyVote(allow_null=True)


class AgendaImageInFull(AgendaImage):
    votes = SeenVote(many=True)


class AgendaPage(serializers.Serializer[Any]):
    results = AgendaImage(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="Send it as `after` for the next ones.")


class AgendaQuery(StrictSerializer):
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=100_000)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class PresenterAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class PresentAnswer(serializers.Serializer[Any]):
    asset = serializers.UUIDField()
    position = serializers.IntegerField()


class TimerAnswer(serializers.Serializer[Any]):
    seconds = serializers.IntegerField(help_text="For the image shown; 0: no timer")
    running = serializers.BooleanField()
    ends_at = serializers.DateTimeField(allow_null=True)
    left = serializers.FloatField()
    at = serializers.DateTimeField(help_text="The server's time of this answer")


class SessionAnswer(serializers.Serializer[Any]):
    """The truth now; what the channel's snapshot says too."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=SessionStatus.choices)
    collection = serializers.UUIDField(allow_null=True)
    presenter = PresenterAnswer()
    present = PresentAnswer(allow_null=True)
    images = serializers.IntegerField()
    votes_hidden = serializers.BooleanField()
    timer = TimerAnswer()
    now = serializers.DateTimeField(help_text="The server's time")
    ended_at = serializers.DateTimeField(allow_null=True)


class SessionLine(serializers.ModelSerializer[ReviewSession]):
    team = serializers.UUIDField(source="team_id")
    collection = serializers.UUIDField(source="collection_id", allow_null=True)
    owner = serializers.UUIDField(source="owner_id")
    presenter = serializers.UUIDField(source="presenter_id", allow_null=True)

    class Meta:
        model = ReviewSession
        fields = ["id", "team", "collection", "title", "status", "owner", "presenter", "created_at", "ended_at"]
        read_only_fields = fields


class AttendedAnswer(serializers.Serializer[Any]):
    now = serializers.DateTimeField(help_text="The server's time")


class PersonLine(serializers.Serializer[Any]):
    user = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField(allow_null=True, help_text="When it ended; null for who had left the team")
    seconds = serializers.IntegerField(help_text="How long they were there")


class OutcomeLine(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    asset = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    seconds = serializers.IntegerField(help_text="For how long it was shown")
    outcome = serializers.ChoiceField(choices=[*Choice.values, "tie", "none"])
    tally = TallyAnswer()
    votes = SeenVote(many=True)


class TotalsAnswer(serializers.Serializer[Any]):
    images = serializers.IntegerField()
    votes = serializers.IntegerField()
    seconds = serializers.IntegerField()


class SummaryAnswer(serializers.Serializer[Any]):
    people = PersonLine(many=True)
    images = OutcomeLine(many=True)
    totals = TotalsAnswer()
