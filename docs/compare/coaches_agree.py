#!/usr/bin/env python3
"""How far two coaches agree on the moments at which a prompt is right.

    python3 docs/compare/coaches_agree.py [LOGS]

reads   tests/calls/{second,third,fifth}/NAME.truth.jsonl   the writer's moments
        tests/calls/second-coach/SET-NAME.jsonl       those of another coach, who knew only the words and times
        tests/calls/panel/SET-N.jsonl                 those of others, who knew no more, with the `call` of each

A moment is found by the other where one of theirs names one of its practices and lies within 2 s of its window.
With LOGS (LOGS/SET/NAME/events.jsonl, of replays of the spoken calls) it tells as well how many prompts each finds right.
"""

import json
import sys
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


def fits(cue, moments):
    return any(
        cue["name"] in moment["practices"] and moment["start"] <= cue["at"] <= moment["end"]
        for moment in moments
    )


def sets():
    """Of each set the coaches of the panel and its writer: their names, and the moments of each call."""
    coaches = {}
    for path in sorted((CALLS / "panel").glob("*.jsonl")):
        part, _ = path.stem.rsplit("-", 1)
        calls = {}
        for mark in read(path):
            calls.setdefault(mark["call"], []).append(mark)
        coaches.setdefault(part, []).append((path.stem, calls))
    for part, panel in coaches.items():
        writer = {}
        for path in (CALLS / part).glob("*.truth.jsonl"):
            moments = [line for line in read(path) if line["kind"] == "moment"]
            writer[path.name.removesuffix(".truth.jsonl")] = moments
        yield [(f"{part}, writer", writer), *panel]


logs = Path(sys.argv[1]) if len(sys.argv) > 1 else None
for part in ("second", "third", "fifth"):
    prompts = {"prompts": 0, "right to the writer": 0, "to the other coach": 0, "to one of the two": 0}
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
        events = read(logs / part / name / "events.jsonl") if logs else []
        for cue in (event for event in events if event["type"] == "cue"):
            to_writer, to_other = fits(cue, writer), fits(cue, other)
            for key, counts_it in zip(prompts, (True, to_writer, to_other, to_writer or to_other)):
                prompts[key] += counts_it
    for who, (total, asked, allowed) in counts.items():
        print(f"{part}: {who} {total}; asked by both {asked}; at least allowed by both {allowed}")
    if logs:
        print(f"{part}: " + ", ".join(f"{count} {what}" for what, count in prompts.items()))

for coaches in sets():
    for one, mine in coaches:
        for other, theirs in coaches:
            asked = [(call, moment) for call, all in mine.items() for moment in required(all)]
            both = sum(found(moment, required(theirs.get(call, []))) for call, moment in asked)
            allowed = sum(found(moment, theirs.get(call, [])) for call, moment in asked)
            if one != other:
                print(f"{one}: asked {len(asked)}; {other} asked for {both}, allowed {allowed}")
