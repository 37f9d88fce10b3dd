#!/usr/bin/env python3
"""Reads what `evenkeel export` writes with other people's readers, and compares it with the logs.

    python3 -m venv venv
    venv/bin/pip install webvtt-py srt pyannote.core pyannote.database pandas pyarrow duckdb jsonschema
    venv/bin/python docs/compare/read_exports.py target/release/evenkeel CALL...

Each CALL is a folder of a call. To these comes a made-up call whose words are markup, times, formulas
and control characters. Prints a line a format; exits with 1 where something differs.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import jsonschema
import pandas
import srt
import webvtt
from pyannote.core import Segment
from pyannote.database.util import load_rttm

SCHEMA = Path(__file__).parents[2] / "tests/fixtures/contact-lens-1.1.0.schema.json"
HOSTILE = (
    "=1+1 <script>alert('x')</script> <v Customer>no</v> &amp; & \"q\", 'r'\n\n"
    "00:00:00.000 --> 00:09:00.000\r\n7\tb \0 \x1b[31m {\\an8} ;; a\u2028b \u202ec"
)
VOICES = {"agent": "Agent", "customer": "Customer"}


def hostile_call(folder: Path) -> Path:
    call = folder / "hostile"
    call.mkdir()
    lines = [
        dict(at=0, type="call", schema="evenkeel.call/1", id='a "call"\n', started=None, source=[],
             layout="stereo", config_sha256="", models=[], version="0.1.0"),
    ]
    for i, party in enumerate(["agent", "customer", "agent"]):
        at = dict(at=i + 1.5, start=i + 0.5, end=i + 1.5, party=party)
        lines.append(dict(at, type="speech"))
        lines.append(dict(at, type="utterance", text=HOSTILE, words=[], confidence=0.5, redo=False))
    lines.append(dict(at=4, type="practice", name=HOSTILE, party="agent", start=1, end=2,
                      quote=HOSTILE, score=0.9, evidence={}))
    call.joinpath("events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return call


def plain(text: str) -> str:
    """The text on one line, with a sign for each control character, as the formats get it."""
    bidi = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    def sign(c: str) -> str:
        if c == "\u00a0":
            return c
        if c.isspace() and c not in "\x1c\x1d\x1e\x1f":
            return " "
        return "\ufffd" if ord(c) < 32 or 127 <= ord(c) < 160 or c in bidi else c
    return "".join(map(sign, text)).strip()


def close(a: float, b: float) -> bool:
    return abs(a - b) < 0.0011


class Reader:
    def __init__(self, program: str, call: Path, folder: Path):
        self.program, self.call, self.folder = program, call, folder
        lines = call.joinpath("events.jsonl").read_text().split("\n")
        self.log = [json.loads(line) for line in lines if line]
        self.turns = sorted((line for line in self.log if line["type"] == "utterance"),
                            key=lambda line: (line["start"], line["end"], line["party"] or ""))

    def export(self, format: str) -> Path:
        path = self.folder / f"{self.call.name}.{format}"
        subprocess.run([self.program, "export", self.call, "--as", format, "--out", path], check=True)
        return path

    def vtt(self) -> int:
        # Character references are the player's to resolve; webvtt-py leaves them as they are.
        def resolved(text: str) -> str:
            return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        cues = webvtt.read(str(self.export("vtt"))).captions
        assert len(cues) == len(self.turns), (len(cues), len(self.turns))
        for cue, turn in zip(cues, self.turns):
            assert close(cue.start_in_seconds + int(cue.start[-3:]) / 1000, turn["start"]), cue
            assert close(cue.end_in_seconds + int(cue.end[-3:]) / 1000, turn["end"]), cue
            assert cue.voice == VOICES.get(turn["party"]), cue
            assert resolved(cue.text) == plain(turn["text"]), cue
        return len(cues)

    def srt(self) -> int:
        entries = list(srt.parse(self.export("srt").read_text(encoding="utf-8"), ignore_errors=False))
        assert len(entries) == len(self.turns)
        look_alikes = str.maketrans("<>{}", "‹›()")
        for i, (entry, turn) in enumerate(zip(entries, self.turns)):
            voice = VOICES.get(turn["party"])
            said = plain(turn["text"]).translate(look_alikes)
            assert entry.index == i + 1
            assert close(entry.start.total_seconds(), turn["start"]), entry
            assert close(entry.end.total_seconds(), turn["end"]), entry
            assert entry.content == (f"{voice}: {said}" if voice else said), entry
        return len(entries)

    def audacity(self) -> int:
        labels = pandas.read_csv(self.export("audacity"), sep="\t", header=None, quoting=3,
                                 names=["start", "end", "label"])
        count = sum(line["type"] in ("utterance", "overlap", "cue", "flag") for line in self.log)
        assert len(labels) == count and labels["start"].is_monotonic_increasing
        assert (labels["end"] >= labels["start"]).all() and labels["label"].notna().all()
        return len(labels)

    def rttm(self) -> int:
        [annotation] = load_rttm(str(self.export("rttm"))).values()
        speech = {(Segment(line["start"], line["end"]), line["party"] or "unknown")
                  for line in self.log if line["type"] == "speech"}
        found = list(annotation.itertracks(yield_label=True))
        assert len(found) == len(speech)
        for segment, _, who in found:
            assert any(label == who and close(segment.start, of.start) and close(segment.end, of.end)
                       for of, label in speech), (segment, who)
        return len(found)

    def csv(self) -> int:
        path = self.export("csv")
        table = pandas.read_csv(path, keep_default_na=False)
        kinds = ("utterance", "overlap", "silence", "practice", "issue", "promise", "cue", "flag")
        for kind in kinds:
            count = sum(line["type"] == kind for line in self.log)
            assert (table["event"] == kind).sum() == count, kind
        said = table[table["event"] == "utterance"]
        def cell(text: str) -> str:
            return "'" + text if text.startswith(("=", "+", "-", "@")) else text
        assert sorted(said["text"]) == sorted(cell(plain(turn["text"])) for turn in self.turns)
        # DuckDB finds the same rows, finds out by itself what the columns are, and adds up.
        rows = duckdb.sql(f"select * from read_csv('{path}')")
        types = dict(zip(rows.columns, map(str, rows.types)))
        assert types["start_secs"] == types["end_secs"] == "DOUBLE", types
        [(count, secs)] = duckdb.sql(f"select count(*), coalesce(sum(end_secs - start_secs) filter"
                                 f" (event = 'utterance'), 0) from read_csv('{path}')").fetchall()
        assert count == len(table)
        assert abs(secs - sum(turn["end"] - turn["start"] for turn in self.turns)) < 0.01
        texts = duckdb.sql(f"select text from read_csv('{path}') where event = 'utterance'").fetchall()
        assert sorted(text for [text] in texts) == sorted(said["text"])
        return len(table)

    def contact_lens(self) -> int:
        lens = json.loads(self.export("contact-lens").read_text(encoding="utf-8"))
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(lens)
        turns = [turn for turn in self.turns if turn["text"].strip()]
        assert [turn["Content"] for turn in lens["Transcript"]] == [turn["text"] for turn in turns]
        return len(turns)


def tables(readers: list[Reader], form: str) -> int:
    """The tables of all calls together, read by pandas (pyarrow) and by DuckDB."""
    folder = readers[0].folder / form
    calls = [reader.call for reader in readers]
    subprocess.run([readers[0].program, "export", *calls, "--as", form, "--out", folder], check=True)
    ending = "parquet" if form == "parquet" else "csv"
    read = pandas.read_parquet if form == "parquet" else pandas.read_csv
    names = ("calls", "utterances", "events", "scorecards")
    frames = {name: read(folder / f"{name}.{ending}") for name in names}
    logs = [reader.log for reader in readers]
    lines = [line for log in logs for line in log]
    of_type = lambda *types: sum(line["type"] in types for line in lines)
    happened = ("overlap", "silence", "practice", "issue", "promise", "cue", "flag")
    scorecards = sum(len(line["scorecard"]) for line in lines if line["type"] == "summary")
    expected = dict(calls=len(logs), utterances=of_type("utterance"), events=of_type(*happened),
                    scorecards=scorecards)
    for name, frame in frames.items():
        # The call that was cut short has a scorecard that is rebuilt.
        assert len(frame) >= expected[name] if name == "scorecards" else len(frame) == expected[name], name
        path = folder / f"{name}.{ending}"
        [(count,)] = duckdb.sql(f"select count(*) from '{path}'").fetchall()
        assert count == len(frame), name
    said = frames["utterances"]
    words = sorted(line["text"] for line in lines if line["type"] == "utterance")
    if form == "parquet":
        assert sorted(said["text"]) == words
        types = dict(duckdb.sql(f"select column_name, column_type from "
                                f"(describe select * from '{folder}/calls.parquet')").fetchall())
        assert types["started"] == "TIMESTAMP WITH TIME ZONE" and types["day"] == "DATE", types
        assert types["partial"] == "BOOLEAN" and types["agent_interruptions"] == "BIGINT", types
        assert types["duration_secs"] == "DOUBLE" and types["agent"] == "VARCHAR", types
    [(secs,)] = duckdb.sql(f"select sum(end_secs - start_secs) "
                           f"from '{folder}/utterances.{ending}'").fetchall()
    spoken = sum(line["end"] - line["start"] for line in lines if line["type"] == "utterance")
    assert abs(secs - spoken) < 0.01 and abs((said["end_secs"] - said["start_secs"]).sum() - secs) < 0.01
    for log in logs:
        if log[-1]["type"] == "summary":
            row = frames["calls"][frames["calls"]["call"] == log[0]["id"]].iloc[0]
            assert close(row["duration_secs"], log[-1]["duration"]), row
            assert not row["partial"]
    # The tables are joined by the call's id: what was said in calls with an unsettled practice.
    duckdb.sql(f"select party, count(*) from '{folder}/utterances.{ending}' join "
               f"'{folder}/scorecards.{ending}' using (call) where mark = 'missed' group by party")
    return sum(map(len, frames.values()))


def main() -> None:
    program, *calls = sys.argv[1:]
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        calls = [Path(call) for call in calls] + [hostile_call(folder)]
        readers = [Reader(str(Path(program).resolve()), call, folder) for call in calls]
        for form in ("parquet", "tables"):
            counts[form] = tables(readers, form)
        for call, reader in zip(calls, readers):
            for name in ("vtt", "srt", "audacity", "rttm", "csv", "contact_lens"):
                try:
                    counts[name] = counts.get(name, 0) + getattr(reader, name)()
                except Exception as trouble:
                    sys.exit(f"{call}, {name}: {type(trouble).__name__}: {trouble}")
    for name, count in counts.items():
        print(f"{name.replace('_', '-'):13}{count:5} as in the logs of {len(calls)} calls")


main()
