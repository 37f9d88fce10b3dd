"""Put labelled sentences into dialogues that can be spoken and heard, and take them out again.

    python3 docs/compare/sentences_as_dialogues.py FILE.tsv > FILE.jsonl
    python3 docs/compare/heard_practices.py SAY.py OUT FILE.jsonl
    python3 docs/compare/sentences_as_dialogues.py --back OUT/FILE-heard.jsonl > FILE-heard.tsv

FILE.tsv has a sentence and its label a line, tab-separated; ten sentences of a customer make a dialogue.
"""

import json
import sys
from pathlib import Path

TEN = 10


def main():
    if sys.argv[1] == "--back":
        for line in Path(sys.argv[2]).read_text().splitlines():
            for turn in json.loads(line)["dialogue"]:
                print(turn["text"], turn["label"], sep="\t")
        return
    rows = [line.split("\t") for line in Path(sys.argv[1]).read_text().splitlines() if line]
    for start in range(0, len(rows), TEN):
        turns = [
            {"party": "customer", "text": text, "label": label}
            for text, label in rows[start : start + TEN]
        ]
        print(json.dumps({"id": f"{Path(sys.argv[1]).stem}-{start}", "dialogue": turns}))


main()
