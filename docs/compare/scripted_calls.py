"""Speak the made-up calls of tests/calls, and tell in seconds when which cue is right in them.

    pip install numpy scipy soundfile onnxruntime
    python3 docs/compare/scripted_calls.py SAY.py OUT [SCRIPT.toml ...]
    python3 docs/compare/scripted_calls.py --written [SCRIPT.toml ...]

reads   tests/calls/NAME.toml         who says what, and the moments of the cues, anchored to lines
writes  OUT/NAME.wav                  8 kHz, G.711 mu-law; agent left, customer right, or a mono mix
        tests/calls/NAME.truth.jsonl  every line, overlap, silence and moment, in seconds

--written only lays the lines out in time, as long as such lines were on average when spoken, and writes
the truth, for `evaluate cues --written`. SAY.py is a module with `speak(text, voice, speed)` that gives samples at 24 kHz, -1 to 1. How a line
sounds is assets/make-demo-call.py's doing; the keys of a script are in tests/calls/README.md. A script
is refused where it doesn't agree with itself: a line out of number, voices that overlap unscripted, a
moment after a line that isn't there.
"""

import argparse
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
from scipy.signal import firwin, lfilter

ROOT = Path(__file__).resolve().parents[2]
PARTIES = ("agent", "customer")
PRACTICES = set(
    """stay-calm let-them-finish show-listening reflect-back check-understanding acknowledge empathise
    apologise thank ask-open-question find-the-source offer-solution offer-options say-next-step
    promise-follow-up keep-them-posted plain-words positive-words not-defensive respond-promptly
    lighten invite-review""".split()
)
SILENCE_SECS = 3.0  # nobody speaks for so long: a silence, as the event log counts it
CHANCE_SECS = 0.2  # voices may overlap for so long without the script saying so
# How long a line lasts that is not spoken: fitted to 786 lines that were, which differ by 0.8 s from it.
LINE_SECS, LETTER_SECS = 0.476, 0.0505


def module(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def speaker(path):
    """SAY.py's `speak`; if its phonemes can be reached, with a little stress on "I", which is swallowed else."""
    say = module("say", path)
    if hasattr(say, "phonemes"):
        plain = say.phonemes
        say.phonemes = lambda *text: re.sub(r"(?<!\S)(?=I[mvdl]?(?!\S))", "ˌ", plain(*text))
    return say.speak


def read(path):
    """The script, each line with what its party's table says where it is silent."""
    script = tomllib.loads(path.read_text())
    script["line"] = [script[line["party"]] | line for line in script["line"]]
    for number, line in enumerate(script["line"], 1):
        if line["n"] != number:
            sys.exit(f"{path}: line {number} is numbered {line['n']}")
    for moment in script.get("moment", []):
        unknown = set(moment["practices"]) - PRACTICES
        if unknown or not 1 <= moment["after_line"] <= len(script["line"]):
            sys.exit(f"{path}: no such practice or line: {moment}")
    return script


def overlaps(lines):
    """Where two voices are heard at once, and what the script calls it."""
    found = []
    for number, line in enumerate(lines):
        for earlier in lines[:number]:
            start, end = max(line["start"], earlier["start"]), min(line["end"], earlier["end"])
            if end <= start:
                continue
            if line["party"] == earlier["party"]:
                sys.exit(f"line {line['n']} is spoken over line {earlier['n']} of the same party")
            if end - start > CHANCE_SECS and "overlap" not in line:
                sys.exit(f"line {line['n']} overlaps line {earlier['n']} for {end - start:.2f} s")
            if "overlap" in line:
                found.append({"kind": line["overlap"], "by": line["party"], "start": start, "end": end})
    return found


def silences(lines):
    found, over = [], lines[0]["start"]
    for line in sorted(lines, key=lambda line: line["start"]):
        if line["start"] - over >= SILENCE_SECS:
            found.append({"kind": "silence", "start": over, "end": line["start"]})
        over = max(over, line["end"])
    return found


def moments(script):
    """The windows in which the cues are right, in seconds."""
    found = []
    for moment in script.get("moment", []):
        line = script["line"][moment["after_line"] - 1]
        anchor = line[moment.get("from", "end")]
        window = {
            "start": anchor + moment.get("delay_secs", 0.0),
            "end": anchor + moment["within_secs"],
        }
        if window["end"] <= window["start"]:
            sys.exit(f"a moment without length: {moment}")
        found.append(
            {"kind": "moment", "practices": moment["practices"], "optional": moment.get("optional", False)}
            | window
            | {"after_line": moment["after_line"], "why": moment["why"]}
        )
    return found


def sound(script, clips, seconds, maker):
    """Agent and customer, with faint line noise on each; or both in one channel."""
    noise = np.random.default_rng(1).standard_normal((2, int(seconds * maker.RATE)))
    noise = lfilter(firwin(101, [300, 3400], pass_zero=False, fs=maker.RATE), 1, noise)
    noise *= maker.decibels(maker.NOISE_DB) / noise.std(axis=1, keepdims=True)
    for line, clip in zip(script["line"], clips):
        at = round(line["start"] * maker.RATE)
        noise[PARTIES.index(line["party"]), at : at + len(clip)] += clip
    return noise.mean(axis=0) if script["layout"] == "mono-mix" else noise.T


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--written", action="store_true")
    parser.add_argument("paths", nargs="*", type=Path, metavar="SAY.py OUT SCRIPT.toml")
    args = parser.parse_args()
    say, out = (None, None) if args.written else args.paths[:2]
    scripts = args.paths[0 if args.written else 2 :] or sorted((ROOT / "tests/calls").glob("*.toml"))
    if out:
        out.mkdir(parents=True, exist_ok=True)
    for path in scripts:
        script = read(path)
        lines = script["line"]
        # Both anew for each call, with the same seed: a call sounds the same whichever are made with it.
        onnxruntime.set_seed(1)
        maker = module("maker", ROOT / "assets/make-demo-call.py")
        if out:
            maker.speak = speaker(say)
            clips = [maker.render(line) for line in lines]
        else:
            seconds = (LINE_SECS + LETTER_SECS * len(line["text"]) / line.get("speed", 1.0) for line in lines)
            clips = [range(round(length * maker.RATE)) for length in seconds]
        seconds = maker.place(lines, clips)
        if out:
            soundfile.write(
                out / f"{path.stem}.wav", sound(script, clips, seconds, maker), maker.RATE, subtype="ULAW"
            )
        right = moments(script)
        truth = [
            {"kind": "line", "n": line["n"]} | {key: line[key] for key in ("party", "start", "end", "text")}
            for line in lines
        ]
        truth += overlaps(lines) + silences(lines) + right
        truth.sort(key=lambda fact: (fact["start"], fact["end"]))
        for fact in truth:
            fact.update({key: round(fact[key], 3) for key in ("start", "end")})
        path.with_suffix(".truth.jsonl").write_text(
            "".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in truth)
        )
        must = sum(not moment["optional"] for moment in right)
        print(f"{path.stem:<14} {seconds:6.1f} s, {len(lines)} lines, {must} moments, {len(right) - must} more optional")


if __name__ == "__main__":
    main()
