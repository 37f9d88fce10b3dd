-- The tables of `index.sqlite`: a cache of the call folders. Times are seconds from the beginning
-- of the call, shares 0 to 1, heat 0 to 1, sentiment -5 to 5 (of an utterance -1 to 1).

CREATE TABLE calls (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    log_bytes INTEGER NOT NULL,
    log_ns INTEGER NOT NULL,
    started TEXT,
    day TEXT,
    agent TEXT,
    customer TEXT,
    queue TEXT,
    partial INTEGER NOT NULL,
    duration REAL NOT NULL,
    agent_talk_share REAL,
    customer_talk_share REAL,
    overlap_share REAL NOT NULL,
    silence_share REAL NOT NULL,
    agent_interruptions INTEGER,
    customer_interruptions INTEGER,
    response_gap REAL,
    agent_pace REAL,
    customer_pace REAL,
    heat_peak REAL,
    heat_mean REAL,
    heat_last_minute REAL,
    customer_sentiment REAL,
    sentiment_shift REAL,
    recovered_after REAL,
    -- Tenths, a digit for each part of the call: see facts.rs.
    heat_course TEXT NOT NULL
) STRICT;
CREATE INDEX calls_by_day ON calls (day);
CREATE INDEX calls_by_agent ON calls (agent);

CREATE TABLE practices (
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    name TEXT NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (call, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX practices_by_mark ON practices (name, mark);

-- The number of an utterance is that of its call times 65,536, and its place in the call: in which
-- calls words were said is known by the numbers of their utterances alone.
CREATE TABLE utterances (
    number INTEGER PRIMARY KEY,
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    party TEXT,
    start REAL NOT NULL,
    end REAL NOT NULL,
    text TEXT NOT NULL,
    sentiment REAL
) STRICT;
CREATE INDEX utterances_by_call ON utterances (call);
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = 'utterances', content_rowid = 'number', tokenize = 'porter unicode61'
);
-- Which words a call has, by the number of the call: a word that is said in nearly every call is in
-- here once a call, in `words` ten times.
CREATE VIRTUAL TABLE call_words USING fts5 (
    text, content = '', detail = 'none', columnsize = 0, tokenize = 'porter unicode61'
);

CREATE TABLE issues (
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    kind TEXT NOT NULL,
    start REAL NOT NULL,
    quote TEXT NOT NULL
) STRICT;
CREATE INDEX issues_by_call ON issues (call);
CREATE INDEX issues_by_kind ON issues (kind, call);

CREATE TABLE promises (
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    start REAL NOT NULL,
    quote TEXT NOT NULL,
    due TEXT
) STRICT;
CREATE INDEX promises_by_call ON promises (call);
CREATE INDEX promises_by_due ON promises (due);

CREATE TABLE cues (
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    at REAL NOT NULL,
    practice TEXT NOT NULL,
    rule TEXT NOT NULL,
    outcome TEXT
) STRICT;
CREATE INDEX cues_by_call ON cues (call);
CREATE INDEX cues_by_rule ON cues (rule);

CREATE TABLE flags (
    call INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    start REAL NOT NULL,
    end REAL NOT NULL,
    reason TEXT NOT NULL,
    severity INTEGER NOT NULL
) STRICT;
CREATE INDEX flags_by_call ON flags (call);
