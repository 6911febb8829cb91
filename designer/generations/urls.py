from django.urls import path

from designer.generations import api as rest
from designer.generations import (
    compare_views,
    gallery,
    opinions,
    prompt_views,
    understanding_api,
    understanding_views,
    views,
)
from designer.generations import operating_api as operating

api = [
    path("analyze", rest.Analyze.as_view(), name="api_analyze"),
    path("generations", rest.GenerationList.as_view(), name="api_generations"),
    path("generations/preview", rest.GenerationPreview.as_view(), name="api_generation_preview"),
    path("generations/<uuid:pk>", rest.GenerationDetail.as_view(), name="api_generation"),
    path(
        "generations/<uuid:pk>/understood",
        understanding_api.GenerationUnderstood.as_view(),
        name="api_generation_understood",
    ),
    path("assets/<uuid:pk>/understood", understanding_api.AssetUnderstood.as_view(), name="api_asset_understood"),
    path("generations/<uuid:pk>/cancel", rest.GenerationCancel.as_view(), name="api_generation_cancel"),
    path("generations/<uuid:pk>/retry", rest.GenerationRetry.as_view(), name="api_generation_retry"),
    path("generations/<uuid:pk>/favourite", rest.PromptFavouriteView.as_view(), name="api_prompt_favourite"),
    path("prompts", rest.PromptList.as_view(), name="api_prompts"),
    path("generations/<uuid:pk>/restore", rest.GenerationRestore.as_view(), name="api_generation_restore"),
    path("queue/models", operating.Standings.as_view(), name="queue-models"),
    path("teams/<uuid:team>/generations", rest.TeamGenerationList.as_view(), name="api_team_generations"),
]
pages = [
    path("", views.studio, name="studio"),
    path("studio/understood", views.understood, name="studio_understood"),
    path("studio/remix", views.remix, name="studio_remix"),
    path("generations/<uuid:pk>", views.detail, name="generation"),
    path("generations/<uuid:pk>/card", views.card, name="generation_card"),
    path("generations/<uuid:pk>/how", views.how, name="generation_how"),
    path("generations/<uuid:pk>/understanding", views.understanding, name="generation_understanding"),
    path("generations/<uuid:pk>/route", views.route, name="generation_route"),
    path("generations/<uuid:pk>/understood", understanding_views.correct, name="generation_understood"),
    path("generations/<uuid:pk>/cancel", views.cancel, name="generation_cancel"),
    path("generations/<uuid:pk>/retry", views.retry, name="generation_retry"),
    path("generations/<uuid:pk>/favourite", prompt_views.favourite, name="prompt_favourite"),
    path("prompts", prompt_views.history, name="prompts"),
    path("gallery", gallery.gallery, name="gallery"),
    path("gallery/bulk", gallery.bulk, name="gallery_bulk"),
    path("compare", compare_views.compare, name="compare"),
    path("compare/choose", compare_views.choose, name="compare_choose"),
    path("assets/<uuid:pk>", gallery.asset, name="asset"),
    path("assets/<uuid:pk>/trash", gallery.asset_trash, name="asset_trash"),
    path("assets/<uuid:pk>/likes", opinions.likes, name="asset_likes"),
    path("assets/<uuid:pk>/opinions", opinions.opinions, name="asset_opinions"),
    path("assets/<uuid:pk>/feedback", gallery.feedback, name="asset_feedback"),
]
