"""`python -m bench run B3 B8 B15 [--sizes s,m,l]` and `python -m bench list`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench import harness
from bench.suite import SUITE


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ours and a floor, side by side.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="which benchmarks there are")
    run = commands.add_parser("run", help="measure, print the table, keep the lines")
    run.add_argument("names", nargs="+", choices=sorted(SUITE), metavar="NAME")
    run.add_argument("--sizes", default="", help="of s,m,l; by default what each can do in a minute or so")
    run.add_argument("--rounds", type=int, default=harness.ROUNDS, help="of ABBA, at least 5 to be kept")
    run.add_argument("--results", type=Path, default=harness.FOLDER / "results.jsonl")
    asked = parser.parse_args(arguments)
    if asked.command == "list":
        for benchmark in SUITE.values():
            listed = ", ".join(f"{size} {n:,}" for size, n in benchmark.sizes.items())
            print(
                f"{benchmark.name:4} {benchmark.title}\n     sizes: {listed}; by default {','.join(benchmark.by_default)}"
            )
        return 0
    for name in asked.names:
        benchmark = SUITE[name]
        sizes = [size for size in asked.sizes.split(",") if size] or list(benchmark.by_default)
        if unknown := [size for size in sizes if size not in benchmark.sizes]:
            parser.error(f"{name} has no size {', '.join(unknown)}; it has {', '.join(benchmark.sizes)}")
        started = time.monotonic()
        results = [benchmark.measure(size, asked.rounds) for size in sizes]
        results = benchmark.finish(results)
        print(harness.table(results))
        print(f"({time.monotonic() - started:.0f} s)\n", flush=True)
        if asked.rounds >= harness.ROUNDS:
            harness.keep(results, asked.results)
        else:
            print(f"Not kept: fewer than {harness.ROUNDS} rounds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
