//! What became of each document of a manifest? A row for each, and which of them is looked at.

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::Piece;
use dualstack_core::session::{BootReport, DocumentReport, RequestsReport};

use super::shared::Shared;
use super::store::Store;
use super::verdict::{Tone, Verdict, left_by, verdict};
use crate::i18n::{self, colon};

/// A document in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its kind, as far as it could be read.
    pub kind: String,
    /// Its name, as far as it could be read; outside `default` the namespace stands before it.
    pub name: String,
    /// What became of it.
    pub tone: Tone,
    /// Where it begins in the text.
    pub start: usize,
}

impl Row {
    /// The row of a document.
    #[must_use]
    pub fn of(boot: &BootReport, requests: &RequestsReport, document: &DocumentReport) -> Self {
        let tone = match document {
            _ if document.is_left_out => Tone::Aside,
            _ if !boot.is_running() => Tone::None,
            _ => verdict(boot, requests, Some(document), Lang::En).tone,
        };
        let namespace = document.object.as_ref().map_or("default", |it| it.namespace.as_str());
        let name = match namespace {
            "default" => document.name.clone(),
            namespace => format!("{namespace}/{}", document.name),
        };
        Self { kind: document.kind.clone(), name, tone, start: document.span.start }
    }

    /// Kind and name, as they are read and searched.
    #[must_use]
    pub fn label(&self) -> String {
        match (self.kind.as_str(), self.name.as_str()) {
            ("", name) => name.to_owned(),
            (kind, "") => kind.to_owned(),
            (kind, name) => format!("{kind}/{name}"),
        }
    }

    /// The word for its mark.
    #[must_use]
    pub const fn word(&self) -> Text {
        match self.tone {
            Tone::None => i18n::NOT_SENT,
            tone => tone.word(),
        }
    }

    /// How much it asks to be looked at: what was refused first, then the Services, the worst first.
    fn weight(&self) -> (bool, bool, Tone) {
        let is_service = self.kind == "Service" && self.tone != Tone::Aside;
        (self.tone == Tone::Bad, is_service, self.tone)
    }
}

/// The document that asks most to be looked at; of equal ones the first.
#[must_use]
pub fn worst(rows: &[Row]) -> usize {
    let rows = rows.iter().enumerate();
    rows.rev().max_by_key(|(_, row)| row.weight()).map_or(0, |(at, _)| at)
}

/// The document that is looked at: that of the caret of the manifest, else the one that was chosen, else the one
/// that asks most for it.
#[must_use]
pub fn document_at(store: &Store, documents: &[Shared<DocumentReport>], rows: &[Row]) -> usize {
    let of_caret = store.caret.map(|caret| {
        // Between two documents is behind the first.
        documents.iter().rposition(|document| document.span.start <= caret).unwrap_or_default()
    });
    let at = of_caret.or(store.document).unwrap_or_else(|| worst(rows));
    at.min(documents.len().saturating_sub(1))
}

/// The verdict on several documents at once: how many were stored, and the reason of the worst.
#[must_use]
pub fn of_all(
    boot: &BootReport,
    apply: &RequestsReport,
    documents: &[Shared<DocumentReport>],
    rows: &[Row],
    lang: Lang,
) -> Verdict {
    let at = worst(rows);
    let Verdict { tone, because, .. } =
        verdict(boot, apply, documents.get(at).map(|it| &**it), lang);
    let sent = |row: &Row| row.tone != Tone::Aside;
    let tones = rows.iter().filter(|row| sent(row)).map(|row| row.tone);
    let tone = match tones.max().unwrap_or(tone) {
        // Others were sent, and answered.
        Tone::None if rows.iter().any(|row| row.tone < Tone::None && sent(row)) => Tone::Look,
        tone => tone,
    };
    let mut reason = Vec::new();
    // A syntax error is one of the file, not of a document.
    let is_named = apply.problems.is_empty() && !because.is_empty();
    if let Some(row) = rows.get(at).filter(|row| sent(row) && is_named) {
        let label = Some(row.label()).filter(|label| !label.is_empty());
        let colon = || Piece::Words(colon(lang).to_owned());
        reason.extend(label.into_iter().flat_map(|label| [Piece::Code(label), colon()]));
    }
    reason.extend(because);
    let is_stored = |row: &Row| matches!(row.tone, Tone::Good | Tone::Look);
    if !rows.iter().any(is_stored) {
        reason.extend(documents.get(at).map(|it| left_by(it, lang)).unwrap_or_default());
    }
    Verdict { tone, head: counted(rows, lang), because: reason }
}

/// How many documents were stored, rejected, not sent and left out.
fn counted(rows: &[Row], lang: Lang) -> Vec<Piece> {
    let stored = kinds(rows, |tone| matches!(tone, Tone::Good | Tone::Look), lang);
    let refused = kinds(rows, |tone| tone == Tone::Bad, lang);
    let count = |tone: Tone| rows.iter().filter(|row| row.tone == tone).count();
    // Where all are of one kind, it is named once.
    let is_one = stored.len() == 1 && refused.len() == 1 && stored[0].0 == refused[0].0;
    let list = |found: Vec<(&str, usize, String)>| {
        let words: Vec<String> = found.into_iter().map(|(.., words)| words).collect();
        words.join(i18n::LIST_MARK.get(lang))
    };
    let number = |count: usize| match lang {
        Lang::En => count.to_string(),
        Lang::Zh => format!("{count} 个"),
    };
    let mut parts = Vec::new();
    let mut part = |text: Text, objects: String| {
        parts.push(text.get(lang).replace("{objects}", &objects));
    };
    if !stored.is_empty() {
        part(i18n::ARE_STORED, list(stored));
    }
    if !refused.is_empty() {
        let objects = if is_one { number(refused[0].1) } else { list(refused) };
        part(i18n::ARE_REFUSED, objects);
    }
    if count(Tone::None) > 0 {
        part(i18n::ARE_NOT_SENT, number(count(Tone::None)));
    }
    let mut sentence = parts.join(i18n::COMMA_MARK.get(lang));
    let left_out = count(Tone::Aside);
    if left_out > 0 {
        if !sentence.is_empty() {
            sentence.push_str(i18n::SEMICOLON_MARK.get(lang));
        }
        let text = if left_out == 1 { i18n::IS_LEFT_OUT } else { i18n::ARE_LEFT_OUT };
        sentence.push_str(&text.get(lang).replace("{count}", &left_out.to_string()));
    }
    sentence.push_str(i18n::STOP_MARK.get(lang));
    vec![Piece::Words(sentence)]
}

/// The kinds of documents with such a tone, how many there are of each, and that in words.
fn kinds(rows: &[Row], is_meant: fn(Tone) -> bool, lang: Lang) -> Vec<(&str, usize, String)> {
    let mut found: Vec<(&str, usize)> = Vec::new();
    for row in rows.iter().filter(|row| is_meant(row.tone)) {
        match found.iter_mut().find(|(kind, _)| *kind == row.kind) {
            Some((_, count)) => *count += 1,
            None => found.push((&row.kind, 1)),
        }
    }
    let words = |(kind, count): (_, usize)| {
        let words = match (lang, count) {
            (Lang::En, 1) => format!("1 {kind}"),
            (Lang::En, _) => format!("{count} {kind}s"),
            (Lang::Zh, _) => format!("{count} 个 {kind}"),
        };
        (kind, count, words)
    };
    found.into_iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::plain;
    use dualstack_core::session::Replay;

    use crate::presets::Preset;
    use crate::state::answers::Answers;
    use crate::state::choices::Focus;
    use crate::state::store::{Msg, Store};
    use crate::state::verdict::{Tone, Verdict};

    const CHART: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n---\n\
        apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{port: 80}]}\n---\n\
        apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: b}\nspec: {ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}\n---\n\
        apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n";

    fn applied(text: &str, lang: Lang) -> Store {
        let single = Store::opening(lang).update(Msg::Preset(Preset::V4));
        single.update(Msg::EditManifest(text.to_owned()))
    }

    fn answers(store: &Store) -> Answers {
        let answers = Answers::of(store, &store.session(), &mut Replay::default());
        answers.expect("a session begins with a start")
    }

    fn verdict(store: &Store) -> Verdict {
        let answers = answers(store);
        answers.verdict(store, answers.document_at(store))
    }

    #[test]
    fn several_documents_have_one_headline_and_the_reason_of_the_worst() {
        let of_all = verdict(&applied(CHART, Lang::En));
        assert_eq!(of_all.tone, Tone::Bad);
        assert_eq!(
            plain(&of_all.head),
            "1 Service stored, 1 rejected; 2 objects of kinds that are not simulated are left out."
        );
        assert!(plain(&of_all.because).starts_with("Service/b/web: "), "{of_all:?}");
        assert_eq!(
            plain(&verdict(&applied(CHART, Lang::Zh)).head),
            "已存储 1 个 Service，拒绝 1 个；2 个对象的类型不在模拟范围内，已略过。"
        );
        let good = CHART.replace("RequireDualStack", "SingleStack");
        let of_all = verdict(&applied(&good, Lang::En));
        assert_eq!(of_all.tone, Tone::Good);
        assert!(plain(&of_all.head).starts_with("2 Services stored; 2 objects of kinds"));
        let node = good.replace("kind: ConfigMap", "kind: Node");
        assert!(plain(&verdict(&applied(&node, Lang::En)).head).starts_with(
            "2 Services, 1 Node stored; 1 object of a kind that is not simulated is left out."
        ));
        // What has no name yet is not sent, and the rest is.
        let nameless = good.replace("{name: web, namespace: b}", "{}");
        let of_all = verdict(&applied(&nameless, Lang::En));
        assert_eq!(of_all.tone, Tone::Look);
        assert!(plain(&of_all.head).starts_with("1 Service stored, 1 not sent by kubectl; 2"));
    }

    #[test]
    fn what_is_not_simulated_is_no_refusal() {
        for text in [
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n",
        ] {
            let store = applied(text, Lang::En);
            let of_all = verdict(&store);
            assert_eq!(of_all.tone, Tone::Aside);
            assert!(plain(&of_all.head).contains("not simulated"), "{of_all:?}");
            assert!(!answers(&store).is_refused(&store, 0));
        }
    }

    #[test]
    fn rows_say_what_became_of_each() {
        let answers = answers(&applied(CHART, Lang::En));
        let rows = answers.rows.iter().map(|row| format!("{} {}", row.label(), row.tone.mark()));
        assert_eq!(
            rows.collect::<Vec<_>>(),
            ["ServiceAccount/shop –", "Service/shop ✓", "Service/b/web ✕", "ConfigMap/shop –"]
        );
    }

    #[test]
    fn the_worst_service_is_looked_at_until_the_caret_or_a_click_says_otherwise() {
        let at = |store: &Store| answers(store).document_at(store);
        let store = applied(CHART, Lang::En);
        assert_eq!(at(&store), 2);
        assert_eq!(at(&applied(&CHART.replace("RequireDualStack", "SingleStack"), Lang::En)), 1);
        let prefers = CHART.replace("RequireDualStack", "PreferDualStack");
        assert_eq!(at(&applied(&prefers, Lang::En)), 2);
        let place = CHART.find("kind: ConfigMap").expect("it is there");
        let moved = store.update(Msg::Focus(Focus::Manifest(place)));
        assert_eq!(at(&moved), 3);
        // A look at the flags or at a field is about the same object.
        assert_eq!(at(&moved.update(Msg::Focus(Focus::Flags(0)))), 3);
        assert_eq!(at(&moved.update(Msg::Document(1))), 1);
        for (number, row) in answers(&store).rows.iter().enumerate() {
            assert_eq!(at(&store.update(Msg::Focus(Focus::Manifest(row.start)))), number);
        }
    }

    #[test]
    fn a_paste_leaves_the_worst_service_in_front_until_the_caret_moves() {
        let at = |store: &Store| answers(store).document_at(store);
        let single = Store::opening(Lang::En).update(Msg::Preset(Preset::V4));
        let typed = single.update(Msg::Focus(Focus::Manifest(3)));
        let pasted = typed.update(Msg::EditManifest(CHART.to_owned()));
        assert_eq!(at(&pasted), 2);
        let end = Msg::Focus(Focus::Manifest(CHART.len()));
        let rests = pasted.update(end.clone()).update(end.clone());
        assert_eq!(at(&rests), 2);
        let moved = rests.update(Msg::Focus(Focus::Manifest(CHART.len() - 1)));
        assert_eq!(at(&moved), 3);
        assert_eq!(at(&moved.update(end.clone())), 3);
        // A key is no paste.
        let key = rests.update(Msg::EditManifest(format!("{CHART}\n"))).update(end);
        assert_eq!(at(&key), 3);
    }

    #[test]
    fn what_a_refusal_left_is_said_where_nothing_else_was_stored() {
        let because = |text: &str| plain(&verdict(&applied(text, Lang::En)).because);
        assert!(!because(CHART).contains("Nothing was stored"), "{}", because(CHART));
        let none = CHART.replace(
            "{ports: [{port: 80}]}",
            "{ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}",
        );
        assert!(because(&none).ends_with("Nothing was stored, and no address was allocated."));
    }
}
