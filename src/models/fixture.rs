//! Small Whisper files for tests: the real layout with a narrow state and a short vocabulary,
//! written here apart from the code that reads it. No real words come out of them.

/// The ggml file of a model 32 wide with 4 layers in both halves, its numbers all `fill`.
/// `english` chooses the vocabulary, `quantised` q8_0 instead of f16.
pub fn small_whisper(english: bool, quantised: bool, fill: u8) -> Vec<u8> {
    let (state, mels) = (32_u32, 80_u32);
    let vocab = if english { 51_864 } else { 51_865 };
    let mut out = Vec::new();
    let numbers = |out: &mut Vec<u8>, list: &[u32]| {
        list.iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
    };
    let ftype = if quantised { 2007 } else { 1 };
    numbers(&mut out, &[0x6767_6d6c, vocab, 1500, state, 2, 4, 448, state, 2, 4, mels, ftype]);
    numbers(&mut out, &[mels, 201]);
    out.resize(out.len() + 4 * 80 * 201, fill);
    numbers(&mut out, &[3]);
    for token in ["!", "", " the"] {
        numbers(&mut out, &[token.len() as u32]);
        out.extend_from_slice(token.as_bytes());
    }
    // Types in ggml's numbers: 0 is f32, 1 is f16, 8 is q8_0 (34 bytes for 32 numbers).
    let matrix = if quantised { 8 } else { 1 };
    let mut tensor = |name: &str, kind: u32, dims: &[u32]| {
        numbers(&mut out, &[dims.len() as u32, name.len() as u32, kind]);
        numbers(&mut out, dims);
        out.extend_from_slice(name.as_bytes());
        let count = dims.iter().product::<u32>() as usize;
        let bytes = match kind {
            0 => 4 * count,
            1 => 2 * count,
            _ => count / 32 * 34,
        };
        out.resize(out.len() + bytes, fill);
    };
    tensor("encoder.positional_embedding", 0, &[state, 1500]);
    tensor("encoder.conv1.weight", 1, &[3, mels, state]);
    tensor("encoder.conv1.bias", 0, &[1, state]);
    tensor("encoder.conv2.weight", 1, &[3, state, state]);
    tensor("encoder.conv2.bias", 0, &[1, state]);
    tensor("encoder.ln_post.weight", 0, &[state]);
    tensor("encoder.ln_post.bias", 0, &[state]);
    tensor("decoder.positional_embedding", 0, &[state, 448]);
    tensor("decoder.token_embedding.weight", matrix, &[state, vocab]);
    tensor("decoder.ln.weight", 0, &[state]);
    tensor("decoder.ln.bias", 0, &[state]);
    for half in ["encoder", "decoder"] {
        for layer in 0..4 {
            let block = format!("{half}.blocks.{layer}");
            let attentions: &[&str] =
                if half == "encoder" { &["attn"] } else { &["attn", "cross_attn"] };
            for attention in attentions {
                tensor(&format!("{block}.{attention}_ln.weight"), 0, &[state]);
                tensor(&format!("{block}.{attention}_ln.bias"), 0, &[state]);
                for part in ["query", "key", "value", "out"] {
                    let name = format!("{block}.{attention}.{part}");
                    tensor(&format!("{name}.weight"), matrix, &[state, state]);
                    if part != "key" {
                        tensor(&format!("{name}.bias"), 0, &[state]);
                    }
                }
            }
            tensor(&format!("{block}.mlp_ln.weight"), 0, &[state]);
            tensor(&format!("{block}.mlp_ln.bias"), 0, &[state]);
            tensor(&format!("{block}.mlp.0.weight"), matrix, &[state, 4 * state]);
            tensor(&format!("{block}.mlp.0.bias"), 0, &[4 * state]);
            tensor(&format!("{block}.mlp.2.weight"), matrix, &[4 * state, state]);
            tensor(&format!("{block}.mlp.2.bias"), 0, &[state]);
        }
    }
    out
}
