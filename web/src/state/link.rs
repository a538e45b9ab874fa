//! How does a session become the end of an address, and how is it read back?
//!
//! `#0` and a payload: the session in a few bytes ([`to_bytes`]), deflated against a fixed text, in URL-safe
//! base64. Format 0 is temporary: until the first release it may change from one day to the next, and the
//! links made before are lost. A released format gets another digit and is read for ever; the fixed text,
//! `link-0.txt`, is part of it.
//!
//! A link holds 64 KiB of text, a quarter of what the page lets one type: what is longer makes an address that
//! neither chat programs nor all browsers take, and a hostile link must not cost more than a moment. Such
//! work is saved in the browser and can be saved to a file; it has no link.
//!
//! Invariant: reading is total. It takes time and room by the size of the address, never by what the
//! address claims.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dualstack_core::explain::text::Text;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Notes, PatchForm, Session, Shown};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// What a link of this format starts with.
pub const FORMAT: char = '0';
/// The longest session that is linked, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// The longest session that is linked, in events.
pub const MAX_EVENTS: usize = 500;
/// No payload is longer: of its bytes each takes nine bits at most, and base64 adds a third.
const MAX_PAYLOAD: usize = MAX_BYTES / 2 * 3 + 8;
/// What sessions have in common, the most common last: a link carries only the difference.
const COMMON: &[u8] = include_bytes!("link-0.txt");

/// Why there is no link, or nothing behind one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The address is none that a playground makes.
    Damaged,
    /// The link is of a format that this playground does not know yet.
    Newer,
    /// The session is longer than [`MAX_BYTES`] or [`MAX_EVENTS`].
    TooLong,
}

impl Trouble {
    /// What a person is told.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Damaged => Text {
                en: "This link is damaged: it was truncated or changed.",
                zh: "此链接已损坏：它被截断或更改过。",
            },
            Self::Newer => Text {
                en: "This link was created by a newer version of the playground. Reload the page to get that version.",
                zh: "此链接由更新版本的演练场生成。请重新加载页面以获取新版本。",
            },
            Self::TooLong => Text {
                en: "This session is too long for a link, which can hold 64 KiB of text and 500 actions.",
                zh: "此会话过长，无法放入链接：链接最多容纳 64 KiB 文本和 500 个操作。",
            },
        }
    }
}

/// The session as what stands behind `#`. It ends in a letter or a digit, because programs for chat
/// leave other signs out of a link.
///
/// # Errors
///
/// [`Trouble::TooLong`].
pub fn write(session: &Shown) -> Result<String, Trouble> {
    let bytes = to_bytes(session);
    if bytes.len() > MAX_BYTES || session.scenario.events.len() > MAX_EVENTS {
        return Err(Trouble::TooLong);
    }
    Ok(pack(&bytes))
}

/// The link of a session in bytes, whatever they say.
#[must_use]
pub fn pack(bytes: &[u8]) -> String {
    let mut packed = deflate(bytes);
    // The last sign of whole triples can be any. Behind one or two bytes more it stands for bits that
    // are zero, and so it is none of `-` and `_`.
    if packed.len().is_multiple_of(3) {
        packed.push(0);
    }
    let mut link = FORMAT.to_string();
    BASE64.encode_string(&packed, &mut link);
    link
}

/// Reads what [`write`] wrote.
///
/// # Errors
///
/// What kept it from being read.
pub fn read(link: &str) -> Result<Shown, Trouble> {
    let payload = match link.strip_prefix(FORMAT) {
        Some(payload) => payload,
        None if link.starts_with(|first: char| first.is_ascii_digit()) => {
            return Err(Trouble::Newer);
        }
        None => return Err(Trouble::Damaged),
    };
    if payload.len() > MAX_PAYLOAD {
        return Err(Trouble::TooLong);
    }
    let packed = BASE64.decode(payload).map_err(|_| Trouble::Damaged)?;
    let bytes = inflate(&packed)?;
    let session = Reader(&bytes).session().ok_or(Trouble::Damaged)?;
    if session.scenario.events.len() > MAX_EVENTS {
        return Err(Trouble::TooLong);
    }
    Ok(session)
}

/// Deflates as if the common text had gone before, with the codes that the format fixes (RFC 1951, 3.2.6):
/// codes of its own take more room than they save in texts of this length.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let text = [COMMON, bytes].concat();
    // Where the last three bytes with a hash began, and where the ones before them did.
    let (mut last, mut before) = (vec![usize::MAX; 1 << 12], vec![usize::MAX; text.len()]);
    let mut bits = Bits::default();
    bits.put(HEAD, 3);
    let (mut at, mut covered) = (0, COMMON.len());
    while at < text.len() {
        let hash = text[at..].first_chunk().map(|[a, b, c]| {
            (usize::from(*a) << 6 ^ usize::from(*b) << 3 ^ usize::from(*c)) & 0xfff
        });
        let mut start = hash.map_or(usize::MAX, |hash| std::mem::replace(&mut last[hash], at));
        before[at] = start;
        if at == covered {
            let (mut longest, mut distance) = (0, 0);
            for _ in 0..64 {
                if start == usize::MAX || at - start > 32 * 1024 {
                    break;
                }
                let pairs = text[at..].iter().zip(&text[start..]).take(257);
                let length = pairs.take_while(|(one, other)| one == other).count();
                if length > longest {
                    (longest, distance) = (length, at - start);
                }
                start = before[start];
            }
            if longest < 3 {
                bits.put_symbol(usize::from(text[at]));
                covered += 1;
            } else {
                bits.put_match(longest, distance);
                covered += longest;
            }
        }
        at += 1;
    }
    bits.put_symbol(256);
    bits.bytes
}

/// A stream of bits, each byte filled from its lowest.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, value: usize, count: u32) {
        for at in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let byte = self.count / 8;
            self.bytes[byte] |= ((value >> at & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// Codes begin with their highest bit.
    fn put_code(&mut self, code: usize, count: u32) {
        self.put(code.reverse_bits() >> (usize::BITS - count), count);
    }

    /// A byte, the end (256), or a length of a match.
    fn put_symbol(&mut self, symbol: usize) {
        match symbol {
            0..144 => self.put_code(0x30 + symbol, 8),
            144..256 => self.put_code(0x190 + symbol - 144, 9),
            256..280 => self.put_code(symbol - 256, 7),
            _ => self.put_code(0xc0 + symbol - 280, 8),
        }
    }

    /// So many bytes (3 to 257) as stood at this distance.
    fn put_match(&mut self, length: usize, distance: usize) {
        // Both double their steps, the one after each four codes, the other after each two.
        let (length, distance) = (length - 3, distance - 1);
        let more = length.max(4).ilog2() - 2;
        self.put_symbol(257 + 4 * more as usize + (length >> more));
        self.put(length, more);
        let more = distance.max(2).ilog2() - 1;
        self.put_code(2 * more as usize + (distance >> more), 5);
        self.put(distance, more);
    }
}

/// What a stream begins with: its one block is the last one and has the fixed codes.
const HEAD: usize = 0b011;

/// What [`deflate`] was given, if that is not longer than [`MAX_BYTES`].
fn inflate(packed: &[u8]) -> Result<Vec<u8>, Trouble> {
    // Blocks with codes of their own can be made that say nothing and take long to read.
    if packed.first().is_none_or(|first| usize::from(*first) & 0b111 != HEAD) {
        return Err(Trouble::Damaged);
    }
    let mut bytes = COMMON.to_vec();
    bytes.resize(COMMON.len() + MAX_BYTES, 0);
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut inflater = Box::<DecompressorOxide>::default();
    match decompress(&mut inflater, packed, &mut bytes, COMMON.len(), flags) {
        // Behind the end stands the byte that `pack` adds, or nothing.
        (TINFLStatus::Done, read, written)
            if packed.len() - read == usize::from(read.is_multiple_of(3)) =>
        {
            bytes.truncate(COMMON.len() + written);
            Ok(bytes.split_off(COMMON.len()))
        }
        (TINFLStatus::HasMoreOutput, ..) => Err(Trouble::TooLong),
        _ => Err(Trouble::Damaged),
    }
}

/// The seed, the shown event, and the events: a letter and its texts for each, and behind an event its note, where it
/// has one. A number is written in groups
/// of seven bits, the lowest first; a text stands behind its length in bytes.
fn to_bytes(session: &Shown) -> Vec<u8> {
    let mut bytes = Vec::new();
    number(&mut bytes, session.scenario.seed);
    number(&mut bytes, session.at as u64);
    for (at, event) in session.scenario.events.iter().enumerate() {
        match event {
            Action::Boot { version, flags } => {
                bytes.push(b'b');
                text(&mut bytes, &version.to_string());
                text(&mut bytes, flags);
            }
            Action::Apply(manifest) => {
                bytes.push(b'a');
                text(&mut bytes, manifest);
            }
            Action::Create(manifest) => {
                bytes.push(b'c');
                text(&mut bytes, manifest);
            }
            Action::Replace(manifest) => {
                bytes.push(b'r');
                text(&mut bytes, manifest);
            }
            Action::DeleteFile(manifest) => {
                bytes.push(b'f');
                text(&mut bytes, manifest);
            }
            Action::Existing(manifest) => {
                bytes.push(b'e');
                text(&mut bytes, manifest);
            }
            Action::Patch { service, form, body } => {
                bytes.push(b'p');
                text(&mut bytes, form.name());
                text(&mut bytes, service);
                text(&mut bytes, body);
            }
            Action::Delete(object) => {
                bytes.push(b'd');
                text(&mut bytes, object);
            }
        }
        let note = session.notes.at(at);
        if !note.is_empty() {
            bytes.push(b'n');
            text(&mut bytes, note);
        }
    }
    bytes
}

fn number(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

/// Bytes that are still to be read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn event(&mut self) -> Option<Action> {
        Some(match self.byte()? {
            b'b' => {
                let version: KubeVersion = self.text()?.parse().ok()?;
                Action::Boot { version, flags: self.text()?.into() }
            }
            b'a' => Action::Apply(self.text()?.into()),
            b'c' => Action::Create(self.text()?.into()),
            b'r' => Action::Replace(self.text()?.into()),
            b'f' => Action::DeleteFile(self.text()?.into()),
            b'e' => Action::Existing(self.text()?.into()),
            b'p' => {
                let name = self.text()?;
                let form = PatchForm::ALL.into_iter().find(|form| form.name() == name)?;
                Action::Patch { form, service: self.text()?.into(), body: self.text()?.into() }
            }
            b'd' => Action::Delete(self.text()?.into()),
            _ => return None,
        })
    }

    /// The session, if it begins with a start, as each does.
    fn session(&mut self) -> Option<Shown> {
        let seed = self.number()?;
        let at = usize::try_from(self.number()?).ok()?;
        let (mut events, mut notes) = (Vec::new(), Vec::new());
        while !self.0.is_empty() {
            events.push(self.event()?);
            notes.push(match self.0.first() {
                Some(b'n') => {
                    self.byte()?;
                    self.text()?.into()
                }
                _ => Rc::default(),
            });
        }
        let notes = Notes::from(notes);
        let begins = matches!(events.first(), Some(Action::Boot { .. }));
        let scenario = Session { seed, events: Rc::from(events) };
        (begins && at < scenario.events.len()).then_some(Shown { scenario, at, notes })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use base64::Engine;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Action, Notes, PatchForm, Session, Shown};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{BASE64, MAX_BYTES, MAX_EVENTS, MAX_PAYLOAD, Trouble, pack, read, write};

    /// What an example of the picker says, as far as a link holds it.
    #[derive(serde::Deserialize)]
    struct Example {
        flags: String,
        manifest: String,
    }

    fn example(name: &str) -> Example {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let text = std::fs::read_to_string(format!("{folder}/{name}")).expect("it is there");
        serde_yaml::from_str(&text).expect("it is an example")
    }

    /// What the page opens with.
    const OPENING: &str = "dual-stack-preferred-ipfamilies-svc.yaml";

    fn shown(events: &[Action]) -> Shown {
        let scenario = Session { seed: 0, events: events.into() };
        Shown { scenario, at: events.len() - 1, notes: Notes::default() }
    }

    fn applied(flags: &str, manifest: &str) -> Shown {
        let version = KubeVersion::LATEST;
        shown(&[Action::Boot { version, flags: flags.into() }, Action::Apply(manifest.into())])
    }

    fn version() -> impl Strategy<Value = KubeVersion> {
        proptest::sample::select(KubeVersion::all().collect::<Vec<_>>())
    }

    fn event() -> impl Strategy<Value = Action> {
        let text = || any::<String>();
        prop_oneof![
            (version(), text())
                .prop_map(|(version, flags)| Action::Boot { version, flags: flags.into() }),
            text().prop_map(|text| Action::Apply(text.into())),
            text().prop_map(|text| Action::Create(text.into())),
            text().prop_map(|text| Action::Replace(text.into())),
            text().prop_map(|text| Action::DeleteFile(text.into())),
            text().prop_map(|text| Action::Existing(text.into())),
            (proptest::sample::select(&PatchForm::ALL[..]), text(), text()).prop_map(
                |(form, service, body)| Action::Patch {
                    form,
                    service: service.into(),
                    body: body.into()
                }
            ),
            text().prop_map(|text| Action::Delete(text.into())),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_link_leads_to_the_session_it_was_made_from(
            seed: u64, version in version(), flags: String, events in vec(event(), 0..20),
            at: proptest::sample::Index, note: String,
        ) {
            let mut all = vec![Action::Boot { version, flags: flags.into() }];
            all.extend(events);
            let scenario = Session { seed, events: all.as_slice().into() };
            let notes = Notes::default().with(at.index(all.len()), &note);
            let made = Shown { at: at.index(all.len()), scenario, notes };
            let link = write(&made).expect("it is short");
            prop_assert!(link.ends_with(|last: char| last.is_ascii_alphanumeric()), "{link}");
            prop_assert!(link.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it)));
            prop_assert_eq!(read(&link), Ok(made));
        }

        #[test]
        fn whatever_stands_behind_the_format_is_read_or_refused(link: String, bytes: Vec<u8>) {
            let _ = read(&link);
            let _ = read(&format!("0{link}"));
            let _ = read(&format!("0{}", BASE64.encode(&bytes)));
            let _ = read(&pack(&bytes));
        }

        #[test]
        fn a_link_that_was_cut_off_is_damaged(end: proptest::sample::Index) {
            let link = write(&applied("", "a: 双")).expect("it is short");
            let cut = &link[..1 + end.index(link.len() - 1)];
            prop_assert_eq!(read(cut), Err(Trouble::Damaged));
        }
    }

    #[test]
    fn every_example_has_a_link() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        for entry in std::fs::read_dir(folder).expect("the folder is part of the project") {
            let name = entry.expect("it can be listed").file_name();
            let Example { flags, manifest } = example(&name.to_string_lossy());
            let made = applied(&flags, &manifest);
            assert_eq!(read(&write(&made).expect("it is short")), Ok(made), "{name:?}");
        }
    }

    #[test]
    fn links_are_short_enough_for_chat() {
        let Example { flags, manifest } = example(OPENING);
        let edited = manifest.replace("PreferDualStack", "RequireDualStack").replace("80", "8080");
        let services = |count: usize| {
            let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
            let documents: Vec<String> = (1..=count)
                .map(|at| {
                    manifest
                        .replace("my-service", &format!("service-{at}"))
                        .replace("PreferDualStack", policies[at % 3])
                        .replace("port: 80", &format!("port: {}", 8000 + at * 11))
                })
                .collect();
            documents.join("---\n")
        };
        for (what, manifest, most) in [
            ("the opening example", manifest.clone(), 40),
            ("edited", edited, 140),
            ("3 Services", services(3), 200),
            ("10 Services", services(10), 600),
        ] {
            let link = write(&applied(&flags, &manifest)).expect("it is short");
            println!("{what}: {} characters", link.len());
            assert!(link.len() <= most, "{what}: {} characters: {link}", link.len());
        }
    }

    #[test]
    fn hostile_links_are_refused_at_once() {
        let head = [b"\0\0b\x041.36\0".as_slice()];
        let events = [&head[..], &vec![b"a\0".as_slice(); MAX_EVENTS]].concat().concat();
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; 10 << 20], 9);
        let cases = [
            ("nothing", "0".to_owned(), Trouble::Damaged),
            ("no link", "garbage".to_owned(), Trouble::Damaged),
            ("garbage", "0garbage".to_owned(), Trouble::Damaged),
            ("not of the alphabet", "0%E5%8F%8C!".to_owned(), Trouble::Damaged),
            ("another format", "1AAAA".to_owned(), Trouble::Newer),
            ("one megabyte", format!("0{}", "A".repeat(1 << 20)), Trouble::TooLong),
            ("as long as can be", format!("0{}", "A".repeat(MAX_PAYLOAD)), Trouble::Damaged),
            ("a bomb", format!("0{}", BASE64.encode(bomb)), Trouble::Damaged),
            ("a bomb of the link's own codes", pack(&vec![0; 4 << 20]), Trouble::TooLong),
            ("one byte too many", pack(&vec![0; MAX_BYTES + 1]), Trouble::TooLong),
            ("not a session", pack(&vec![0; MAX_BYTES]), Trouble::Damaged),
            ("no events", pack(b"\0\0"), Trouble::Damaged),
            ("a note without an event", pack(b"\0\0n\x01x"), Trouble::Damaged),
            ("no start", pack(b"\0\0a\x01x"), Trouble::Damaged),
            ("an event that is not there", pack(b"\0\x01b\x041.36\0"), Trouble::Damaged),
            ("a release that is not there", pack(b"\0\0b\x041.99\0"), Trouble::Damaged),
            ("a text that is not there", pack(b"\0\0b\x041.36\xff\xff\x03"), Trouble::Damaged),
            ("not UTF-8", pack(b"\0\0b\x041.36\x01\xff"), Trouble::Damaged),
            ("too many events", pack(&events), Trouble::TooLong),
        ];
        assert!(read(&pack(head[0])).is_ok(), "the cases differ from this one");
        for (what, link, trouble) in cases {
            let time = || {
                let start = Instant::now();
                assert_eq!(read(&link), Err(trouble), "{what}");
                start.elapsed()
            };
            // The quickest of several, as the machine may have other work. Room for code that is not
            // optimised; a spec measures it in the browser.
            let took = (0..5).map(|_| time()).min().unwrap_or_default();
            assert!(took < Duration::from_millis(100), "{what}: {took:?}");
        }
    }

    #[test]
    fn a_session_that_is_too_long_has_no_link() {
        let start = Action::Boot { version: KubeVersion::LATEST, flags: "".into() };
        let apply = |bytes: usize| Action::Apply("x".repeat(bytes).into());
        let long = |bytes| write(&shown(&[start.clone(), apply(bytes)]));
        assert!(read(&long(MAX_BYTES - 20).expect("it just fits")).is_ok());
        assert_eq!(long(MAX_BYTES), Err(Trouble::TooLong));
        let mut events = vec![start; MAX_EVENTS];
        assert!(read(&write(&shown(&events)).expect("it just fits")).is_ok());
        events.push(apply(0));
        assert_eq!(write(&shown(&events)), Err(Trouble::TooLong));
    }
}
