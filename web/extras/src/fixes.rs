//! What would make a refused request succeed? The fixes of the core, with the words of their buttons.

use std::cell::Cell;

use dualstack_core::api::service::{EXTERNAL_NAME, Service};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Fact, Piece, render};
use dualstack_core::facts;
use dualstack_core::fixes::{Act, Fix, Gives, Repair, fixes};
use dualstack_core::net::Family;
use dualstack_core::session::Replay;
use dualstack_core::session::action::{Event, Shown};
use serde_json::{Value as Json, json};

use crate::{NO_SESSION, refusal};

macro_rules! words {
    ($($name:ident = $en:literal, $zh:literal;)*) => {
        $(const $name: Text = Text { en: $en, zh: $zh };)*
    };
}

words! {
    SET = "Set {field} to {value}", "将 {field} 设为 {value}";
    CHANGE = "Change {field}", "更改 {field}";
    RESTORE = "Keep {field} as it is stored", "保持 {field} 已存储的值";
    ADD = "Add {field}", "添加 {field}";
    REMOVE = "Remove {field}", "移除 {field}";
    RENAME = "Rename {field} to {value}", "将 {field} 重命名为 {value}";
    RANGE = "Add an {family} range to the cluster", "为集群添加 {family} 范围";
    SEVERAL = "Change {count} things at once", "一次更改 {count} 处";
    TWO = "two addresses, {first} first", "两个地址，{first} 在先";
    ONE = "one address, {families}", "一个地址，{families}";
    HEADLESS = "headless: {families}, no cluster IP", "无头服务：{families}，没有集群 IP";
    ALIAS = "an alias, no address", "别名，没有地址";
    ACCEPTED = "accepted", "被接受";
    STARTS = "the cluster serves {served}", "集群提供 {served}";
    MORE = "other requests accepted then: {accepts}", "届时另有 {accepts} 个请求被接受";
    LESS = "other requests refused then: {refuses}", "届时另有 {refuses} 个请求被拒绝";
}

/// The longest value that stands in a title, in characters.
const SHORT: usize = 24;

thread_local! {
    // What was replayed for the last question helps with the next one.
    static REPLAY: Cell<Replay> = Cell::default();
}

/// The fixes of the document at `document` of the event that a session shows, the best first; also those of
/// the start in force, if that failed. As JSON:
///
/// ```json
/// [{"at": 1, "of": "manifest", "edits": [{"start": 70, "end": 85, "text": "PreferDualStack"}],
///   "title": {"en": "Set `spec.ipFamilyPolicy` to `PreferDualStack`", "zh": "…"},
///   "changes": ["spec.ipFamilyPolicy: RequireDualStack → PreferDualStack"],
///   "gives": {"en": "one address, `IPv4`", "zh": "…"}}]
/// ```
///
/// `at` is the event whose text changes, `of` what that text is: `flags`, `manifest` or `patch`. The edits
/// are made one after the other, each in the text that the one before it left; places are bytes. What is
/// code, or a family, stands in back quotes.
#[must_use]
pub fn of(session: &str, document: usize) -> String {
    let Some(Shown { scenario, at }) = Shown::from_text(session) else {
        return refusal(NO_SESSION);
    };
    let mut replay = REPLAY.take();
    let found = fixes(&mut replay, &scenario, at, document);
    REPLAY.set(replay);
    Json::Array(found.iter().map(print).collect()).to_string()
}

fn print(fix: &Fix) -> Json {
    let edits = fix.repairs.iter().map(|repair| {
        let edit = &repair.edit;
        json!({"start": edit.span.start, "end": edit.span.end, "text": edit.text})
    });
    let of = match fix.event {
        Event::Boot { .. } => "flags",
        Event::Patch { .. } => "patch",
        Event::Apply(_) | Event::Delete(_) => "manifest",
    };
    json!({
        "at": fix.at,
        "of": of,
        "edits": edits.collect::<Vec<_>>(),
        "title": both(|lang| title(&fix.repairs, lang)),
        "changes": fix.repairs.iter().map(change).collect::<Vec<_>>(),
        "gives": both(|lang| gives(&fix.gives, lang)),
    })
}

fn both(say: impl Fn(Lang) -> String) -> Json {
    json!({"en": say(Lang::En), "zh": say(Lang::Zh)})
}

/// A sentence with its holes filled; what is not words stands in back quotes.
fn fill(text: Text, facts: &[Fact], lang: Lang) -> String {
    let mut out = String::new();
    for piece in render(text, facts, lang) {
        let code = match &piece {
            Piece::Words(words) => {
                out.push_str(words);
                continue;
            }
            Piece::Code(code) => code.as_str(),
            Piece::Family(family) => family.name(),
        };
        out.push('`');
        out.push_str(&code.replace('`', "'"));
        out.push('`');
    }
    out
}

/// What is changed, in words.
fn title(repairs: &[Repair], lang: Lang) -> String {
    let [Repair { act, field, after, .. }, rest @ ..] = repairs else { return String::new() };
    let mut family = Family::V4;
    let word = match act {
        _ if !rest.is_empty() => SEVERAL,
        Act::AddRange(added) => {
            family = *added;
            RANGE
        }
        Act::Set if after.chars().count() > SHORT => CHANGE,
        Act::Set => SET,
        Act::Restore => RESTORE,
        Act::Add => ADD,
        Act::Remove => REMOVE,
        Act::Rename => RENAME,
    };
    let (field, value, count) = (field.as_str(), after.as_str(), repairs.len());
    fill(word, &facts![field, value, count, family], lang)
}

/// The changed text of a field: `spec.ipFamilyPolicy: RequireDualStack → PreferDualStack`.
fn change(repair: &Repair) -> String {
    let Repair { act, field, before, after, .. } = repair;
    let parts: &[&str] = match (act, before.is_empty(), after.is_empty()) {
        (Act::Rename, ..) => &[before, " → ", after],
        (_, true, _) => &["+ ", field, ": ", after],
        (_, _, true) => &["− ", field, ": ", before],
        _ => &[field, ": ", before, " → ", after],
    };
    parts.concat()
}

/// The families of a stored Service.
fn families(service: &Service) -> Vec<Family> {
    service.spec.ip_families.iter().filter_map(|name| Family::from_name(name)).collect()
}

/// What the change leads to.
fn gives(gives: &Gives, lang: Lang) -> String {
    let env = gives.boot.as_ref().and_then(|boot| boot.env.as_ref());
    let served: Vec<Family> = env.iter().flat_map(|env| env.ranges.families()).collect();
    let document = gives.document.as_ref().filter(|document| document.is_accepted());
    let service = document.and_then(|document| document.stored());
    let families = service.map(families).unwrap_or_default();
    let first = families.first().copied().unwrap_or(Family::V4);
    let of_document = match service {
        Some(service) if service.spec.type_ == EXTERNAL_NAME => ALIAS,
        Some(service) if service.spec.has_no_cluster_ip() => HEADLESS,
        Some(_) if families.len() > 1 => TWO,
        Some(_) => ONE,
        None => ACCEPTED,
    };
    let (accepts, refuses) = (gives.accepts, gives.refuses);
    let said = [
        (env.is_some(), STARTS),
        (document.is_some(), of_document),
        (accepts > 0, MORE),
        (refuses > 0, LESS),
    ];
    let facts = facts![served, families, first, accepts, refuses];
    let said = said.into_iter().filter(|(is_so, _)| *is_so);
    let said: Vec<String> = said.map(|(_, word)| fill(word, &facts, lang)).collect();
    said.join(if lang == Lang::Zh { "；" } else { "; " })
}

#[cfg(test)]
mod tests {
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Event, Scenario, Shown};
    use serde_json::{Value, json};

    use super::of;

    fn session(flags: &str, manifests: &[&str]) -> String {
        let version = KubeVersion::LATEST;
        let mut events = vec![Event::Boot { version, flags: flags.into() }];
        events.extend(manifests.iter().map(|text| Event::Apply((*text).into())));
        let at = manifests.len();
        Shown { scenario: Scenario { seed: 0, events: events.into() }, at }.to_json()
    }

    /// The answer, read as the page reads it.
    fn ask(session: &str) -> Value {
        serde_json::from_str(&of(session, 0)).expect("it is JSON")
    }

    fn service(spec: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec:\n  {spec}\n  ports: [{{port: 80}}]\n"
        )
    }

    const SINGLE: &str = "--service-cluster-ip-range=10.96.0.0/16\n";

    #[test]
    fn a_policy_that_the_cluster_cannot_serve_is_fixed_either_way() {
        let text = service("ipFamilyPolicy: RequireDualStack # why");
        let found = ask(&session(SINGLE, &[&text]));
        let at = text.find("RequireDualStack").unwrap_or_default();
        let policy = json!({
            "at": 1,
            "of": "manifest",
            "edits": [{"start": at, "end": at + 16, "text": "PreferDualStack"}],
            "title": {
                "en": "Set `spec.ipFamilyPolicy` to `PreferDualStack`",
                "zh": "将 `spec.ipFamilyPolicy` 设为 `PreferDualStack`",
            },
            "changes": ["spec.ipFamilyPolicy: RequireDualStack → PreferDualStack"],
            "gives": {"en": "one address, `IPv4`", "zh": "一个地址，`IPv4`"},
        });
        let end = SINGLE.len() - 1;
        let range = json!({
            "at": 0,
            "of": "flags",
            "edits": [{
                "start": "--service-cluster-ip-range=".len(),
                "end": end,
                "text": "10.96.0.0/16,fd00:10:96::/112",
            }],
            "title": {
                "en": "Add an `IPv6` range to the cluster",
                "zh": "为集群添加 `IPv6` 范围",
            },
            "changes": [
                "--service-cluster-ip-range: 10.96.0.0/16 → 10.96.0.0/16,fd00:10:96::/112"
            ],
            "gives": {
                "en": "the cluster serves `IPv4`, `IPv6`; two addresses, `IPv4` first",
                "zh": "集群提供 `IPv4`、`IPv6`；两个地址，`IPv4` 在先",
            },
        });
        let found = found.as_array().expect("a list");
        assert!(found.contains(&policy), "{found:#?}");
        assert!(found.contains(&range), "{found:#?}");
    }

    #[test]
    fn what_is_accepted_has_no_fix_and_what_is_no_session_no_answer() {
        let text = service("ipFamilyPolicy: PreferDualStack");
        assert_eq!(of(&session(SINGLE, &[&text]), 0), "[]");
        // A document that is not there.
        assert_eq!(of(&session(SINGLE, &["a: b"]), 7), "[]");
        assert!(of("{}", 0).starts_with("{\"en\":\"This text holds no session"));
    }
}
