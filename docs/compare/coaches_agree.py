#!/usr/bin/env python3
"""How far coaches agree on the moments at which a prompt is right.

    python3 docs/compare/coaches_agree.py [LOGS]

reads   tests/calls/SET/NAME.truth.jsonl   the writer's moments
        tests/calls/panel/SET-N.jsonl      those of other coaches, who knew only the words and times, with the `call` of each

A moment is found by another where one of theirs names one of its practices and lies within 2 s of its window.
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
    """Of each set its name, and its writer and the coaches of the panel: who, and the moments of each call."""
    panel = {}
    for path in sorted((CALLS / "panel").glob("*.jsonl")):
        calls = {}
        for mark in read(path):
            calls.setdefault(mark["call"], []).append(mark)
        panel.setdefault(path.stem.rsplit("-", 1)[0], []).append((path.stem, calls))
    for part, coaches in panel.items():
        writer = {}
        for path in (CALLS / part).glob("*.truth.jsonl"):
            moments = [line for line in read(path) if line["kind"] == "moment"]
            writer[path.name.removesuffix(".truth.jsonl")] = moments
        yield part, [(f"{part}, writer", writer), *coaches]


logs = Path(sys.argv[1]) if len(sys.argv) > 1 else None
for part, coaches in sets():
    for one, mine in coaches:
        asked = [(call, moment) for call, moments in mine.items() for moment in required(moments)]
        for other, theirs in coaches:
            both = sum(found(moment, required(theirs.get(call, []))) for call, moment in asked)
            allowed = sum(found(moment, theirs.get(call, [])) for call, moment in asked)
            if one != other:
                print(f"{one}: asked {len(asked)}; {other} asked for {both}, allowed {allowed}")
        if logs and (logs / part).is_dir():
            cues = [
                fits(event, mine.get(call.name, []))
                for call in sorted((logs / part).iterdir())
                for event in read(call / "events.jsonl")
                if event["type"] == "cue"
            ]
            print(f"{one}: {sum(cues)} of {len(cues)} prompts right")
