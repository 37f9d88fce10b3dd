//! The average of what two trainings from one beginning have learnt: mostly better than either, at the cost of one
//! (Wortsman et al., "Model soups", ICML 2022).

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use safetensors::{Dtype, SafeTensors};

use super::export::File;

#[derive(clap::Args)]
pub struct Args {
    /// Two files of weights
    #[arg(num_args = 2, required = true)]
    weights: Vec<PathBuf>,
    #[arg(long)]
    out: PathBuf,
}

pub fn run(args: &Args) -> anyhow::Result<()> {
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| path.display().to_string());
    let bytes = args.weights.iter().map(read).collect::<anyhow::Result<Vec<Vec<u8>>>>()?;
    std::fs::write(&args.out, average(&bytes[0], &bytes[1])?)
        .with_context(|| args.out.display().to_string())
}

fn average(one: &[u8], other: &[u8]) -> anyhow::Result<Vec<u8>> {
    let files = [SafeTensors::deserialize(one)?, SafeTensors::deserialize(other)?];
    let mean = |name: &str| -> anyhow::Result<Vec<f32>> {
        let [one, other] = [numbers(&files[0], name)?, numbers(&files[1], name)?];
        ensure!(one.len() == other.len(), "{name}: {} and {} numbers", one.len(), other.len());
        Ok(one.iter().zip(&other).map(|(one, other)| one.midpoint(*other)).collect())
    };
    let mut file = File::default();
    for (name, tensor) in files[0].tensors() {
        match (tensor.dtype(), name.strip_suffix(".weight"), name.strip_suffix(".scale")) {
            (Dtype::I8, Some(matrix), _) => {
                let numbers = mean(&name)?;
                let rows = files[0].tensor(&format!("{matrix}.scale"))?.data().len() / 4;
                file.rounded(matrix, &numbers, numbers.len() / rows);
            }
            // Written with its matrix.
            (Dtype::F32, _, Some(_)) => {}
            (Dtype::F32, ..) => file.numbers(name.clone(), &mean(&name)?),
            (dtype, ..) => anyhow::bail!("{name}: {dtype:?} in a file of practices"),
        }
    }
    file.bytes()
}

/// As they were before rounding.
fn numbers(file: &SafeTensors<'_>, name: &str) -> anyhow::Result<Vec<f32>> {
    let floats = |name: &str| -> anyhow::Result<Vec<f32>> {
        let tensor = file.tensor(name).context(name.to_owned())?;
        let quads = tensor.data().chunks_exact(4);
        Ok(quads.map(|x| f32::from_le_bytes([x[0], x[1], x[2], x[3]])).collect())
    };
    let tensor = file.tensor(name).context(name.to_owned())?;
    let Some(matrix) = name.strip_suffix(".weight").filter(|_| tensor.dtype() == Dtype::I8) else {
        return floats(name);
    };
    let scale = floats(&format!("{matrix}.scale"))?;
    let columns = tensor.data().len() / scale.len().max(1);
    let rows = tensor.data().chunks_exact(columns.max(1)).zip(&scale);
    Ok(rows
        .flat_map(|(row, scale)| row.iter().map(move |x| f32::from(x.cast_signed()) * scale))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_and_numbers_are_averaged() {
        let file = |matrix: &[f32], bias: &[f32]| {
            let mut file = File::default();
            file.rounded("up", matrix, 2);
            file.numbers("up.bias".into(), bias);
            file.bytes().unwrap()
        };
        let (one, other) =
            (file(&[1.0, 0.5, 2.0, 0.0], &[1.0]), file(&[1.0, -0.5, 0.0, 4.0], &[2.0]));
        let bytes = average(&one, &other).unwrap();
        let both = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(numbers(&both, "up.bias").unwrap(), [1.5]);
        let matrix = numbers(&both, "up.weight").unwrap();
        let near = matrix.iter().zip([1.0, 0.0, 1.0, 2.0]).all(|(x, y)| (x - y).abs() < 0.02);
        assert!(near, "{matrix:?}");
        assert!(average(&one, &file(&[1.0, 0.5], &[1.0])).is_err());
    }
}
