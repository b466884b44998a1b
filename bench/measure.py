"""What a process costs, and how a figure is told."""

import os
import statistics
import sys

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(*pids):
    """User and system seconds of these processes so far, their ended children included."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += sum(int(fields[i]) for i in (11, 12, 13, 14))
    return total / TICKS


def private_mib(pid):
    """Private dirty memory in MiB."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith(("Private_Dirty", "Private_Hugetlb"))) / 1024


def p95(values):
    return statistics.quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]


def table(head, rows):
    cells = [head, *([f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths)))
    print(flush=True)


class Figures:
    """The closing lines: `bench <name> <figure> <value> <unit> goal <comparison> <n> <met|short>`."""

    def __init__(self, name):
        self.name, self.short = name, False

    def tell(self, figure, value, unit, comparison, goal):
        met = value <= goal if comparison == "≤" else value >= goal
        self.short |= not met
        print(f"bench {self.name} {figure} {value:.3f} {unit} goal {comparison} {goal:g} {'met' if met else 'short'}", flush=True)

    def end(self):
        sys.exit(1 if self.short else 0)
