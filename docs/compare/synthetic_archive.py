"""Make a large archive out of the logs of a few calls, to measure how `find` and `trends` hold up.

    python3 docs/compare/synthetic_archive.py CALLS ARCHIVE 10000

CALLS is a folder of call folders. Each made-up call takes over the log of one of them, with another name,
day, agent and queue, other words in one utterance of five (those of another call), and numbers and marks
drawn anew in its summary.
"""

import json
import random
import sys
from pathlib import Path

AGENTS = ["Ana", "Ben", "Chi", "Dev", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea"]
QUEUES = ["returns", "billing", "repairs", "orders"]
MARKS = ["done", "missed", "broken", "not-needed"]


def main():
    source, archive, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    logs = [
        [json.loads(line) for line in log.read_text().splitlines()]
        for log in sorted(source.glob("*/events.jsonl"))
    ]
    texts = [line["text"] for log in logs for line in log if line["type"] == "utterance"]
    draw = random.Random(1)
    for number in range(count):
        folder = archive / "calls" / f"made-up-{number:016x}"
        folder.mkdir(parents=True, mode=0o700)
        lines = []
        for line in draw.choice(logs):
            line = dict(line)
            if line["type"] == "call":
                month, day, hour = draw.randint(1, 12), draw.randint(1, 28), draw.randint(8, 19)
                line["id"] = folder.name
                line["started"] = f"2026-{month:02}-{day:02}T{hour:02}:{draw.randint(0, 59):02}:00+01:00"
                line["agent"], line["queue"] = draw.choice(AGENTS), draw.choice(QUEUES)
            elif line["type"] == "utterance" and draw.random() < 0.2:
                line["text"] = draw.choice(texts)
            elif line["type"] == "summary":
                line["scorecard"] = {name: draw.choice(MARKS) for name in line["scorecard"]}
                if line.get("heat"):
                    line["heat"] = dict(line["heat"], peak=round(draw.random(), 3))
            lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
        (folder / "events.jsonl").write_text("\n".join(lines) + "\n")


main()
