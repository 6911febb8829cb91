"""What each operation of the API is called in the client, and what its arguments are called."""

from typing import Final

SINGULAR: Final = {"enhance": "enhancement", "learning": "weight"}
PLURAL: Final = {"enhancement": "enhancements", "batch": "batches"}
NOUNS: Final = {"enhance": "enhancement"}
DOING: Final = {"post": "create", "put": "set", "patch": "change", "delete": "delete"}
# What the rule below would name badly. The key is the operationId of the API description.
NAMED: Final = {
    "analyze_create": "analyze",
    "assets_against_map_retrieve": "download_difference",
    "assets_against_retrieve": "compare_assets",
    "assets_content_retrieve": "download",
    "assets_create": "upload",
    "assets_thumbnail_retrieve": "download_thumbnail",
    "assets_understood_partial_update": "correct_asset",
    "auth_tokens_create": "create_api_token",
    "auth_tokens_destroy": "delete_api_token",
    "auth_tokens_list": "api_tokens",
    "auth_tokens_retrieve": "api_token",
    "batch_contact_sheet_retrieve": "download_contact_sheet",
    "batch_destroy": "cancel_batch",
    "batch_estimate_create": "estimate_batch",
    "batch_generate_create": "create_batch",
    "batch_import_create": "import_rows",
    "batch_import_template_retrieve": "download_import_template",
    "batch_results_retrieve": "download_batch_results",
    "batch_votes_create": "vote",
    "batch_votes_next_retrieve": "next_vote",
    "batch_votes_retrieve": "batch_votes",
    "batch_zip_retrieve": "download_batch",
    "enhance_batch_create": "enhance_many",
    "enhance_create": "enhance",
    "enhance_estimate_create": "estimate_enhancements",
    "enhance_models_list": "enhancement_models",
    "enhance_operations_list": "operations",
    "enhance_previews_part_retrieve": "download_preview_part",
    "enhance_previews_results_retrieve": "download_preview_result",
    "enhance_presets_create": "create_preset",
    "enhance_presets_destroy": "delete_preset",
    "enhance_presets_list": "presets",
    "enhance_presets_partial_update": "change_preset",
    "enhance_presets_retrieve": "preset",
    "feedback_create": "feedback_on",
    "feedback_list": "feedback_given",
    "feedback_undo_create": "undo_feedback",
    "generations_create": "generate",
    "generations_favourite_destroy": "unmark_favourite",
    "generations_favourite_update": "mark_favourite",
    "generations_feedback_create": "feedback",
    "generations_feedback_destroy": "delete_feedback",
    "generations_preview_create": "preview",
    "generations_understood_partial_update": "correct_generation",
    "learning_list": "learned_weights",
    "learning_settings_partial_update": "change_learning_settings",
    "learning_moves_list": "weight_moves",
    "learning_moves_revert_create": "revert_weight_move",
    "learning_revert_create": "revert_weight",
    "invitations_accept_create": "accept_invitation",
    "learning_revert_everything": "revert_learning",
    "notifications_read_create": "mark_read",
    "notifications_settings_partial_update": "change_notification_settings",
    "notifications_settings_retrieve": "notification_settings",
    "personas_default_retrieve": "default_persona",
    "personas_default_update": "set_default_persona",
    "personas_match_create": "match_persona",
    "personas_merge_create": "merge_personas",
    "portfolios_create": "import_portfolio",
    "portfolios_personas_create": "personas_from_portfolio",
    "queue_dead_causes_retrieve": "dead_causes",
    "queue_dead_discard_create": "discard_dead_jobs",
    "queue_dead_list": "dead_jobs",
    "queue_dead_replay_create": "replay_dead_jobs",
    "queue_jobs_list": "jobs",
    "queue_lanes_pause_destroy": "resume_lane",
    "queue_lanes_pause_update": "pause_lane",
    "queue_lanes_retrieve": "lanes",
    "queue_models_retrieve": "model_standings",
    "queue_teams_retrieve": "team_shares",
    "queue_teams_update": "weigh_team",
    "queue_webhooks_retrieve": "courier",
    "queue_workers_drain_destroy": "employ_worker",
    "queue_workers_drain_update": "drain_worker",
    "queue_workers_retrieve": "workers",
    "reports_schedules_create": "create_report_schedule",
    "reports_schedules_destroy": "delete_report_schedule",
    "reports_schedules_list": "report_schedules",
    "reports_schedules_partial_update": "change_report_schedule",
    "reports_schedules_retrieve": "report_schedule",
    "reports_templates_create": "create_report_template",
    "reports_templates_destroy": "delete_report_template",
    "reports_templates_list": "report_templates",
    "reports_templates_partial_update": "change_report_template",
    "reports_templates_retrieve": "report_template",
    "sessions_attendance_update": "attend_session",
    "sessions_present_create": "present_image",
    "sessions_presenter_create": "hand_over_session",
    "sessions_reveal_create": "reveal_votes",
    "sessions_timer_create": "set_session_timer",
    "sessions_votes_create": "vote_in_session",
    "teams_collections_assets_create": "add_to_collection",
    "teams_collections_assets_destroy": "remove_from_collection",
    "teams_collections_assets_partial_update": "move_in_collection",
    "teams_collections_assets_retrieve": "collection_assets",
    "teams_collections_create": "create_collection",
    "teams_collections_destroy": "delete_collection",
    "teams_collections_list": "collections",
    "teams_collections_lookbook_retrieve": "collection_lookbook",
    "teams_collections_partial_update": "change_collection",
    "teams_collections_restore_create": "restore_collection",
    "teams_collections_retrieve": "collection",
    "teams_approvals_answer_create": "answer_approval",
    "teams_approvals_create": "request_approval",
    "teams_approvals_list": "approvals",
    "teams_approvals_retrieve": "approval",
    "teams_approvals_withdraw_create": "withdraw_approval",
    "teams_defaults_partial_update": "change_team_defaults",
    "teams_comments_history_list": "team_comment_history",
    "teams_comments_reactions_destroy": "take_back_reaction",
    "teams_comments_reactions_update": "react_to_comment",
    "teams_comments_reopen_create": "reopen_thread",
    "teams_comments_resolve_create": "resolve_thread",
    "teams_invitations_create": "renew_invitation",
    "teams_invitations_destroy": "revoke_invitation",
    "teams_invitations_list": "invitations",
    "teams_invite_create": "invite",
    "teams_sessions_create": "open_session",
    "teams_sessions_list": "sessions",
    "shared_destroy": "decline_shared",
    "shared_images_content_retrieve": "download_shared",
    "shared_images_thumbnail_retrieve": "download_shared_thumbnail",
    "teams_shares_create": "create_share",
    "teams_shares_destroy": "delete_share",
    "teams_shares_list": "shares",
    "teams_shares_partial_update": "change_share",
    "teams_shares_retrieve": "share",
    "webhooks_secret_create": "renew_webhook_secret",
}
TYPES: Final = {"Error": "ErrorFacts", "Range": "CostRange", "Selection": "ModelSelection"}  # names in TypeScript
BY_HAND: Final = {"upload", "import_rows", "import_portfolio", "set_team_avatar"}  # with files: see `_async/client.py`
WHOLE: Final = {"events"}  # a page is told as it is: it says more than its results
AS_JSON: Final = {  # what could come as a table too: the clients take the figures themselves
    "analytics_overview", "analytics_costs", "analytics_quality", "analytics_models", "analytics_users",
    "analytics_trends", "team_analytics",
}  # fmt: skip
OF_TABLES: Final = {"format", "table"}  # what of their queries is about the table
AREAS: Final = {
    "assets": ("analyze", "assets", "corrections"),
    "generations": ("generations", "feedback", "prompts", "models"),
    "enhancements": ("enhance",),
    "batches": ("batch", "queue", "webhooks"),
    "personas": ("personas", "portfolios", "learning"),
    "reviews": ("sessions",),
    "analytics": ("analytics", "dashboards", "reports"),
    "account": ("auth", "me", "notifications", "alerts", "events", "teams", "invitations", "shared"),
}
ARGUMENTS: Final = {
    ("enhance", "id"): "subject_id",  # an asset, or a generation
    ("compare_assets", "before"): "before_id",
    ("download_difference", "before"): "before_id",
    ("download_preview_result", "number"): "number",
    ("react_to_comment", "sign"): "sign",
    ("report_file", "name"): "name",
    ("take_back_reaction", "sign"): "sign",
}
# Fields of a body that may be said first, without their name, in this order.
FIRST: Final = {
    "generate": ["brief"],
    "preview": ["brief"],
    "enhance": ["operations"],
    "feedback_on": ["assets", "kind"],
    "invite": ["email"],
    "undo_feedback": ["act"],
}


def singular(noun: str) -> str:
    if noun in SINGULAR:
        return SINGULAR[noun]
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def method_of(operation_id: str, verb: str, path: str) -> str:
    """The name of the method for `verb path`: `POST /api/batch/{id}/pause` is `pause_batch`."""
    if operation_id in NAMED:
        return NAMED[operation_id]
    parts = path.removeprefix("/api/").replace("-", "_").split("/")
    nouns = [
        singular(part) if parts[at + 1 : at + 2] and parts[at + 1].startswith("{") else NOUNS.get(part, part)
        for at, part in enumerate(parts)
        if not part.startswith("{")
    ]
    if verb == "get":
        last = nouns[-1] if parts[-1].startswith("{") else PLURAL.get(nouns[-1], nouns[-1])
        return "_".join([*nouns[:-1], last])
    if verb == "post" and len(parts) > 2 and parts[-2].startswith("{") and singular(parts[-1]) == parts[-1]:
        return "_".join([nouns[-1], *nouns[:-1]])  # something done to one thing
    return "_".join([DOING[verb], *nouns[:-1], singular(nouns[-1])])


def argument_of(method: str, name: str, path: str) -> str:
    """What a part of the path is called as an argument: the `{id}` of `/batch/{id}/pause` is `batch_id`."""
    if (method, name) in ARGUMENTS:
        return ARGUMENTS[method, name]
    if name == "kind" or name.endswith("_id"):
        return name
    before = path.split("{" + name + "}")[0].rstrip("/").split("/")[-1]
    return f"{singular(before)}_id"


def area_of(path: str) -> str:
    """The module of the client that has this operation: the client is made of those that AREAS names."""
    first = path.removeprefix("/api/").split("/")[0]
    return next((area for area, firsts in AREAS.items() if first in firsts), "account")
