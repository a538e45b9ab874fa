//! What would make the refused request succeed? A button for each change that the core has tried: what it
//! changes, and what that gives.

use std::rc::Rc;

use dualstack_core::api::service::{EXTERNAL_NAME, Service};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, render};
use dualstack_core::facts;
use dualstack_core::fixes::{Act, Fix, Gives, Repair};
use dualstack_core::net::Family;
use yew::prelude::*;

use crate::browser;
use crate::i18n;
use crate::state::fixes::FoundFixes;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::{Dispatch, classed, code, sentence};

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
    RANGE = "Add an {family} Service CIDR to the cluster", "为集群添加 {family} Service CIDR";
    SEVERAL = "Change {count} things at once", "一次更改 {count} 处";
    TWO = "two addresses, {first} first", "两个地址，{first} 排在首位";
    ONE = "one address, {families}", "一个地址，{families}";
    HEADLESS = "headless: {families}, no cluster IP", "无头服务：{families}，没有集群 IP";
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
    pub fixes: Shared<FoundFixes>,
    pub dispatch: Dispatch,
}

/// The fixes; nothing where there are none.
#[component]
pub fn Fixes(props: &Props) -> Html {
    let Props { lang, ref fixes, ref dispatch } = *props;
    let list = &fixes.list;
    if list.is_empty() {
        return html! {};
    }
    let buttons: Html = list.iter().enumerate().map(|it| button(it, lang, dispatch)).collect();
    let name = i18n::FIXES.get(lang);
    html! {
        <div class="fixes" role="group" aria-label={name}>
            <b aria-hidden="true">{ name }</b>
            { buttons }
        </div>
    }
}

fn button((number, fix): (usize, &Rc<Fix>), lang: Lang, dispatch: &Dispatch) -> Html {
    let onclick = {
        let (dispatch, fix) = (dispatch.clone(), Rc::clone(fix));
        Callback::from(move |_: MouseEvent| {
            dispatch.emit(Msg::Fix(Rc::clone(&fix)));
            // The button goes with the refusal; who used it by key reads the new answer.
            browser::later(|| browser::focus("answer"));
        })
    };
    let class = if number == 0 { "btn primary" } else { "btn" };
    let changes: Html = fix.repairs.iter().map(change).map(code).collect();
    let title = sentence(&title(&fix.repairs, lang), lang);
    let gives = sentence(&gives(&fix.gives, lang), lang);
    let button = html! {
        <button type="button" id={format!("fix-{number}")} {onclick}>
            <span>{ title }</span>{ " " }{ changes }{ " " }<small>{ gives }</small>
        </button>
    };
    classed(class, button)
}

/// What is changed, in words.
fn title(repairs: &[Repair], lang: Lang) -> Vec<Piece> {
    let [Repair { act, field, after, .. }, rest @ ..] = repairs else { return Vec::new() };
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
    render(word, &facts![field, value, count, family], lang)
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
fn gives(gives: &Gives, lang: Lang) -> Vec<Piece> {
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
    let mut pieces = Vec::new();
    for (_, word) in said.into_iter().filter(|(is_so, _)| *is_so) {
        if !pieces.is_empty() {
            pieces.push(Piece::Words(if lang == Lang::Zh { "；" } else { "; " }.to_owned()));
        }
        pieces.extend(render(word, &facts, lang));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::plain;
    use dualstack_core::fixes::{Fix, fixes};
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::Replay;
    use dualstack_core::session::action::{Action, Session};

    use super::{change, gives, title};

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
                let changes: Vec<String> = fix.repairs.iter().map(change).collect();
                let (title, gives) = (title(&fix.repairs, lang), gives(&fix.gives, lang));
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
}
