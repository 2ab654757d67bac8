from django.db import migrations, models
from django.db.models import F


def snapshots_are_current(apps, schema_editor):
    apps.get_model("designer", "Design").objects.update(snapshot_version=F("version"))


class Migration(migrations.Migration):
    dependencies = [("designer", "0005_failure_fingerprint_help")]

    operations = [
        migrations.AlterField("design", "document", models.JSONField(db_column="document")),
        migrations.RenameField("design", "document", "snapshot"),
        migrations.AlterField(
            "design",
            "snapshot",
            models.JSONField(
                db_column="document",
                help_text="The document at `snapshot_version`; later change sets are made on top.",
            ),
        ),
        migrations.AddField("design", "snapshot_version", models.PositiveIntegerField(default=1)),
        migrations.RunPython(snapshots_are_current, migrations.RunPython.noop),
        migrations.AddField(
            "changeset",
            "name",
            models.CharField(blank=True, help_text="What its author calls it: `Move 3 nodes`.", max_length=120),
        ),
        migrations.AddField(
            "changeset",
            "key",
            models.UUIDField(help_text="Chosen by the sender: the same one again is the same edit.", null=True),
        ),
        migrations.AddField(
            "changeset",
            "operations",
            models.JSONField(
                help_text="What to do to the drawing of the version before; null: the snapshot was replaced.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            "changeset",
            models.UniqueConstraint(fields=("design", "key"), name="change_set_key_is_unique"),
        ),
        migrations.AddConstraint(
            "design",
            models.CheckConstraint(
                condition=models.Q(version__gte=F("snapshot_version")), name="design_snapshot_not_ahead"
            ),
        ),
    ]
