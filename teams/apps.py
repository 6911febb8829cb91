from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        import teams.accounts.receivers
        import teams.membership.receivers
        import teams.sharing.receivers  # before those that tell events: it writes to the audit log, see there

        # isort: split
        import teams.review.approvals.receivers  # noqa: F401
