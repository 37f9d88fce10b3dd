"""How well eGeMAPS features by openSMILE and a linear SVM tell anger by voice.

Trains on EmoDB's clips and tests on those of a manifest (path,corpus,speaker,emotion), both as a
telephone passes them: 8 kHz, mu-law. Prints AUC and UAR of anger against low arousal (neutral, calm,
sadness, boredom) and against all others, cold (features as they are, scaled by the training set) and
warm (the mean of the speaker's neutral clips taken off; these clips are left out of the test), and the
processor time for a second of sound.

    pip install opensmile scikit-learn pandas soundfile scipy
    python3 docs/compare/opensmile_svm.py ../shared/data/emotion/emodb/labels.csv MANIFEST.csv
"""

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import opensmile
import pandas as pd
import soundfile
from scipy.signal import resample_poly
from sklearn.metrics import recall_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

NAMES = {
    "angry": "anger", "happiness": "joy", "happy": "joy", "sad": "sadness", "bored": "boredom",
    "fearful": "fear", "anxiety": "fear", "surprised": "surprise", "disgusted": "disgust",
}
LOW = ("neutral", "calm", "sadness", "boredom")


def found(path):
    """The clip, or the same one packed as FLAC."""
    return path if os.path.exists(path) else os.path.splitext(path)[0] + ".flac"


def read(manifest):
    table = pd.read_csv(manifest, dtype=str).rename(columns={"file": "path"})
    folder = os.path.dirname(manifest)
    table["path"] = [found(os.path.join(folder, path)) for path in table["path"]]
    table["emotion"] = [NAMES.get(e.lower(), e.lower()) for e in table["emotion"]]
    return table


def telephone(path):
    """A clip at 8 kHz through mu-law, -1 to 1."""
    sound, rate = soundfile.read(path, dtype="float32")
    sound = sound if sound.ndim == 1 else sound[:, 0]
    divisor = np.gcd(rate, 8000)
    sound = np.clip(resample_poly(sound, 8000 // divisor, rate // divisor), -1, 1)
    code = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log1p(255) * 127) / 127
    return np.sign(code) * np.expm1(np.abs(code) * np.log1p(255)) / 255


def features(table, smile):
    rows, sound_secs, cpu_secs = [], 0.0, 0.0
    for path in table["path"]:
        sound = telephone(path)
        began = time.process_time()
        rows.append(smile.process_signal(sound, 8000).to_numpy()[0])
        cpu_secs += time.process_time() - began
        sound_secs += len(sound) / 8000
    return np.array(rows), cpu_secs / sound_secs


def less_neutral(table, values):
    """Each speaker's values less the mean of their neutral clips; which clips are left."""
    values, left = values.copy(), np.ones(len(table), bool)
    for speaker in table["speaker"].unique():
        own = (table["speaker"] == speaker).to_numpy()
        neutral = own & (table["emotion"] == "neutral").to_numpy()
        left &= ~neutral
        if neutral.any():
            values[own] -= values[neutral].mean(axis=0)
        else:
            left &= ~own
    return values, left


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("train")
    parser.add_argument("test")
    args = parser.parse_args()
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    train, test = read(args.train), read(args.test)
    (x, _), (y, cost) = features(train, smile), features(test, smile)
    print(f"openSMILE eGeMAPSv02: {cost * 1000:.1f} ms of processor time for a second of sound")
    for name, change in (("cold", lambda t, v: (v, np.ones(len(t), bool))), ("warm", less_neutral)):
        fit_x, fit_left = change(train, x)
        test_x, test_left = change(test, y)
        for against in ("low", "rest"):
            keep = lambda t: t["emotion"].isin(("anger",) + LOW).to_numpy() if against == "low" else True
            a, b = fit_left & keep(train), test_left & keep(test)
            model = make_pipeline(StandardScaler(), LinearSVC(C=0.01, class_weight="balanced"))
            model.fit(fit_x[a], (train["emotion"] == "anger")[a])
            truth = (test["emotion"] == "anger")[b]
            score = model.decision_function(test_x[b])
            uar = recall_score(truth, score >= 0, average="macro")
            print(f"{name} anger/{against}: AUC {roc_auc_score(truth, score):.3f} UAR {uar:.3f}")


main()
