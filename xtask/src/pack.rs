//! A smaller download of the same program: functions that look alike stand beside each other. gzip looks
//! back 32 KiB, so it finds what they share only where they are near.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef,
};

use crate::Outcome;
use crate::site::gzipped;

/// What makes two functions alike. No choice is the best for every program: several are tried.
#[derive(Clone, Copy)]
struct Alike {
    /// How many bytes in a row two functions have to share for it to count.
    shared: usize,
    /// In how many functions such bytes may stand; what stands in more is near anyway.
    common: usize,
    /// How far gzip looks back, less what stands between.
    window: usize,
    /// What is added to the length of a function by which its share is measured, so that a short one is not
    /// near to everything.
    short: usize,
}

/// The program with its functions in the order that gzip makes the least of.
pub fn pack(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let (imported, bodies) = functions(wasm).map_err(said)?;
    let mut best: Option<(usize, Vec<u8>)> = None;
    for shared in [6, 7] {
        for (common, window) in [(8, 28_000), (20, 28_000), (40, 31_000)] {
            for short in [200, 300, 450] {
                let order = order(&bodies, Alike { shared, common, window, short });
                let packed = ordered(wasm, imported, order)?;
                let size = gzipped(&packed)?;
                if best.as_ref().is_none_or(|(least, _)| size < *least) {
                    best = Some((size, packed));
                }
            }
        }
    }
    Ok(best.map_or_else(|| wasm.to_vec(), |(_, packed)| packed))
}

fn said(error: impl std::fmt::Display) -> String {
    format!("the program cannot be packed: {error}")
}

/// The program with its functions in this order.
fn ordered(wasm: &[u8], imported: u32, order: Vec<usize>) -> Outcome<Vec<u8>> {
    let mut place = vec![0; order.len()];
    for (at, function) in (0..).zip(&order) {
        place[*function] = at;
    }
    let mut module = Module::new();
    let mut packer = Packer { imported, order, place };
    packer.parse_core_module(&mut module, Parser::new(0), wasm).map_err(said)?;
    Ok(module.finish())
}

/// How many functions are imported, and the bodies of the others.
fn functions(wasm: &[u8]) -> Result<(u32, Vec<&[u8]>), BinaryReaderError> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    Ok((imported, bodies))
}

/// The functions in their new order: next comes the one that shares most, for its length, with those in the
/// window.
fn order(bodies: &[&[u8]], alike: Alike) -> Vec<usize> {
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, body) in bodies.iter().enumerate() {
        for bytes in body.windows(alike.shared) {
            let holders = holders.entry(bytes).or_default();
            if holders.last() != Some(&function) {
                holders.push(function);
            }
        }
    }
    holders.retain(|_, holders| (2..=alike.common).contains(&holders.len()));
    let mut shared: Vec<Vec<&[usize]>> = vec![Vec::new(); bodies.len()];
    for holders in holders.values() {
        for function in holders {
            shared[*function].push(holders);
        }
    }
    let mut score = vec![0_usize; bodies.len()];
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let (mut window, mut size) = (VecDeque::new(), 0);
    let mut order = Vec::with_capacity(bodies.len());
    // What shares nothing stands by size, the largest first.
    let worth = |score: &[usize], function: usize| {
        let length = bodies[function].len();
        (score[function] * 1_000_000 / (length + alike.short), length, bodies.len() - function)
    };
    while let Some(at) = (0..left.len()).max_by_key(|at| worth(&score, left[*at])) {
        let next = left.swap_remove(at);
        order.push(next);
        for holder in shared[next].iter().copied().flatten() {
            score[*holder] += 1;
        }
        window.push_back(next);
        size += bodies[next].len();
        while size > alike.window && window.len() > 1 {
            let Some(gone) = window.pop_front() else { break };
            size -= bodies[gone].len();
            for holder in shared[gone].iter().copied().flatten() {
                score[*holder] -= 1;
            }
        }
    }
    order
}

/// Writes a program with its functions in another order.
struct Packer {
    /// How many functions are imported: these stay.
    imported: u32,
    /// The functions of the program, in their new order.
    order: Vec<usize>,
    /// Where each of them stands in it.
    place: Vec<u32>,
}

impl Reencode for Packer {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        let own = index.checked_sub(self.imported);
        Ok(own.map_or(index, |own| self.imported + self.place[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for function in self.order.clone() {
            functions.function(self.type_index(types[function])?);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Alike, order, pack};

    #[test]
    fn what_is_alike_stands_together() {
        let alike = [b"abcdefgh1".as_slice(), b"12345678x", b"abcdefgh2", b"12345678y"];
        let measure = Alike { shared: 6, common: 60, window: 28_000, short: 200 };
        let order = order(&alike, measure);
        let pairs = [[order[0], order[1]], [order[2], order[3]]];
        assert!(pairs.iter().all(|pair| pair[0] % 2 == pair[1] % 2), "{order:?}");
    }

    #[test]
    fn what_is_no_program_is_refused() {
        assert!(pack(b"nothing").is_err());
    }
}
