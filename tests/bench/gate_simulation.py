#!/usr/bin/env python3
"""False alarms and power of the gate, of Apache Otava and of "20 % over the last run", on the same data.

  bench_gate | tests/bench/gate_simulation.py            (needs: pip install apache-otava)

Otava is asked twice about each series: when the first new run has come (its own use: a change point there), and
when all three runs of the candidate have come (a change point at the first of them). Its p is then chosen, model
by model and length by length, as the largest of a grid that gives no more false alarms than the gate's fresh
design on the same null series: power is compared at equal false alarms. The gate sees the further runs only when
the first is suspect; Otava with three has always seen them.
"""
import collections
import json
import multiprocessing
import sys

from otava.analysis import compute_change_points

GRID = [0.05, 0.02, 0.01, 0.003, 0.001, 0.0003]


def flagged(values, at, p):
    points, _ = compute_change_points(values, window_len=50, max_pvalue=p)
    return any(point.index == at and point.stats.mean_2 > point.stats.mean_1 for point in points)


def share(hits):
    return 100.0 * sum(hits) / len(hits)


def ask(item):
    (model, n, shift), cases = item
    return (model, n, shift), {
        (runs, p): [flagged(case["values"][: n + runs], n, p) for case in cases] for runs in (1, 3) for p in GRID
    }


def main():
    rates = {}
    series = collections.defaultdict(list)
    for line in sys.stdin:
        entry = json.loads(line)
        if "rates" in entry:
            rates[entry["rates"], entry["n"], entry["shift"]] = entry
        else:
            series[entry["series"], entry["n"], entry["shift"]].append(entry)

    otava = {}
    with multiprocessing.Pool() as pool:
        for key, answers in pool.imap_unordered(ask, series.items()):
            for (runs, p), hits in answers.items():
                otava[key, runs, p] = hits
            print("asked about", *key, file=sys.stderr, flush=True)

    print("model  n  | false alarms %: fresh paired 20%-rule otava(.001) | power +20 %: fresh paired otava1 otava3 "
          "| power +50 %: fresh paired otava1 otava3 | p of otava1, otava3")
    for model, n in sorted({(m, n) for m, n, _ in rates}, key=lambda key: (list(rates).index((key[0], key[1], 1.0)))):
        null = (model, n, 1.0)
        mine = rates[null]
        bound = max(100 * mine["fresh"], 100 * mine["paired"])
        # The grid's value with as many false alarms as the gate's, on the very same cases, or fewer.
        chosen = {}
        for runs in (1, 3):
            fit = [p for p in GRID if share(otava[null, runs, p]) <= bound + 1e-9]
            chosen[runs] = fit[0] if fit else GRID[-1]
        cells = []
        for shift in (1.2, 1.5):
            rate = rates[model, n, shift]
            cells.append("%5.1f %5.1f %5.1f %5.1f" % (
                100 * rate["fresh"], 100 * rate["paired"],
                share(otava[(model, n, shift), 1, chosen[1]]), share(otava[(model, n, shift), 3, chosen[3]])))
        print("%-5s %3d | %5.2f %5.2f %5.1f %5.2f | %s | %s | %g %g" % (
            model, n, 100 * mine["fresh"], 100 * mine["paired"], 100 * mine["naive"],
            share(otava[null, 1, 0.001]), cells[0], cells[1], chosen[1], chosen[3]))


if __name__ == "__main__":
    main()
