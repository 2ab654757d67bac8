from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DesignerConfig(AppConfig):
    name = "designer"

    def ready(self) -> None:
        from accounts.changes import stamp_teams

        post_migrate.connect(stamp_teams, sender=self)
