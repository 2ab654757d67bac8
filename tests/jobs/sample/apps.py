from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "tests.jobs.sample"
    default_auto_field = "django.db.models.BigAutoField"
