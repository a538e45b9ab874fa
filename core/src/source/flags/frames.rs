//! What stands before the words of a command, and which lines say nothing of flags? The columns of `ps`, the tree of
//! `systemctl status`, what the journal and the log put before a line, the directives of a unit.

use crate::explain::text::Text;

/// What surrounds flags without being any.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Frame {
    /// A systemd unit.
    Unit,
    /// `systemctl status`.
    Status,
    /// The journal, or the log of a component.
    Log,
    /// `ps`.
    Processes,
    /// A manifest, or what a container runtime prints.
    Manifest,
    /// `kubectl describe`.
    Description,
    /// Commands that are no program of the cluster.
    Shell,
}

impl Frame {
    /// What is used of it, said once in a text.
    pub(super) const fn words(self) -> Text {
        let (en, zh) = match self {
            Self::Unit => (
                "A systemd unit: only `ExecStart=` and the variables with flags are read.",
                "systemd 单元：只读取 `ExecStart=` 和含有标志的变量。",
            ),
            Self::Status => (
                "The status of a systemd unit: only the command lines of its processes are read.",
                "systemd 单元的状态：只读取其进程的命令行。",
            ),
            Self::Log => {
                ("A log: only the lines with `FLAG:` are read.", "日志：只读取带有 `FLAG:` 的行。")
            }
            Self::Processes => (
                "A list of processes: only their command lines are read.",
                "进程列表：只读取其命令行。",
            ),
            Self::Manifest => (
                "A manifest: only `command` and `args` of its containers are read.",
                "清单：只读取其容器的 `command` 和 `args`。",
            ),
            Self::Description => (
                "The output of `kubectl describe`: only `Command` and `Args` are read.",
                "`kubectl describe` 的输出：只读取 `Command` 和 `Args`。",
            ),
            Self::Shell => (
                "A command of the shell that sets no flags is left out.",
                "不设置标志的 shell 命令会被略过。",
            ),
        };
        Text { en, zh }
    }
}

/// Commands whose lines say nothing of flags.
const COMMANDS: [&str; 24] = [
    "cat",
    "tee",
    "ps",
    "pgrep",
    "grep",
    "systemctl",
    "journalctl",
    "sed",
    "vi",
    "vim",
    "nano",
    "ls",
    "cd",
    "ssh",
    "docker",
    "crictl",
    "nerdctl",
    "podman",
    "EOF",
    "less",
    "tail",
    "head",
    "mkdir",
    "service",
];

/// Whether a line is a command that sets no flags, with or without the prompt of a shell.
pub(super) fn is_other_command(body: &str) -> bool {
    let rest = behind_prompt(body).unwrap_or(body);
    let mut words = rest.split_whitespace().filter(|word| *word != "sudo");
    words.next().is_some_and(|word| COMMANDS.contains(&word))
}

/// What stands behind `root@node-1:~# ` or `[root@node-1 ~]$ `.
pub(super) fn behind_prompt(body: &str) -> Option<&str> {
    let at = body.find(['#', '$'])?;
    let (prompt, rest) = (body[..at].trim_end(), body[at + 1..].strip_prefix(' ')?);
    let is_prompt = prompt.contains('@')
        && !prompt.contains('=')
        && prompt.ends_with([']', '~', '/', ':'])
            | prompt.rsplit(':').next().is_some_and(|path| path.starts_with(['~', '/']));
    is_prompt.then_some(rest)
}

/// How many columns the header of a process list has.
pub(super) fn process_header(body: &str) -> Option<usize> {
    let words: Vec<&str> = body.split_whitespace().collect();
    let is_header = words.contains(&"PID")
        && words.last().is_some_and(|last| ["COMMAND", "CMD", "ARGS"].contains(last));
    is_header.then_some(words.len())
}

/// Where the command of a line of `ps` begins. `columns` are those of the header above, if there is one.
pub(super) fn process(line: &str, columns: Option<usize>) -> Option<usize> {
    let words: Vec<(usize, &str)> = words(line).collect();
    let command_at = match columns.filter(|columns| words.len() >= *columns) {
        Some(columns) if is_columns(&words[..columns - 1]) => columns - 1,
        _ => columns_of(&words)?,
    };
    // The branches of `ps f`.
    let is_branch = |word: &str| word.chars().all(|char| "\\_|├─└`".contains(char));
    words[command_at..].iter().find(|(_, word)| !is_branch(word)).map(|(at, _)| *at)
}

fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = line.as_ptr() as usize;
    line.split_whitespace().map(move |word| (word.as_ptr() as usize - start, word))
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_float(word: &str) -> bool {
    word.split_once('.').is_some_and(|(one, other)| is_number(one) && is_number(other))
}

/// `1:34`, `02:06`, `00:01:02`, `1-02:03:04`.
fn is_time(word: &str) -> bool {
    let word =
        word.split_once('-').map_or(word, |(days, time)| if is_number(days) { time } else { word });
    word.contains(':') && word.split(':').all(is_number)
}

fn is_terminal(word: &str) -> bool {
    word == "?" || word.starts_with("pts/") || word.starts_with("tty")
}

fn is_state(word: &str) -> bool {
    word.starts_with(['R', 'S', 'D', 'T', 'Z', 'I', 'W', 'X', 't'])
        && word.len() <= 5
        && word.bytes().all(|byte| byte.is_ascii_alphabetic() || b"<+".contains(&byte))
}

/// Whether words may be the columns before a command: a process number among them, and nothing like a flag.
fn is_columns(words: &[(usize, &str)]) -> bool {
    words.iter().any(|(_, word)| is_number(word))
        && words.iter().all(|(_, word)| !word.starts_with("--") && !word.contains(['=', '"']))
}

/// How many words stand before the command, by what they look like: `ps aux`, `ps -ef`, `ps ax`, `pgrep -a`.
fn columns_of(words: &[(usize, &str)]) -> Option<usize> {
    type Check = fn(&str) -> bool;
    const ANY: Check = |_| true;
    let forms: [&[Check]; 4] = [
        &[
            ANY,
            is_number,
            is_float,
            is_float,
            is_number,
            is_number,
            is_terminal,
            is_state,
            ANY,
            is_time,
        ],
        &[ANY, is_number, is_number, is_number, ANY, is_terminal, is_time],
        &[is_number, is_terminal, is_state, is_time],
        &[is_number, is_terminal, is_time],
    ];
    let fits = |form: &&&[Check]| {
        words.len() > form.len() && form.iter().zip(words).all(|(check, (_, word))| check(word))
    };
    if let Some(form) = forms.iter().find(fits) {
        return Some(form.len());
    }
    // Columns of one's own choice: only a path or a known program tells where they end.
    let is_program =
        |word: &str| word.starts_with('/') || crate::source::flags::programs::of(word).is_some();
    let at = words.iter().position(|(_, word)| is_program(word))?;
    (at > 0 && at < 12 && is_columns(&words[..at])).then_some(at)
}

/// `├─9968 /usr/bin/kubelet …`: where the command begins. `None` within the tree is no process.
pub(super) fn tree_process(body: &str) -> Option<usize> {
    let rest = body.trim_start_matches(['├', '└', '─', '│', '|', '`', '-', ' ']);
    let number = rest.split_whitespace().next().filter(|word| is_number(word))?;
    let behind = &rest[number.len()..];
    let command = behind.trim_start();
    (!command.is_empty()).then(|| body.len() - command.len())
}

/// Whether a line is a branch of a tree.
pub(super) fn is_tree(body: &str) -> bool {
    body.starts_with(['├', '└', '│']) || body.starts_with("|-") || body.starts_with("`-")
}

const STATUS: [&str; 18] = [
    "Loaded",
    "Active",
    "Docs",
    "Main PID",
    "Tasks",
    "Memory",
    "CPU",
    "CGroup",
    "Drop-In",
    "Process",
    "Status",
    "IO",
    "IP",
    "Triggers",
    "TriggeredBy",
    "Invocation",
    "Until",
    "Since",
];

/// Whether a line is of `systemctl status`.
pub(super) fn is_status(body: &str) -> bool {
    let is_title = body.starts_with(['●', '○', '×', '◌']) && body.contains(".service");
    is_title || body.split_once(':').is_some_and(|(key, _)| STATUS.contains(&key))
}

/// A line of a log.
pub(super) struct LogLine<'t> {
    /// The program that the journal names.
    pub(super) program: Option<&'t str>,
}

/// Reads what a journal, a container runtime and klog put before a line; `None` if it is no line of a log.
pub(super) fn log(line: &str) -> Option<LogLine<'_>> {
    if let Some(program) = journal(line) {
        return Some(LogLine { program: Some(program) });
    }
    (is_of_runtime(line) || is_klog(line)).then_some(LogLine { program: None })
}

/// `Nov 30 10:00:00 node-1 kubelet[9968]: …`, `2024-11-30T10:00:00+0000 node-1 kubelet[9968]: …`.
fn journal(line: &str) -> Option<&str> {
    let mut all = words(line);
    let first = all.next()?.1;
    let is_month = first.len() == 3 && first.starts_with(|char: char| char.is_ascii_uppercase());
    if is_month {
        all.next().filter(|(_, day)| is_number(day))?;
        all.next().filter(|(_, time)| is_time(time))?;
    } else if !(first.contains('T')
        && first.contains(':')
        && first.starts_with(|char: char| char.is_ascii_digit()))
    {
        return None;
    }
    all.next()?;
    let (_, word) = all.next()?;
    let name = word.strip_suffix(':')?;
    Some(name.split('[').next().unwrap_or(name))
}

/// `2024-11-30T10:00:00.123456789Z stderr F …`.
fn is_of_runtime(line: &str) -> bool {
    let mut all = line.split_whitespace();
    all.next().is_some_and(|time| time.contains('T') && time.contains(':'))
        && all.next().is_some_and(|stream| ["stderr", "stdout"].contains(&stream))
}

/// `I1130 10:00:00.000000    1234 flags.go:64] …`.
fn is_klog(line: &str) -> bool {
    let is_head = matches!(line.as_bytes(), [b'I' | b'W' | b'E' | b'F', date @ ..]
        if date.len() > 5 && date[..4].iter().all(u8::is_ascii_digit) && date[4] == b' ');
    is_head && line.contains("] ")
}

/// Whether a line sets a directive of a unit that carries no flags: `Restart=always`.
pub(super) fn is_directive(body: &str) -> bool {
    let Some((key, _)) = body.split_once('=') else { return false };
    let is_word = key.len() > 2
        && key.starts_with(|char: char| char.is_ascii_uppercase())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && key.bytes().any(|byte| byte.is_ascii_lowercase());
    is_word && !["ExecStart", "Environment"].contains(&key)
}
