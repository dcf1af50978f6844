# SPDX-License-Identifier: MIT
"""
Measures what README.md of this directory describes and prints one table. `make bench` runs it on the programs that it
built; BENCH_ARGS="--quick --only nginx" are words for it.
"""
import argparse
import re
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system"), str(HERE.parent / "system" / "pricing")]
sys.dont_write_bytecode = True

from catalog_figures import CATALOG_FIGURES  # noqa: E402  (the path first)
from figures import FIGURES, Pace  # noqa: E402
from harness import process  # noqa: E402
from lease_figures import LEASE_FIGURES  # noqa: E402
from measure import MeasureError  # noqa: E402
from rules import RULE_FIGURES  # noqa: E402
from stage import Stage  # noqa: E402

THOROUGH = Pace(rounds=9, seconds=1, spawns=15)
QUICK = Pace(rounds=2, seconds=1, spawns=10)
ROW = "{:<74} {:>9} {:>13} {:>9} {:>6}  {}"


def read_options():
    parser = argparse.ArgumentParser(description="The project's figures, each against its ceiling.")
    parser.add_argument("--quick", action="store_true", help="two short rounds: to see that it works, not to quote")
    parser.add_argument("--only", metavar="PATTERN", default="", help="figures whose name matches this regular expression")
    parser.add_argument("--list", action="store_true", help="print the figures' names")
    return parser.parse_args()


def print_row(figure, result):
    number = "{:.1f}" if result.unit else "{:.2f}"
    spread = " – ".join(number.format(end) for end in (min(result.values), max(result.values)))
    print(ROW.format(
        figure.name, number.format(result.median) + result.unit, spread if len(result.values) > 1 else "",
        "{} {}".format(figure.bound[0].replace(">=", "≥").replace("<=", "≤"), figure.bound[1]) if figure.bound else "",
        ("yes" if figure.is_met(result) else "NO") if figure.bound else "", result.remark), flush=True)


def look_at_logs():
    problems = [line for each in process.started for line in each.find_problems()]
    if problems:
        raise MeasureError("\n".join(problems))


def measure_all(figures, pace):
    """Prints each row as soon as it is known. Whether all could be measured."""
    stage = Stage()
    failed = 0
    try:
        for figure in figures:
            try:
                result = figure.measure(stage, pace)
                stage.stop_fronts()
                look_at_logs()
                print_row(figure, result)
            except (MeasureError, AssertionError) as error:
                failed += 1
                stage.stop_fronts()
                print(f"{figure.name}: NOT MEASURED: {error}", flush=True)
    finally:
        stage.close()
    return failed == 0


def main():
    options = read_options()
    figures = [figure for figure in (*FIGURES, *LEASE_FIGURES, *RULE_FIGURES, *CATALOG_FIGURES) if re.search(options.only, figure.name)]
    if options.list:
        print("\n".join(figure.name for figure in figures))
        return 0
    began = time.monotonic()
    print(ROW.format("figure", "median", "min – max", "bound", "met", "medians of ours / the other's"))
    is_whole = bool(figures) and measure_all(figures, QUICK if options.quick else THOROUGH)
    print(f"{len(figures)} figures in {time.monotonic() - began:.0f} s")
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
