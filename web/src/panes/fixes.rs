//! What would make the refused request succeed, and what is the next step after an answer that many do not expect?
//! A slot in each pane for the changes of its own text that the core has tried, and the way there from the answer.

use std::rc::Rc;

use dualstack_core::api::service::{EXTERNAL_NAME, Service};
use dualstack_core::apiserver::service::families::known_families;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Fact, Piece, plain, render};
use dualstack_core::facts;
use dualstack_core::fixes::{Act, Aim, Fix, Gives, Repair};
use dualstack_core::net::Family;
use dualstack_core::net::go_parse::parse_ip;
use dualstack_core::session::action::Action;
use dualstack_core::source::pasted::Kind;
use yew::prelude::*;

use crate::browser;
use crate::i18n::{SEMICOLON_MARK, colon};
use crate::state::fixes::{FoundFixes, Offer};
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::{Dispatch, classed, code, sentence};

macro_rules! words {
    ($($name:ident = $en:literal, $zh:literal;)*) => {
        $(const $name: Text = Text { en: $en, zh: $zh };)*
    };
}

words! {
    FIX = "Fix", "修复";
    STEP = "Next step", "下一步";
    FIXES = "Fixes", "修复建议";
    STEPS = "Next steps", "后续步骤";
    FIX_COUNT = "{count} fixes", "{count} 个修复建议";
    STEP_COUNT = "{count} next steps", "{count} 个后续步骤";
    FIX_BELOW = "1 fix ↓", "1 个修复建议 ↓";
    FIXES_BELOW = "{count} fixes ↓", "{count} 个修复建议 ↓";
    STEP_BELOW = "Next step ↓", "下一步 ↓";
    STEPS_BELOW = "{count} next steps ↓", "{count} 个后续步骤 ↓";
    SET = "Set {field} to {value}", "将 {field} 设为 {value}";
    CHANGE = "Change {field}", "更改 {field}";
    RESTORE = "Keep {field} as it is stored", "保持 {field} 已存储的值";
    ADD = "Add {field}: {value}", "添加 {field}: {value}";
    ADD_FLAG = "Add {field}={value}", "添加 {field}={value}";
    ADD_LONG = "Add {field}", "添加 {field}";
    REMOVE = "Remove {field}", "移除 {field}";
    RENAME = "Rename {field} to {value}", "将 {field} 重命名为 {value}";
    RANGE = "Add an {family} Service CIDR to the cluster", "为集群添加 {family} Service CIDR";
    PATCH = "Patch {object}: set {field} to {value}", "修补 {object}：将 {field} 设为 {value}";
    VERSION = "Use Kubernetes {value}", "使用 Kubernetes {value}";
    NO_FENCE = "Remove the Markdown fence", "移除 Markdown 代码围栏";
    NO_COMMAND = "Remove the shell commands", "移除 shell 命令";
    PLAIN_QUOTES = "Use plain quotes", "改用普通引号";
    PLAIN_DASHES = "Use plain hyphens", "改用普通连字符";
    PLAIN_SPACES = "Use plain spaces", "改用普通空格";
    NO_INVISIBLE = "Remove the invisible characters", "移除不可见字符";
    DELETE = "Delete {object} and create it again, since no update can change this", "先删除 {object} 再重新创建，因为更新无法更改此项";
    SEVERAL = "Change {count} things at once", "一次更改 {count} 处";
    TWO = "two addresses, {first} first", "两个地址，{first} 排在首位";
    ONE = "one address, {families}", "一个地址，{families}";
    ONE_UNKNOWN = "one address", "一个地址";
    HEADLESS = "headless: {families}, no cluster IP", "无头服务：{families}，没有集群 IP";
    HEADLESS_UNKNOWN = "headless, no cluster IP", "无头服务，没有集群 IP";
    ALIAS = "an alias, no address", "别名，没有地址";
    ACCEPTED = "accepted", "被接受";
    STARTS = "the cluster supports {served}", "集群支持 {served}";
    MORE = "other requests accepted as a result: {accepts}", "因此另有 {accepts} 个请求被接受";
    LESS = "other requests rejected as a result: {refuses}", "因此另有 {refuses} 个请求被拒绝";
}

/// The longest value that stands in a title, in characters.
const SHORT: usize = 24;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The fixes of the pane.
    pub fixes: Vec<Offer>,
    /// What stands in the line while there is none.
    #[prop_or_default]
    pub children: Html,
    pub dispatch: Dispatch,
}

/// A line that is always there: the first fix of the pane, and a list of all where there are more.
#[component]
pub fn FixSlot(props: &Props) -> Html {
    let Props { lang, ref fixes, ref children, ref dispatch } = *props;
    let is_open = use_state(|| false);
    {
        // The list of the next fixes does not open by itself.
        let is_open = is_open.setter();
        use_effect_with(fixes.is_empty(), move |_| is_open.set(false));
    }
    let [first, others @ ..] = fixes.as_slice() else {
        return html! { <div class="slot">{ children.clone() }</div> };
    };
    let is_step = first.fix.aim == Aim::BothFamilies;
    let (label, name) = if is_step { (STEP, STEPS) } else { (FIX, FIXES) };
    let more = (!others.is_empty()).then(|| {
        let (id, list_id) = (more_id(first.number), format!("all-fixes-{}", first.number));
        let onclick = {
            let is_open = is_open.clone();
            Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
        };
        let count = fixes.len();
        let words = if is_step { STEP_COUNT } else { FIX_COUNT };
        let words = plain(&render(words, &facts![count], lang));
        let rows = fixes.iter().map(|offer| {
            // The first has its id in the slot.
            let id = (offer.number != first.number).then(|| fix_id(offer.number));
            html! { <li>{ in_full(offer, id, lang, dispatch) }</li> }
        });
        html! {
            <>
                <button type="button" class="btn" {id} aria-expanded={is_open.to_string()} aria-controls={list_id.clone()} {onclick}>{ words }<span aria-hidden="true">{ " ▾" }</span></button>
                <ul class="more-fixes" id={list_id} hidden={!*is_open}>{ for rows }</ul>
            </>
        }
    });
    let onkeydown = {
        let (is_open, id) = (is_open.clone(), more_id(first.number));
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *is_open {
                event.stop_propagation();
                is_open.set(false);
                browser::focus(&id);
            }
        })
    };
    let onfocusout = Callback::from(move |event: FocusEvent| {
        if *is_open && browser::is_left(&event, ".slot") {
            is_open.set(false);
        }
    });
    html! {
        <div class="slot" role="group" aria-label={name.get(lang)} {onkeydown} {onfocusout}>
            <b aria-hidden="true">{ label.get(lang) }</b>
            { in_one_line(first, lang, dispatch) }
            { more.unwrap_or_default() }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct ToFixesProps {
    pub lang: Lang,
    pub fixes: Shared<FoundFixes>,
    pub dispatch: Dispatch,
}

/// The way from the answer to the first fix, in whichever pane it is; nothing where there is none.
#[component]
pub fn ToFixes(props: &ToFixesProps) -> Html {
    let ToFixesProps { lang, ref fixes, ref dispatch } = *props;
    let Some(first) = fixes.first() else { return html! {} };
    let count = fixes.len();
    let words = match (first.fix.aim, count) {
        (Aim::Acceptance, 1) => FIX_BELOW,
        (Aim::Acceptance, _) => FIXES_BELOW,
        (Aim::BothFamilies, 1) => STEP_BELOW,
        (Aim::BothFamilies, _) => STEPS_BELOW,
    };
    let words = plain(&render(words, &facts![count], lang));
    let onclick = {
        let (dispatch, pane, id) = (dispatch.clone(), first.pane(), fix_id(first.number));
        Callback::from(move |_: MouseEvent| {
            // A phone shows one pane.
            dispatch.emit(Msg::Pane(pane));
            let id = id.clone();
            browser::later(move || browser::focus(&id));
        })
    };
    html! { <button type="button" class="btn" id="to-fixes" {onclick}>{ words }</button> }
}

fn fix_id(number: usize) -> String {
    format!("fix-{number}")
}

fn more_id(first: usize) -> String {
    format!("more-fixes-{first}")
}

fn onclick(offer: &Offer, dispatch: &Dispatch) -> Callback<MouseEvent> {
    let (dispatch, fix) = (dispatch.clone(), Rc::clone(&offer.fix.0));
    Callback::from(move |_: MouseEvent| {
        dispatch.emit(Msg::Fix(Rc::clone(&fix)));
        // The button goes with the answer that it was about; who used it by key reads the new one.
        browser::later(|| browser::focus("answer"));
    })
}

/// The fix as a button of one line.
fn in_one_line(offer: &Offer, lang: Lang, dispatch: &Dispatch) -> Html {
    let fix = &*offer.fix;
    let (title, gives) = (title(fix, lang), gives(&fix.gives, lang));
    let whole = format!("{}{}{}", plain(&title), colon(lang), plain(&gives));
    let (title, gives) = (sentence(&title, lang), sentence(&gives, lang));
    let (onclick, id) = (onclick(offer, dispatch), fix_id(offer.number));
    let button = html! {
        <button type="button" {id} title={whole} {onclick}><b>{ title }</b><span class="unseen">{ colon(lang) }</span><span aria-hidden="true">{ " → " }</span><span>{ gives }</span></button>
    };
    let is_fix = fix.aim == Aim::Acceptance;
    classed(if is_fix { "btn primary" } else { "btn" }, button)
}

/// The fix as a button with all that it changes and gives.
fn in_full(offer: &Offer, id: Option<String>, lang: Lang, dispatch: &Dispatch) -> Html {
    let fix = &*offer.fix;
    let is_said = fix.repairs.len() == 1 && matches!(fix.repairs[0].act, Act::Clean(_));
    let repairs = fix.repairs.iter().filter(|_| !is_said);
    let changes: Html = repairs.map(|it| change(it, lang)).collect();
    let (title, gives) = (title(fix, lang), gives(&fix.gives, lang));
    let (title, gives) = (sentence(&title, lang), sentence(&gives, lang));
    html! {
        <button type="button" class="btn" {id} onclick={onclick(offer, dispatch)}>
            <b>{ title }</b>{ " " }{ changes }{ " " }<small>{ gives }</small>
        </button>
    }
}

/// What is changed, in words.
fn title(fix: &Fix, lang: Lang) -> Vec<Piece> {
    let (word, facts) = titled(fix);
    render(word, &facts, lang)
}

fn titled(fix: &Fix) -> (Text, Vec<Fact>) {
    if let Action::Delete(object) = &fix.event {
        let object = &**object;
        return (DELETE, facts![object]);
    }
    let count = fix.repairs.len();
    let [Repair { act, field, after, .. }] = fix.repairs.as_slice() else {
        return (SEVERAL, facts![count]);
    };
    let (field, value) = (field.as_str(), after.as_str());
    let is_long = value.chars().count() > SHORT;
    match act {
        Act::AddRange(family) => (RANGE, facts![family = *family]),
        Act::Set if is_long => (CHANGE, facts![field]),
        Act::Set => (SET, facts![field, value]),
        Act::Restore => (RESTORE, facts![field]),
        Act::Add if is_long || value.is_empty() => (ADD_LONG, facts![field]),
        Act::Add if field.starts_with("--") => (ADD_FLAG, facts![field, value]),
        Act::Add => (ADD, facts![field, value]),
        Act::Remove => (REMOVE, facts![field]),
        Act::Rename => (RENAME, facts![field, value]),
        Act::Version => (VERSION, facts![value]),
        Act::Clean(kind) => (clean(*kind), Vec::new()),
        Act::Patch => {
            let object = match &fix.event {
                Action::Patch { service, .. } => &**service,
                _ => "",
            };
            (PATCH, facts![object, field, value])
        }
    }
}

/// What becomes of something that was pasted.
const fn clean(kind: Kind) -> Text {
    match kind {
        Kind::Fence => NO_FENCE,
        Kind::Command => NO_COMMAND,
        Kind::Quote => PLAIN_QUOTES,
        Kind::Dash => PLAIN_DASHES,
        Kind::Invisible(_) => NO_INVISIBLE,
        _ => PLAIN_SPACES,
    }
}

/// The changed text of a field: `spec.ipFamilyPolicy: RequireDualStack → PreferDualStack`.
fn change(repair: &Repair, lang: Lang) -> Html {
    match repair.act {
        Act::Clean(kind) => {
            html! { <span>{ clean(kind).get(lang) }{ SEMICOLON_MARK.get(lang) }</span> }
        }
        _ => code(changed(repair)),
    }
}

fn changed(repair: &Repair) -> String {
    let Repair { act, field, before, after, .. } = repair;
    let parts: &[&str] = match (act, before.is_empty(), after.is_empty()) {
        (Act::Rename, ..) => &[before, " → ", after],
        (Act::Version, ..) => &["Kubernetes ", before, " → ", after],
        (_, true, _) => &["+ ", field, ": ", after],
        (_, _, true) => &["− ", field, ": ", before],
        _ => &[field, ": ", before, " → ", after],
    };
    parts.concat()
}

/// The families of a stored Service; where no list of them is kept, those of its addresses.
fn families(service: &Service) -> Vec<Family> {
    let spec = &service.spec;
    let named = known_families(service);
    if !named.is_empty() {
        return named;
    }
    let ips = if spec.cluster_ips.is_empty() {
        std::slice::from_ref(&spec.cluster_ip)
    } else {
        spec.cluster_ips.as_slice()
    };
    ips.iter().filter_map(|ip| parse_ip(ip)).map(|read| Family::of(read.ip)).collect()
}

/// What the change leads to.
fn gives(gives: &Gives, lang: Lang) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (word, facts) in given(gives) {
        if !pieces.is_empty() {
            pieces.push(Piece::Words(SEMICOLON_MARK.get(lang).to_owned()));
        }
        pieces.extend(render(word, &facts, lang));
    }
    pieces
}

fn given(gives: &Gives) -> Vec<(Text, Vec<Fact>)> {
    let mut said = Vec::new();
    let env = gives.boot.as_ref().and_then(|boot| boot.env.as_ref());
    if let Some(env) = env {
        let served: Vec<Family> = env.ranges.families().collect();
        said.push((STARTS, facts![served]));
    }
    let document = gives.document.as_ref().filter(|document| document.is_accepted());
    if let Some(document) = document {
        said.push(document.stored().map_or((ACCEPTED, facts![]), stored));
    }
    let (accepts, refuses) = (gives.accepts, gives.refuses);
    if accepts > 0 {
        said.push((MORE, facts![accepts]));
    }
    if refuses > 0 {
        said.push((LESS, facts![refuses]));
    }
    said
}

fn stored(service: &Service) -> (Text, Vec<Fact>) {
    let spec = &service.spec;
    let families = families(service);
    if spec.type_ == EXTERNAL_NAME {
        return (ALIAS, facts![]);
    }
    match (spec.has_no_cluster_ip(), families.as_slice()) {
        (true, []) => (HEADLESS_UNKNOWN, facts![]),
        (true, _) => (HEADLESS, facts![families]),
        (false, []) => (ONE_UNKNOWN, facts![]),
        (false, [first, _, ..]) => (TWO, facts![first = *first]),
        (false, [_]) => (ONE, facts![families]),
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::api::service::EXTERNAL_NAME;
    use dualstack_core::explain::text::{Lang, Text};
    use dualstack_core::explain::trace::{Fact, FactValue, plain};
    use dualstack_core::fixes::{Act, Aim, Fix, fixes, next_steps};
    use dualstack_core::net::Family;
    use dualstack_core::net::go_parse::parse_ip;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Action, Session};
    use dualstack_core::session::{DocumentReport, EventReport, Replay, run};

    use super::{
        ALIAS, HEADLESS, HEADLESS_UNKNOWN, ONE, TWO, changed, given, gives, title, titled,
    };
    use crate::examples;

    const SINGLE: &str = "--service-cluster-ip-range=10.96.0.0/16\n";

    fn found(spec: &str) -> Vec<Fix> {
        let version = KubeVersion::LATEST;
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec:\n  {spec}\n  ports: [{{port: 80}}]\n"
        );
        let events = [Action::Boot { version, flags: SINGLE.into() }, Action::Apply(text.into())];
        let scenario = Session { seed: 0, events: events.into() };
        fixes(&mut Replay::default(), &scenario, 1, 0)
    }

    #[test]
    fn a_policy_that_the_cluster_cannot_serve_is_fixed_either_way() {
        let found = found("ipFamilyPolicy: RequireDualStack # why");
        let said = |lang| {
            let words = |fix: &Fix| {
                let changes: Vec<String> = fix.repairs.iter().map(changed).collect();
                let (title, gives) = (title(fix, lang), gives(&fix.gives, lang));
                format!("{} | {} | {}", plain(&title), changes.join(" | "), plain(&gives))
            };
            found.iter().map(words).collect::<Vec<_>>()
        };
        let (english, chinese) = (said(Lang::En), said(Lang::Zh));
        for (list, one) in [
            (
                &english,
                "Set spec.ipFamilyPolicy to PreferDualStack | spec.ipFamilyPolicy: RequireDualStack → PreferDualStack | one address, IPv4",
            ),
            (
                &chinese,
                "将 spec.ipFamilyPolicy 设为 PreferDualStack | spec.ipFamilyPolicy: RequireDualStack → PreferDualStack | 一个地址，IPv4",
            ),
            (
                &english,
                "Add an IPv6 Service CIDR to the cluster | --service-cluster-ip-range: 10.96.0.0/16 → 10.96.0.0/16,fd00:10:96::/112 | the cluster supports IPv4, IPv6; two addresses, IPv4 first",
            ),
            (
                &chinese,
                "为集群添加 IPv6 Service CIDR | --service-cluster-ip-range: 10.96.0.0/16 → 10.96.0.0/16,fd00:10:96::/112 | 集群支持 IPv4、IPv6；两个地址，IPv4 排在首位",
            ),
        ] {
            assert!(list.iter().any(|it| it == one), "{list:#?}");
        }
    }

    #[test]
    fn what_is_accepted_has_no_fix() {
        assert!(found("ipFamilyPolicy: PreferDualStack").is_empty());
    }

    /// Every hole of a sentence is filled, in both languages.
    fn is_whole((text, facts): &(Text, Vec<Fact>)) -> Result<(), String> {
        for fact in facts {
            let is_empty = match &fact.value {
                FactValue::Families(list) => list.is_empty(),
                FactValue::Code(text) => text.is_empty(),
                _ => false,
            };
            if is_empty {
                return Err(format!("{text:?}: {} is empty", fact.name));
            }
        }
        for lang in [Lang::En, Lang::Zh] {
            for hole in text.get(lang).split('{').skip(1) {
                let name = hole.split('}').next().unwrap_or_default();
                if facts.iter().all(|fact| fact.name != name) {
                    return Err(format!("{text:?} has no {name}"));
                }
            }
        }
        Ok(())
    }

    /// The session with the fix, and the place of the event whose answer is promised.
    fn taken(session: &Session, at: usize, fix: &Fix) -> (Session, usize) {
        let mut events = session.events.to_vec();
        if fix.is_new {
            events.insert(fix.at, fix.event.clone());
        } else {
            events[fix.at] = fix.event.clone();
        }
        let at = if fix.is_new { fix.at.max(at + 1) } else { at };
        (Session { seed: session.seed, events: events.into() }, at)
    }

    /// Whether a sentence about a stored Service is true.
    fn is_true(said: &[(Text, Vec<Fact>)], document: &DocumentReport) -> bool {
        let Some(service) = document.stored() else { return true };
        let spec = &service.spec;
        let families = spec.cluster_ips.iter().filter_map(|ip| parse_ip(ip));
        let families: Vec<Family> = families.map(|read| Family::of(read.ip)).collect();
        said.iter().any(|(text, facts)| match facts.first().map(|fact| &fact.value) {
            None if spec.type_ == EXTERNAL_NAME => *text == ALIAS,
            // Of one without addresses 1.20 keeps no families either, unless it has the gate.
            None => *text == HEADLESS_UNKNOWN && spec.has_no_cluster_ip(),
            Some(FactValue::Family(first)) => {
                *text == TWO && families.len() == 2 && families[0] == *first
            }
            Some(FactValue::Families(list)) => {
                *text == HEADLESS && spec.has_no_cluster_ip() || *text == ONE && *list == families
            }
            _ => false,
        })
    }

    /// Takes what is offered for a document, and compares what comes of it with what is promised.
    fn keeps_its_word(
        session: &Session,
        at: usize,
        document: usize,
        fix: &Fix,
    ) -> Result<(), String> {
        is_whole(&titled(fix))?;
        let said = given(&fix.gives);
        if said.is_empty() {
            return Err("it promises nothing".to_owned());
        }
        said.iter().try_for_each(is_whole)?;
        let (session, shown) = taken(session, at, fix);
        let report = run(&session);
        let boots = report.events[..=shown].iter().rev();
        let boot = boots.filter_map(|event| match event {
            EventReport::Boot(boot) => Some(boot),
            EventReport::Requests(_) => None,
        });
        if !boot.clone().next().is_some_and(|boot| boot.is_running()) {
            return Err("it does not start".to_owned());
        }
        let EventReport::Requests(requests) = &report.events[shown] else { return Ok(()) };
        let number = if fix.is_new && fix.at > at { 0 } else { document };
        let document = &requests.documents[number];
        let families = document.stored().map_or(0, |it| it.spec.ip_families.len());
        match fix.aim {
            Aim::BothFamilies if families != 2 => return Err(format!("{families} families")),
            // Where the API server did not start, that it does now is enough.
            Aim::Acceptance if fix.gives.document.is_some() && !document.is_accepted() => {
                let was_down = fix.gives.boot.is_some();
                return if was_down { Ok(()) } else { Err("it is refused".to_owned()) };
            }
            _ => {}
        }
        if fix.gives.document.is_some() && !is_true(&said, document) {
            return Err(format!("it gives {:?}", document.stored()));
        }
        Ok(())
    }

    /// Whether a kind that a cluster has was changed.
    fn changes_a_kind(fix: &Fix) -> bool {
        let kinds = ["Service", "ServiceCIDR", "Node", "Pod", "Deployment", "ConfigMap", "Ingress"];
        let is_kind = |text: &str| kinds.contains(&text);
        fix.repairs.iter().any(|repair| repair.field == "kind" && is_kind(&repair.before))
    }

    #[test]
    fn what_is_offered_for_every_example_in_every_version_keeps_its_word() {
        let (mut refused, mut steps) = (0, 0);
        for version in KubeVersion::all() {
            for example in examples::all() {
                let events = example.events.iter().map(|event| match event {
                    Action::Boot { flags, .. } => Action::Boot { version, flags: flags.clone() },
                    event => event.clone(),
                });
                let session = Session { seed: 0, events: events.collect() };
                let mut replay = Replay::default();
                for at in 0..session.events.len() {
                    let report = replay.run(&session, at);
                    let count = match &report.events[at] {
                        EventReport::Boot(_) => 1,
                        EventReport::Requests(requests) => requests.documents.len(),
                    };
                    for document in 0..count {
                        let found = fixes(&mut replay, &session, at, document);
                        let next = next_steps(&mut replay, &session, at, document);
                        assert!(found.is_empty() || next.is_empty(), "{}", example.id);
                        (refused, steps) = (refused + found.len(), steps + next.len());
                        for fix in found.iter().chain(&next) {
                            assert!(!changes_a_kind(fix), "{}: {fix:?}", example.id);
                            if let Err(why) = keeps_its_word(&session, at, document, fix) {
                                let (id, said) = (example.id, plain(&title(fix, Lang::En)));
                                panic!("{version} {id} {at} {document}: {said}: {why}");
                            }
                        }
                    }
                }
            }
        }
        println!("{refused} fixes and {steps} next steps");
        assert!(refused > 500 && steps > 100, "{refused} fixes and {steps} next steps");
    }

    /// What is offered at the last event, in words.
    fn offered(version: KubeVersion, events: &[&str]) -> Vec<String> {
        let events = events.iter().map(|text| match text.strip_prefix("--") {
            Some(_) => Action::Boot { version, flags: (*text).into() },
            None => Action::Apply((*text).into()),
        });
        let session = Session { seed: 0, events: events.collect() };
        let at = session.events.len() - 1;
        let mut replay = Replay::default();
        let mut found = fixes(&mut replay, &session, at, 0);
        found.extend(next_steps(&mut replay, &session, at, 0));
        let said = |fix: &Fix| {
            let (title, gives) = (title(fix, Lang::En), gives(&fix.gives, Lang::En));
            format!("{}: {}", plain(&title), plain(&gives))
        };
        found.iter().map(said).collect()
    }

    const DUAL: &str = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";

    fn service(spec: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  {spec}\n  ports:\n  - port: 80\n"
        )
    }

    #[test]
    fn the_next_step_leads_to_two_addresses() {
        let version = KubeVersion::LATEST;
        let plain = service("selector: {app: web}");
        let prefer = service("ipFamilyPolicy: PreferDualStack");
        let headless = service("clusterIP: None\n  selector: {app: web}");
        let selectorless = service("clusterIP: None\n  ipFamilyPolicy: PreferDualStack");
        let add = "Add spec.ipFamilyPolicy: PreferDualStack";
        let patch = "Patch service/web: set spec.ipFamilyPolicy to";
        let two = "two addresses, IPv4 first";
        for (events, first) in [
            (vec![DUAL, &plain], format!("{add}: {two}")),
            (vec![DUAL, &headless], format!("{add}: headless: IPv4, IPv6, no cluster IP")),
            (
                vec![SINGLE, &prefer],
                format!(
                    "Add an IPv6 Service CIDR to the cluster: the cluster supports IPv4, IPv6; {two}"
                ),
            ),
            (vec![SINGLE, &plain, DUAL], format!("{patch} PreferDualStack: {two}")),
            (vec![SINGLE, &plain, DUAL, &plain], format!("{add}: {two}")),
            (vec![SINGLE, &prefer, DUAL], format!("{patch} RequireDualStack: {two}")),
            (
                vec![SINGLE, &prefer, DUAL, &prefer],
                format!("Set spec.ipFamilyPolicy to RequireDualStack: {two}"),
            ),
            (
                vec![SINGLE, &headless, DUAL],
                format!("{patch} PreferDualStack: headless: IPv4, IPv6, no cluster IP"),
            ),
        ] {
            let said = offered(version, &events);
            assert_eq!(said.first(), Some(&first), "{events:?} {said:#?}");
        }
        for events in [
            vec![DUAL, &prefer],
            vec![SINGLE, &plain],
            vec![SINGLE, &selectorless],
            vec![SINGLE, &selectorless, DUAL],
        ] {
            assert_eq!(offered(version, &events), [""; 0], "{events:?}");
        }
        let one = service("ipFamilyPolicy: SingleStack");
        assert_eq!(offered(version, &[DUAL, &one]), [""; 0], "it is what was asked for");
    }

    #[test]
    fn what_cannot_change_is_kept_or_created_again() {
        let before = service("ipFamilyPolicy: PreferDualStack\n  ipFamilies: [IPv4, IPv6]");
        let after = service("ipFamilyPolicy: PreferDualStack\n  ipFamilies: [IPv6, IPv4]");
        let said = offered(KubeVersion::LATEST, &[DUAL, &before, &after]);
        for one in [
            "Keep spec.ipFamilies as it is stored: two addresses, IPv4 first",
            "Delete service/web and create it again, since no update can change this: two addresses, IPv6 first",
        ] {
            assert!(said.iter().any(|it| it == one), "{said:#?}");
        }
    }

    #[test]
    fn a_range_that_a_newer_version_takes_offers_that_version() {
        let version = KubeVersion::minor(32).expect("it is one");
        let flags = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/64";
        let said = offered(version, &[flags]);
        let one = "Use Kubernetes 1.34: the cluster supports IPv4, IPv6";
        assert!(said.iter().any(|it| it == one), "{said:#?}");
        let old = offered(KubeVersion::OLDEST, &[DUAL]);
        assert!(old.iter().any(|it| it.starts_with("Use Kubernetes 1.21: ")), "{old:#?}");
    }

    #[test]
    fn the_version_that_a_text_names_is_offered() {
        let config = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nkubernetesVersion: v1.29.4\n\
                      networking: {serviceSubnet: \"10.96.0.0/16,fd00:10:96::/112\"}\n";
        let image = "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver}\nspec:\n  containers:\n  - name: kube-apiserver\n    \
                     image: registry.k8s.io/kube-apiserver:v1.29.2\n    command: [kube-apiserver, \"--service-cluster-ip-range=10.96.0.0/16\"]\n";
        for (text, named) in [(config, "1.29"), (image, "1.29")] {
            let said = |version: KubeVersion, follows: &[Action]| {
                let boot = Action::Boot { version, flags: text.into() };
                let events = [&[boot], follows].concat();
                let session = Session { seed: 0, events: events.into() };
                let at = session.events.len() - 1;
                let found = fixes(&mut Replay::default(), &session, at, 0);
                found.iter().map(|fix| plain(&title(fix, Lang::En))).collect::<Vec<_>>()
            };
            let one = format!("Use Kubernetes {named}");
            let applied = [Action::Apply(service("selector: {app: web}").into())];
            assert_eq!(said(KubeVersion::LATEST, &[]).first(), Some(&one), "{text}");
            assert_eq!(said(KubeVersion::LATEST, &applied).first(), Some(&one), "{text}");
            let same = named.parse().expect("it is simulated");
            assert!(!said(same, &[]).contains(&one), "{text}");
        }
    }

    #[test]
    fn the_nearest_version_that_has_a_flag_is_offered() {
        let flags = format!("{DUAL} --insecure-port=0");
        let said = offered(KubeVersion::LATEST, &[&flags]);
        for one in ["Use Kubernetes 1.23: ", "Remove --insecure-port: "] {
            assert!(said.iter().any(|it| it.starts_with(one)), "{said:#?}");
        }
        let plain = service("selector: {app: web}");
        let behind = offered(KubeVersion::LATEST, &[&flags, &plain]);
        assert!(behind.iter().any(|it| it.starts_with("Use Kubernetes 1.23: ")), "{behind:#?}");
    }

    #[test]
    fn what_was_pasted_along_goes_with_one_click() {
        let version = KubeVersion::LATEST;
        let plain = service("selector: {app: web}");
        let node = "apiVersion: v1\nkind: Node\nmetadata: {name: “node-9”}\n";
        for (text, first) in [
            (format!("```yaml\n{plain}```\n"), "Remove the Markdown fence: one address, IPv4"),
            (
                format!("cat <<EOF | kubectl apply -f -\n{plain}EOF\n"),
                "Remove the shell commands: one address, IPv4",
            ),
            (
                service("selector: {app: web}\n  type: “ClusterIP”\n  sessionAffinity: “None”"),
                "Use plain quotes: one address, IPv4",
            ),
            (plain.replace("kind: ", "kind:\u{a0}"), "Use plain spaces: one address, IPv4"),
            (
                plain.replace("Service", "Ser\u{200b}vice"),
                "Remove the invisible characters: one address, IPv4",
            ),
            (
                format!("```yaml\n{}```\n", plain.replace("Service", "“Service”")),
                "Change 2 things at once: one address, IPv4",
            ),
            (format!("```\n{node}```\n"), ""),
        ] {
            let said = offered(version, &[DUAL, &text]);
            let is_first = said.first().is_some_and(|it| it.starts_with(first));
            assert!(is_first, "{text} {said:#?}");
        }
        // What helps nothing is not offered.
        let refused = service("clusterIP: oops");
        let said = offered(version, &[DUAL, &format!("```yaml\n{refused}```\n")]);
        assert!(!said.iter().any(|it| it.contains("fence")), "{said:#?}");
    }

    #[test]
    fn a_kind_that_exists_stays() {
        let service = service("selector: {app: web}");
        for kind in ["Deployment", "Node", "Ingress", "ConfigMap", "HTTPRoute", "Gateway"] {
            for api_version in ["v1", "apps/v1", "networking.k8s.io/v1"] {
                let text = service.replace("kind: Service", &format!("kind: {kind}"));
                let text = text.replace("apiVersion: v1", &format!("apiVersion: {api_version}"));
                let said = offered(KubeVersion::LATEST, &[DUAL, &text]);
                assert!(said.iter().all(|it| !it.contains("kind")), "{kind}: {said:#?}");
            }
        }
        for misspelt in ["service", "Servce", "Services", "Sevrice", ""] {
            let text = service.replace("kind: Service", &format!("kind: {misspelt}"));
            let said = offered(KubeVersion::LATEST, &[DUAL, &text]);
            assert!(said.iter().any(|it| it.contains("kind")), "{misspelt}: {said:#?}");
        }
    }

    #[test]
    fn the_better_of_two_fixes_comes_first() {
        let unnamed =
            service("selector: {app: web}").replace("- port: 80", "- port: 80\n  - port: 81");
        let said = offered(KubeVersion::LATEST, &[DUAL, &unnamed]);
        assert_eq!(said, ["Change 2 things at once: one address, IPv4"], "no port is lost");
        let outside =
            service("type: NodePort").replace("- port: 80", "- port: 80\n    nodePort: 300800");
        let said = offered(KubeVersion::LATEST, &[DUAL, &outside]);
        assert!(said[0].starts_with("Set spec.ports[0].nodePort to 30080: "), "{said:#?}");
        let empty = "--service-cluster-ip-range= 10.96.0.0/16";
        let required = service("ipFamilyPolicy: RequireDualStack");
        let said = offered(KubeVersion::LATEST, &[empty, &required]);
        assert!(said.iter().any(|it| it.starts_with("Add an IPv6 Service CIDR")), "{said:#?}");
    }

    #[test]
    fn an_edit_of_a_patch_merges_with_the_stored_port() {
        let version = KubeVersion::LATEST;
        let stored = service("selector: {app: web}");
        let events = [
            Action::Boot { version, flags: DUAL.into() },
            Action::Apply(stored.into()),
            Action::Patch {
                service: "web".into(),
                form: dualstack_core::kubectl::PatchForm::Strategic,
                body: "spec:\n  ports:\n  - port: 0\n".into(),
            },
        ];
        let session = Session { seed: 0, events: events.into() };
        let found = fixes(&mut Replay::default(), &session, 2, 0);
        let changes: Vec<String> = found[0].repairs.iter().map(changed).collect();
        assert_eq!(changes, ["spec.ports[0].port: 0 → 80"]);
        assert_eq!(found[0].repairs[0].act, Act::Set);
    }
}
