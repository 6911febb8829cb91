from django.apps import AppConfig


class DesignerConfig(AppConfig):
    name = "designer"
    verbose_name = "Designer BFF"

    def ready(self) -> None:
        from designer import (
            celery,  # noqa: F401  (makes the app the default for shared tasks)
            checks,  # noqa: F401
            wiring,
        )

        wiring.connect()
