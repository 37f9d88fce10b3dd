"""How well heat puts the moments of made-up calls in order.

Makes a call for each speaker of a list of emotion clips (path,corpus,speaker,emotion) and plays it to
`evenkeel replay`. The customer's moments, in an order drawn at random: anger in the voice (a clip, whose
words say nothing), anger in the words (spoken by a calm synthetic voice), joy (a clip, and glad words),
calm voice and calm words. The agent answers each. The first two moments are neutral clips. All goes
through mu-law at 8 kHz. Each moment of anger should be hotter than each moment of joy or calm: prints in
how many of these pairs it is, by the last heat told in each moment. Several corpora may share a list.

    pip install numpy scipy soundfile onnxruntime
    python3 docs/compare/heat_calls.py MANIFEST.csv SAY.py OUT

SAY.py is a module with `speak(text, voice)` that gives samples at 24 kHz, -1 to 1; OUT a folder for the
calls and their logs.
"""

import argparse
import csv
import importlib.util
import itertools
import json
import os
import random
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile
from scipy.io import wavfile
from scipy.signal import resample_poly

RATE = 8000
NAMES = {"angry": "anger", "happy": "joy", "happiness": "joy"}
ANGRY = [
    "This is the third time I am calling and nobody helps me.",
    "That is completely unacceptable, I want to cancel everything.",
    "Your service is terrible and I am sick of waiting.",
    "Let me speak to your manager, this is ridiculous.",
]
GLAD = [
    "Oh that is wonderful, thank you so much for your help.",
    "Great, you have been so kind, I am really happy with that.",
    "That is fantastic news, I appreciate it very much.",
]
CALM = [
    "My order number is on the letter that you sent me.",
    "Tuesday in the morning would be possible for me.",
    "The parcel stands in the hall beside the door.",
    "I moved to another street in the month of May.",
]
AGENT = [
    "Let me have a look at that for you.",
    "I see, one moment please.",
    "Thank you, I have noted that down.",
    "All right, I will check this now.",
]


def mu_law(sound):
    code = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log1p(255) * 127) / 127
    return np.sign(code) * np.expm1(np.abs(code) * np.log1p(255)) / 255


def at_rate(sound, rate):
    divisor = np.gcd(rate, RATE)
    sound = resample_poly(sound, RATE // divisor, rate // divisor)
    return (0.08 * sound / max(np.sqrt(np.mean(sound**2)), 1e-6)).astype(np.float32)


def clip(path):
    sound, rate = soundfile.read(path, dtype="float32")
    return at_rate(sound if sound.ndim == 1 else sound[:, 0], rate)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("manifest")
    parser.add_argument("say")
    parser.add_argument("out")
    parser.add_argument("--evenkeel", default="target/release/evenkeel")
    args = parser.parse_args()
    spec = importlib.util.spec_from_file_location("say", args.say)
    say = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(say)
    spoken = {}

    def voice(name, text):
        if (name, text) not in spoken:
            spoken[name, text] = at_rate(np.asarray(say.speak(text, name), np.float32), 24000)
        return spoken[name, text]

    clips = defaultdict(lambda: defaultdict(list))
    with open(args.manifest, newline="") as file:
        for row in csv.DictReader(file):
            emotion = NAMES.get(row["emotion"].lower(), row["emotion"].lower())
            path = os.path.join(os.path.dirname(args.manifest), row["path"])
            clips[row["corpus"], row["speaker"]][emotion].append(path)

    right = defaultdict(lambda: [0, 0])
    for number, ((corpus, speaker), own) in enumerate(sorted(clips.items())):
        if any(len(own[emotion]) < 2 for emotion in ("anger", "joy", "neutral")):
            continue
        draw = random.Random(number)
        customer_voice = draw.choice(["af_heart", "af_bella", "am_michael", "am_fenrir"])
        pick = lambda emotion, count: [clip(path) for path in draw.sample(own[emotion], count)]
        say_one = lambda lines: voice(customer_voice, draw.choice(lines))
        pause = np.zeros(RATE // 4, np.float32)
        neutral = pick("neutral", min(4, len(own["neutral"])))
        moments = [("anger", "voice", sound) for sound in pick("anger", 2)]
        moments += [("anger", "words", voice(customer_voice, text)) for text in draw.sample(ANGRY, 2)]
        moments += [
            ("joy", "both", np.concatenate([sound, pause, say_one(GLAD)])) for sound in pick("joy", 2)
        ]
        moments += [("calm", "voice", sound) for sound in neutral[2:]]
        moments += [("calm", "words", voice(customer_voice, text)) for text in draw.sample(CALM, 2)]
        draw.shuffle(moments)
        moments = [("start", "voice", sound) for sound in neutral[:2]] + moments
        parties, spans = ([], []), []
        length = 0
        for kind, by, sound in moments:
            answer = voice("bf_emma", draw.choice(AGENT))
            for party, what in ((1, sound), (0, answer)):
                silent = np.zeros(len(what), np.float32)
                gap = np.zeros(RATE * 8 // 10, np.float32)
                parties[party].extend([what, gap])
                parties[1 - party].extend([silent, gap])
                if party == 1:
                    spans.append((kind, by, length / RATE, (length + len(what)) / RATE + 1.0))
                length += len(what) + len(gap)
        folder = Path(args.out) / f"{corpus}-{speaker}"
        folder.mkdir(parents=True, exist_ok=True)
        stereo = np.stack([np.concatenate(party) for party in parties], axis=1)
        noise = np.random.default_rng(number).normal(0, 0.0005, stereo.shape)
        stereo = mu_law(np.clip(stereo + noise, -1, 1))
        wavfile.write(folder / "call.wav", RATE, (stereo * 32767).astype(np.int16))
        command = [args.evenkeel, "replay", str(folder / "call.wav"), "--out", str(folder), "--quiet"]
        subprocess.run(command, check=True)
        lines = [json.loads(line) for line in open(folder / "events.jsonl")]
        tones = [line for line in lines if line["type"] == "tone"]
        heat = []
        for kind, by, start, end in spans:
            inside = [t["heat"] for t in tones if start < t["end"] <= end]
            heat.append((kind, by, inside[-1] if inside else None))
        for (kind, by, hot), (other, other_by, cool) in itertools.product(heat, heat):
            if kind == "anger" and other in ("joy", "calm"):
                ok = hot is not None and (cool is None or hot > cool)
                for name in ("all pairs", f"anger by {by} over {other} by {other_by}"):
                    right[name][0] += ok
                    right[name][1] += 1
        print(f"{corpus}-{speaker}", *(f"{k}/{b} {h if h is None else round(h, 2)}" for k, b, h in heat))
    for name, (good, count) in sorted(right.items()):
        print(f"{name:<40} {good} of {count}: {good / count:.3f}")


main()
