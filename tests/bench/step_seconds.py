#!/usr/bin/env python3
"""step_seconds.py JOURNAL: the seconds of each step of a run."""
import json
import sys

started = {}
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    if event["event"] == "step-started":
        started[event["step"]] = event["t"]
    if event["event"] == "step-finished" and event["step"] in started:
        print(event["step"], f'{(event["t"] - started[event["step"]]) / 1e9:.2f}')
