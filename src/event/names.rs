//! The words of the log: what can be practised, remarked and due.

/// The practices that Evenkeel looks for, in the order of the design.
pub const PRACTICES: [&str; 22] = [
    "stay-calm",
    "let-them-finish",
    "show-listening",
    "reflect-back",
    "check-understanding",
    "acknowledge",
    "empathise",
    "apologise",
    "thank",
    "ask-open-question",
    "find-the-source",
    "offer-solution",
    "offer-options",
    "say-next-step",
    "promise-follow-up",
    "keep-them-posted",
    "plain-words",
    "positive-words",
    "not-defensive",
    "respond-promptly",
    "lighten",
    "invite-review",
];

/// The remarks that Evenkeel looks for: the customer's, the agent's, then what a coach would ask for after an
/// utterance of either ([`DUE`]).
pub const REMARKS: [&str; SAID.len() + DUE.len()] = {
    let mut remarks = [""; SAID.len() + DUE.len()];
    let mut at = 0;
    while at < remarks.len() {
        remarks[at] = if at < SAID.len() { SAID[at] } else { DUE[at - SAID.len()] };
        at += 1;
    }
    remarks
};

/// What is done by saying something.
const SAID: [&str; 14] = [
    "complaint",
    "question",
    "asks-for-manager",
    "threatens-to-leave",
    "refuses",
    "accepts",
    "thanks",
    "relief",
    "asks-meaning",
    "hardship",
    "asks-next-step",
    "closing",
    "closed-question",
    "wraps-up",
];

/// What tells that a practice is due.
pub const DUE: [&str; 16] = [
    "due-acknowledge",
    "due-empathise",
    "due-apologise",
    "due-reflect-back",
    "due-check-understanding",
    "due-find-the-source",
    "due-offer-solution",
    "due-offer-options",
    "due-positive-words",
    "due-say-next-step",
    "due-plain-words",
    "due-not-defensive",
    "due-thank",
    "due-stay-calm",
    "due-lighten",
    "due-invite-review",
];
