"""One's own account and API tokens over HTTP."""

from datetime import timedelta
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts import services
from teams.accounts.authentication import ScopedIsAuthenticated
from teams.accounts.models import ApiToken, Scope, User
from teams.base.errors import Refused
from teams.base.preconditions import etag_of, require_match


class TokenAnswer(serializers.ModelSerializer[ApiToken]):
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))

    class Meta:
        model = ApiToken
        fields = ["id", "name", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at"]
        read_only_fields = fields


class NewTokenAnswer(TokenAnswer):
    token = serializers.CharField(help_text="The key. It is shown this once.")

    class Meta(TokenAnswer.Meta):
        fields = [*TokenAnswer.Meta.fields, "token"]
        read_only_fields = fields


class TokenWish(serializers.Serializer[Any]):
    email = serializers.EmailField(required=False, max_length=254, help_text="Needed unless you are signed in")
    password = serializers.CharField(required=False, max_length=1024, trim_whitespace=False)
    name = serializers.CharField(max_length=services.NAME_LENGTH)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices), default=["read", "write"], min_length=1, max_length=3
    )
    expires_in_days = serializers.IntegerField(min_value=1, max_value=366, default=services.LIFETIME.days)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) != ("password" in attrs):
            lacking = "password" if "email" in attrs else "email"
            raise serializers.ValidationError({lacking: "Send both e-mail and password."}, code="required")
        return attrs


class TokenRights(ScopedIsAuthenticated):
    """Tokens may be made with a password alone; with a token only by one of scope admin."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        by_password = request.method == "POST" and not request.user.is_authenticated and "password" in _body(request)
        return by_password or super().has_permission(request, view)


def _body(request: Request) -> dict[str, Any]:
    return request.data if isinstance(request.data, dict) else {}


def told(refused: Refused) -> Exception:
    """DRF's own error where its answer carries a header of its own: WWW-Authenticate, Retry-After."""
    if refused.status == 401:
        return AuthenticationFailed(str(refused), code=refused.code)
    if refused.status == 429:
        return Throttled(float(str(refused.facts["retry_after"])), str(refused), refused.code)
    return refused


class TokenList(generics.ListAPIView[ApiToken]):
    """One's own API tokens, without their keys."""

    queryset = ApiToken.objects.none()
    serializer_class = TokenAnswer
    permission_classes = [TokenRights]
    required_scopes: ClassVar[dict[str, str]] = {"POST": Scope.ADMIN.value}

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user=cast("User", self.request.user)).order_by("-created_at", "-id")

    @extend_schema(request=TokenWish, responses={201: NewTokenAnswer})  # type: ignore[untyped-decorator]
    def post(self, request: Request) -> Response:
        """Make a token, by e-mail and password or as whoever is signed in. The key is in this answer only.

        Idempotency-Key is not honoured here, for that would keep the answer and so the key.
        """
        wish = TokenWish(data=request.data)
        wish.is_valid(raise_exception=True)
        given = wish.validated_data
        actor = self.actor(request, given.pop("email", None), given.pop("password", None))
        lifetime = timedelta(days=given.pop("expires_in_days"))
        self.check_no_escalation(request.auth, given["scopes"])
        token, key = services.create_token(actor=actor, lifetime=lifetime, **given)
        headers = {"Cache-Control": "no-store", "Location": f"/api/auth/tokens/{token.pk}"}
        return Response({**TokenAnswer(token).data, "token": key}, status=201, headers=headers)

    def actor(self, request: Request, email: str | None, password: str | None) -> User:
        if email is None or password is None:
            return cast("User", request.user)
        try:
            return services.prove(request._request, email=email, password=password)
        except Refused as refused:
            raise told(refused) from refused

    def check_no_escalation(self, auth: object, scopes: list[str]) -> None:
        if isinstance(auth, ApiToken) and not set(scopes) <= set(auth.scopes):
            raise PermissionDenied("A token cannot make one with more scopes than its own.", code="insufficient_scope")


class TokenDetail(generics.RetrieveAPIView[ApiToken]):
    queryset = ApiToken.objects.none()
    serializer_class = TokenAnswer
    lookup_url_kwarg = "token_id"

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user=cast("User", self.request.user))

    @extend_schema(responses={204: None})  # type: ignore[untyped-decorator]
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke a token at once. A token may revoke itself; to revoke others it needs the scope admin."""
        auth = request.auth
        if isinstance(auth, ApiToken) and auth.pk != token_id and Scope.ADMIN not in auth.scopes:
            raise PermissionDenied("This token lacks the scope 'admin'.", code="insufficient_scope")
        services.revoke_token(actor=cast("User", request.user), token_id=token_id)
        return Response(status=204)


class MyTeam(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="team_id")
    name = serializers.CharField(source="team.name")
    slug = serializers.CharField(source="team.slug")
    personal = serializers.BooleanField(source="team.personal")
    role = serializers.CharField()


class Me(serializers.ModelSerializer[User]):
    teams = MyTeam(source="seats", many=True)

    class Meta:
        model = User
        fields = ["id", "email", "name", "timezone", "teams", "created_at"]
        read_only_fields = fields


class ProfileWish(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    timezone = serializers.CharField(max_length=64, required=False)


class MyAccount(APIView):
    @extend_schema(responses=Me)  # type: ignore[untyped-decorator]
    def get(self, request: Request) -> Response:
        """Who is calling, and their teams."""
        return self.answer(cast("User", request.user))

    @extend_schema(request=ProfileWish, responses=Me)  # type: ignore[untyped-decorator]
    def patch(self, request: Request) -> Response:
        """Change one's name or time zone. If-Match is honoured where sent."""
        wish = ProfileWish(data=request.data)
        wish.is_valid(raise_exception=True)
        user = cast("User", request.user)
        if if_match := request.headers.get("If-Match"):
            require_match(if_match, user)
        return self.answer(services.update_profile(actor=user, **wish.validated_data))

    def answer(self, user: User) -> Response:
        user.seats = user.memberships.select_related("team").order_by("created_at")  # type: ignore[attr-defined]
        return Response(Me(user).data, headers={"ETag": etag_of(user), "Cache-Control": "private, no-cache"})
