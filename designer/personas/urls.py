from django.urls import path

from designer.personas import api as rest

api = [
    path("personas", rest.PersonaList.as_view(), name="api_personas"),
    path("personas/<uuid:pk>", rest.PersonaDetail.as_view(), name="api_persona"),
    path("teams/<uuid:team>/personas", rest.TeamPersonaList.as_view(), name="api_team_personas"),
    path("generations/<uuid:pk>/feedback", rest.FeedbackList.as_view(), name="api_generation_feedback"),
    path(
        "generations/<uuid:pk>/feedback/<slug:kind>", rest.FeedbackDetail.as_view(), name="api_generation_feedback_kind"
    ),
]
