#!/usr/bin/env python3
"""Two-channel calls with known interruptions, put together from single clips of two speakers.

    dialogues_from_clips.py CLIPS OUT

CLIPS is a folder like EmoDB's: clips of 16 kHz and labels.csv (file, speaker, source, dur). Writes
dev0.wav to dev4.wav and test0.wav to test4.wav to OUT, the speakers of the two sets being disjoint, with
the true interruptions beside each in the form that `evaluate overlaps` reads. Needs numpy and soundfile.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import soundfile as sf

RATE = 16_000
TURNS = 26


def read_speakers(folder):
    speakers = {}
    for row in csv.DictReader(open(folder / "labels.csv")):
        if row["source"] == "original" and 1.2 < float(row["dur"]) < 5.0:
            path = (folder / row["file"]).with_suffix(".flac")
            speakers.setdefault(row["speaker"], []).append(path)
    return speakers


def clip(path, level_dbfs):
    """The clip without the silence around it, its speech at a level."""
    samples, rate = sf.read(path)
    assert rate == RATE
    samples = samples - samples.mean()
    hop = RATE // 100
    power = np.array([np.mean(samples[i:i + hop] ** 2) for i in range(0, len(samples) - hop, hop)])
    active = np.where(power > power.max() * 10**-3.5)[0]
    power = power[active[0]:active[-1] + 1]
    speech = np.sqrt(np.mean(power[power > power.max() * 1e-3]))
    return samples[active[0] * hop:(active[-1] + 1) * hop] * (10 ** (level_dbfs / 20) / speech)


def dialogue(agents, customers, seed):
    """Samples (frames x 2, agent left) and the interruptions by the agent in them."""
    rng = np.random.default_rng(seed)
    placed, truth, now = {"agent": [], "customer": []}, [], 0.6
    level = {"agent": rng.uniform(-25, -20), "customer": rng.uniform(-25, -20)}

    def pick(party):
        clips = agents if party == "agent" else customers
        return clip(clips[rng.integers(len(clips))], level[party] + rng.uniform(-2, 2))

    def put(party, start, samples):
        placed[party].append((start, samples))
        return start + len(samples) / RATE

    def interrupts(start, end):
        truth.append({"kind": "interruption", "by": "agent", "start": round(start, 3), "end": round(end, 3)})

    if rng.random() < 0.5:
        now = put("agent", now, pick("agent")) + 0.5
    for _ in range(TURNS):
        turn = now
        for _ in range(rng.integers(2, 5)):
            end = put("customer", now, pick("customer"))
            now = end + rng.uniform(0.05, 0.2)
        kind = rng.choice(["over", "yielded", "signal", "none"], p=[0.42, 0.42, 0.1, 0.06])
        if kind == "over":
            samples = pick("agent")
            secs = len(samples) / RATE
            if secs > 1.2 and end - secs - 0.3 > turn + 1.5:
                start = rng.uniform(turn + 1.5, end - secs - 0.3)
                interrupts(start, put("agent", start, samples))
        elif kind == "yielded" and end - turn > 3.5:
            samples, start = pick("agent"), end - rng.uniform(0.9, 1.6)
            if len(samples) > 1.8 * RATE:
                interrupts(start, end)
                end = max(end, put("agent", start, samples))
        elif kind == "signal" and end - turn > 4:
            samples = pick("agent")[:int(0.45 * RATE)]
            samples[-400:] *= np.linspace(1, 0, 400)
            put("agent", rng.uniform(turn + 1, end - 1.5), samples)
        now = end + rng.uniform(0.3, 1.2)
        if rng.random() < 0.7:
            for _ in range(rng.integers(1, 3)):
                now = put("agent", now, pick("agent")) + rng.uniform(0.1, 0.3)
            now += rng.uniform(0.2, 1)
    call = 10 ** (-68 / 20) * rng.standard_normal((int((now + 1.5) * RATE), 2))
    for channel, party in enumerate(("agent", "customer")):
        for start, samples in placed[party]:
            at = int(start * RATE)
            call[at:at + len(samples), channel] += samples
    return np.clip(call, -0.99, 0.99), truth


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    speakers = read_speakers(folder)
    names = sorted(speakers)
    for name, own, seed in (("dev", names[:5], 1), ("test", names[5:], 100)):
        for i in range(5):
            other = own[(i + 1) % 5]
            call, truth = dialogue(speakers[own[i]], speakers[other], seed + i)
            sf.write(out / f"{name}{i}.wav", call, RATE, subtype="PCM_16")
            lines = "".join(json.dumps(line) + "\n" for line in truth)
            (out / f"{name}{i}.truth.jsonl").write_text(lines)
            print(f"{name}{i}: {own[i]} and {other}, {len(call) / RATE:.0f} s, {len(truth)} interruptions")


if __name__ == "__main__":
    main()
