"""Looking for jobs among all teams', for those who run the studio."""

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django_filters import rest_framework as filters

from designer.jobs.models import Job, JobStatus, Lane
from teams.base.ids import id_of


class JobFilter(filters.FilterSet):  # type: ignore[misc]
    status = filters.ChoiceFilter(choices=JobStatus.choices)
    lane = filters.ChoiceFilter(choices=Lane.choices)
    kind = filters.CharFilter()
    team = filters.UUIDFilter(field_name="team_id")
    code = filters.CharFilter(field_name="last_error__code")
    search = filters.CharFilter(method="named", max_length=80)

    class Meta:
        model = Job
        fields: list[str] = []

    def named(self, rows: QuerySet[Job], name: str, text: str) -> QuerySet[Job]:
        """An id of a job, a team or what the job is about; else a part of its kind, worker or error."""
        word, pk = text.strip(), id_of(text)
        if pk is None:
            return rows.filter(
                Q(kind__icontains=word) | Q(worker__icontains=word) | Q(last_error__code__icontains=word)
            )
        # the payload holds ids only, under names that every kind chooses for itself
        told = rows.annotate(about=Cast("payload", TextField()))
        return told.filter(Q(pk=pk) | Q(team_id=pk) | Q(dedup_key__contains=str(pk)) | Q(about__contains=str(pk)))
