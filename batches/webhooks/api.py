"""Webhooks over HTTP. Members see that they exist; owners and admins set them up and read their log."""

from datetime import timedelta
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from batches.webhooks import services
from batches.webhooks.messages import body_of
from batches.webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint, Why
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.models import Scope
from teams.accounts.people import person
from teams.base.preconditions import etag_of
from teams.membership.ownership import visible_team

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read")
FOR_MANAGERS: dict[str, str] = dict.fromkeys(("POST", "PATCH", "DELETE"), Scope.ADMIN.value)


SHOWN_CALLS = 50


class WebhookSerializer(serializers.ModelSerializer[Endpoint]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    url = serializers.SerializerMethodField(help_text="Whole for owners and admins; scheme and host for others.")
    events = serializers.ListField(source="patterns", child=serializers.CharField(), read_only=True)
    why = serializers.ChoiceField(choices=Why.choices, allow_blank=True, read_only=True)
    old_secret_until = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Until then the secret before signs too."
    )

    class Meta:
        model = Endpoint
        fields = [
            "id", "team", "name", "url", "events", "status", "why", "failing_since", "old_secret_until", "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_url(self, row: Endpoint) -> str:
        if services.may_manage(person(self.context["request"]), row.team):
            return row.url
        parts = urlsplit(row.url)
        return f"{parts.scheme}://{parts.hostname}"


class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="What signs the messages. It is shown this once.")

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class WebhookChange(StrictSerializer):
    url = serializers.CharField(max_length=2048, help_text="A public https address.")
    events = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=50, help_text="`*`, `generation.*`, `batch.complete`, …"
    )
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    enabled = serializers.BooleanField(required=False)


class WebhookRequest(StrictSerializer):
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    url = serializers.CharField(max_length=2048, help_text="A public https address.")
    events = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=50, help_text="`*`, `generation.*`, `batch.complete`, …"
    )
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class WebhookFilter(filters.FilterSet):
    team = filters.UUIDFilter(method="of_team")

    class Meta:
        model = Endpoint
        fields: list[str] = []

    def of_team(self, rows: QuerySet[Endpoint], name: str, team: UUID) -> QuerySet[Endpoint]:
        return rows.filter(team=visible_team(self.request.user, team))


def told(view: APIView, row: Endpoint, secret: str | None = None, status: int = 200) -> Response:
    """One webhook; with its secret nobody may keep the answer."""
    body = WebhookSerializer(row, context={"request": view.request}).data
    headers = {"ETag": etag_of(row)}
    if secret is None:
        return Response(body, status=status, headers=headers)
    return Response({**body, "secret": secret}, status=status, headers={**headers, "Cache-Control": "no-store"})


class WebhookList(generics.ListAPIView[Endpoint]):
    """The webhooks of the caller's teams."""

    serializer_class = WebhookSerializer
    filterset_class = WebhookFilter
    queryset = Endpoint.objects.none()
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    def get_queryset(self) -> QuerySet[Endpoint]:
        return cast("QuerySet[Endpoint]", Endpoint.objects.visible_to(self.request.user).select_related("team"))

    @extend_schema(request=WebhookRequest, responses={201: NewWebhookSerializer})
    def post(self, request: Request) -> Response:
        """Set up a webhook. Its secret is in this answer only.

        Idempotency-Key is not honoured here, for that would keep the answer and so the secret; a second webhook with
        the same address is refused.
        """
        form = WebhookRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        row, secret = services.create_endpoint(
            actor=person(request), url=said["url"], patterns=said["events"], name=said["name"], team_id=said["team"]
        )
        answer = told(self, row, secret, status=201)
        answer["Location"] = f"/api/webhooks/{row.pk}"
        return answer


class WebhookDetail(generics.GenericAPIView[Endpoint]):
    """One webhook."""

    serializer_class = WebhookSerializer
    queryset = Endpoint.objects.none()
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    def get(self, request: Request, pk: UUID) -> Response:
        return told(self, Endpoint.objects.select_related("team").see(request.user, pk))

    @extend_schema(request=WebhookChange, responses=WebhookSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given, or switch it on or off; needs If-Match."""
        services.managed(person(request), pk)
        form = WebhookChange(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        if "events" in said:
            said["patterns"] = said.pop("events")
        if_match = request.headers.get("If-Match")
        return told(self, services.change_endpoint(actor=person(request), endpoint_id=pk, if_match=if_match, **said))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove it: nothing more is sent there."""
        services.remove_endpoint(actor=person(request), endpoint_id=pk)
        return Response(status=204)


class SecretRequest(StrictSerializer):
    grace_hours = serializers.IntegerField(
        min_value=0,
        max_value=168,
        default=24,
        help_text="For so long the old secret signs too.",
    )


class WebhookSecret(APIView):
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    @extend_schema(request=SecretRequest, responses=NewWebhookSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Make a new secret, which is in this answer only: Idempotency-Key, which would keep it, is not honoured."""
        services.managed(person(request), pk)
        form = SecretRequest(data=request.data)
        form.is_valid(raise_exception=True)
        grace = timedelta(hours=form.validated_data["grace_hours"])
        row, secret = services.rotate_secret(actor=person(request), endpoint_id=pk, grace=grace)
        return told(self, row, secret)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    message_id = serializers.CharField(read_only=True, help_text="The `webhook-id`, the same for every try and replay.")
    next_at = serializers.DateTimeField(source="due_at", read_only=True)

    class Meta:
        model = Delivery
        fields = [
            "id", "message_id", "type", "channel", "seq", "status", "tries", "attempts", "next_at", "happened_at",
            "finished_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    request_headers = serializers.DictField(read_only=True)
    response_headers = serializers.DictField(read_only=True)
    error = serializers.DictField(read_only=True, allow_null=True)

    class Meta:
        model = Attempt
        fields = [
            "number", "request_headers", "status_code", "response_headers", "response_body", "ms", "error",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class DeliveryDetailSerializer(DeliverySerializer):
    body = serializers.SerializerMethodField(help_text="What was sent, to the byte.")
    data = serializers.DictField(  # type: ignore[assignment]  # hides an attribute of the base
        read_only=True, help_text="The fact's data whole, also where the body has no room."
    )
    calls = serializers.SerializerMethodField(help_text="Every call made for it, newest first; at most 50.")

    class Meta(DeliverySerializer.Meta):
        fields = [*DeliverySerializer.Meta.fields, "body", "data", "calls"]
        read_only_fields = fields

    def get_body(self, row: Delivery) -> str:
        return body_of(row).decode()

    @extend_schema_field(AttemptSerializer(many=True))
    def get_calls(self, row: Delivery) -> Any:
        return AttemptSerializer(row.calls.order_by("-number")[:SHOWN_CALLS], many=True).data


class DeliveryFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=DeliveryStatus.choices)
    type = filters.CharFilter(max_length=60)

    class Meta:
        model = Delivery
        fields: list[str] = []


class DeliveryList(generics.ListAPIView[Delivery]):
    """What was sent to one webhook, newest first."""

    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        if getattr(self, "swagger_fake_view", False):
            return cast("QuerySet[Delivery]", Delivery.objects.none())
        endpoint = services.managed(person(self.request), self.kwargs["pk"])
        return cast("QuerySet[Delivery]", Delivery.objects.filter(endpoint=endpoint).select_related("endpoint"))


class DeliveryDetail(APIView):
    @extend_schema(responses=DeliveryDetailSerializer)
    def get(self, request: Request, pk: UUID, did: UUID) -> Response:
        """One message with every call that was made for it."""
        return Response(DeliveryDetailSerializer(services.delivery_of(person(request), pk, did)).data)


class DeliveryReplay(IdempotentPostMixin):
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, pk: UUID, did: UUID) -> Response:
        """Send it now, under the same id and with a new timestamp: again, or sooner than its next try."""
        row = services.replay(actor=person(request), endpoint_id=pk, delivery_id=did)
        return Response(DeliverySerializer(row).data, status=202)


class WebhookTest(IdempotentPostMixin):
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Send one `webhook.test`; read its outcome in the log."""
        row = services.send_test(actor=person(request), endpoint_id=pk)
        return Response(DeliverySerializer(row).data, status=202)
