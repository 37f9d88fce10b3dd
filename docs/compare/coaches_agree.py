#!/usr/bin/env python3
"""How far two coaches agree on the moments at which a prompt is right.

    python3 docs/compare/coaches_agree.py

reads   tests/calls/{second,third}/NAME.truth.jsonl   the writer's moments
        tests/calls/second-coach/SET-NAME.jsonl       those of another coach, who knew only the words and times

A moment is found by the other where one of theirs names one of its practices and lies within 2 s of its window.
"""

import json
from pathlib import Path

CALLS = Path(__file__).resolve().parents[2] / "tests" / "calls"
NEAR_SECS = 2.0


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def found(moment, others):
    return any(
        set(moment["practices"]) & set(other["practices"])
        and other["start"] <= moment["end"] + NEAR_SECS
        and moment["start"] <= other["end"] + NEAR_SECS
        for other in others
    )


def required(moments):
    return [moment for moment in moments if not moment["optional"]]


for part in ("second", "third"):
    counts = {"asked by the writer": [0, 0, 0], "asked by the other coach": [0, 0, 0]}
    for path in sorted((CALLS / "second-coach").glob(f"{part}-*.jsonl")):
        name = path.stem.removeprefix(f"{part}-")
        truth = read(CALLS / part / f"{name}.truth.jsonl")
        writer = [line for line in truth if line["kind"] == "moment"]
        other = read(path)
        for who, mine, theirs in (
            ("asked by the writer", writer, other),
            ("asked by the other coach", other, writer),
        ):
            for moment in required(mine):
                counts[who][0] += 1
                counts[who][1] += found(moment, required(theirs))
                counts[who][2] += found(moment, theirs)
    for who, (total, asked, allowed) in counts.items():
        print(f"{part}: {who} {total}; asked by both {asked}; at least allowed by both {allowed}")
