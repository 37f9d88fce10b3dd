"""What redaction finds in numbers, addresses and names as people say them by telephone.

Reads a table of spoken forms, a line each: kind, words before, what is to be hidden, words after. Speaks
the three parts with a synthetic voice (another one, at another pace, from line to line), one after the
other, through mu-law at 8 kHz with a little noise, many to a call with pauses between, and plays the
call to `evenkeel replay`. Writes a line for each form: kind, half (tuning or test, in turn), the words
that were recognised in it with the time of each from the beginning of the form, and between which times
what is to be hidden was said. Harmless sentences (--plain, the first column of each line) are spoken and
written in the same way, with the kind `plain`.

    pip install numpy scipy onnxruntime
    python3 docs/compare/spoken_secrets.py SAY.py forms.tsv OUT.jsonl [--plain sentences.tsv]

SAY.py is a module with `speak(text, voice, speed)` that gives samples at 24 kHz, -1 to 1.
"""

import argparse
import importlib.util
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

RATE = 8000
A_CALL = 20
PAUSE_SECS = 2.0
VOICES = (
    "af_bella af_heart af_kore af_nova af_sarah am_eric am_fenrir am_liam am_michael am_puck "
    "bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis"
).split()


def mu_law(sound):
    code = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log1p(255) * 127) / 127
    return np.sign(code) * np.expm1(np.abs(code) * np.log1p(255)) / 255


def spoken(text, say, voice, speed):
    """At 8 kHz, without the silence around it."""
    if not text.strip():
        return np.zeros(0)
    sound = resample_poly(np.asarray(say.speak(text, voice, speed), np.float32), 1, 3)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())
    sound = sound[loud[0] : loud[-1] + 1]
    return 0.08 * sound / max(np.sqrt(np.mean(sound**2)), 1e-6)


def form(row, say, draw):
    """The sound of a form, and between which seconds what is to be hidden lies."""
    voice, speed = draw.choice(VOICES), draw.uniform(0.95, 1.15)
    before, secret, after = (spoken(part, say, voice, speed) for part in row[1:4])
    gap = np.zeros(int(0.08 * RATE))
    sound = np.concatenate([before, gap if len(before) else gap[:0], secret, gap, after])
    start = len(before) + (len(gap) if len(before) else 0)
    return sound, (start / RATE, (start + len(secret)) / RATE)


def heard(sounds, evenkeel, draw):
    """The words of each sound with their times, as `evenkeel replay` understood them."""
    pause = np.zeros(int(PAUSE_SECS * RATE))
    parts, spans, length = [pause], [], len(pause)
    for sound in sounds:
        spans.append((length / RATE, (length + len(sound)) / RATE))
        parts += [sound, pause]
        length += len(sound) + len(pause)
    own = np.concatenate(parts)
    stereo = np.stack([np.zeros(len(own)), own], axis=1)
    noise = np.random.default_rng(draw.randrange(2**32)).normal(0, 0.0005, stereo.shape)
    samples = mu_law(np.clip(stereo + noise, -1, 1))
    words = [[] for _ in sounds]
    with tempfile.TemporaryDirectory() as folder:
        call = str(Path(folder) / "call.wav")
        wavfile.write(call, RATE, (samples * 32767).astype(np.int16))
        subprocess.run([evenkeel, "replay", call, "--out", folder, "--quiet"], check=True)
        with open(Path(folder) / "events.jsonl") as log:
            events = [json.loads(line) for line in log]
    for event in events:
        if event["type"] != "utterance" or event["party"] != "customer":
            continue
        middle = (event["start"] + event["end"]) / 2
        at = min(range(len(spans)), key=lambda i: abs((spans[i][0] + spans[i][1]) / 2 - middle)
                 if not spans[i][0] <= middle <= spans[i][1] else -1)
        begin = spans[at][0]
        words[at].append({
            "start": round(event["start"] - begin, 3),
            "end": round(event["end"] - begin, 3),
            "words": [[w["w"], round(w["start"] - begin, 3), round(w["end"] - begin, 3)] for w in event["words"]],
        })
    return words


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("say")
    options.add_argument("forms")
    options.add_argument("out")
    options.add_argument("--plain")
    options.add_argument("--evenkeel", default="target/release/evenkeel")
    args = options.parse_args()
    spec = importlib.util.spec_from_file_location("say", args.say)
    say = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(say)
    draw = random.Random(20261129)

    rows = []
    with open(args.forms) as table:
        for line in table:
            rows.append((line.rstrip("\n").split("\t") + ["", "", ""])[:4])
    if args.plain:
        with open(args.plain) as table:
            rows += [["plain", line.split("\t")[0].strip(), "", ""] for line in table if line.strip()]
    halves = {}
    with open(args.out, "w") as out:
        for first in range(0, len(rows), A_CALL):
            some = rows[first : first + A_CALL]
            made = [form(row, say, draw) for row in some]
            for row, (_, secret), utterances in zip(some, made, heard([sound for sound, _ in made], args.evenkeel, draw)):
                count = halves[row[0]] = halves.get(row[0], 0) + 1
                entry = {
                    "kind": row[0],
                    "half": "tuning" if count % 2 else "test",
                    "said": [part for part in row[1:4]],
                    "secret": [round(secret[0], 3), round(secret[1], 3)],
                    "heard": utterances,
                }
                print(json.dumps(entry), file=out)
            out.flush()
            print(f"{min(first + A_CALL, len(rows))} of {len(rows)}", flush=True)


if __name__ == "__main__":
    main()
