from django.apps import AppConfig


class EnhancementConfig(AppConfig):
    name = "enhancement"

    def ready(self) -> None:
        from django.conf import settings

        from enhancement import activity, receivers, tasks, watching  # noqa: F401  (their decorators register)
        from enhancement.engine import tables
        from enhancement.engine.manifest import use_models_folder

        use_models_folder(settings.DESIGNER_MODELS_DIR)
        tables.use_folder(settings.VAR / "engine")
