"""Writes a list of RAVDESS clips for `evaluate tone`: path, corpus, speaker, emotion.

    python3 docs/compare/ravdess_manifest.py FOLDER > MANIFEST.csv
"""

import pathlib
import sys

EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"]

print("path,corpus,speaker,emotion")
for path in sorted(pathlib.Path(sys.argv[1]).resolve().iterdir()):
    parts = path.stem.split("-")
    # Modality, channel, emotion, intensity, statement, repetition, actor.
    if len(parts) == 7 and path.suffix in (".flac", ".wav"):
        print(f"{path},ravdess,{parts[6]},{EMOTIONS[int(parts[2]) - 1]}")
