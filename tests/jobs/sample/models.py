from django.db import models


class Attempt(models.Model):
    job_id = models.UUIDField()
    number = models.PositiveIntegerField()
    pid = models.PositiveIntegerField()


class Effect(models.Model):
    job_id = models.UUIDField()
