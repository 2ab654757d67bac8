"""Lines of price files: the smallest valid one, with what a test says about it."""

from __future__ import annotations

INSTANCE_COLUMNS = {
    "provider": "aws",
    "region": "us-east-1",
    "instance_type": "m7i.large",
    "family": "",
    "vcpus": "2",
    "memory_gib": "8",
    "arch": "x86_64",
    "gpu_count": "",
    "os": "linux",
    "price_model": "on_demand",
    "usd_per_hour": "0.1008",
    "basis": "observed",
    "as_of": "2026-07-20",
    "source": "a price feed",
}
SERVICE_COLUMNS = {
    "provider": "aws",
    "region": "us-east-1",
    "service": "block/gp3",
    "unit": "GB-month",
    "tier_from": "",
    "tier_to": "",
    "usd_per_unit": "0.08",
    "basis": "observed",
    "as_of": "2026-07-20",
    "source": "a price feed",
}


def an_instance_line(**fields: str) -> str:
    return ",".join({**INSTANCE_COLUMNS, **fields}.values()) + "\r\n"


def a_service_line(**fields: str) -> str:
    return ",".join({**SERVICE_COLUMNS, **fields}.values()) + "\r\n"


def an_instance_file(*lines: str) -> list[str]:
    return [",".join(INSTANCE_COLUMNS) + "\r\n", *lines]


def a_service_file(*lines: str) -> list[str]:
    return [",".join(SERVICE_COLUMNS) + "\r\n", *lines]
