//! Where is an offset? Bytes to lines for people, and to the UTF-16 units that browsers count in.

/// The line and the column of a byte offset, both from 1, the column in characters.
#[must_use]
pub fn line_col(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..floor(text, byte)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The byte offset of an offset in UTF-16 units; past the end is the end.
#[must_use]
pub fn byte_of_utf16(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    for (byte, char) in text.char_indices() {
        if units >= utf16 {
            return byte;
        }
        units += char.len_utf16();
    }
    text.len()
}

/// The offset in UTF-16 units of a byte offset.
#[must_use]
pub fn utf16_of_byte(text: &str, byte: usize) -> usize {
    text[..floor(text, byte)].chars().map(char::len_utf16).sum()
}

/// The offsets in UTF-16 units of all bytes of a text, for when many are asked for.
pub struct Utf16(Option<Vec<u32>>);

impl Utf16 {
    /// Counts once through `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        // Of plain text they are the same.
        if text.is_ascii() {
            return Self(None);
        }
        let mut offsets = Vec::with_capacity(text.len() + 1);
        let mut units = 0;
        for char in text.chars() {
            offsets.resize(offsets.len() + char.len_utf8(), units);
            units += char.len_utf16() as u32;
        }
        offsets.push(units);
        Self(Some(offsets))
    }

    /// The offset of a byte; past the end is the end.
    #[must_use]
    pub fn of(&self, byte: usize) -> usize {
        match &self.0 {
            None => byte,
            Some(offsets) => offsets[byte.min(offsets.len() - 1)] as usize,
        }
    }
}

fn floor(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Utf16, byte_of_utf16, line_col, utf16_of_byte};

    #[test]
    fn chinese_and_emoji_count_as_browsers_count_them() {
        let text = "a双🚀b\nc";
        assert_eq!(byte_of_utf16(text, 4), 8);
        assert_eq!(utf16_of_byte(text, 8), 4);
        assert_eq!(line_col(text, 8), (1, 4));
        assert_eq!(line_col(text, 10), (2, 1));
        assert_eq!((byte_of_utf16(text, 99), utf16_of_byte(text, 99)), (text.len(), 7));
        assert_eq!(utf16_of_byte(text, 2), 1);
        for text in [text, "plain"] {
            let offsets = Utf16::new(text);
            for byte in 0..=text.len() {
                assert_eq!(offsets.of(byte), utf16_of_byte(text, byte));
            }
        }
    }
}
