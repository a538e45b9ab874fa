//! How does a text look as a QR code?

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules that a reader wants around the code.
const MARGIN: i32 = 4;

/// A drawing for SVG.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drawing {
    /// Width and height with the margin, in modules.
    pub size: i32,
    /// The dark modules, as one path.
    pub path: String,
}

/// Draws a text; `None` if it is too long for the largest code (2953 bytes).
#[must_use]
pub fn draw(text: &str) -> Option<Drawing> {
    // The lowest level of correction gives the largest modules; a screen is not scratched.
    let code = QrCode::encode_binary(text.as_bytes(), QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let (left, top, width) = (start + MARGIN, y + MARGIN, x - start);
                path += &format!("M{left} {top}h{width}v1h-{width}z");
            }
            x += 1;
        }
    }
    Some(Drawing { size: code.size() + 2 * MARGIN, path })
}

#[cfg(test)]
mod tests {
    use super::{MARGIN, draw};

    #[test]
    fn a_code_begins_with_its_corner_and_keeps_its_margin() {
        let drawing = draw("https://example.com/#0AAA").expect("it is short");
        assert_eq!(drawing.size, 25 + 2 * MARGIN);
        // The upper left corner and what is next to it: seven dark modules, then a light one.
        assert!(drawing.path.starts_with("M4 4h7v1h-7z"), "{}", drawing.path);
    }

    #[test]
    fn the_longest_code_has_2953_bytes() {
        assert_eq!(draw(&"x".repeat(2953)).map(|it| it.size), Some(177 + 2 * MARGIN));
        assert_eq!(draw(&"x".repeat(2954)), None);
    }
}
