"""What is left of written dialogues once they are spoken by telephone and heard by Whisper.

Reads dialogues with labelled turns, one JSON object a line: `dialogue` is a list of turns with `party`
(agent or customer) and `text`, everything else is kept as it is. Speaks each dialogue with synthetic
voices (two of them, other ones and at another pace from dialogue to dialogue), agent left and customer
right, one turn after the other, through mu-law at 8 kHz with a little noise, and plays it to
`evenkeel replay`. Writes the same lines with the words that were recognised in place of `text`: a
party's utterances that overlap the turn, each in the one turn it overlaps most; nothing heard is an
empty text. Prints the word error rate over all turns (small letters, no punctuation, numbers in digits).

    pip install numpy scipy onnxruntime
    python3 docs/compare/heard_practices.py SAY.py OUT tuning.jsonl test.jsonl

Writes OUT/tuning-heard.jsonl and OUT/test-heard.jsonl. SAY.py is a module with
`speak(text, voice, speed)` that gives samples at 24 kHz, -1 to 1.
"""

import argparse
import hashlib
import importlib.util
import json
import random
import re
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

RATE = 8000
PAUSE = int(0.6 * RATE)
VOICES = (
    "af_bella af_heart af_kore af_nova af_sarah am_eric am_fenrir am_liam am_michael am_puck "
    "bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis"
).split()
UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBERS = {name: value for value, name in enumerate(UNITS)}
NUMBERS |= {name: 20 + 10 * value for value, name in enumerate(TENS)}


def mu_law(sound):
    code = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log1p(255) * 127) / 127
    return np.sign(code) * np.expm1(np.abs(code) * np.log1p(255)) / 255


def by_telephone(sound):
    sound = resample_poly(np.asarray(sound, np.float32), 1, 3)
    return (0.08 * sound / max(np.sqrt(np.mean(sound**2)), 1e-6)).astype(np.float32)


def spoken(dialogue, say, draw):
    """The dialogue as stereo samples, and where each turn starts and ends (seconds)."""
    voices = dict(zip(("agent", "customer"), draw.sample(VOICES, 2)))
    speeds = {party: draw.uniform(0.95, 1.15) for party in voices}
    sides, spans = ([np.zeros(PAUSE)], [np.zeros(PAUSE)]), []
    length = PAUSE
    for turn in dialogue:
        party = turn["party"]
        sound = by_telephone(say.speak(turn["text"], voices[party], speeds[party]))
        spans.append((length / RATE, (length + len(sound)) / RATE))
        silence = np.zeros(len(sound) + PAUSE)
        own = np.concatenate([sound, np.zeros(PAUSE)])
        sides[0].append(own if party == "agent" else silence)
        sides[1].append(own if party == "customer" else silence)
        length += len(own)
    for side in sides:
        side.append(np.zeros(2 * PAUSE))
    stereo = np.stack([np.concatenate(side) for side in sides], axis=1)
    noise = np.random.default_rng(draw.randrange(2**32)).normal(0, 0.0005, stereo.shape)
    return mu_law(np.clip(stereo + noise, -1, 1)), spans


def heard(samples, dialogue, spans, evenkeel):
    """The words of each turn as `evenkeel replay` understood them."""
    with tempfile.TemporaryDirectory() as folder:
        call = str(Path(folder) / "call.wav")
        wavfile.write(call, RATE, (samples * 32767).astype(np.int16))
        subprocess.run([evenkeel, "replay", call, "--out", folder, "--quiet"], check=True)
        with open(Path(folder) / "events.jsonl") as log:
            events = [json.loads(line) for line in log]
    texts = [[] for _ in dialogue]
    for event in events:
        if event["type"] != "utterance":
            continue
        over = [
            min(event["end"], end) - max(event["start"], start) if turn["party"] == event["party"] else 0
            for turn, (start, end) in zip(dialogue, spans)
        ]
        if max(over) > 0:
            texts[int(np.argmax(over))].append(event["text"].strip())
    return [" ".join(text) for text in texts]


def words(text):
    """Words for comparison: small letters, no punctuation, numbers up to 99 in digits."""
    found = re.findall(r"[a-z0-9]+(?:'[a-z]+)*", text.lower().replace("’", "'"))
    out = []
    for word in found:
        value = NUMBERS.get(word)
        tens = out and out[-1].isdigit() and int(out[-1]) in range(20, 100, 10)
        if value is not None and 0 < value < 10 and tens:
            out[-1] = str(int(out[-1]) + value)
        else:
            out.append(word if value is None else str(value))
    return out


def errors(said, understood):
    """Words wrong, missing or too many."""
    row = list(range(len(understood) + 1))
    for i, word in enumerate(said, 1):
        left, row[0] = row[0], i
        for j, other in enumerate(understood, 1):
            left, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, left + (word != other))
    return row[-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("say")
    parser.add_argument("out")
    parser.add_argument("dialogues", nargs="+")
    parser.add_argument("--evenkeel", default="target/release/evenkeel")
    args = parser.parse_args()
    spec = importlib.util.spec_from_file_location("say", args.say)
    say = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(say)
    began = time.monotonic()
    total, wrong, turns, silent = 0, 0, 0, 0
    for path in map(Path, args.dialogues):
        target = Path(args.out) / f"{path.stem}-heard.jsonl"
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(path) as source, open(target, "w") as out:
            for line in source:
                case = json.loads(line)
                draw = random.Random(hashlib.sha256(case["id"].encode()).digest())
                samples, spans = spoken(case["dialogue"], say, draw)
                texts = heard(samples, case["dialogue"], spans, args.evenkeel)
                for turn, text in zip(case["dialogue"], texts):
                    said = words(turn["text"])
                    total += len(said)
                    wrong += errors(said, words(text))
                    turns += 1
                    silent += not text
                    turn["text"] = text
                print(json.dumps(case, ensure_ascii=False), file=out, flush=True)
    print(
        f"{turns} turns, {silent} with nothing heard; {wrong} of {total} words wrong, "
        f"word error rate {wrong / total:.3f}; "
        f"{(time.monotonic() - began) / 60:.0f} minutes"
    )


main()
