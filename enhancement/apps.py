from django.apps import AppConfig


class EnhancementConfig(AppConfig):
    name = "enhancement"

    def ready(self) -> None:
        from enhancement import receivers, tasks, watching  # noqa: F401  (their decorators register)
