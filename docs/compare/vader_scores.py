"""VADER's compound score of each text, a line each, for `evaluate sentiment --beside`.

    pip install vaderSentiment==3.3.2
    cargo run --release --features eval --bin evaluate -- sentiment FILE --details heard.tsv
    python3 vader_scores.py heard.tsv > vader.txt
    cargo run --release --features eval --bin evaluate -- sentiment FILE --beside vader.txt

The first column of heard.tsv is the text as Evenkeel scores it: lower case, no punctuation,
apostrophes within contractions, which VADER's list of negations needs.
"""

import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def main():
    analyzer = SentimentIntensityAnalyzer()
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            print(analyzer.polarity_scores(line.split("\t")[0])["compound"])


if __name__ == "__main__":
    main()
