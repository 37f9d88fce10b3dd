#!/usr/bin/env python3
"""How far those agree who said what the turns of the training's dialogues do, and what is due in its calls.

    python3 docs/compare/labels_agree.py

reads   src/bin/train-practices/dialogues/   the writers' labels, and second.txt: those of others
        src/bin/train-practices/calls/       the writers' marks, due-2.txt and due-3.txt: those of others

Of the labels F1 of one against the other; of what is due, after which share of the lines at which one asks for something the
other does, and for which share of the practices.
"""

import collections
import json
import re
from pathlib import Path

FROM = Path(__file__).resolve().parents[2] / "src" / "bin" / "train-practices"


def opinions(path):
    """Of each dialogue what was said of its lines: by name, by number."""
    all_of = {}
    for line in path.read_text().splitlines():
        if line.startswith("# "):
            of = all_of[line[2:]] = {}
        elif line:
            number, said = line.split(" ", 1)
            of[int(number)] = said
    return all_of


def labels():
    second = opinions(FROM / "dialogues" / "second.txt")
    counts = collections.defaultdict(lambda: [0, 0, 0])
    turns = 0
    for path in sorted((FROM / "dialogues").glob("train-*.jsonl")):
        writer = path.stem.removeprefix("train-")
        for at, line in enumerate(path.read_text().splitlines(), 1):
            for number, turn in enumerate(json.loads(line)["dialogue"], 1):
                turns += 1
                other = second[f"{writer}/{at}"].get(number, "").split()
                closing = "wraps-up" if turn["party"] == "agent" else "closing"
                one, other = (
                    {closing if tag == "closing" else tag.split("=")[0] for tag in tags}
                    for tags in (turn["does"], other)
                )
                for tag in one | other:
                    count = counts[turn["party"], tag]
                    count[0] += tag in one
                    count[1] += tag in other
                    count[2] += tag in one and tag in other
    f1 = {key: 2 * both / (one + other) for key, (one, other, both) in sorted(counts.items())}
    for (party, tag), value in f1.items():
        print(f"{party:9} {tag:20} {value:.2f}")
    print(f"{turns} turns, {len(f1)} labels: macro-F1 {sum(f1.values()) / len(f1):.3f}")


def asked(said):
    """The practices that are asked for, and those that may pass as well."""
    practices = set(re.sub(r"^>\??", "", said).split())
    return (set(), practices) if said.startswith(">?") else (practices, set())


def due():
    coaches = {"writer": {}}
    lines = {}
    for path in sorted((FROM / "calls").glob("*.txt")):
        if len(path.stem) > 2:
            continue
        for line in path.read_text().splitlines():
            if line.startswith("# "):
                name = f"{path.stem}/{line[2:]}"
                marks = coaches["writer"][name] = {}
                lines[name] = 0
            elif line.startswith(">"):
                marks[lines[name]] = line
            elif line:
                lines[name] += 1
    for which in ("due-2", "due-3"):
        coaches[which] = opinions(FROM / "calls" / f"{which}.txt")
    print(f"{len(lines)} calls, {sum(lines.values())} lines")
    for one in coaches:
        for other in coaches:
            if one == other:
                continue
            wanted = given = allowed = practices = same = passing = 0
            for name, count in lines.items():
                for number in range(1, count + 1):
                    asks, _ = asked(coaches[one][name].get(number, ""))
                    others, may_pass = asked(coaches[other][name].get(number, ""))
                    wanted += bool(asks)
                    given += bool(asks and others)
                    allowed += bool(asks and (others or may_pass))
                    practices += len(asks)
                    same += len(asks & others)
                    passing += len(asks & (others | may_pass))
            print(
                f"of {wanted} lines at which {one} asks for something, {other} asks at {given / wanted:.2f}, "
                f"or lets it at {allowed / wanted:.2f}; of {practices} practices for {same / practices:.2f}, "
                f"or {passing / practices:.2f}"
            )


labels()
due()
