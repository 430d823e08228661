#!/usr/bin/env python3
"""Speed of `pgdrill review` beside squawk (PyPI: squawk-cli) on the same files, in one run, taking turns.

    tests/bench/review_speed.py PGDRILL SQUAWK DIRECTORY [ROUNDS]

Prints the best CPU time of each and their ratio, what each found, and what pgdrill could not parse. For a corpus take
the migrations inside published packages, e.g. `pip download --no-deps litellm-proxy-extras`, or
`go mod download github.com/coder/coder/v2@v2.18.0`.
"""
import json
import pathlib
import resource
import subprocess
import sys


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return spent, done.stdout


def main():
    pgdrill, squawk, directory = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    files = sorted(str(path) for path in pathlib.Path(directory).rglob("*.sql"))
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(cpu_seconds([pgdrill, "review", "--format", "json", directory]))
        theirs.append(cpu_seconds([squawk, "--reporter", "json", *files]))
    report = json.loads(min(ours)[1])
    found = json.loads(min(theirs)[1] or b"[]")
    best, other = min(ours)[0], min(theirs)[0]
    print(f"{len(files)} files, {report['statements']} statements, {report['unparsed']} not parsed")
    print(f"pgdrill: {best:.3f} s, {report['errors']} errors, {report['warnings']} warnings")
    print(f"squawk:  {other:.3f} s, {len(found)} issues")
    print(f"ratio:   {best / other:.2f}")


main()
