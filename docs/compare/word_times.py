"""Measure when evenkeel says that words are said, against forced alignments by PocketSphinx.

Set up as prompts_manifest.py says, and

    venv/bin/pip install pocketsphinx soundfile scipy
    venv/bin/python word_times.py prompts.tsv --evenkeel target/release/evenkeel

with lines of wav<TAB>reference. Aligns each prompt with its reference (prompts with a word that the
dictionary of PocketSphinx lacks, or a digit, are left out), puts all into the agent's channel of one
call with pauses between them, has evenkeel replay it, and compares the beginnings and ends of words
where evenkeel heard all words of a prompt as they are. More options go to `evenkeel replay`.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import tempfile

import numpy
import pocketsphinx
import soundfile
from scipy.signal import resample_poly

RATE = 16_000
PAUSE_SECS = 1.5
WIDE = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80}


def plain(text):
    return re.findall(r"[a-z']+", text.lower())


class Aligner:
    def __init__(self):
        folder = os.path.join(pocketsphinx.get_model_path(), "en-us")
        self.decoder = pocketsphinx.Decoder(
            hmm=os.path.join(folder, "en-us"),
            dict=os.path.join(folder, "cmudict-en-us.dict"),
            lm=None,
            loglevel="FATAL",
            **WIDE,
        )

    def words(self, samples, text):
        """(word, start, end) in seconds; nothing where it can't be aligned."""
        words = plain(text)
        known = words and all(self.decoder.lookup_word(word) is not None for word in words)
        if not known or re.search(r"\d", text):
            return []
        self.decoder.set_align_text(" ".join(words))
        try:
            self.decoder.start_utt()
            self.decoder.process_raw((samples * 32767).astype("<i2").tobytes(), full_utt=True)
            self.decoder.end_utt()
            found = [
                (re.sub(r"\(\d+\)", "", s.word), s.start_frame / 100, (s.end_frame + 1) / 100)
                for s in self.decoder.seg()
                if s.word[0] not in "<["
            ]
        except RuntimeError:
            return []
        return found if [word for word, _, _ in found] == words else []


def prompts(path):
    aligner = Aligner()
    with open(path, encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            samples, rate = soundfile.read(row[0], dtype="float64")
            samples = numpy.clip(resample_poly(samples, RATE, rate), -1, 1)
            yield samples, aligner.words(samples, row[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prompts", help="lines of wav<TAB>reference")
    parser.add_argument("--evenkeel", default="target/release/evenkeel")
    args, more = parser.parse_known_args()

    pause = numpy.zeros(int(PAUSE_SECS * RATE))
    sound, truth, left_out = [pause], [], 0
    for samples, words in prompts(args.prompts):
        left_out += not words
        if words:
            at = sum(map(len, sound)) / RATE
            truth.append((at, len(samples) / RATE, words))
            sound += [samples, pause]
    agent = numpy.concatenate(sound)
    with tempfile.TemporaryDirectory() as folder:
        call = os.path.join(folder, "call.wav")
        soundfile.write(call, numpy.stack([agent, 0 * agent], axis=1), RATE, subtype="PCM_16")
        replay = [args.evenkeel, "replay", call, "--quiet", "--out", os.path.join(folder, "log"), *more]
        subprocess.run(replay, check=True)
        with open(os.path.join(folder, "log", "events.jsonl"), encoding="utf-8") as lines:
            told = [event for event in map(json.loads, lines) if event["type"] == "utterance"]
    heard = [word for event in told for word in event["words"]]

    starts, ends, same = [], [], 0
    for at, secs, words in truth:
        middle = lambda word: (word["start"] + word["end"]) / 2 - at
        own = [word for word in heard if -0.4 <= middle(word) <= secs + 0.5]
        if [plain(word["w"]) for word in own] == [[word] for word, _, _ in words]:
            same += 1
            starts += [word["start"] - at - start for word, (_, start, _) in zip(own, words)]
            ends += [word["end"] - at - end for word, (_, _, end) in zip(own, words)]
    print(f"{len(truth)} prompts aligned ({left_out} left out), of {same} all words heard as they are")
    for name, off in (("beginnings", numpy.array(starts)), ("ends", numpy.array(ends))):
        far = numpy.abs(off)
        print(
            f"{name} of {len(off)} words: off by {numpy.median(far):.3f} s in the median, "
            f"{far.mean():.3f} on average, {numpy.percentile(far, 90):.3f} in one of ten "
            f"(later by {numpy.median(off):.3f} in the median)"
        )


if __name__ == "__main__":
    main()
