//! Which flags does a pasted text give to which component, and where does each stand?
//!
//! People paste shell command lines, systemd units, static Pod manifests and bare lists. All of
//! them are read here; what is no flag is reported, never dropped. Whether a flag exists and what
//! its value means is not decided here.

use crate::source::span::Span;

/// More text than this is not read: no real set of flags comes near it.
pub const MAX_BYTES: usize = 64 * 1024;

/// A component whose flags decide about dual-stack.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Component {
    /// The API server.
    KubeApiserver,
    /// The controller manager.
    KubeControllerManager,
    /// The proxy of each node.
    KubeProxy,
    /// The agent of each node.
    Kubelet,
}

impl Component {
    /// Every component, in the order in which a cluster starts them.
    pub const ALL: [Self; 4] =
        [Self::KubeApiserver, Self::KubeControllerManager, Self::KubeProxy, Self::Kubelet];

    /// The name of the program.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeProxy => "kube-proxy",
            Self::Kubelet => "kubelet",
        }
    }

    /// The component of that exact name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// What a text says, in the order of the text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FlagsText {
    /// One section per heading, preceded by one without heading if flags come first.
    pub sections: Vec<Section>,
    /// What could not be read, in the order of the text.
    pub problems: Vec<FlagProblem>,
}

/// The flags of one running component.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// Whose flags these are.
    pub component: Component,
    /// From the heading, or else the first flag, to the end of the last flag.
    pub span: Span,
    /// The words that opened the section; none when flags stand before any heading.
    pub heading: Option<Span>,
    /// Every occurrence, repeated ones too.
    pub flags: Vec<Flag>,
}

/// One flag as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flag {
    /// Without dashes, and with `-` for `_`, as the components normalise names.
    pub name: String,
    /// The name in the text, without dashes.
    pub name_span: Span,
    /// The value without its quotes; none when only the name is written.
    pub value: Option<String>,
    /// The value in the text, inside its quotes; empty and behind the name when there is none.
    pub value_span: Span,
    /// The whole flag with dashes, value and quotes.
    pub span: Span,
    /// Whether the value is a word of its own (`--name value`). A component does not take such a
    /// word as the value of a boolean flag.
    pub spaced: bool,
}

/// Something in the text that is not a flag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlagProblem {
    /// Where.
    pub span: Span,
    /// What is wrong, in English.
    pub text_en: String,
    /// What is wrong, in Chinese.
    pub text_zh: String,
}

impl Flag {
    /// The comma-separated entries of the value in the text that the flag was read from; none without a value.
    pub fn entries<'t>(&self, text: &'t str) -> impl Iterator<Item = (Span, &'t str)> {
        let Span { start, end } = self.value_span;
        let value = self.value.as_ref().and_then(|_| text.get(start..end));
        let mut at = start;
        value.into_iter().flat_map(|value| value.split(',')).map(move |entry| {
            let span = Span::new(at, at + entry.len());
            at = span.end + 1;
            (span, entry)
        })
    }
}

impl FlagsText {
    /// The flags of a component, from all its sections.
    pub fn of(&self, component: Component) -> impl Iterator<Item = &Flag> {
        self.sections
            .iter()
            .filter(move |section| section.component == component)
            .flat_map(|section| &section.flags)
    }

    /// The flag of this name that counts: of repeated ones the last.
    #[must_use]
    pub fn last(&self, component: Component, name: &str) -> Option<&Flag> {
        self.of(component).filter(|flag| flag.name == name).last()
    }
}

/// Reads a text of flags. Never fails: what is wrong is among the problems.
#[must_use]
pub fn parse(text: &str) -> FlagsText {
    let cut = readable_len(text);
    let mut out = read(&text[..cut]);
    if cut < text.len() {
        out.problems.push(FlagProblem {
            span: Span::new(cut, text.len()),
            text_en: "The text is longer than 64 KiB. The rest is not read.".into(),
            text_zh: "文本超过 64 KiB，其余部分不会读取。".into(),
        });
    }
    out
}

/// Reads a text however long it is.
pub(super) fn read(text: &str) -> FlagsText {
    let mut reader = Reader::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        reader.line(line, start);
        start += line.len();
    }
    reader.out
}

/// How much of the text is read: all of it, or whole lines up to the limit.
fn readable_len(text: &str) -> usize {
    if text.len() <= MAX_BYTES {
        return text.len();
    }
    let cut = text.floor_char_boundary(MAX_BYTES);
    // Half a flag would be read as a different flag, so the last line goes as a whole.
    text[..cut].rfind('\n').map_or(cut, |newline| newline + 1)
}

/// A character as a program would get it, with the bytes that stand for it.
#[derive(Clone, Copy)]
struct Glyph {
    ch: char,
    span: Span,
}

/// A word as a shell splits them.
struct Word {
    glyphs: Vec<Glyph>,
    /// With quotes.
    span: Span,
    /// Whether the first character is a quote.
    quoted: bool,
    /// The quote that is never closed.
    unclosed: Option<Span>,
    /// Whether a comma of a list directly follows and was taken off.
    comma: bool,
}

impl Word {
    fn text(&self) -> String {
        self.glyphs.iter().map(|g| g.ch).collect()
    }

    /// The bytes of the glyphs from `from` up to `to`; empty at `fallback` when there are none.
    fn span_of(&self, from: usize, to: usize, fallback: usize) -> Span {
        match self.glyphs.get(from..to) {
            Some([first, .., last]) => Span::new(first.span.start, last.span.end),
            Some([only]) => only.span,
            _ => Span::new(fallback, fallback),
        }
    }
}

/// The words of one line and whether the next line continues it.
#[derive(Default)]
struct Words {
    words: Vec<Word>,
    continues: bool,
}

/// What separates words. Invisible characters that come with copied text count too.
fn is_blank(ch: char) -> bool {
    ch.is_whitespace() || matches!(ch, '\u{feff}' | '\u{200b}')
}

/// Splits a line as a shell does, but also takes the brackets and commas of a JSON list off.
/// `flow` counts the open brackets of such lists and lasts from line to line.
fn words(line: &str, base: usize, flow: &mut usize) -> Words {
    let mut out = Words::default();
    let mut at = 0;
    while let Some(ch) = line[at..].chars().next() {
        let rest = &line[at + ch.len_utf8()..];
        let opens_list = || {
            let next = rest.trim_start_matches(is_blank);
            let names_program = || next.split_once(',').is_some_and(|(w, _)| program(w).is_some());
            next.is_empty() || next.starts_with(['"', '\'', '-', ']', '[']) || names_program()
        };
        if is_blank(ch) || ch == ',' {
            at += ch.len_utf8();
        } else if ch == '#' {
            break;
        } else if ch == '\\' && rest.chars().all(is_blank) {
            out.continues = true;
            break;
        } else if ch == '[' && opens_list() {
            *flow += 1;
            at += 1;
        } else if ch == ']' && *flow > 0 {
            *flow -= 1;
            at += 1;
        } else {
            let (word, end, continues) = word(line, at, base, flow);
            at = end;
            out.continues |= continues;
            out.words.push(word);
        }
    }
    out
}

/// Reads the word at `start`, which is never blank. Gives where it ends, and whether a backslash
/// directly behind it continues the line.
fn word(line: &str, start: usize, base: usize, flow: &mut usize) -> (Word, usize, bool) {
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut quote: Option<(char, usize)> = None;
    let mut at = start;
    let mut continues = false;
    let mut quoted_whole = line[start..].starts_with(['"', '\'']);
    let quoted = quoted_whole;
    while let Some(ch) = line[at..].chars().next() {
        let next = at + ch.len_utf8();
        let follower = line[next..].chars().next();
        let mut push = |ch, end| {
            glyphs.push(Glyph { ch, span: Span::new(base + at, base + end) });
        };
        match (quote, ch) {
            (Some((open, _)), _) if ch == open => {
                quote = None;
                // In a JSON list the comma or bracket ends the word.
                if quoted_whole && matches!(follower, Some(',' | ']')) {
                    at = next;
                    break;
                }
                quoted_whole = false;
            }
            (Some(('"', _)), '\\') | (None, '\\') => match follower {
                Some(c @ ('"' | '\\')) => {
                    push(c, next + 1);
                    at = next + 1;
                    continue;
                }
                Some(c @ ('\'' | ' ')) if quote.is_none() && !line[next..].trim().is_empty() => {
                    push(c, next + 1);
                    at = next + 1;
                    continue;
                }
                _ if line[next..].chars().all(is_blank) => {
                    continues = true;
                    break;
                }
                _ => push(ch, next),
            },
            (Some(_), '\r' | '\n') if line[at..].trim().is_empty() => break,
            (Some(_), _) => push(ch, next),
            (None, '"' | '\'') => quote = Some((ch, at)),
            (None, _) if is_blank(ch) => break,
            (None, _) => push(ch, next),
        }
        at = next;
    }
    let mut word = Word {
        glyphs,
        span: Span::new(base + start, base + at),
        quoted,
        unclosed: quote.map(|(_, open)| Span::new(base + open, base + at)),
        comma: quoted && line[at..].starts_with(','),
    };
    if *flow > 0 && !quoted {
        take_list_marks_off(&mut word, flow);
    }
    (word, if continues { line.len() } else { at }, continues)
}

/// Takes the comma or bracket off the end of a bare word in a JSON-like list. Nothing is taken
/// off a quoted end: there the last glyph ends before the word does.
fn take_list_marks_off(word: &mut Word, flow: &mut usize) {
    let balanced = word.glyphs.iter().any(|g| g.ch == '[');
    while let Some(last) = word.glyphs.last().copied() {
        if last.span.end != word.span.end {
            return;
        }
        match last.ch {
            ',' => word.comma = true,
            ']' if *flow > 0 && !balanced => *flow -= 1,
            _ => return,
        }
        word.glyphs.pop();
        word.span.end = last.span.start;
    }
}

/// Programs that stand beside the four, so that their flags are not taken for somebody else's.
const OTHER_PROGRAMS: [&str; 6] =
    ["kube-scheduler", "cloud-controller-manager", "etcd", "kubeadm", "kubectl", "containerd"];

/// What stands before the program or its arguments without saying anything itself.
const PREFIXES: [&str; 10] = [
    "sudo",
    "exec",
    "$",
    "command:",
    "args:",
    "\"command\":",
    "\"args\":",
    "[Service]",
    "[Unit]",
    "[Install]",
];

/// What a word at the start of a line opens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opens {
    Ours(Component),
    Other,
}

/// Whose program a word names: bare, as a path, as an image-like `.exe`, or in `[…]`.
fn program(word: &str) -> Option<Opens> {
    let bare = word.strip_prefix('[').and_then(|w| w.strip_suffix(']')).unwrap_or(word);
    let file = bare.rsplit(['/', '\\']).next().unwrap_or(bare);
    let name = file.strip_suffix(".exe").unwrap_or(file);
    match Component::from_name(name) {
        Some(component) => Some(Opens::Ours(component)),
        None => OTHER_PROGRAMS.contains(&name).then_some(Opens::Other),
    }
}

/// How a word looks from the side of a flag.
enum Shape {
    /// `--name…`; the glyphs of the name start at the number.
    Long,
    /// `-v`, `-v=2`, `-v2`.
    Short,
    /// Dashes, but no flag.
    Bad,
    /// No dashes.
    Plain,
}

fn shape(word: &str) -> Shape {
    if let Some(rest) = word.strip_prefix("--") {
        return match rest.chars().next() {
            None | Some('-' | '=') => Shape::Bad,
            Some(_) => Shape::Long,
        };
    }
    let Some(rest) = word.strip_prefix('-') else {
        return Shape::Plain;
    };
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some(letter), None | Some('=')) if letter.is_ascii_alphabetic() => Shape::Short,
        (Some(letter), Some(_))
            if letter.is_ascii_alphabetic() && rest[1..].bytes().all(|b| b.is_ascii_digit()) =>
        {
            Shape::Short
        }
        (Some(letter), _) if letter.is_ascii_alphabetic() => Shape::Bad,
        // `-1`, `-` and the like can only be values.
        _ => Shape::Plain,
    }
}

/// Reads line by line; what one line leaves open for the next is kept here.
#[derive(Default)]
struct Reader {
    out: FlagsText,
    /// The last flag has no value yet and the next word may be it.
    awaits_value: bool,
    /// The last line ended with a backslash.
    continued: bool,
    /// The last line was an item of a list.
    was_item: bool,
    /// Open brackets of a JSON list.
    flow: usize,
    /// The problem that words without meaning on this line are gathered in.
    stray: Option<usize>,
    /// The problem that gathers the flags of a program that is not ours.
    foreign: Option<usize>,
}

impl Reader {
    fn problem(&mut self, span: Span, en: impl Into<String>, zh: impl Into<String>) -> usize {
        self.out.problems.push(FlagProblem { span, text_en: en.into(), text_zh: zh.into() });
        self.out.problems.len() - 1
    }

    fn line(&mut self, line: &str, start: usize) {
        self.stray = None;
        let body = line.trim_start_matches(is_blank);
        let start = start + line.len() - body.len();
        let body = body.trim_end_matches(is_blank);
        if body.is_empty() {
            // A blank line ends a continued command, as in a shell.
            self.end_of_command();
            return;
        }
        if body.starts_with('#') {
            // A comment between continued lines does not interrupt them for the reader of a text.
            self.decorated_heading(body, start);
            return;
        }
        if self.decorated_heading(body, start) || body.chars().all(|c| c == '-') && body.len() > 2 {
            self.end_of_command();
            return;
        }

        let (body, start, item) = without_item_mark(body, start);
        let inside = self.flow > 0;
        let Words { words, continues } = words(body, start, &mut self.flow);
        let listed = words.iter().any(|w| w.comma) || self.flow > 0;
        if !(self.continued || (self.was_item && (item || listed || inside))) {
            self.awaits_value = false;
        }
        let value_first = self.awaits_value && self.continued;
        self.words(words, !value_first);
        self.continued = continues;
        self.was_item = item || listed;
    }

    fn end_of_command(&mut self) {
        self.awaits_value = false;
        self.continued = false;
        self.was_item = false;
        // A bracket that was never closed must not reach into the next command.
        self.flow = 0;
    }

    /// `# kube-proxy`, `## kubelet · node-1`, `=== kube-proxy ===`, `[kube-proxy]`.
    fn decorated_heading(&mut self, body: &str, start: usize) -> bool {
        let is_mark = |c: char| matches!(c, '#' | '=' | '*' | '-') || is_blank(c);
        if !body.starts_with(['#', '=', '*', '[']) && !body.starts_with("---") {
            return false;
        }
        let inner = body.trim_matches(is_mark);
        let inner = inner.strip_suffix([':', '：']).unwrap_or(inner);
        let name = inner.split(['·', '•']).next().unwrap_or(inner).trim();
        let bare = name.strip_prefix('[').map_or(Some(name), |n| n.strip_suffix(']'));
        let Some(opens) = bare.filter(|n| !n.contains('/')).and_then(program) else {
            return false;
        };
        self.open(opens, Span::new(start, start + body.len()), name);
        self.end_of_command();
        true
    }

    /// Starts the section that a heading names.
    fn open(&mut self, opens: Opens, span: Span, name: &str) {
        self.awaits_value = false;
        self.foreign = None;
        match opens {
            Opens::Ours(component) => self.out.sections.push(Section {
                component,
                span,
                heading: Some(span),
                flags: Vec::new(),
            }),
            Opens::Other => {
                let at = self.problem(
                    span,
                    format!(
                        "`{name}` is not one of the components whose flags are read here \
                         ({}). Its flags are ignored.",
                        names()
                    ),
                    format!("`{name}` 不是此处读取标志的组件（{}），它的标志会被忽略。", names()),
                );
                self.foreign = Some(at);
            }
        }
    }

    fn words(&mut self, words: Vec<Word>, may_open: bool) {
        let mut words = words.into_iter().peekable();
        let mut may_open = may_open;
        // A label behind a heading (`kubelet · node-1`) lasts until the first flag.
        let mut in_label = false;
        while let Some(word) = words.next() {
            let text = word.text();
            if may_open {
                if let Some(rest) = after_assignment(&text) {
                    self.assigned(&word, rest);
                    may_open = rest.skip == word.glyphs.len();
                    continue;
                }
                if PREFIXES.contains(&text.as_str()) {
                    continue;
                }
                may_open = false;
                let name = text.strip_suffix([':', '：']).unwrap_or(&text);
                if let Some(opens) = program(name) {
                    self.open(opens, word.span, name);
                    in_label = name.len() < text.len()
                        || words.peek().is_some_and(|next| starts_label(&next.text()));
                    continue;
                }
            }
            if let Some(foreign) = self.foreign {
                self.extend_problem(foreign, word.span.end);
                continue;
            }
            if in_label && matches!(shape(&text), Shape::Plain) {
                self.extend_heading(word.span.end);
                continue;
            }
            in_label = false;
            self.report_unclosed(&word);
            self.take(&word, &text);
        }
    }

    /// `ExecStart=/usr/bin/kubelet` and `KUBELET_EXTRA_ARGS="--a=b --c=d"`: what stands behind
    /// the `=` is read in place of the word.
    fn assigned(&mut self, word: &Word, rest: Assigned) {
        self.report_unclosed(word);
        if rest.kubelet {
            let name = word.span_of(0, rest.skip, word.span.start);
            self.open(Opens::Ours(Component::Kubelet), name, Component::Kubelet.name());
        }
        let glyphs = word.glyphs.get(rest.skip..).unwrap_or_default();
        let inner: Vec<Word> = glyphs
            .split(|g| is_blank(g.ch))
            .filter_map(|part| {
                let (first, last) = (part.first()?, part.last()?);
                Some(Word {
                    glyphs: part.to_vec(),
                    span: Span::new(first.span.start, last.span.end),
                    quoted: false,
                    unclosed: None,
                    comma: false,
                })
            })
            .collect();
        self.words(inner, !rest.kubelet);
    }

    fn report_unclosed(&mut self, word: &Word) {
        if let Some(span) = word.unclosed {
            self.problem(
                span,
                "This quote is not closed on its line. The rest of the line is read as quoted.",
                "此引号在本行内没有闭合，本行其余内容都按引号内处理。",
            );
        }
    }

    fn extend_problem(&mut self, at: usize, end: usize) {
        if let Some(problem) = self.out.problems.get_mut(at) {
            problem.span.end = end;
        }
    }

    fn extend_heading(&mut self, end: usize) {
        if let Some(section) = self.out.sections.last_mut() {
            section.span.end = end;
            if let Some(heading) = &mut section.heading {
                heading.end = end;
            }
        }
    }

    /// Takes a word that is neither a heading nor part of one.
    fn take(&mut self, word: &Word, text: &str) {
        match shape(text) {
            Shape::Long => self.flag(word, text, 2),
            Shape::Short => self.flag(word, text, 1),
            Shape::Plain if self.awaits_value && !text.starts_with('=') => self.value(word, text),
            Shape::Plain | Shape::Bad => self.no_flag(word, text),
        }
    }

    fn flag(&mut self, word: &Word, text: &str, dashes: usize) {
        let equals = word.glyphs.iter().position(|g| g.ch == '=');
        let digits = dashes == 1 && equals.is_none() && word.glyphs.len() > 2;
        let name_end = if digits { 2 } else { equals.unwrap_or(word.glyphs.len()) };
        let name_span = word.span_of(dashes, name_end, word.span.end);
        let (value, value_span) = if digits {
            let span = word.span_of(2, word.glyphs.len(), name_span.end);
            (Some(text.chars().skip(2).collect()), span)
        } else if let Some(equals) = equals {
            let behind = word.glyphs.get(equals).map_or(word.span.end, |g| g.span.end);
            // `--name=""`: the empty value stands between the quotes.
            let between = behind + usize::from(!word.quoted && behind + 2 == word.span.end);
            let span = word.span_of(equals + 1, word.glyphs.len(), between);
            (Some(text.chars().skip(equals + 1).collect()), span)
        } else {
            (None, Span::new(name_span.end, name_span.end))
        };
        let name = text
            .chars()
            .take(name_end)
            .skip(dashes)
            .map(|c| if c == '_' { '-' } else { c })
            .collect();
        self.stray = None;
        self.awaits_value = value.is_none();
        let flag = Flag { name, name_span, value, value_span, span: word.span, spaced: false };
        self.add(flag);
    }

    fn add(&mut self, flag: Flag) {
        match self.out.sections.last_mut() {
            Some(section) => {
                section.span.end = flag.span.end;
                section.flags.push(flag);
            }
            None => self.out.sections.push(Section {
                component: Component::KubeApiserver,
                span: flag.span,
                heading: None,
                flags: vec![flag],
            }),
        }
    }

    /// Gives the word to the flag before it.
    fn value(&mut self, word: &Word, text: &str) {
        self.awaits_value = false;
        let Some(section) = self.out.sections.last_mut() else {
            return;
        };
        let Some(flag) = section.flags.last_mut() else {
            return;
        };
        let inside = word.span.start + usize::from(word.quoted);
        flag.value = Some(text.to_owned());
        flag.value_span = word.span_of(0, word.glyphs.len(), inside);
        flag.span.end = word.span.end;
        flag.spaced = true;
        section.span.end = word.span.end;
    }

    /// Reports a word that means nothing; neighbours on the line share one problem.
    fn no_flag(&mut self, word: &Word, text: &str) {
        self.awaits_value = false;
        if let Some(stray) = self.stray {
            self.extend_problem(stray, word.span.end);
            return;
        }
        let before = self.out.sections.last().and_then(|s| s.flags.last());
        let (en, zh) = why_no_flag(text, before, word.span.start);
        self.stray = Some(self.problem(word.span, en, zh));
    }
}

/// The names of the components, for sentences.
fn names() -> String {
    Component::ALL.map(Component::name).join(", ")
}

/// Says what is wrong with a word, and what was probably meant.
fn why_no_flag(text: &str, before: Option<&Flag>, start: usize) -> (String, String) {
    let shown = shorten(text);
    // Only the neighbour tells something: one blank may stand between it and the word.
    let neighbour = before.filter(|flag| flag.span.end + 1 == start);
    if text.starts_with(['–', '—', '−', '－', '‑']) {
        return (
            format!("`{shown}` begins with a typographic dash. Type two plain hyphens: `--`."),
            format!("`{shown}` 以排版用的破折号开头，请改成两个普通连字符 `--`。"),
        );
    }
    if let Some(name) = neighbour
        .filter(|flag| flag.value.as_deref().is_none_or(str::is_empty))
        .filter(|flag| text.starts_with('=') || flag.value.is_some())
        .map(|flag| &flag.name)
    {
        return (
            format!("No space is allowed beside `=`: write `--{name}=value`."),
            format!("`=` 两侧不能有空格，请写成 `--{name}=值`。"),
        );
    }
    if let Some(name) = neighbour
        .filter(|flag| flag.value.as_deref().is_some_and(|v| v.ends_with(',')))
        .map(|flag| &flag.name)
    {
        return (
            format!(
                "The space after the comma ends the value of `--{name}`, so `{shown}` does not \
                 belong to it. Remove the space."
            ),
            format!("逗号后的空格使 `--{name}` 的值到此为止，`{shown}` 不属于该值。请删去空格。"),
        );
    }
    if text.starts_with('$') {
        return (
            format!(
                "`{shown}` is a variable, and its value is not known here: write the value itself."
            ),
            format!("`{shown}` 是变量，这里不知道它的值，请直接写出该值。"),
        );
    }
    if text.starts_with("--") {
        return (
            format!("`{shown}` is not a flag: a name must follow the two hyphens."),
            format!("`{shown}` 不是标志：两个连字符之后必须是名称。"),
        );
    }
    let name = text.trim_start_matches('-').split(['=', ':']).next().unwrap_or("");
    let like_a_name = name.contains('-')
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if like_a_name || text.starts_with('-') {
        let name = shorten(name);
        return (
            format!("A flag begins with two hyphens: write `--{name}=value`."),
            format!("标志以两个连字符开头，请写成 `--{name}=值`。"),
        );
    }
    (
        format!(
            "`{shown}` is not a flag. Flags look like `--name=value`; comments begin with `#`."
        ),
        format!("`{shown}` 不是标志。标志形如 `--name=value`，注释以 `#` 开头。"),
    )
}

/// Keeps a sentence readable when the word in it is not.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// Takes the `- ` of a YAML list item off (also `- - `), but not the dashes of a flag.
fn without_item_mark(mut body: &str, mut start: usize) -> (&str, usize, bool) {
    let mut item = false;
    while let Some(rest) = body.strip_prefix('-').filter(|r| r.starts_with(is_blank)) {
        let trimmed = rest.trim_start_matches(is_blank);
        start += body.len() - trimmed.len();
        body = trimmed;
        item = true;
    }
    (body, start, item)
}

/// Whether a word behind a heading begins a label such as a node's name.
fn starts_label(word: &str) -> bool {
    word.starts_with(['·', '•', '|', '(', '（', '@', ':', '：', '/', '—', '–']) || word == "-"
}

/// An assignment that is only a wrapper around a command or its arguments.
#[derive(Clone, Copy)]
struct Assigned {
    /// How many characters the wrapper takes.
    skip: usize,
    /// Whether the variable's name says that the kubelet gets the flags.
    kubelet: bool,
}

fn after_assignment(word: &str) -> Option<Assigned> {
    if let Some(rest) = word.strip_prefix("ExecStart=") {
        // systemd lets these marks stand before the path.
        let path = rest.trim_start_matches(['-', '@', ':', '+', '!']);
        return Some(Assigned {
            skip: word.chars().count() - path.chars().count(),
            kubelet: false,
        });
    }
    let variable = word.strip_prefix("Environment=").unwrap_or(word);
    let (name, flags) = variable.split_once('=')?;
    let kubelet = name.starts_with("KUBELET_")
        && name.ends_with("_ARGS")
        && (flags.is_empty() || flags.starts_with('-'));
    kubelet.then(|| Assigned { skip: word.chars().count() - flags.chars().count(), kubelet })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `component: name=value name`, one line per section.
    fn summary(text: &str) -> String {
        let lines: Vec<String> = parse(text)
            .sections
            .iter()
            .map(|section| {
                let flags: Vec<String> = section
                    .flags
                    .iter()
                    .map(|flag| match &flag.value {
                        Some(value) => format!("{}={value}", flag.name),
                        None => flag.name.clone(),
                    })
                    .collect();
                format!("{}: {}", section.component.name(), flags.join(" "))
            })
            .collect();
        lines.join("\n")
    }

    /// The summary of a text that must have no problem.
    fn clean(text: &str) -> String {
        assert_eq!(parse(text).problems, [], "{text}");
        summary(text)
    }

    fn slice(text: &str, span: Span) -> &str {
        &text[span.start..span.end]
    }

    /// The stretches of the problems and their English sentences.
    fn problems(text: &str) -> Vec<(String, String)> {
        parse(text)
            .problems
            .iter()
            .map(|p| (slice(text, p.span).to_owned(), p.text_en.clone()))
            .collect()
    }

    fn assert_problem(text: &str, at: &str, says: &str) {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, at);
        assert!(found[0].1.contains(says), "{found:?}");
    }

    #[test]
    fn flags_before_any_heading_belong_to_the_api_server() {
        assert_eq!(clean("--a=b\n--c=d"), "kube-apiserver: a=b c=d");
        assert_eq!(parse("--a=b").sections[0].heading, None);
    }

    #[test]
    fn an_empty_text_has_neither_sections_nor_problems() {
        assert_eq!(parse(""), FlagsText::default());
        assert_eq!(parse(" \r\n\t\n# a comment\n"), FlagsText::default());
    }

    #[test]
    fn values_follow_an_equals_sign_or_a_blank() {
        assert_eq!(clean("--a=b --c d --e --f=g=h"), "kube-apiserver: a=b c=d e f=g=h");
        let spaced: Vec<bool> =
            parse("--a=b --c d").sections[0].flags.iter().map(|f| f.spaced).collect();
        assert_eq!(spaced, [false, true]);
    }

    #[test]
    fn a_value_on_the_next_line_needs_a_backslash() {
        assert_eq!(clean("--a \\\n  b"), "kube-apiserver: a=b");
        assert_eq!(summary("--a\nb"), "kube-apiserver: a");
        assert_problem("--a\nb", "b", "not a flag");
    }

    #[test]
    fn underscores_in_names_become_hyphens_and_in_values_stay() {
        assert_eq!(clean("--node_ip=a_b"), "kube-apiserver: node-ip=a_b");
    }

    #[test]
    fn quotes_may_stand_around_the_value_or_the_flag() {
        assert_eq!(
            clean(r#"--a="b c" '--d=e f' "--g=h" --i 'j k' --l="" --m=n"o"'p' --q="r\"s""#),
            r#"kube-apiserver: a=b c d=e f g=h i=j k l= m=nop q=r"s"#
        );
    }

    #[test]
    fn spans_cover_what_they_name() {
        for (text, name, value, whole) in [
            ("# 中文🙂\n --a_b=c --z", "a_b", "c", "--a_b=c"),
            ("--a='c d'", "a", "c d", "--a='c d'"),
            ("\"--a=c\",", "a", "c", "\"--a=c\""),
            ("--a 'c'\r\n", "a", "c", "--a 'c'"),
            ("--a=值\r\n", "a", "值", "--a=值"),
            ("--a\r\n", "a", "", "--a"),
            ("-v2", "v", "2", "-v2"),
        ] {
            let flag = &parse(text).sections[0].flags[0];
            assert_eq!(slice(text, flag.name_span), name);
            assert_eq!(slice(text, flag.value_span), value);
            assert_eq!(slice(text, flag.span), whole);
        }
    }

    #[test]
    fn an_empty_value_stands_between_its_quotes() {
        for (text, at) in [("--a=\"\"", 5), ("--a=", 4), ("\"--a=\"", 5), ("--a ''", 5), ("--a", 3)]
        {
            assert_eq!(parse(text).sections[0].flags[0].value_span, Span::new(at, at), "{text}");
        }
    }

    #[test]
    fn a_command_line_opens_the_section_of_its_program() {
        for text in [
            "kube-proxy --a=b --c=d",
            "/usr/local/bin/kube-proxy --a=b \\\n --c=d",
            "$ sudo kube-proxy --a=b --c d",
            "ExecStart=/usr/bin/kube-proxy \\\r\n  --a=b \\\r\n  --c=d\r\n",
            "[Service]\nExecStart=\nExecStart=-/usr/bin/kube-proxy --a=b --c=d",
            "C:\\k\\kube-proxy.exe --a=b --c=d",
            "kube-proxy --a=b\\\n  --c=d",
        ] {
            assert_eq!(clean(text), "kube-proxy: a=b c=d", "{text}");
        }
    }

    #[test]
    fn every_form_of_heading_opens_a_section() {
        for heading in [
            "kubelet",
            "kubelet:",
            "kubelet：",
            "# kubelet",
            "## kubelet:",
            "[kubelet]",
            "=== kubelet ===",
            "--- kubelet ---",
            "- kubelet",
            "\"kubelet\",",
            "kubelet · node-1",
            "kubelet: node-1",
            "kubelet (node-1)",
            "# kubelet · node-1",
            "command: [\"kubelet\",",
        ] {
            let text = format!("--x=y\n{heading}\n--a=b");
            assert_eq!(clean(&text), "kube-apiserver: x=y\nkubelet: a=b", "{heading}");
        }
    }

    #[test]
    fn a_heading_with_a_label_spans_both_and_stops_at_the_first_flag() {
        let text = "kubelet · node-1 --a=b";
        let parsed = parse(text);
        let section = &parsed.sections[0];
        assert_eq!(section.heading.map(|h| slice(text, h)), Some("kubelet · node-1"));
        assert_eq!(slice(text, section.span), text);
        assert_eq!(section.flags.len(), 1);
    }

    #[test]
    fn each_heading_opens_a_section_of_its_own() {
        assert_eq!(
            clean("kubelet --a=1\nkubelet --a=2\nkube-proxy"),
            "kubelet: a=1\nkubelet: a=2\nkube-proxy: "
        );
    }

    #[test]
    fn a_comment_that_merely_mentions_a_component_is_no_heading() {
        assert_eq!(
            clean("--a=b # kubelet\n# kubelet: see below\n# kubelet - old\n--c=d"),
            "kube-apiserver: a=b c=d"
        );
    }

    #[test]
    fn a_component_as_value_is_no_heading() {
        assert_eq!(clean("--user kubelet --a=b"), "kube-apiserver: user=kubelet a=b");
        assert_eq!(clean("--user \\\n kubelet"), "kube-apiserver: user=kubelet");
    }

    #[test]
    fn the_command_of_a_manifest_is_read() {
        assert_eq!(
            clean(
                "- command:\n  - kube-apiserver\n  - --a=b,c\n  - '--d=e'\n  - --f\n  - g\n  - --h # why\n"
            ),
            "kube-apiserver: a=b,c d=e f=g h"
        );
    }

    #[test]
    fn json_lists_are_read_on_one_line_or_on_many() {
        for text in [
            "[\"kube-proxy\", \"--a=b,c\", \"--d\", \"e\"]",
            "[\"kube-proxy\",\"--a=b,c\",\"--d\",\"e\"]",
            "[\n  \"kube-proxy\",\n  \"--a=b,c\",\n  \"--d\",\n  \"e\"\n]",
            "\"command\": [\n  \"kube-proxy\",\n  \"--a=b,c\",\n  \"--d=e\"\n],",
            "args: [kube-proxy, --a=b,c, --d=e]",
            "args: [--d=e]\nkube-proxy\n[--a=b,c, --d=e]",
        ] {
            let read = clean(text);
            assert_eq!(read.lines().last(), Some("kube-proxy: a=b,c d=e"), "{text}");
        }
    }

    #[test]
    fn a_list_that_is_never_closed_ends_with_its_command() {
        assert_eq!(clean("[\"--a=b\",\n# kubelet\n--c=d,"), "kube-apiserver: a=b\nkubelet: c=d,");
        assert_eq!(clean("[ --a=b,\n\n--c=d,"), "kube-apiserver: a=b c=d,");
    }

    #[test]
    fn a_hash_inside_a_word_or_quotes_is_no_comment() {
        assert_eq!(clean("--a=b#c --d='e # f' # --g=h"), "kube-apiserver: a=b#c d=e # f");
    }

    #[test]
    fn brackets_in_a_value_stay() {
        assert_eq!(
            clean("--a=http://[::1]:80 --b [::]:10249"),
            "kube-apiserver: a=http://[::1]:80 b=[::]:10249"
        );
    }

    #[test]
    fn a_short_flag_is_read_with_each_kind_of_value() {
        assert_eq!(clean("-v=2 -v 3 -v4 -v"), "kube-apiserver: v=2 v=3 v=4 v");
    }

    #[test]
    fn a_value_may_begin_with_one_hyphen_and_a_digit() {
        assert_eq!(clean("--oom-score-adj -999"), "kube-apiserver: oom-score-adj=-999");
    }

    #[test]
    fn the_kubelet_variable_opens_a_kubelet_section() {
        for text in [
            "KUBELET_EXTRA_ARGS=\"--a=b --c=d\"",
            "KUBELET_KUBEADM_ARGS=--a=b --c=d",
            "Environment=\"KUBELET_EXTRA_ARGS=--a=b --c=d\"",
        ] {
            assert_eq!(clean(text), "kubelet: a=b c=d", "{text}");
        }
    }

    #[test]
    fn repeated_flags_are_all_kept() {
        assert_eq!(clean("--a=1 --a=2"), "kube-apiserver: a=1 a=2");
    }

    #[test]
    fn stray_words_of_one_line_make_one_problem() {
        assert_problem("--a=b\nsome words here\n--c=d", "some words here", "`some` is not a flag");
        assert_eq!(problems("one\ntwo").len(), 2);
        assert_eq!(problems("one --a=b two").len(), 2);
    }

    #[test]
    fn problems_help_with_common_mistakes() {
        assert_problem("–a=b", "–a=b", "typographic dash");
        assert_problem("--a = b", "= b", "beside `=`: write `--a=value`");
        assert_problem("--a= b", "b", "beside `=`");
        assert_problem("--a=10.0.0.0/16, fd00::/108", "fd00::/108", "after the comma");
        assert_problem("$KUBELET_ARGS", "$KUBELET_ARGS", "variable");
        assert_problem("--", "--", "name must follow");
        assert_problem("--=b", "--=b", "name must follow");
        assert_problem("-node-ip=b", "-node-ip=b", "`--node-ip=value`");
        assert_problem("node-ip=b", "node-ip=b", "`--node-ip=value`");
        assert_problem("--a=\"b c", "\"b c", "not closed");
    }

    #[test]
    fn an_unclosed_quote_ends_with_its_line() {
        assert_eq!(summary("--a=\"b c\r\n--d=e"), "kube-apiserver: a=b c d=e");
    }

    #[test]
    fn flags_of_another_program_are_reported_and_not_given_to_ours() {
        let text = "kubelet --a=b\nkube-scheduler \\\n --c=d\nkube-proxy --e=f";
        assert_eq!(summary(text), "kubelet: a=b\nkube-proxy: e=f");
        assert_problem(text, "kube-scheduler \\\n --c=d", "ignored");
    }

    #[test]
    fn every_problem_speaks_both_languages() {
        let text = "–a\n--a = b\n--a=1, 2\n$X\n--\n-node-ip=1\nx\n--a='\netcd";
        let found = parse(text).problems;
        assert_eq!(found.len(), 9);
        for problem in found {
            assert!(problem.text_en.is_ascii() || problem.text_en.contains('–'), "{problem:?}");
            assert!(problem.text_zh.ends_with('。'), "{problem:?}");
        }
    }

    #[test]
    fn a_text_beyond_the_limit_is_read_up_to_it() {
        let line = "--abc=defg\n";
        let text = line.repeat(MAX_BYTES / line.len() + 10);
        let parsed = parse(&text);
        assert_eq!(parsed.sections[0].flags.len(), MAX_BYTES / line.len());
        assert_eq!(parsed.problems.len(), 1);
        assert_eq!(parsed.problems[0].span.end, text.len());
        assert!(parsed.problems[0].text_en.contains("64 KiB"));
        // One endless line of wide characters must not be cut inside a character.
        assert_eq!(parse(&"中".repeat(MAX_BYTES)).problems.len(), 2);
        assert_eq!(parse(&"-".repeat(MAX_BYTES)).problems.len(), 0);
    }

    /// Every word of the text must turn up in a flag, a heading or a problem.
    #[test]
    fn no_arrangement_of_pieces_panics_or_gives_bad_spans() {
        const PIECES: [&str; 36] = [
            "--",
            "-",
            "a",
            "=",
            "\"",
            "'",
            "\\",
            "\n",
            "\r\n",
            " ",
            "\t",
            "#",
            "[",
            "]",
            ",",
            ":",
            "kubelet",
            "kube-proxy",
            "etcd",
            "--node-ip",
            "中",
            "🙂",
            "·",
            "ExecStart=",
            "KUBELET_EXTRA_ARGS=",
            "Environment=",
            "command:",
            "- ",
            "-v",
            "$",
            "\u{feff}",
            "\u{a0}",
            "---",
            "–",
            "zq7",
            "\0",
        ];
        let mut next = crate::source::chance();
        for _ in 0..20_000 {
            let text: String = (0..next(24)).map(|_| PIECES[next(PIECES.len())]).collect();
            let parsed = parse(&text);
            let mut seen: Vec<Span> = parsed.problems.iter().map(|p| p.span).collect();
            let mut last = 0;
            for section in &parsed.sections {
                assert!(text.get(section.span.start..section.span.end).is_some(), "{text:?}");
                assert!(section.span.start >= last, "sections overlap: {text:?}");
                seen.extend(section.heading);
                for flag in &section.flags {
                    for span in [flag.span, flag.name_span, flag.value_span] {
                        assert!(text.get(span.start..span.end).is_some(), "{text:?}");
                        assert!(section.span.start <= span.start, "{text:?}");
                        assert!(span.end <= section.span.end, "{text:?}");
                    }
                    assert!(flag.span.start < flag.name_span.start, "{text:?}");
                    assert!(flag.name_span.end <= flag.value_span.start, "{text:?}");
                    assert!(!flag.name.is_empty(), "{text:?}");
                    seen.push(flag.span);
                }
                last = section.span.end;
            }
            for problem in &parsed.problems {
                assert!(text.get(problem.span.start..problem.span.end).is_some(), "{text:?}");
            }
            for (at, _) in text.match_indices("zq7") {
                let line = text[..at].rsplit('\n').next().unwrap_or("");
                if line.contains('#') {
                    continue;
                }
                assert!(
                    seen.iter().any(|s| s.start <= at && at < s.end),
                    "lost a word: {text:?} {parsed:?}"
                );
            }
        }
    }
}
