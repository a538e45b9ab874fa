//! Which flags does a pasted text give to which component, and where does each stand?
//!
//! People paste shell command lines, systemd units and the files of their variables, static Pod manifests, what `ps`,
//! `systemctl status`, `kubectl describe` and a log print, and bare lists. All of them are read here, each with the
//! quotes of its kind; what is no flag is reported, never dropped. Whether a flag exists and what its value means is
//! not decided here.
//!
//! A bare list under a heading is a person's own text: a word that is no flag is a remark there. The words of a command
//! line are what a program got, so such a word is an argument of the program.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::explain::text::Text;
use crate::release::flags as known;
use crate::source::flags::charts;
use crate::source::flags::frames::{self, Frame};
use crate::source::flags::log_dump::Dump;
use crate::source::flags::manifest;
use crate::source::flags::manifest::{Container, Part};
use crate::source::flags::programs::{self, Owner};
use crate::source::flags::table::{self, Kind};
use crate::source::flags::words::{
    Glyph, Word, Words, is_blank, literal_word, literal_words, scalar, value_words, words,
};
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
    /// Where what belongs to it begins: the document of its manifest, or its own line.
    pub lead: usize,
    /// The words that opened the section; none when flags stand before any heading.
    pub heading: Option<Span>,
    /// The node that the section is about, where something else than its heading names it.
    pub node: Option<Rc<str>>,
    /// Every occurrence, repeated ones too.
    pub flags: Vec<Flag>,
    /// Words that the program gets and that are no flags, in order.
    pub arguments: Vec<Argument>,
}

/// A word of a command line that is neither a flag nor the value of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Argument {
    /// Where it stands.
    pub span: Span,
    /// As the program gets it.
    pub text: String,
}

/// A word of a command line, as the program takes it.
#[derive(Clone, Copy, Debug)]
pub enum CommandWord<'t> {
    /// A flag, with its value.
    Flag(&'t Flag),
    /// Any other word.
    Argument(Span, &'t str),
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
    /// Whether one dash stands before it: `-v=2`.
    pub is_short: bool,
    /// The name as it is typed, where it has underscores.
    typed: Option<String>,
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
    /// A flag that a configuration sets: its name and value, and the fields they come from.
    #[must_use]
    pub fn of_config(name: &str, value: &str, [name_span, value_span, span]: [Span; 3]) -> Self {
        Self {
            name: name.to_owned(),
            name_span,
            value: Some(value.to_owned()),
            value_span,
            span,
            spaced: false,
            is_short: false,
            typed: None,
        }
    }

    /// The name as it is typed, without dashes.
    #[must_use]
    pub fn typed(&self) -> &str {
        self.typed.as_deref().unwrap_or(&self.name)
    }

    /// Whether the value looks like a flag: it is the next word, which a program takes whatever it looks like.
    #[must_use]
    pub fn takes_next_flag(&self) -> bool {
        let value = self.value.as_deref().filter(|_| self.spaced);
        value.is_some_and(|value| !matches!(shape(value), Shape::Plain))
    }

    /// The flag without its value, at a place of its own.
    #[must_use]
    pub(super) fn without_value(&self, span: Span) -> Self {
        Self { span, value: None, spaced: false, ..self.clone() }
    }

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

    /// All words of a component, in the order in which it gets them.
    #[must_use]
    pub fn words(&self, component: Component) -> Vec<CommandWord<'_>> {
        let mut words = Vec::new();
        for section in self.sections.iter().filter(|section| section.component == component) {
            let mut arguments = section.arguments.iter().peekable();
            for flag in &section.flags {
                while let Some(it) = arguments.next_if(|it| it.span.start < flag.span.start) {
                    words.push(CommandWord::Argument(it.span, &it.text));
                }
                words.push(CommandWord::Flag(flag));
            }
            words.extend(arguments.map(|it| CommandWord::Argument(it.span, &it.text)));
        }
        words
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
    let mut reader = Reader::new(text);
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        if let Some(length) = reader.manifest(text, start) {
            start += length;
            continue;
        }
        let mut length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        if let Some(more) = quoted_lines(rest, length) {
            length = more;
        }
        reader.line(&rest[..length], start);
        start += length;
    }
    reader.finish()
}

/// The length of the lines of an assignment whose quote is closed on a later one. A blank line ends it.
fn quoted_lines(rest: &str, first: usize) -> Option<usize> {
    let line = &rest[..first];
    if line.trim_start().starts_with('-') || !line.contains(['"', '\'']) {
        return None;
    }
    let body = line.trim_start().strip_prefix("export ").unwrap_or(line.trim_start());
    let body = body.strip_prefix("Environment=").unwrap_or(body);
    let quoted = body.strip_prefix(['"', '\'']).unwrap_or(body);
    let (name, value) = quoted.split_once('=').filter(|(name, _)| is_variable(name))?;
    let quote = match body.chars().next() {
        Some(quote @ ('"' | '\'')) => quote,
        _ => value.chars().next().filter(|char| ['"', '\''].contains(char))?,
    };
    let behind = rest.len() - rest.trim_start().len() + usize::from(quoted.len() < body.len());
    let from = line.find(name)? + name.len() + 1;
    let from = if value.starts_with(quote) { from + 1 } else { from.max(behind) };
    let mut escaped = false;
    let mut was_newline = false;
    for (at, char) in rest[from..].char_indices() {
        let at = from + at;
        if escaped {
            escaped = false;
            was_newline = char == '\n';
            continue;
        }
        match char {
            '\\' if quote == '"' => escaped = true,
            '\n' if was_newline => return None,
            '\n' => was_newline = true,
            _ if char == quote => {
                let end = rest[at..].find('\n').map_or(rest.len(), |newline| at + newline + 1);
                return (end > first).then_some(end);
            }
            ' ' | '\t' | '\r' => {}
            _ => was_newline = false,
        }
    }
    None
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
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

/// What stands before the program or its arguments without saying anything itself.
const PREFIXES: [&str; 11] = [
    "$",
    "export",
    "echo",
    "command:",
    "args:",
    "\"command\":",
    "\"args\":",
    "[Service]",
    "[Unit]",
    "[Install]",
    "-",
];

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
struct Reader<'t> {
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
    /// Whether the words are what a program gets, not a list that a person typed.
    exact: bool,
    /// Behind `--` of a command line.
    ended: bool,
    /// Whether the last section was opened by a heading of its own line.
    is_headed: bool,
    /// How many headings there were: a variable may be set again below another one.
    headings: usize,
    /// Who uses which variable, as far as the text tells.
    users: BTreeMap<&'t str, Owner>,
    /// Where the flags of a variable stand: those of an earlier line do not count.
    variables: BTreeMap<(String, usize), Span>,
    /// What kinds of surroundings were met.
    frames: Vec<Frame>,
    /// Columns of the process list above.
    columns: Option<usize>,
    /// Other programs in a list of processes, with the place of the first.
    others: Vec<String>,
    others_at: Option<Span>,
    /// The text is the output of `kubectl describe`.
    is_description: bool,
    /// The indentation of the `Command:` whose lines follow.
    described: Option<usize>,
    /// The container of which a description speaks.
    container: Option<(Owner, Span)>,
    /// Lines of a log with flags.
    dump: Dump,
    /// Up to where the text was found to be no manifest.
    no_manifest: usize,
    /// Up to where it was found to be no values of a chart.
    no_values: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let mut users = BTreeMap::new();
        let mut is_description = false;
        for line in text.lines() {
            is_description |=
                ["Command:", "Args:"].contains(&line.trim()) && line.starts_with([' ', '\t']);
            for (at, _) in line.match_indices('$') {
                let name = line[at + 1..].trim_start_matches(['{', '(']);
                let end = name.find(|char: char| !char.is_ascii_alphanumeric() && char != '_');
                let name = &name[..end.unwrap_or(name.len())];
                let mut before = line[..at].split_whitespace().rev();
                let user = before.find_map(|word| {
                    programs::of(
                        word.trim_start_matches(|char| {
                            !['/', '['].contains(&char) && !char::is_ascii_alphanumeric(&char)
                        })
                        .rsplit('=')
                        .next()
                        .unwrap_or_default(),
                    )
                });
                if let Some(user) = user.filter(|_| is_variable(name)) {
                    users.insert(name, user);
                }
            }
        }
        Self { users, is_description, ..Self::default() }
    }

    fn finish(mut self) -> FlagsText {
        self.end_of_dump();
        if let Some(span) = self.others_at {
            let names = self.others.join(", ");
            self.problem(
                span,
                format!("Other programs in the list are left out: {names}."),
                format!("列表中的其他程序会被略过：{names}。"),
            );
        }
        self.out.problems.sort_by_key(|problem| problem.span.start);
        self.out
    }

    fn problem(&mut self, span: Span, en: impl Into<String>, zh: impl Into<String>) -> usize {
        self.out.problems.push(FlagProblem { span, text_en: en.into(), text_zh: zh.into() });
        self.out.problems.len() - 1
    }

    /// A line that says nothing of flags. Of each kind the first one says so.
    fn frame(&mut self, frame: Frame, span: Span) {
        if !self.frames.contains(&frame) {
            self.frames.push(frame);
            let Text { en, zh } = frame.words();
            self.problem(span, en, zh);
        }
    }

    /// Reads a manifest that begins at a line; gives its length.
    fn manifest(&mut self, text: &str, start: usize) -> Option<usize> {
        if start < self.no_manifest || self.continued || self.flow > 0 || self.is_description {
            return None;
        }
        let known = manifest::length(&text[start..]);
        let are_values = known.is_none();
        let length = match known {
            Some(length) => length,
            None if start < self.no_values => return None,
            None => manifest::length_of_values(&text[start..])?,
        };
        let block = &text[start..start + length];
        // The rest of a block without words of a chart has none either.
        let may_be = !are_values || charts::may_be(block);
        let parts = may_be.then(|| manifest::read(block, start, are_values)).flatten();
        let Some(parts) = parts else {
            let end = if are_values { &mut self.no_values } else { &mut self.no_manifest };
            *end = start + length;
            return None;
        };
        self.end_of_dump();
        self.end_of_command();
        for part in parts {
            match part {
                Part::Manifest(first) => self.frame(Frame::Manifest, first),
                Part::Container(container) => self.container(container),
                Part::Configuration { kind, first } => {
                    self.problem(
                        first,
                        format!("`{kind}` has no command line: no flags are read from it."),
                        format!("`{kind}` 没有命令行：不会从中读取标志。"),
                    );
                }
                Part::Values(values) => {
                    self.problem(values.span, values.en, values.zh);
                }
            }
        }
        Some(length)
    }

    fn line(&mut self, line: &str, start: usize) {
        self.stray = None;
        let body = line.trim_start_matches(is_blank);
        let start = start + line.len() - body.len();
        let indent = line.len() - body.len();
        let body = body.trim_end_matches(is_blank);
        if body.is_empty() {
            // A blank line ends a continued command, as in a shell.
            self.end_of_command();
            return;
        }
        let whole = Span::new(start, start + body.len());
        if self.dumped(body, start) {
            return;
        }
        self.end_of_dump();
        if self.is_description && self.describes(body, indent, whole) {
            return;
        }
        if !self.continued && self.is_framed(body, whole) {
            return;
        }
        if let Some(rest) = frames::behind_prompt(body).filter(|_| !self.continued) {
            self.end_of_command();
            return self.words_of_line(rest, start + body.len() - rest.len());
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
        self.words_of_line(body, start);
    }

    fn words_of_line(&mut self, body: &str, start: usize) {
        let (body, start, item) = without_item_mark(body, start);
        if item && self.flow == 0 && self.item(body, start) {
            self.continued = false;
            self.was_item = true;
            return;
        }
        let inside = self.flow > 0;
        let Words { words, continues } = words(body, start, &mut self.flow);
        let listed = words.iter().any(|w| w.comma) || self.flow > 0;
        if !(self.continued || (self.was_item && (item || listed || inside))) {
            self.awaits_value = false;
        }
        let value_first = self.awaits_value && self.continued;
        if !self.continued && !item && !listed && self.exact {
            // The command line above is over.
            self.exact = false;
            self.ended = false;
        }
        self.words(words, !value_first, continues);
        self.continued = continues;
        self.was_item = item || listed;
    }

    /// An item of a list in YAML that is one argument, whatever quotes and blanks are in it. `false` if it is read
    /// like a line of a shell.
    fn item(&mut self, body: &str, start: usize) -> bool {
        let Some((raw, value)) = manifest::item(body) else { return false };
        if !value.starts_with("--") {
            return false;
        }
        self.stray = None;
        let word = scalar(raw, &value, start);
        match self.foreign {
            Some(foreign) => self.extend_problem(foreign, word.span.end),
            None => self.take(&word, &value),
        }
        true
    }

    fn end_of_command(&mut self) {
        self.awaits_value = false;
        self.continued = false;
        self.was_item = false;
        // A bracket that was never closed must not reach into the next command.
        self.flow = 0;
        if self.exact {
            (self.exact, self.ended) = (false, false);
        }
    }

    /// Lines around flags: those of `ps`, `systemctl status`, a log, a unit or a shell.
    fn is_framed(&mut self, body: &str, whole: Span) -> bool {
        let is_one_word = !body.contains([' ', '\t']);
        if body.starts_with("--")
            || (is_one_word && !body.contains(['=', ':', '├', '└', '│', '|', '`']))
        {
            return false;
        }
        if let Some(columns) = frames::process_header(body) {
            self.columns = Some(columns);
            self.frame(Frame::Processes, whole);
            return true;
        }
        if let Some(at) = frames::process(body, self.columns) {
            self.end_of_command();
            self.process(literal_words(&body[at..], whole.start + at));
            return true;
        }
        if frames::is_tree(body) {
            self.end_of_command();
            self.frame(Frame::Status, whole);
            if let Some(at) = frames::tree_process(body) {
                self.process(literal_words(&body[at..], whole.start + at));
            }
            return true;
        }
        let frame = if frames::is_status(body) {
            Frame::Status
        } else if frames::log(body).is_some() {
            Frame::Log
        } else if frames::is_directive(body) {
            Frame::Unit
        } else if whole.start < self.no_manifest && is_of_manifest(body) {
            Frame::Manifest
        } else if frames::is_other_command(body) && programs::of(first_word(body)).is_none() {
            // `echo KUBELET_EXTRA_ARGS=… > /etc/default/kubelet` is read: it is no such command.
            Frame::Shell
        } else {
            return false;
        };
        self.end_of_command();
        self.columns = None;
        self.frame(frame, whole);
        true
    }

    /// A process: words that nobody quoted, of one program.
    fn process(&mut self, words: Vec<Word>) {
        let Some(first) = words.first() else { return };
        let text = first.text();
        let (name, span) = (programs::base(&text).trim_end_matches(':').to_owned(), first.span);
        if !self.command(words) {
            let name = format!("`{}`", shorten(&name));
            if !self.others.contains(&name) {
                self.others.push(name);
            }
            self.others_at.get_or_insert(span);
        }
        self.end_of_command();
        self.foreign = None;
    }

    /// A command line whose words are those that the program gets: `false` if it is none of ours.
    fn command(&mut self, words: Vec<Word>) -> bool {
        let Some(at) = program_at(&words) else { return false };
        let text = words[at.0].text();
        let name = programs::base(&text).to_owned();
        self.open(Owner::Ours(at.1), words[at.0].span, &name);
        self.is_headed = false;
        self.exact = true;
        self.arguments(words.into_iter().skip(at.0 + 1));
        true
    }

    /// Words that a program gets.
    fn arguments(&mut self, words: impl Iterator<Item = Word>) {
        for word in words {
            let text = word.text();
            self.stray = None;
            if self.awaits_value && !self.takes_value(&text) {
                self.awaits_value = false;
            }
            self.take(&word, &text);
        }
        self.awaits_value = false;
    }

    /// Whether a word may be the value of the flag before it.
    fn takes_value(&self, text: &str) -> bool {
        matches!(shape(text), Shape::Plain) || self.takes_any_word()
    }

    /// Whether the last flag needs a value, so that the program takes the next word, whatever it looks like.
    /// Source: spf13/pflag flag.go parseLongArg, parseSingleShortArg.
    fn takes_any_word(&self) -> bool {
        let Some(section) = self.out.sections.last() else { return false };
        let Some(flag) = section.flags.last().filter(|it| !it.is_short || it.name == "v") else {
            return false;
        };
        let mut rows = known::of_program(section.component.name(), &flag.name).peekable();
        rows.peek().is_some() && rows.all(|row| !row.kind.may_lack_value())
    }

    /// A command line of a manifest.
    fn container(&mut self, Container { words, name, shown, lead }: Container) {
        let before = self.out.sections.len();
        let words = script(words);
        let first = words.first().map(Word::text).unwrap_or_default();
        let is_program = !first.starts_with('-');
        let span = words.first().map(|word| word.span);
        if !self.command_or(words, name, is_program)
            && let Some(span) = span
        {
            let name = programs::base(&first).to_owned();
            let name = if is_program { name } else { shown.unwrap_or_else(|| "…".to_owned()) };
            self.other(&name, span);
        }
        self.foreign = None;
        self.end_of_command();
        // Another command of the same document begins where it stands.
        let sections = &mut self.out.sections;
        let free = before.checked_sub(1).map_or(0, |last| sections[last].span.end);
        if let Some(section) = sections.get_mut(before).filter(|_| lead >= free) {
            section.lead = lead.min(section.lead);
        }
        self.without_repetition(before);
    }

    fn command_or(
        &mut self,
        words: Vec<Word>,
        name: Option<(Owner, Span)>,
        is_program: bool,
    ) -> bool {
        if program_at(&words).is_some() {
            return self.command(words);
        }
        match name {
            // Arguments only: the image has the program.
            Some((Owner::Ours(component), span)) => {
                self.open(Owner::Ours(component), span, component.name());
                self.is_headed = false;
                self.exact = true;
                self.arguments(words.into_iter().skip(usize::from(is_program)));
                true
            }
            Some((Owner::Other, _)) => false,
            None if is_program => false,
            // Nobody says whose arguments these are: they go on where the text was.
            None => {
                self.arguments(words.into_iter());
                true
            }
        }
    }

    /// What a container runtime prints has a command line several times.
    fn without_repetition(&mut self, from: usize) {
        let says = |section: &Section| -> (Component, Vec<(String, Option<String>)>) {
            let flags = section.flags.iter();
            (section.component, flags.map(|it| (it.name.clone(), it.value.clone())).collect())
        };
        if self.out.sections.len() == from + 1 && from > 0 {
            let last = says(&self.out.sections[from]);
            if !last.1.is_empty() && says(&self.out.sections[from - 1]) == last {
                self.out.sections.pop();
            }
        }
    }

    /// A program that is none of the four, in one line.
    fn other(&mut self, name: &str, span: Span) {
        self.others_at.get_or_insert(span);
        let name = format!("`{}`", shorten(name));
        if !self.others.contains(&name) {
            self.others.push(name);
        }
    }

    /// Lines of `kubectl describe`.
    fn describes(&mut self, body: &str, indent: usize, whole: Span) -> bool {
        if let Some(at) = self.described {
            if indent > at {
                let word = literal_word(body, whole.start);
                let component = match programs::of(body) {
                    _ if self.exact => None,
                    Some(Owner::Ours(component)) => Some((component, word.span, true)),
                    Some(Owner::Other) => None,
                    None => match self.container {
                        Some((Owner::Ours(component), span)) => {
                            Some((component, span, !body.starts_with('-')))
                        }
                        _ => None,
                    },
                };
                if let Some((component, span, is_program)) = component {
                    self.open(Owner::Ours(component), span, component.name());
                    self.is_headed = false;
                    self.exact = true;
                    if is_program {
                        return true;
                    }
                }
                if self.exact {
                    self.awaits_value &= self.takes_value(body);
                    self.take(&word, body);
                } else if !body.starts_with('-') {
                    self.other(programs::base(body), whole);
                }
                return true;
            }
            self.described = None;
        }
        if body == "Command:" || body == "Args:" {
            if body == "Command:" {
                self.end_of_command();
            }
            self.described = Some(indent);
            return true;
        }
        let name = body.strip_suffix(':').filter(|_| indent > 0);
        if let Some(name) = name {
            self.end_of_command();
            self.container = programs::of(name).map(|owner| (owner, whole));
            return true;
        }
        let is_heading = programs::of(first_word(body)).is_some() && indent == 0;
        if body.starts_with("--") || body.starts_with('#') || is_heading {
            return false;
        }
        self.frame(Frame::Description, whole);
        true
    }

    /// `… flags.go:64] FLAG: --x="y"`: gathered until it is known whose they are.
    fn dumped(&mut self, body: &str, start: usize) -> bool {
        let Some(at) = body.find("FLAG: --") else { return false };
        let Some(line) = frames::log(body).filter(|_| body[..at].contains("flags.go:")) else {
            return false;
        };
        let program = line.program.and_then(Component::from_name);
        if !self.dump.goes_on(program) {
            self.end_of_dump();
        }
        self.dump.add(program, body, start, at + "FLAG: ".len());
        true
    }

    fn end_of_dump(&mut self) {
        let heading = self.out.sections.last().filter(|it| it.flags.is_empty() && self.is_headed);
        let heading = heading.map(|section| section.component);
        let Some(dump) = self.dump.take(heading) else { return };
        self.end_of_command();
        self.frame(Frame::Log, dump.span);
        let Some(component) = dump.component else {
            self.problem(
                dump.span,
                "These are the flags of none of the programs whose flags are read here. They are left out.",
                "这些标志不属于此处读取标志的任何程序，因此会被略过。",
            );
            return;
        };
        if heading != Some(component) {
            self.open(Owner::Ours(component), dump.heading, component.name());
            self.is_headed = false;
        }
        for word in dump.flags {
            let text = word.text();
            self.take(&word, &text);
        }
        self.awaits_value = false;
    }

    /// `# kube-proxy`, `## kubelet · node-1`, `=== kube-proxy ===`, `[kube-proxy]`.
    fn decorated_heading(&mut self, body: &str, start: usize) -> bool {
        let Some(name) = manifest::heading(body) else { return false };
        let Some(owner) = programs::of(name) else { return false };
        self.open(owner, Span::new(start, start + body.len()), name);
        self.end_of_command();
        self.headed();
        true
    }

    fn headed(&mut self) {
        self.is_headed = true;
        self.headings += 1;
    }

    /// Starts the section that a heading names.
    fn open(&mut self, owner: Owner, span: Span, name: &str) {
        self.awaits_value = false;
        self.foreign = None;
        (self.exact, self.ended) = (false, false);
        match owner {
            Owner::Ours(component) => self.out.sections.push(Section {
                component,
                span,
                lead: span.start,
                heading: Some(span),
                node: None,
                flags: Vec::new(),
                arguments: Vec::new(),
            }),
            Owner::Other => {
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

    fn words(&mut self, words: Vec<Word>, may_open: bool, continues: bool) {
        let mut words = words.into_iter().peekable();
        let mut may_open = may_open;
        // A label behind a heading (`kubelet · node-1`) lasts until the first flag.
        let mut in_label = false;
        let mut is_wrapped = false;
        // Behind a pipe there may be a command that is none of ours.
        let mut is_other = false;
        // Variables and programs that start others, which no command follows yet.
        let mut waiting = Vec::new();
        while let Some(word) = words.next() {
            let text = word.text();
            if may_open {
                if let Some(rest) = assignment(&text) {
                    may_open = self.assigned(&word, &text, rest);
                    let is_empty = text.split_once('=').is_some_and(|(_, value)| value.is_empty());
                    if may_open && !is_empty {
                        waiting.push(word);
                    }
                    continue;
                }
                if PREFIXES.contains(&text.as_str()) {
                    continue;
                }
                let name = text.strip_suffix([':', '：']).unwrap_or(&text);
                let opens = programs::of(name);
                if opens.is_none() && programs::is_wrapper(name) {
                    is_wrapped = true;
                    waiting.push(word);
                    continue;
                }
                let short = programs::of_short_name(name).filter(|_| is_wrapped);
                if is_wrapped && opens.is_none() && short.is_none() && text.starts_with('-') {
                    waiting.push(word);
                    continue;
                }
                may_open = false;
                if let Some(opens) = opens.or(short.map(Owner::Ours)) {
                    is_other = false;
                    waiting.clear();
                    self.open(opens, word.span, name);
                    in_label = name.len() < text.len()
                        || words.peek().is_some_and(|next| starts_label(&next.text()));
                    let is_alone = words.peek().is_none() && !continues;
                    self.exact = !in_label && !is_alone && self.foreign.is_none();
                    if in_label || is_alone {
                        self.headed();
                    } else {
                        self.is_headed = false;
                    }
                    if programs::base(name) == "minikube" {
                        return self.minikube(words.collect());
                    }
                    continue;
                }
            }
            self.unread(&mut waiting);
            if self.exact && !word.quoted && self.is_shell_mark(&text) {
                if text.trim_start_matches(|char: char| char.is_ascii_digit()).len() <= 2
                    && text.ends_with(['>', '<'])
                {
                    words.next();
                    continue;
                }
                if text.contains(['>', '<']) {
                    continue;
                }
                // What stands behind it is another command.
                self.end_of_command();
                (may_open, is_other) = (true, true);
                continue;
            }
            if is_other {
                return;
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
            if self.is_known_variable(&text) {
                self.awaits_value = false;
                continue;
            }
            self.take(&word, &text);
        }
        self.unread(&mut waiting);
    }

    /// Words that stand alone and hold no flags.
    fn unread(&mut self, waiting: &mut Vec<Word>) {
        for word in waiting.drain(..) {
            let text = word.text();
            match self.foreign {
                Some(foreign) => self.extend_problem(foreign, word.span.end),
                None => self.no_flag(&word, &text),
            }
        }
    }

    /// `|`, `&&`, `2>&1`, `>>/var/log/x`.
    fn is_shell_mark(&self, text: &str) -> bool {
        let rest = text.trim_start_matches(|char: char| char.is_ascii_digit());
        !self.awaits_value
            && (["|", "||", "&", "&&", ";"].contains(&text)
                || rest.starts_with(['>', '<'])
                || text.starts_with("&>"))
    }

    /// `$KUBELET_EXTRA_ARGS`, where the text sets it: its flags are read there.
    fn is_known_variable(&self, text: &str) -> bool {
        let Some(name) = text.strip_prefix('$') else { return false };
        let name = name.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(name);
        let from = (name.to_owned(), 0);
        self.variables.range(from..).next().is_some_and(|((known, _), _)| known == name)
    }

    /// `minikube start --extra-config=kubelet.node-ip=…`: a component before each flag; of kube-proxy, a field of its
    /// config file. Source: minikube pkg/minikube/bootstrapper/bsutil extraconfig.go, kubeadm.go.
    fn minikube(&mut self, words: Vec<Word>) {
        let mut is_next = false;
        for word in words {
            let text = word.text();
            let skip = if is_next { 0 } else { "--extra-config=".len() };
            if text == "--extra-config" {
                is_next = true;
                continue;
            }
            let config =
                if is_next { Some(text.as_str()) } else { text.strip_prefix("--extra-config=") };
            is_next = false;
            let own = config.and_then(|it| it.split_once('.'));
            let Some((name, flag)) =
                own.filter(|(name, _)| !NO_PROGRAMS_OF_MINIKUBE.contains(name))
            else {
                if let Some(foreign) = self.foreign {
                    self.extend_problem(foreign, word.span.end);
                }
                continue;
            };
            let (foreign, at) = (self.foreign, skip + name.len());
            let place = word.span_of(skip, at, word.span.start);
            let component = Component::ALL.into_iter().find(|it| name_in_minikube(*it) == name);
            let Some(component) = component else {
                self.problem(
                    place,
                    format!("minikube has no component `{}` and does not start: it prints `These --extra-config parameters are invalid: [{name}]`.", shorten(name)),
                    format!("minikube 没有组件 `{}`，不会启动：它会打印 `These --extra-config parameters are invalid: [{name}]`。", shorten(name)),
                );
                continue;
            };
            let behind = Span::new(place.end + 1, word.span.end);
            let (key, value) = flag.split_once('=').unwrap_or((flag, ""));
            let field = (component == Component::KubeProxy).then(|| {
                table::of(component).find(|spec| !spec.field.is_empty() && spec.field == key)
            });
            match field {
                Some(None) => {
                    self.problem(
                        behind,
                        format!("minikube writes `{}` into the config file of kube-proxy. It is not simulated.", shorten(key)),
                        format!("minikube 将 `{}` 写入 kube-proxy 的配置文件。这不在模拟范围内。", shorten(key)),
                    );
                }
                Some(Some(spec)) if spec.kind == Kind::Slice => {
                    self.problem(
                        behind,
                        format!("minikube writes `{key}` with a string, and kubeadm refuses a string where a list is to be."),
                        format!("minikube 将 `{key}` 写为字符串，而 kubeadm 不接受用字符串代替列表。"),
                    );
                }
                Some(Some(spec)) => {
                    self.open(Owner::Ours(component), place, name);
                    let keys = at + 1 + key.chars().count();
                    let key_span = word.span_of(at + 1, keys, behind.start);
                    let value_span = word.span_of(keys + 1, word.glyphs.len(), key_span.end);
                    let spans = [key_span, value_span, behind];
                    self.add(Flag::of_config(spec.name, value, spans));
                }
                None => {
                    self.open(Owner::Ours(component), place, name);
                    let glyphs = word.glyphs.get(at + 1..).unwrap_or_default().to_vec();
                    self.bare_flag(glyphs, &format!("--{flag}"), word.span);
                }
            }
            self.foreign = foreign;
        }
    }

    /// A flag whose dashes are not written.
    fn bare_flag(&mut self, glyphs: Vec<Glyph>, text: &str, span: Span) {
        let Some(first) = glyphs.first() else { return };
        let at = Span::new(first.span.start.saturating_sub(1), first.span.start);
        let dashes = [Glyph { ch: '-', span: at }; 2];
        let glyphs = dashes.into_iter().chain(glyphs).collect();
        let span = Span::new(at.start, span.end);
        self.take(&Word { glyphs, span, quoted: false, unclosed: None, comma: false }, text);
        self.awaits_value = false;
    }

    /// `ExecStart=/usr/bin/kubelet` and `KUBELET_EXTRA_ARGS="--a=b --c=d"`: what stands behind the `=` is read in
    /// place of the word. Gives whether a program may still follow.
    fn assigned(&mut self, word: &Word, text: &str, rest: Assigned) -> bool {
        self.report_unclosed(word);
        let glyphs = word.glyphs.get(rest.skip..).unwrap_or_default();
        let Some(name) = rest.variable else {
            let inner = value_words(glyphs);
            let is_empty = inner.is_empty();
            self.words(inner, true, true);
            return is_empty;
        };
        let value: String = text.chars().skip(rest.skip).collect();
        if !value.is_empty() && !value.trim_start().starts_with('-') {
            // A variable with something else before a command.
            return true;
        }
        let owner = self.users.get(name.as_str()).copied().or(programs::of_variable(&name));
        let is_open = |component| {
            let last = self.out.sections.last();
            self.is_headed && last.is_some_and(|section| section.component == component)
        };
        match owner {
            Some(Owner::Ours(component)) if is_open(component) && self.foreign.is_none() => {}
            Some(owner) => {
                let at = word.span_of(0, rest.skip, word.span.start);
                let shown = match owner {
                    Owner::Ours(component) => component.name(),
                    Owner::Other => name.as_str(),
                };
                self.open(owner, at, shown);
                self.is_headed = false;
            }
            None => {}
        }
        let whole = Span::new(word.span.start, word.span.end);
        if self.foreign.is_none() {
            let earlier = self.variables.insert((name, self.headings), whole);
            if let Some(earlier) = earlier {
                self.forget(earlier);
            }
        }
        self.words(value_words(glyphs), false, true);
        false
    }

    /// Takes the flags of a variable out that is set again below.
    fn forget(&mut self, earlier: Span) {
        let mut had = false;
        for section in &mut self.out.sections {
            let before = section.flags.len();
            section
                .flags
                .retain(|flag| flag.span.start < earlier.start || flag.span.start >= earlier.end);
            had |= section.flags.len() < before;
        }
        if had {
            self.problem(
                earlier,
                "This variable is set again below: only its last value counts.",
                "此变量在下文再次设置：只有最后一个值有效。",
            );
        }
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
            problem.span.end = problem.span.end.max(end);
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
        if self.exact && self.ended {
            return self.argument(word, text);
        }
        match shape(text) {
            Shape::Long | Shape::Short | Shape::Bad
                if self.awaits_value && self.takes_any_word() =>
            {
                self.next_flag_is_value(word, text);
            }
            Shape::Long => self.flag(word, text, 2),
            Shape::Short => self.flag(word, text, 1),
            Shape::Plain if self.awaits_value && (self.exact || !text.starts_with('=')) => {
                self.value(word, text);
            }
            Shape::Plain | Shape::Bad => self.no_flag(word, text),
        }
    }

    /// A word that the program gets and that is no flag.
    fn argument(&mut self, word: &Word, text: &str) {
        self.ended |= text == "--";
        let argument = Argument { span: word.span, text: text.to_owned() };
        if let Some(section) = self.out.sections.last_mut() {
            section.span.end = section.span.end.max(word.span.end);
            section.arguments.push(argument);
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
        let typed: String = text.chars().take(name_end).skip(dashes).collect();
        let name = typed.replace('_', "-");
        let typed = Some(typed).filter(|typed| *typed != name);
        let is_short = dashes == 1;
        self.stray = None;
        self.awaits_value = value.is_none();
        let flag = Flag {
            name,
            name_span,
            value,
            value_span,
            span: word.span,
            spaced: false,
            is_short,
            typed,
        };
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
                lead: flag.span.start,
                heading: None,
                node: None,
                flags: vec![flag],
                arguments: Vec::new(),
            }),
        }
    }

    /// Gives a word that looks like a flag to the flag before it, as the program does.
    fn next_flag_is_value(&mut self, word: &Word, text: &str) {
        let flag = self.out.sections.last().and_then(|section| section.flags.last());
        let name = flag.map_or("", |flag| flag.typed());
        let dashes = if flag.is_some_and(|flag| flag.is_short) { "-" } else { "--" };
        let (name, shown) = (format!("{dashes}{name}"), shorten(text));
        self.problem(
            word.span,
            format!("`{name}` has no value of its own, so the program takes the next word, `{shown}`, as its value. Write `{name}=value`."),
            format!("`{name}` 没有自己的值，因此程序把下一个词 `{shown}` 当作它的值。请写成 `{name}=值`。"),
        );
        self.value(word, text);
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
        let is_variable = text.starts_with('$');
        if (self.exact && !is_variable) || (text.len() > 2 && matches!(shape(text), Shape::Bad)) {
            self.argument(word, text);
        }
        if let Some(stray) = self.stray {
            self.extend_problem(stray, word.span.end);
            // A variable is reported behind what the command beside it says.
            if let Some(problem) = self.out.problems.get_mut(stray) {
                problem.span.start = problem.span.start.min(word.span.start);
            }
            return;
        }
        let before = self.out.sections.last().and_then(|s| s.flags.last());
        let (en, zh) = why_no_flag(text, before, word.span.start);
        self.stray = Some(self.problem(word.span, en, zh));
    }
}

/// Components of `--extra-config` whose flags are not read here.
const NO_PROGRAMS_OF_MINIKUBE: [&str; 3] = ["scheduler", "etcd", "kubeadm"];

/// What `--extra-config` calls a component.
const fn name_in_minikube(component: Component) -> &'static str {
    match component {
        Component::KubeApiserver => "apiserver",
        Component::KubeControllerManager => "controller-manager",
        Component::KubeProxy => "kube-proxy",
        Component::Kubelet => "kubelet",
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
struct Assigned {
    /// How many characters the wrapper takes.
    skip: usize,
    /// The variable; none for a command of a unit.
    variable: Option<String>,
}

fn assignment(word: &str) -> Option<Assigned> {
    if let Some(rest) = word.strip_prefix("ExecStart=") {
        // systemd lets these marks stand before the path.
        let path = rest.trim_start_matches(['-', '@', ':', '+', '!']);
        let skip = word.chars().count() - path.chars().count();
        return Some(Assigned { skip, variable: None });
    }
    let variable = word.strip_prefix("Environment=").unwrap_or(word);
    let (name, flags) = variable.split_once('=').filter(|(name, _)| is_variable(name))?;
    let is_upper = name.bytes().all(|byte| !byte.is_ascii_lowercase());
    is_upper.then(|| Assigned {
        skip: word.chars().count() - flags.chars().count(),
        variable: Some(name.to_owned()),
    })
}

/// A line of a manifest that cannot be read as a whole, without the words of a command.
fn is_of_manifest(body: &str) -> bool {
    manifest::is_line(body) && !["command", "args", "Args"].iter().any(|it| body.contains(it))
}

fn first_word(body: &str) -> &str {
    let word = body.split_whitespace().next().unwrap_or_default();
    word.strip_suffix([':', '：']).unwrap_or(word)
}

/// Which word of a command line names one of the four: the first one, or the first behind programs that start others.
fn program_at(words: &[Word]) -> Option<(usize, Component)> {
    let mut is_wrapped = false;
    for (at, word) in words.iter().enumerate() {
        let text = word.text();
        let short = programs::of_short_name(&text).filter(|_| is_wrapped);
        match programs::of(&text) {
            Some(Owner::Ours(component)) => return Some((at, component)),
            Some(Owner::Other) => return None,
            None if short.is_some() => return short.map(|component| (at, component)),
            None if is_wrapped => {}
            None if programs::is_wrapper(&text) || programs::is_shell(&text) => is_wrapped = true,
            None => return None,
        }
    }
    None
}

/// The words of the script of `sh -c`; other command lines as they are.
fn script(words: Vec<Word>) -> Vec<Word> {
    let is_script = words.first().is_some_and(|word| programs::is_shell(&word.text()));
    let at = words.iter().position(|word| word.text() == "-c").filter(|_| is_script);
    match at.and_then(|at| words.get(at + 1)) {
        Some(script) => value_words(&script.glyphs),
        None => words,
    }
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
            "args: [kube-proxy, \"--a=b,c\", --d=e]",
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
    fn a_flag_without_its_value_takes_the_next_word_whatever_it_looks_like() {
        for text in [
            "kube-controller-manager --cluster-cidr --allocate-node-cidrs=true",
            "kube-controller-manager\n--cluster-cidr --allocate-node-cidrs=true",
            "kube-controller-manager \\\n --cluster-cidr \\\n --allocate-node-cidrs=true",
            "command:\n- kube-controller-manager\n- --cluster-cidr\n- --allocate-node-cidrs=true",
            "[\"kube-controller-manager\", \"--cluster-cidr\", \"--allocate-node-cidrs=true\"]",
            "Command:\n  x\n",
        ] {
            let expect = match text.starts_with("Command") {
                true => continue,
                false => "kube-controller-manager: cluster-cidr=--allocate-node-cidrs=true",
            };
            assert_eq!(summary(text), expect, "{text}");
            let found = problems(text);
            assert_eq!(found.len(), 1, "{text} {found:?}");
            assert!(found[0].0.trim_matches('"') == "--allocate-node-cidrs=true", "{found:?}");
            assert!(
                found[0].1.starts_with("`--cluster-cidr` has no value of its own"),
                "{found:?}"
            );
        }
        assert_eq!(summary("kubelet -v --node-ip=::1"), "kubelet: v=--node-ip=::1");
        assert_eq!(summary("kubelet --node-ip -- --v=2"), "kubelet: node-ip=-- v=2");
        // Neither a flag that needs no value, nor one on a line of its own, nor one that nobody knows.
        let bool = "kube-controller-manager --allocate-node-cidrs --cluster-cidr=::/64";
        assert_eq!(clean(bool), "kube-controller-manager: allocate-node-cidrs cluster-cidr=::/64");
        assert_eq!(clean("kubelet\n--node-ip\n--v=2"), "kubelet: node-ip v=2");
        assert_eq!(clean("kubelet --a --v=2"), "kubelet: a v=2");
    }

    #[test]
    fn a_short_flag_is_read_with_each_kind_of_value() {
        assert_eq!(clean("-v=2 -v 3 -v4 -v"), "kube-apiserver: v=2 v=3 v=4 v");
    }

    #[test]
    fn a_long_text_of_keys_is_read_in_a_moment() {
        let start = std::time::Instant::now();
        let text = "a: b\n".repeat(60_000);
        assert!(read(&text).sections.is_empty());
        // Looking for a chart in the rest of the text at each line takes many minutes.
        assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
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
                // A remark about the kind of text, or about other programs in it, stands for all of its lines.
                let summary = [" read.", " left out: "];
                let is_framed = parsed
                    .problems
                    .iter()
                    .any(|it| summary.iter().any(|part| it.text_en.contains(part)));
                if line.contains('#') || is_framed {
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
