//! British spellings as Americans write them.
//!
//! Whisper's normaliser has a list of 1,740 words for this. Here are rules for the families of
//! words that calls are likely to hold; what they miss counts as an error only where reference
//! and hypothesis spell differently.

/// Verbs in -ise, without it: apologise, apologised, apologising, organisation, organiser.
const ISE: &str = "
    agon amort antagon apolog author bapt brutal capital categor central character civil colon
    commercial computer critic custom decentral demoral destabil digit dramat econom emphas energ
    equal external familiar fantas fertil final formal general global harmon hospital human
    hypothes ideal idol immun industrial initial internal italic item jeopard legal liberal local
    magnet marginal maxim memor mesmer minim mobil modern moistur monopol moral national natural
    neutral normal optim organ ostrac overemphas oxid patron penal personal plagiar polar
    popular pressur priorit privat public random rational real recogn regular reorgan revolution
    romantic sanit scandal scrutin sensational sensit serial social special stabil standard
    steril subsid summar symbol sympath synchron terror theor traumat trivial unauthor unorgan
    unrecogn util vandal verbal victim visual";
const ISE_ENDINGS: &str = "e ed es ing er ers ation ations able";

/// Words in -our that lose the u, with whatever follows: colourful, favourite, neighbourhood.
const OUR: &str = "
    armour behaviour candour clamour colour demeanour discolour dishonour disfavour endeavour
    favour fervour flavour harbour honour humour labour misbehaviour misdemeanour neighbour odour
    parlour rancour rigour rumour saviour savour splendour succour tumour unfavour unsavour
    valour vapour vigour watercolour";

/// Verbs that double their l: cancelled, travelling, counsellor.
const DOUBLE_L: &str = "
    backpedal bedevil bevel cancel channel chisel counsel cruel cudgel dial dishevel drivel duel
    funnel grovel gruel imperil initial jewel label level libel marshal marvel model panel parcel
    pedal pencil quarrel refuel remodel revel rival shovel shrivel signal snorkel spiral swivel
    towel travel tunnel unravel unrival";
const DOUBLE_L_ENDINGS: &str = "ed ing er ers or ors est ous ously";

/// Words in -re that end in -er: theatre, litres.
const RE: &str = "
    calib cent centilit centimet epicent fib kilomet lit lust meag met micromet millilit millimet
    mit sab somb spect theat";

/// Words in -ogue that end in -og.
const OGUE: &str = "anal catal dial epil monol prol";

/// Single words.
const WORDS: &[(&str, &str)] = &[
    ("aeroplane", "airplane"),
    ("aeroplanes", "airplanes"),
    ("aesthetic", "esthetic"),
    ("aesthetics", "esthetics"),
    ("ageing", "aging"),
    ("aluminium", "aluminum"),
    ("anaesthetic", "anesthetic"),
    ("analyse", "analyze"),
    ("analysed", "analyzed"),
    ("analysing", "analyzing"),
    ("artefact", "artifact"),
    ("artefacts", "artifacts"),
    ("axe", "ax"),
    ("busses", "buses"),
    ("catalogued", "cataloged"),
    ("cataloguing", "cataloging"),
    ("centred", "centered"),
    ("centrepiece", "centerpiece"),
    ("cheque", "check"),
    ("chequebook", "checkbook"),
    ("cheques", "checks"),
    ("chilli", "chili"),
    ("cosy", "cozy"),
    ("councillor", "councilor"),
    ("councillors", "councilors"),
    ("defence", "defense"),
    ("defences", "defenses"),
    ("diarrhoea", "diarrhea"),
    ("disc", "disk"),
    ("discs", "disks"),
    ("disorganised", "disorganized"),
    ("distil", "distill"),
    ("draught", "draft"),
    ("draughts", "drafts"),
    ("enrol", "enroll"),
    ("enrols", "enrolls"),
    ("fibreglass", "fiberglass"),
    ("fillet", "filet"),
    ("flautist", "flutist"),
    ("foetus", "fetus"),
    ("fulfil", "fulfill"),
    ("fulfilment", "fulfillment"),
    ("fulfils", "fulfills"),
    ("gasses", "gases"),
    ("glamor", "glamour"),
    ("grey", "gray"),
    ("greyish", "grayish"),
    ("greys", "grays"),
    ("haemorrhage", "hemorrhage"),
    ("instal", "install"),
    ("instalment", "installment"),
    ("instalments", "installments"),
    ("instil", "instill"),
    ("jewellery", "jewelry"),
    ("judgement", "judgment"),
    ("licence", "license"),
    ("licenced", "licensed"),
    ("licences", "licenses"),
    ("likeable", "likable"),
    ("manoeuvre", "maneuver"),
    ("manoeuvres", "maneuvers"),
    ("mould", "mold"),
    ("moulds", "molds"),
    ("mouldy", "moldy"),
    ("moustache", "mustache"),
    ("offence", "offense"),
    ("offences", "offenses"),
    ("omelette", "omelet"),
    ("omelettes", "omelets"),
    ("orthopaedic", "orthopedic"),
    ("paediatric", "pediatric"),
    ("paediatrician", "pediatrician"),
    ("paedophile", "pedophile"),
    ("paedophiles", "pedophiles"),
    ("panellist", "panelist"),
    ("panellists", "panelists"),
    ("paralyse", "paralyze"),
    ("paralysed", "paralyzed"),
    ("phoney", "phony"),
    ("plough", "plow"),
    ("ploughs", "plows"),
    ("practise", "practice"),
    ("practised", "practiced"),
    ("practises", "practices"),
    ("practising", "practicing"),
    ("pretence", "pretense"),
    ("programme", "program"),
    ("programmes", "programs"),
    ("pyjamas", "pajamas"),
    ("sceptic", "skeptic"),
    ("sceptical", "skeptical"),
    ("scepticism", "skepticism"),
    ("sheikh", "sheik"),
    ("smoulder", "smolder"),
    ("smouldering", "smoldering"),
    ("storey", "story"),
    ("storeys", "stories"),
    ("sulphur", "sulfur"),
    ("tonne", "ton"),
    ("tonnes", "tons"),
    ("tyre", "tire"),
    ("tyres", "tires"),
    ("waggon", "wagon"),
    ("woollen", "woolen"),
    ("worshipped", "worshiped"),
    ("worshipping", "worshiping"),
    ("yoghurt", "yogurt"),
    ("yoghurts", "yogurts"),
];

/// The word in lower case as Americans spell it; unknown words stay.
pub fn american(word: &str) -> String {
    if let Some((_, american)) = WORDS.iter().find(|(british, _)| *british == word) {
        return (*american).to_owned();
    }
    if let Some((stem, ending)) = word.rsplit_once("is")
        && listed(ISE, stem)
        && listed(ISE_ENDINGS, ending)
    {
        return format!("{stem}iz{ending}");
    }
    if let Some((stem, ending)) = word.rsplit_once("ll")
        && listed(DOUBLE_L, &format!("{stem}l"))
        && listed(DOUBLE_L_ENDINGS, ending)
    {
        return format!("{stem}l{ending}");
    }
    if let Some(stem) = OUR.split_whitespace().find(|stem| word.starts_with(stem)) {
        return word.replacen(stem, &stem.replace("our", "or"), 1);
    }
    let (singular, plural) = match word.strip_suffix('s') {
        Some(singular) => (singular, "s"),
        None => (word, ""),
    };
    match (singular.strip_suffix("re"), singular.strip_suffix("ogue")) {
        (Some(stem), _) if listed(RE, stem) => format!("{stem}er{plural}"),
        (_, Some(stem)) if listed(OGUE, stem) => format!("{stem}og{plural}"),
        _ => word.to_owned(),
    }
}

fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn british_words_become_american() {
        for (british, expected) in [
            ("apologised", "apologized"),
            ("organisations", "organizations"),
            ("cancelled", "canceled"),
            ("travellers", "travelers"),
            ("favourite", "favorite"),
            ("neighbourhood", "neighborhood"),
            ("centres", "centers"),
            ("dialogue", "dialog"),
            ("cheque", "check"),
        ] {
            assert_eq!(american(british), expected);
        }
    }

    #[test]
    fn words_that_only_look_british_stay() {
        for word in ["promised", "advise", "hour", "glamour", "called", "cancellation", "more"] {
            assert_eq!(american(word), word);
        }
    }
}
