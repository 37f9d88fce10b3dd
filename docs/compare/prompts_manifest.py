"""Write a manifest of short human prompts with their transcripts: wav<TAB>reference.

The prompts are one woman's studio voice at 8 kHz, from two Debian packages:

    apt-get install asterisk-core-sounds-en-wav asterisk-core-sounds-en
    python3 prompts_manifest.py prompts.tsv

Taken are prompts of 1 to 10 s with at least two words. Left out is what is not read as it is
written: tones and remarks (anything in brackets), symbols, spelt letters. Of the rest, sorted
by name, every n-th is picked, so the same packages give the same manifest.
"""

import argparse
import gzip
import re
import sys
import wave
from pathlib import Path

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TRANSCRIPTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")


def transcripts(path):
    """Yield name and text of each prompt."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            name, separator, text = line.partition(":")
            if separator and not name.startswith(";"):
                yield name.strip(), " ".join(text.split())


def is_plain_speech(text):
    if re.search(r"[][()<>{}*#@]", text):
        return False
    return len(re.findall(r"[A-Za-z0-9'][A-Za-z'-]+", text)) >= 2


def seconds(wav):
    with wave.open(str(wav)) as clip:
        return clip.getnframes() / clip.getframerate()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--min-secs", type=float, default=1.0)
    parser.add_argument("--max-secs", type=float, default=10.0)
    parser.add_argument("--sounds", type=Path, default=SOUNDS)
    parser.add_argument("--transcripts", type=Path, default=TRANSCRIPTS)
    args = parser.parse_args()

    fitting = []
    for name, text in sorted(transcripts(args.transcripts)):
        wav = args.sounds.resolve() / f"{name}.wav"
        if is_plain_speech(text) and wav.is_file():
            length = seconds(wav)
            if args.min_secs <= length <= args.max_secs:
                fitting.append((wav, text, length))
    if len(fitting) < args.count:
        sys.exit(f"only {len(fitting)} prompts fit, {args.count} wanted")

    picked = [fitting[i * len(fitting) // args.count] for i in range(args.count)]
    with args.manifest.open("w", encoding="utf-8") as out:
        for wav, text, _ in picked:
            out.write(f"{wav}\t{text}\n")
    total = sum(length for _, _, length in picked)
    print(f"{len(picked)} of {len(fitting)} fitting prompts, {total:.1f} s")


if __name__ == "__main__":
    main()
