//! Which parts of a text get a colour? Keys, comments, families, and marks from diagnostics.

use dualstack_core::net::Family;
use dualstack_core::net::go_parse::{parse_cidr, parse_ip};
use dualstack_core::source::span::Span;
use dualstack_core::source::yaml::behind_dashes;

/// A stretch with a class.
pub type Mark = (Span, &'static str);

/// The marks of a manifest.
#[must_use]
pub fn manifest(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    each_line(text, |start, line| {
        let code = comment(start, line, &mut marks);
        let trimmed = behind_dashes(code.trim_start()).trim_start_matches(['{', ' ']);
        let at = code.len() - trimmed.len();
        if let Some(colon) = trimmed.find(':') {
            let behind = trimmed[colon + 1..].chars().next();
            if behind.is_none_or(char::is_whitespace) {
                marks.push((Span::new(start + at, start + at + colon + 1), "key"));
            }
        }
        families(start, code, &mut marks);
    });
    marks
}

/// The marks of flags.
#[must_use]
pub fn flags(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    each_line(text, |start, line| {
        let code = comment(start, line, &mut marks);
        let mut from = 0;
        while let Some(at) = code[from..].find("--") {
            let at = from + at;
            let end = code[at..]
                .find(|char: char| char == '=' || char.is_whitespace())
                .map_or(code.len(), |end| at + end);
            marks.push((Span::new(start + at, start + end), "key"));
            from = end.max(at + 2);
        }
        families(start, code, &mut marks);
    });
    marks
}

fn each_line<'a>(text: &'a str, mut f: impl FnMut(usize, &'a str)) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        f(start, line.trim_end_matches(['\n', '\r']));
        start += line.len();
    }
}

/// Marks a comment, and gives what stands before it.
fn comment<'a>(start: usize, line: &'a str, marks: &mut Vec<Mark>) -> &'a str {
    let at = if line.trim_start().starts_with('#') {
        line.find('#')
    } else {
        line.find(" #").map(|at| at + 1)
    };
    let Some(at) = at else { return line };
    marks.push((Span::new(start + at, start + line.len()), "comment"));
    &line[..at]
}

fn families(start: usize, line: &str, marks: &mut Vec<Mark>) {
    let is_part = |char: char| char.is_ascii_alphanumeric() || ".:/".contains(char);
    let mut from = 0;
    while let Some(at) = line[from..].find(is_part) {
        let at = from + at;
        let end = line[at..].find(|char| !is_part(char)).map_or(line.len(), |end| at + end);
        from = end;
        let word = &line[at..end];
        let named = Family::from_name(word);
        let class = match named.or_else(|| family_of(word)) {
            Some(Family::V4) if named.is_some() => "v4",
            Some(Family::V6) if named.is_some() => "v6",
            // CodeMirror labels what does not name its family itself.
            Some(Family::V4) => "v4 addr",
            Some(Family::V6) => "v6 addr",
            None => continue,
        };
        marks.push((Span::new(start + at, start + end), class));
    }
}

/// The family of an address or a range.
fn family_of(word: &str) -> Option<Family> {
    if !word.contains('.') && !word.contains(':') {
        return None;
    }
    let ip = parse_ip(word).map(|read| read.ip).or_else(|| Some(parse_cidr(word)?.net.addr()))?;
    Some(Family::of(ip))
}

/// Cuts a text where marks begin and end; each piece with the classes that cover it.
#[must_use]
pub fn cut(text: &str, marks: &[Mark]) -> Vec<(String, String)> {
    let mut edges: Vec<usize> = marks.iter().flat_map(|(span, _)| [span.start, span.end]).collect();
    edges.extend([0, text.len()]);
    edges.retain(|edge| text.is_char_boundary(*edge));
    edges.sort_unstable();
    edges.dedup();
    let mut by_start: Vec<usize> = (0..marks.len()).collect();
    by_start.sort_by_key(|at| marks[*at].0.start);
    let mut next = by_start.into_iter().peekable();
    // In the order of the marks.
    let mut covering: Vec<usize> = Vec::new();
    edges
        .windows(2)
        .map(|edge| {
            let begun = std::iter::from_fn(|| next.next_if(|at| marks[*at].0.start <= edge[0]));
            covering.extend(begun);
            covering.retain(|at| edge[1] <= marks[*at].0.end);
            covering.sort_unstable();
            let classes: Vec<&str> = covering.iter().map(|at| marks[*at].1).collect();
            (classes.join(" "), text[edge[0]..edge[1]].to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Span, cut, flags, manifest};

    fn shown(pieces: &[(String, String)]) -> String {
        pieces
            .iter()
            .map(
                |(class, text)| {
                    if class.is_empty() { text.clone() } else { format!("<{class}>{text}</>") }
                },
            )
            .collect()
    }

    #[test]
    fn ten_thousand_lines_are_cut_in_a_moment() {
        let text = "--a=10.0.0.0/8 # b\n".repeat(10_000);
        let start = std::time::Instant::now();
        assert_eq!(cut(&text, &flags(&text)).len(), 60_000);
        // Looking through all marks for each piece takes minutes.
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }

    #[test]
    fn marks_that_overlap_keep_their_order() {
        let span = Span::new;
        let marks = [(span(0, 6), "a"), (span(2, 4), "b"), (span(0, 3), "c"), (span(4, 4), "d")];
        assert_eq!(shown(&cut("012345", &marks)), "<a c>01</><a b c>2</><a b>3</><a>45</>");
    }

    #[test]
    fn keys_families_and_comments_are_marked() {
        let text = "- ip: 10.96.0.1 # 双栈\n  ipFamilies: [IPv6, fd00::1]\n";
        assert_eq!(
            shown(&cut(text, &manifest(text))),
            "- <key>ip:</> <v4 addr>10.96.0.1</> <comment># 双栈</>\n  <key>ipFamilies:</> [<v6>IPv6</>, \
             <v6 addr>fd00::1</>]\n"
        );
        let text = "--a=10.0.0.0/8,fd00::/64 # --b";
        assert_eq!(
            shown(&cut(text, &flags(text))),
            "<key>--a</>=<v4 addr>10.0.0.0/8</>,<v6 addr>fd00::/64</> <comment># --b</>"
        );
    }
}
