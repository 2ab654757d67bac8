"""The benchmarks that there are."""

from __future__ import annotations

from bench.autosave import B16
from bench.benchmark import Benchmark
from bench.device_types import B13
from bench.editor_frames import B10
from bench.failures import B7
from bench.inventory_import import B12
from bench.job_latency import B15
from bench.list_api import B8
from bench.price_matching import B3
from bench.vm_packing import B6

SUITE: dict[str, Benchmark] = {
    benchmark.name: benchmark for benchmark in (B3, B6, B7, B8, B10, B12, B13, B15, B16)
}
