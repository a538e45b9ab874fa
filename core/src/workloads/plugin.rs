//! Which families can the network plugin give to Pods? A line of comment in the text of flags says so:
//! `# network plugin: dual-stack`, `ipv4`, `ipv6` or `none`; without one it can give both.

use crate::net::Family;

/// What stands in front of the answer.
const NAME: &str = "network plugin:";

/// The families that the plugin of a text can give: of two lines the last one counts. None means that no
/// plugin is installed.
#[must_use]
pub fn pod_families(text: &str) -> &'static [Family] {
    let comments = text.lines().filter_map(|line| line.trim().strip_prefix('#'));
    let words = comments.filter_map(|comment| {
        let comment = comment.trim().to_ascii_lowercase();
        comment.strip_prefix(NAME).map(|words| words.trim().to_owned())
    });
    let known = words.filter_map(|words| match words.as_str() {
        "dual-stack" | "dual" | "both" => Some(BOTH),
        "ipv4" => Some(&BOTH[..1]),
        "ipv6" => Some(&BOTH[1..]),
        "none" => Some(&[][..]),
        _ => None,
    });
    known.fold(BOTH, |_, last| last)
}

const BOTH: &[Family] = &[Family::V4, Family::V6];

#[cfg(test)]
mod tests {
    use super::pod_families;
    use crate::net::Family::{V4, V6};

    #[test]
    fn a_comment_says_what_the_plugin_gives() {
        for text in
            ["", "# network plugin: dual-stack", "# network plugin: what?", "network plugin: none"]
        {
            assert_eq!(pod_families(text), [V4, V6], "{text}");
        }
        assert_eq!(pod_families("kubelet\n  # Network plugin: IPv4\n"), [V4]);
        assert_eq!(pod_families("# network plugin: none\n# network plugin: ipv6"), [V6]);
        assert_eq!(pod_families("# network plugin: none"), []);
    }
}
