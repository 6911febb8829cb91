from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        import teams.accounts.receivers
        import teams.membership.receivers
        import teams.review.approvals.receivers
        import teams.sharing.receivers  # noqa: F401
