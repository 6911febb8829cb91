from django.urls import path

from designer.personas import api as rest
from designer.personas import (
    deck_views,
    feedback_api,
    learning_api,
    learning_views,
    portfolio_api,
    profile_api,
)

api = [
    path("personas", rest.PersonaList.as_view(), name="api_personas"),
    path("personas/default", profile_api.PersonaDefault.as_view(), name="api_persona_default"),
    path("personas/merge", profile_api.PersonaMerge.as_view(), name="api_persona_merge"),
    path("personas/<uuid:pk>", rest.PersonaDetail.as_view(), name="api_persona"),
    path("personas/<uuid:pk>/duplicate", profile_api.PersonaDuplicate.as_view(), name="api_persona_duplicate"),
    path("personas/<uuid:pk>/match", profile_api.PersonaMatch.as_view(), name="api_persona_match"),
    path("personas/<uuid:pk>/drift", profile_api.PersonaDrift.as_view(), name="api_persona_drift"),
    path("portfolios", portfolio_api.PortfolioList.as_view(), name="api_portfolios"),
    path("portfolios/<uuid:pk>", portfolio_api.PortfolioDetail.as_view(), name="api_portfolio"),
    path("portfolios/<uuid:pk>/cancel", portfolio_api.PortfolioCancel.as_view(), name="api_portfolio_cancel"),
    path("portfolios/<uuid:pk>/items", portfolio_api.PortfolioItemList.as_view(), name="api_portfolio_items"),
    path("portfolios/<uuid:pk>/personas", portfolio_api.PortfolioPersonas.as_view(), name="api_portfolio_personas"),
    path("teams/<uuid:team>/personas", rest.TeamPersonaList.as_view(), name="api_team_personas"),
    path("generations/<uuid:pk>/feedback", feedback_api.FeedbackList.as_view(), name="api_generation_feedback"),
    path(
        "generations/<uuid:pk>/feedback/<slug:kind>",
        feedback_api.FeedbackDetail.as_view(),
        name="api_generation_feedback_kind",
    ),
    path("feedback", feedback_api.FeedbackEverywhere.as_view(), name="api_feedback"),
    path("feedback/undo", feedback_api.FeedbackUndo.as_view(), name="api_feedback_undo"),
    path("learning", learning_api.LearnedList.as_view(), name="api_learning"),
    path("learning/settings", learning_api.LearningSettingsView.as_view(), name="api_learning_settings"),
    path("learning/revert", learning_api.EverythingRevert.as_view(), name="api_learning_revert"),
    path("learning/acts", learning_api.ActList.as_view(), name="api_learning_acts"),
    path("learning/moves", learning_api.MoveList.as_view(), name="api_learning_moves"),
    path("learning/moves/<uuid:pk>/revert", learning_api.MoveRevert.as_view(), name="api_learning_move_revert"),
    path("learning/<uuid:pk>/revert", learning_api.LearnedRevert.as_view(), name="api_learning_weight_revert"),
]
pages = [
    path("style", learning_views.learned, name="style"),
    path("style/moves", learning_views.moves, name="style_moves"),
    path("style/moves/<uuid:pk>/revert", learning_views.revert_move, name="style_move_revert"),
    path("style/weights/<uuid:pk>/revert", learning_views.revert_weight, name="style_weight_revert"),
    path("style/revert", learning_views.revert_everything, name="style_revert"),
    path("style/undo", learning_views.undo, name="style_undo"),
    path("style/settings", learning_views.settings, name="style_settings"),
    path("style/feedback", learning_views.several, name="style_feedback"),
    path("style/deck", deck_views.show, name="style_deck"),
    path("style/deck/back", deck_views.back, name="style_deck_back"),
]
