from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView

from designer.web import probes
from designer.web.description import Description
from designer.web.teams import (
    IdempotentAnswer,
    IdempotentApprovalList,
    IdempotentCollectionList,
    IdempotentCommentList,
    IdempotentHandOver,
    IdempotentSharedComments,
    IdempotentTeamList,
)


class SwaggerPage(SpectacularSwaggerSplitView):
    http_method_names = ["get", "head"]  # its OPTIONS would render a page without a template


api = [
    path("schema", Description.as_view(), name="api_schema"),
    path("docs", SwaggerPage.as_view(url_name="api_schema"), name="api_docs"),
]
pages = [
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
instead = {  # by name: views of the ground floor with what this one adds
    "api_teams": IdempotentTeamList.as_view(),
    "api_comments": IdempotentCommentList.as_view(),
    "api_shared_comments": IdempotentSharedComments.as_view(),
    "api_collections": IdempotentCollectionList.as_view(),
    "api_approvals": IdempotentApprovalList.as_view(),
    "api_approval_answer": IdempotentAnswer.as_view(),
    "api_team_hand_over": IdempotentHandOver.as_view(),
}
