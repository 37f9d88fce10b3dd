"""What the two channels of a call cost when whisper.cpp's stream example hears them.

whisper.cpp's `stream` decodes every 3 s (--step 3000) the last 10 s (--length 10000) with the full
context, all cores up to four, and at most 32 tokens, whether somebody speaks or not. This does the
same with pywhispercpp, a model for each channel, without waiting for the audio: what counts is
processor time by length of the call.

    pip install pywhispercpp numpy scipy
    sox assets/demo-call.wav -e signed -b 16 call.wav
    python3 docs/compare/pywhispercpp_stream.py models/ggml-tiny.en-q8_0.bin call.wav
"""

import argparse
import os
import resource

import numpy as np
from pywhispercpp.model import Model
from scipy.io import wavfile
from scipy.signal import resample_poly

RATE = 16_000
STEP, LENGTH, KEEP = 3.0, 10.0, 0.2


def channels(path):
    """Both channels of a WAV file at 16 kHz, -1 to 1."""
    rate, samples = wavfile.read(path)
    samples = samples.astype(np.float32) / np.iinfo(samples.dtype).max
    return [resample_poly(samples[:, i], RATE, rate).astype(np.float32) for i in (0, 1)]


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("call", help="16-bit stereo WAV")
    parser.add_argument("--threads", type=int, default=min(4, os.cpu_count()))
    args = parser.parse_args()
    sides = channels(args.call)
    models = [
        Model(args.model, n_threads=args.threads, print_progress=False, print_realtime=False,
              single_segment=True, no_context=True, max_tokens=32, redirect_whispercpp_logs_to=None)
        for _ in sides
    ]
    before = cpu()
    step, take = int(STEP * RATE), int((LENGTH + KEEP - STEP) * RATE)
    for end in range(step, len(sides[0]) + 1, step):
        for model, side in zip(models, sides):
            start = max(0, end - step - take)
            model.transcribe(side[start:end])
    used, secs = cpu() - before, len(sides[0]) / RATE
    cores = os.cpu_count()
    print(f"{used:.1f} s of processor time for {secs:.1f} s, {args.threads} threads: "
          f"{used / secs / cores:.1%} of the machine ({cores} cores)")


if __name__ == "__main__":
    main()
