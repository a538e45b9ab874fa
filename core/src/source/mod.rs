//! What a person typed: text into values with spans. Reading never fails.

pub mod decode;
pub mod edit;
pub mod flags;
pub mod named;
pub mod pasted;
pub mod position;
pub mod span;
pub mod yaml;

/// Numbers below a bound, as if by chance but the same in every run: for tests with made-up texts.
#[cfg(test)]
pub(crate) fn chance() -> impl FnMut(usize) -> usize {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0) % below
    }
}
