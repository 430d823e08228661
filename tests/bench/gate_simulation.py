#!/usr/bin/env python3
"""False alarms and power of the gate, of Apache Otava and of "20 % over the last run", on the same data.

  bench_gate --noise tests/bench/drill_noise.txt | tests/bench/gate_simulation.py [SHIFTED]

Needs: pip install apache-otava. SHIFTED: how many series per shift Otava is asked about (1000): more narrow the intervals.

Otava is asked twice about each series: when the first new run has come (its own use: a change point there), and when
all three runs of the candidate have come (a change point at the first of them; the gate sees the further runs only
when the first is suspect). Power is compared at equal false alarms, for each design of the gate apart: Otava's p lies
between the two values of a grid whose false alarms on the null series enclose the design's own on the very same
series, and its power is mixed from theirs in the same proportion, as if p were thrown for. A difference is told with
its 95 % interval, from the same series.
"""
import collections
import itertools
import json
import math
import multiprocessing
import sys

from otava.analysis import compute_change_points

GRID = [0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0003, 0.0001, 0.00001, 0.000001]
SHIFTED = int(sys.argv[1]) if len(sys.argv) > 1 else 1000  # series asked about per shift
DESIGNS = ("fresh", "paired")


def flagged(values, at, p):
    points, _ = compute_change_points(values, window_len=50, max_pvalue=p)
    return any(point.index == at and point.stats.mean_2 > point.stats.mean_1 for point in points)


def share(hits):
    return sum(hits) / len(hits)


def calibrate(null, n, runs):
    """For each design: [(p, weight), ...] with the design's own share of false alarms."""
    rates = {}

    def rate(p):
        if p not in rates:
            rates[p] = share([flagged(case["values"][: n + runs], n, p) for case in null])
        return rates[p]

    chosen = {}
    for design in DESIGNS:
        wanted = share([case[design] for case in null])
        low, high = 0, len(GRID)  # the first value with no more false alarms lies in [low, high]
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if rate(GRID[middle]) <= wanted else (middle + 1, high)
        fit = GRID[low] if low < len(GRID) else None
        least = rate(fit) if fit is not None else 0.0
        above = GRID[low - 1] if low > 0 else None
        weight = 0 if above is None else (wanted - least) / (rate(above) - least)
        chosen[design] = [(fit, 1 - weight)] + ([(above, weight)] if weight > 0 else [])
    return chosen, rate(0.001)


def compare(cases, n, runs, design, mixture):
    """Otava's power and the gate's lead, with half of its 95 % interval; in percent."""
    answers = {p: [p is not None and flagged(case["values"][: n + runs], n, p) for case in cases] for p, _ in mixture}
    otava = [sum(weight * answers[p][i] for p, weight in mixture) for i in range(len(cases))]
    leads = [case[design] - hit for case, hit in zip(cases, otava)]
    mean = share(leads)
    deviation = math.sqrt(sum((lead - mean) ** 2 for lead in leads) / (len(leads) - 1))
    return 100 * share(otava), 100 * mean, 100 * 1.96 * deviation / math.sqrt(len(leads))


def ask(item):
    (model, n), by_shift = item
    result = {}
    for runs in (1, 3):
        chosen, plain = calibrate(by_shift[1.0], n, runs)
        result["plain", runs] = 100 * plain
        for design, shift in itertools.product(DESIGNS, (1.2, 1.5)):
            result[design, shift, runs] = compare(by_shift[shift][:SHIFTED], n, runs, design, chosen[design])
    return model, n, result


def groups(lines, rates):
    """The series of one model and length at a time: all of them would not fit into memory."""
    series = collections.defaultdict(list)
    previous = None
    for line in lines:
        entry = json.loads(line)
        if "rates" in entry:
            rates[entry["rates"], entry["n"], entry["shift"]] = entry
            continue
        key = entry["series"], entry["n"]
        if previous not in (None, key):
            yield previous, dict(series)
            series.clear()
        previous = key
        series[entry["shift"]].append(entry)
    yield previous, dict(series)


def main():
    rates = {}
    ahead = behind = unclear = 0
    print("| model | n | false alarms %: fresh, paired, 20 % rule | finds +20 %: fresh (Otava first, three); "
          "paired (Otava first, three) | finds +50 %: the same | lead not shown |")
    print("|---|---:|---|---|---|---|")
    with multiprocessing.Pool() as pool:
        for model, n, result in pool.imap(ask, groups(sys.stdin, rates)):
            null = rates[model, n, 1.0]
            cells, doubts = [], []
            for shift in (1.2, 1.5):
                parts = []
                for design in DESIGNS:
                    first, three = result[design, shift, 1], result[design, shift, 3]
                    power = 100 * rates[model, n, shift][design]
                    parts.append("%.1f (%.1f, %.1f)" % (power, first[0], three[0]))
                    for runs, (_, lead, half) in ((1, first), (3, three)):
                        ahead += lead > half
                        behind += lead < -half
                        unclear += abs(lead) <= half
                        if lead <= half:
                            doubts.append("%s +%d %% %s: %+.1f \u00b1 %.1f" % (
                                design, round(100 * shift - 100), "first" if runs == 1 else "three", lead, half))
                cells.append("; ".join(parts))
            print("| %s | %d | %.2f, %.2f, %.1f | %s | %s | %s |" % (
                model, n, 100 * null["fresh"], 100 * null["paired"], 100 * null["naive"], *cells, ", ".join(doubts)),
                flush=True)
    print("\n%d comparisons: the gate ahead in %d, behind in %d, neither shown in %d" % (
        ahead + behind + unclear, ahead, behind, unclear))


if __name__ == "__main__":
    main()
