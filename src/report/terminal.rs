//! tmp
use std::io::{self,Write};
use crate::call::record::Line;
/// tmp
pub fn write_account(l:&[Line],_w:usize,o:&mut dyn Write)->io::Result<()>{ for x in l { writeln!(o,"{}",serde_json::to_string(x).unwrap())?; } Ok(()) }
/// tmp
pub fn live_line(l:&Line)->Option<String>{ serde_json::to_string(l).ok() }
