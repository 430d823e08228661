# compare_step_seconds.py DIRECTORY ROUND: the two arms of drill_by_hand side by side, and the median ratio of the
# rounds so far (kept in DIRECTORY/ratios).
import statistics
import sys

directory, round_number = sys.argv[1:3]
hand, drill = (
    dict((line.split()[0], float(line.split()[1])) for line in open(f"{directory}/{arm}"))
    for arm in ("by-hand", "by-pgdrill")
)
print(f"round {round_number}: seconds by hand, by pgdrill")
for step, seconds in hand.items():
    print(f"  {step:18}{seconds:8.2f}{drill.get(step, float('nan')):8.2f}")
by_hand, by_pgdrill = (sum(arm[step] for step in hand if step in arm) for arm in (hand, drill))
print(f"  {'total':18}{by_hand:8.2f}{by_pgdrill:8.2f}   ratio {by_pgdrill / by_hand:.3f}")
with open(f"{directory}/ratios", "a+") as file:
    file.write(f"{by_pgdrill / by_hand}\n")
    file.seek(0)
    ratios = [float(line) for line in file]
print(f"  median ratio of {len(ratios)}: {statistics.median(ratios):.3f}", flush=True)
