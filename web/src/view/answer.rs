//! What did the API server say, in one sentence and as addresses?

use dualstack_core::after::{After, Change};
use dualstack_core::api::service::{
    EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT, NONE, PREFER_DUAL_STACK, Service,
};
use dualstack_core::cluster::Outcome;
use dualstack_core::facts;
use dualstack_core::net::Family;
use dualstack_core::run::{BootReport, DocumentReport, RequestsReport, Verb};
use dualstack_core::text::{Lang, Text};
use dualstack_core::trace::{Effect, Piece, Step, plain, render};
use yew::prelude::*;

use super::{badge, sentence};
use crate::text::{self, Word};
use crate::words::sentence as worded;

/// How an answer looks: colour, mark and word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// The server agrees.
    Good,
    /// The server agrees, but the person may not expect what it does.
    Look,
    /// The server refuses.
    Bad,
    /// There is no answer.
    None,
}

impl Tone {
    /// The mark: never colour alone.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Look => "!",
            Self::Bad => "✕",
            Self::None => "…",
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> Word {
        match self {
            Self::Good => text::ACCEPTED,
            Self::Look => text::SURPRISING,
            Self::Bad => text::REFUSED,
            Self::None => text::NO_ANSWER,
        }
    }
}

/// An answer in words.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// How it looks.
    pub tone: Tone,
    /// What happened.
    pub head: Vec<Piece>,
    /// Why.
    pub because: Vec<Piece>,
}

impl Verdict {
    /// One line for a screen reader.
    #[must_use]
    pub fn spoken(&self, lang: Lang) -> String {
        let colon = match lang {
            Lang::En => ": ",
            Lang::Zh => "：",
        };
        format!("{}{colon}{}", self.tone.word().get(lang), plain(&self.head))
    }
}

/// Shorthand for a sentence in both languages.
const fn say(en: &'static str, zh: &'static str) -> Text {
    Text { en, zh }
}

/// The verdict on a document, or on the start of the API server.
#[must_use]
pub fn verdict(
    boot: &BootReport,
    apply: &RequestsReport,
    document: Option<&DocumentReport>,
    lang: Lang,
) -> Verdict {
    if !boot.is_running() {
        let because = boot.trace.iter().find(|step| step.effect == Effect::Rejected);
        return Verdict {
            tone: Tone::Bad,
            head: render(
                say("kube-apiserver does not start.", "kube-apiserver 无法启动。"),
                &[],
                lang,
            ),
            because: because.map(|step| worded(step, lang)).unwrap_or_default(),
        };
    }
    let Some(document) = document else {
        let text = if apply.problems.is_empty() {
            say("There is nothing to apply yet.", "还没有可应用的内容。")
        } else {
            say("This is not YAML yet.", "这还不是合法的 YAML。")
        };
        return Verdict {
            tone: Tone::None,
            head: render(text, &[], lang),
            because: problem(apply, lang),
        };
    };
    match &document.outcome {
        Some(outcome) => of_outcome(boot, document, outcome, lang),
        None if document.diagnostics.is_empty() => Verdict {
            tone: Tone::None,
            head: render(
                say(
                    "This is not YAML yet, so kubectl sends nothing.",
                    "这还不是合法的 YAML，因此 kubectl 不会发送任何内容。",
                ),
                &[],
                lang,
            ),
            because: problem(apply, lang),
        },
        None => {
            let detail = &document.diagnostics[0];
            let words = match (lang, &detail.detail_zh) {
                (Lang::Zh, Some(zh)) => Piece::Words(zh.clone()),
                (_, Some(_)) => Piece::Words(detail.detail.clone()),
                (_, None) => Piece::Code(detail.detail.clone()),
            };
            Verdict {
                tone: Tone::None,
                head: render(
                    say("kubectl sends nothing. ", "kubectl 不会发送任何内容。"),
                    &[],
                    lang,
                ),
                because: vec![words],
            }
        }
    }
}

/// The verdict on a start, or on a restart.
#[must_use]
pub fn started(boot: &BootReport, after: &After, again: bool, lang: Lang) -> Verdict {
    let families: Vec<Family> = boot.env.iter().flat_map(|env| env.ranges.families()).collect();
    let version = boot.version.to_string();
    let head = if again {
        say(
            "kube-apiserver {version} has restarted and serves {families}.",
            "kube-apiserver {version} 已重启，提供 {families}。",
        )
    } else {
        say(
            "kube-apiserver {version} runs and serves {families}.",
            "kube-apiserver {version} 正在运行，提供 {families}。",
        )
    };
    let changed = after.services.iter().filter(|it| it.change != Change::Kept).count();
    let (tone, because) = match (again, changed, boot.repairs.len()) {
        (false, ..) => (
            Tone::Good,
            say("It has created the Service `kubernetes`.", "它创建了 Service `kubernetes`。"),
        ),
        (true, 0, 0) => (
            Tone::Good,
            say(
                "A restart rewrites nothing: every Service reads as before.",
                "重启不会改写任何内容：每个 Service 读出来都与之前相同。",
            ),
        ),
        (true, _, 0) => (
            Tone::Look,
            say(
                "A restart rewrites nothing, but {changed} Services read differently now.",
                "重启不会改写任何内容，但现在有 {changed} 个 Service 读出来不同。",
            ),
        ),
        (true, ..) => (
            Tone::Look,
            say(
                "A restart rewrites nothing, but the repair loop finds addresses that fit no range any more.",
                "重启不会改写任何内容，但修复循环发现有地址已不属于任何范围。",
            ),
        ),
    };
    let (head, because) =
        (render(head, &facts![version, families], lang), render(because, &facts![changed], lang));
    Verdict { tone, head, because }
}

fn problem(apply: &RequestsReport, lang: Lang) -> Vec<Piece> {
    let Some(first) = apply.problems.first() else { return Vec::new() };
    let words = match lang {
        Lang::En => first.detail.clone(),
        Lang::Zh => first.detail_zh.clone().unwrap_or_else(|| first.detail.clone()),
    };
    vec![Piece::Words(words)]
}

fn of_outcome(
    boot: &BootReport,
    document: &DocumentReport,
    outcome: &Outcome,
    lang: Lang,
) -> Verdict {
    let name = if document.name.is_empty() { "Service" } else { document.name.as_str() };
    let Some(service) = outcome.service() else {
        let Err(status) = &outcome.result else {
            // Up to 1.21 the answer to a delete is no object.
            return of_delete(document, &Service::default(), lang);
        };
        let answer = match status.reason {
            Some(reason) => format!("{} {}", status.code, reason.name()),
            None => status.code.to_string(),
        };
        let mut because: Vec<Piece> = outcome
            .trace
            .iter()
            .find(|step| step.effect == Effect::Rejected)
            .map(|step| worded(step, lang))
            .unwrap_or_default();
        let leak = outcome.trace.iter().find(|step| step.rule.id == "TXN-3");
        let end = match leak {
            Some(_) => say(
                " Nothing was stored, but an address leaked.",
                "没有存储任何内容，但泄漏了一个地址。",
            ),
            None => say(
                " Nothing was stored, no address was taken.",
                "没有存储任何内容，也没有占用地址。",
            ),
        };
        because.extend(render(end, &[], lang));
        let head = say(
            "The API server refuses {name} ({answer}).",
            "API 服务器拒绝了 {name}（{answer}）。",
        );
        return Verdict {
            tone: Tone::Bad,
            head: render(head, &facts![name, answer], lang),
            because,
        };
    };
    if document.verb == Verb::Delete {
        return of_delete(document, service, lang);
    }
    let (tone, mut because) = reason(boot, outcome, service, lang);
    because.extend(open_outside(service, lang));
    Verdict { tone, head: headline(service, name, lang), because }
}

fn of_delete(document: &DocumentReport, service: &Service, lang: Lang) -> Verdict {
    let name = document.name.as_str();
    let (tone, head, because) = if document.stored().is_some() {
        (
            Tone::Look,
            say("{name} is only marked as deleted.", "{name} 只是被标记为已删除。"),
            say(
                "It has finalizers: its addresses stay taken until the last one is removed.",
                "它有终结器：在最后一个被移除之前，其地址仍被占用。",
            ),
        )
    } else if service.spec.has_no_cluster_ip() {
        (Tone::Good, say("{name} is deleted.", "{name} 已删除。"), say("", ""))
    } else {
        (
            Tone::Good,
            say("{name} is deleted.", "{name} 已删除。"),
            say("What it held is free again.", "它所占用的一切重新空闲。"),
        )
    };
    Verdict { tone, head: render(head, &facts![name], lang), because: render(because, &[], lang) }
}

fn families(service: &Service) -> Vec<Family> {
    service.spec.ip_families.iter().filter_map(|name| Family::from_name(name)).collect()
}

fn headline(service: &Service, name: &str, lang: Lang) -> Vec<Piece> {
    let spec = &service.spec;
    if spec.type_ == EXTERNAL_NAME {
        let target = spec.external_name.as_str();
        let text = say("{name} is an alias for {target}.", "{name} 是 {target} 的别名。");
        return render(text, &facts![name, target], lang);
    }
    if spec.cluster_ip == NONE {
        let text =
            say("{name} is headless: it has no cluster IP.", "{name} 是无头服务：没有集群 IP。");
        return render(text, &facts![name], lang);
    }
    let families = families(service);
    if families.len() == 2 {
        let text = say("{name} gets two cluster IPs.", "{name} 获得两个集群 IP。");
        return render(text, &facts![name], lang);
    }
    let text =
        say("{name} gets one cluster IP, {families}.", "{name} 获得一个集群 IP，{families}。");
    render(text, &facts![name, families], lang)
}

fn has(trace: &[Step], id: &str) -> bool {
    trace.iter().any(|step| step.rule.id == id)
}

fn reason(
    boot: &BootReport,
    outcome: &Outcome,
    service: &Service,
    lang: Lang,
) -> (Tone, Vec<Piece>) {
    let spec = &service.spec;
    let trace = &outcome.trace;
    let families = families(service);
    let served: Vec<Family> =
        boot.env.as_ref().map(|env| env.ranges.families().collect()).unwrap_or_default();
    if spec.type_ == EXTERNAL_NAME {
        let text = say(
            "DNS answers with that name; there are no addresses and no families to choose.",
            "DNS 返回该名称；没有地址，也没有地址族可选。",
        );
        return (Tone::Good, render(text, &[], lang));
    }
    if spec.cluster_ip == NONE {
        if families.iter().any(|family| !served.contains(family)) {
            let text = say(
                "Without a selector nobody checks its families against the cluster: it lists {families}, although this cluster serves {served} only.",
                "没有选择算符时，不会对照集群检查地址族：它列出 {families}，尽管此集群只提供 {served}。",
            );
            return (Tone::Look, render(text, &facts![families, served], lang));
        }
        let text = say(
            "DNS answers with the Pods' own addresses, for {families}.",
            "DNS 返回 Pod 自身的地址，地址族为 {families}。",
        );
        return (Tone::Good, render(text, &facts![families], lang));
    }
    let policy = spec.policy();
    if families.len() == 2 {
        let first = families[0];
        let order = if has(trace, "FAM-8a") {
            say(
                "It asks for {policy} and the cluster serves both families; {first} comes first because the address you named is of that family.",
                "它请求 {policy}，集群提供两个地址族；{first} 在先，因为您指定的地址属于该地址族。",
            )
        } else if has(trace, "FAM-12") {
            say(
                "It asks for {policy} and the cluster serves both families; {first} comes first because the first range of `--service-cluster-ip-range` is of that family.",
                "它请求 {policy}，集群提供两个地址族；{first} 在先，因为 `--service-cluster-ip-range` 的第一个范围属于该地址族。",
            )
        } else {
            say(
                "It asks for {policy} and the cluster serves both families; {first} comes first because `ipFamilies` lists it first.",
                "它请求 {policy}，集群提供两个地址族；{first} 在先，因为 `ipFamilies` 将其列在首位。",
            )
        };
        return (Tone::Good, render(order, &facts![policy, first], lang));
    }
    if policy == PREFER_DUAL_STACK {
        let text = say(
            "`PreferDualStack` only prefers: this cluster serves {served} only, so there is one address and no error. It will stay so even when the cluster becomes dual-stack.",
            "`PreferDualStack` 只是偏好：此集群只提供 {served}，因此只有一个地址，也不报错。即使集群变为双栈，它也会保持不变。",
        );
        return (Tone::Look, render(text, &facts![served], lang));
    }
    if has(trace, "FAM-3d") {
        let text = if served.len() == 2 {
            say(
                "It gives no `ipFamilyPolicy`, and without one a Service is `SingleStack`, on a dual-stack cluster too.",
                "它没有指定 `ipFamilyPolicy`，缺省即为 `SingleStack`，在双栈集群上也是如此。",
            )
        } else {
            say(
                "It gives no `ipFamilyPolicy`, so it is `SingleStack`.",
                "它没有指定 `ipFamilyPolicy`，因此为 `SingleStack`。",
            )
        };
        let mut because = render(text, &[], lang);
        because.extend(only_family(trace, &families, lang));
        return (Tone::Good, because);
    }
    let text = say("Its policy is {policy}.", "其策略为 {policy}。");
    let mut because = render(text, &facts![policy], lang);
    because.extend(only_family(trace, &families, lang));
    (Tone::Good, because)
}

/// Why a Service with one family has just this one.
fn only_family(trace: &[Step], families: &[Family], lang: Lang) -> Vec<Piece> {
    let Some(family) = families.first().copied() else { return Vec::new() };
    let text = if has(trace, "FAM-12") {
        say(
            " {family} is the family of the first range of `--service-cluster-ip-range`.",
            "{family} 是 `--service-cluster-ip-range` 第一个范围的地址族。",
        )
    } else if has(trace, "FAM-8a") {
        say(
            " {family} is the family of the address you named.",
            "{family} 是您所指定地址的地址族。",
        )
    } else {
        say(
            " {family} is the family that `ipFamilies` names.",
            "{family} 是 `ipFamilies` 写明的地址族。",
        )
    };
    render(text, &facts![family], lang)
}

/// Node ports, for the types that have them.
fn open_outside(service: &Service, lang: Lang) -> Vec<Piece> {
    let spec = &service.spec;
    let ports: Vec<String> = spec
        .ports
        .iter()
        .filter(|port| port.node_port != 0)
        .map(|port| port.node_port.to_string())
        .collect();
    if ports.is_empty() || ![NODE_PORT, LOAD_BALANCER].contains(&spec.type_.as_str()) {
        return Vec::new();
    }
    let ports = ports.join(", ");
    let text = say(
        " It is open on every node at port {ports}, for each of its families.",
        "它在每个节点的端口 {ports} 上开放，适用于其每个地址族。",
    );
    let mut words = render(text, &facts![ports], lang);
    if spec.type_ == LOAD_BALANCER {
        let text = say(
            " The address of the load balancer itself would come from a cloud provider, which is not simulated.",
            "负载均衡器自身的地址由云平台提供，此处不模拟。",
        );
        words.extend(render(text, &[], lang));
    }
    words
}

/// What [`answer`] shows.
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The verdict.
    pub verdict: Verdict,
    /// The addresses to show: those of the answer, or of the last good one.
    pub addresses: Vec<(Family, AttrValue)>,
    /// What to say of the addresses, where they are not of this answer.
    pub label: Option<Word>,
}

/// The answer on top of the page.
pub fn answer(props: &Props) -> Html {
    let lang = props.lang;
    let verdict = &props.verdict;
    let class = match verdict.tone {
        Tone::Good => "answer good",
        Tone::Look => "answer look",
        Tone::Bad => "answer bad",
        Tone::None => "answer none",
    };
    let (mark, word) = (verdict.tone.mark(), verdict.tone.word());
    let head = sentence(&verdict.head, lang);
    let because = sentence(&verdict.because, lang);
    let ips: Html = props
        .addresses
        .iter()
        .enumerate()
        .map(|(at, (family, ip))| {
            let class = match family {
                Family::V4 => "ip v4",
                Family::V6 => "ip v6",
            };
            let role = if at == 0 { text::PRIMARY } else { text::SECONDARY };
            html! {
                <li class={class}>{ badge(*family) }<code lang="en">{ ip.clone() }</code><small>{ role.get(lang) }</small></li>
            }
        })
        .collect();
    let label = props.label.filter(|_| !props.addresses.is_empty());
    html! {
        <section class={class} id="answer" tabindex="-1" aria-label={text::ANSWER.get(lang)}>
            <p class="verdict">
                <span class="mark" aria-hidden="true">{ mark }</span>
                <span><b class="unseen">{ word.get(lang) }{ ": " }</b><b>{ head }</b>{ (lang == Lang::En).then_some(" ") }{ because }</span>
            </p>
            <div class={classes!("ips", label.map(|_| "stale"))}>
                if let Some(label) = label { <small class="stale-note">{ label.get(lang) }</small> }
                <ul>{ ips }</ul>
            </div>
        </section>
    }
}
