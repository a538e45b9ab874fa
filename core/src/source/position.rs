//! Where is an offset? Between bytes and the UTF-16 units that browsers count in.

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

#[cfg(test)]
mod tests {
    use super::{Utf16, byte_of_utf16};

    #[test]
    fn chinese_and_emoji_count_as_browsers_count_them() {
        let text = "a双🚀b\nc";
        assert_eq!(byte_of_utf16(text, 4), 8);
        assert_eq!(byte_of_utf16(text, 99), text.len());
        let offsets = Utf16::new(text);
        assert_eq!(offsets.of(8), 4);
        assert_eq!(offsets.of(99), 7);
        // Within a character its start counts.
        assert_eq!(offsets.of(2), 1);
        for (byte, _) in text.char_indices() {
            assert_eq!(byte_of_utf16(text, offsets.of(byte)), byte);
        }
        assert_eq!(Utf16::new("plain").of(3), 3);
    }
}
