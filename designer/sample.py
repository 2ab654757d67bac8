"""The sample customer of the demo: an invented company whose cloud starts from the mid-size reference design.

Everything on it is made the way people make it: by the same services and engines.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from accounts.models import Team, User
from designer import services
from designer.engine.workload import VmProfile, Workload
from designer.models import Design

CUSTOMER = "Nordlicht Logistik (sample)"
DESIGN = "Private cloud Hamburg"
REFERENCE_DESIGN = "rd-mid"

WORKLOAD = Workload(
    profiles=(
        VmProfile(id="web", name="Web and application", count=140, vcpus=4, ram_gib=Decimal(8), disk_gb=Decimal(60)),
        VmProfile(id="general", name="General purpose", count=160, vcpus=2, ram_gib=Decimal(8), disk_gb=Decimal(80)),
        VmProfile(id="database", name="Databases", count=40, vcpus=8, ram_gib=Decimal(32), disk_gb=Decimal(200), disk_iops=1500, disk_mb_per_second=Decimal(60)),
        VmProfile(id="build", name="Build and test", count=30, vcpus=8, ram_gib=Decimal(16), disk_gb=Decimal(100), is_production=False),
    ),
    object_storage_tb=Decimal(2),
)  # fmt: skip
"""370 VMs: a mix as a logistics company might run it. Invented, and the customer's name says so."""

Report = Callable[[float, str], None]


def load_sample(team: Team, user: User, report: Report) -> tuple[Design, bool]:
    """Return the sample design of `team`, sized, and whether it was made now rather than found."""
    found = Design.objects.filter(team=team, customer__name=CUSTOMER).order_by("created_at").first()
    if found is not None:
        return found, False
    customer = services.create_customer(team=team, user=user, name=CUSTOMER, country="DE", city="Hamburg")
    design = services.create_design(
        customer=customer, user=user, name=DESIGN, reference_design=REFERENCE_DESIGN, workload=WORKLOAD
    )
    services.size_revision(services.freeze_revision(design=design, user=user), report=report)
    design.refresh_from_db()
    return design, True
