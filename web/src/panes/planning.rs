//! Which addresses shall a cluster have? A field that explains a range while it is typed, a fresh plan, a slider
//! of sizes, and below them the ruler with everything that the cluster has. Field and slider have the cluster's own
//! values until a person changes them.

use dualstack_core::cluster::components::Components;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{plain, render};
use dualstack_core::facts;
use dualstack_core::net::{Cidr, Family};
use dualstack_core::planning::capacity::{Fit, Role, digits, fit};
use dualstack_core::planning::explain::{Explained, Wrong, explain};
use dualstack_core::planning::slider::{DEFAULT_MASK, ends, stop};
use dualstack_core::planning::ula::Plan;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use yew::prelude::*;

use super::components::Seen;
use super::ruler::{Look, Rulers};
use super::text;
use super::why::step;
use crate::browser;
use crate::browser::random::forty_bits;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::term::{Term, Word};
use crate::ui::{Dispatch, click, grouped};

/// What the field begins with where the cluster has no range: what readers of the documentation paste.
const FORMAT: &str = "fdXY:IJKL:MNOP:15::/64";

/// The term, which is the same in both languages.
const SERVICE_CIDR: &str = "Service CIDR";

/// What the pane shows.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The components of the shown start.
    pub seen: Shared<Seen>,
    /// What a person did in the pane.
    pub kept: Kept,
    /// The person did something else.
    pub onkept: Callback<Kept>,
    pub dispatch: Dispatch,
}

/// What a person did in the pane. Its owner keeps it while another tab is shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Kept {
    /// The text in the field, once it was edited.
    range: Option<AttrValue>,
    /// What came of the wish for a plan.
    made: Made,
    /// The position of the slider, once it was moved.
    prefix: Option<u8>,
    /// What the rulers look at, by family.
    looks: [Option<Look>; 2],
}

/// The values of the cluster that field and slider begin with.
#[derive(Clone, PartialEq, Debug)]
struct Own {
    /// The range to explain.
    range: AttrValue,
    /// The IPv6 Pod CIDR.
    site: Option<Cidr>,
    /// The prefix length of the IPv6 Pod CIDR of each node.
    mask: u8,
}

impl Own {
    fn of(components: &Components) -> Self {
        let controller = components.controller_manager.running();
        let pods = controller.map(|known| known.cluster.as_slice()).unwrap_or_default();
        let services = components.apiserver.running().map(|known| known.services.as_slice());
        let site = pods.iter().copied().find(|range| range.family() == Family::V6);
        let range =
            site.or_else(|| pods.iter().chain(services.unwrap_or_default()).next().copied());
        let node =
            controller.and_then(|known| known.ipam.as_ref()?.config().cluster.get(Family::V6));
        let mask = node.and_then(|node| u8::try_from(node.node_mask).ok());
        Self {
            range: range.map_or(AttrValue::from(FORMAT), |range| range.to_string().into()),
            site,
            mask: mask.unwrap_or(DEFAULT_MASK).min(Family::V6.bits()),
        }
    }

    fn prefix(&self) -> u8 {
        self.site.map_or(56, |site| site.prefix_len())
    }
}

/// What changes one thing of it.
fn change<T: 'static>(props: &Props, put: impl Fn(&mut Kept, T) + 'static) -> Callback<T> {
    let Props { kept, onkept, .. } = props.clone();
    onkept.reform(move |value| {
        let mut next = kept.clone();
        put(&mut next, value);
        next
    })
}

#[component]
pub fn Planning(props: &Props) -> Html {
    let Props { lang, ref seen, ref kept, .. } = *props;
    let components = &seen.components;
    let (version, behavior) = (components.version, Behavior::of(components.version));
    let own = Own::of(components);
    let onlook = change(props, |kept, looks| kept.looks = looks);
    let rulers = html! { <Rulers {lang} seen={seen.clone()} looks={kept.looks} {onlook} /> };
    html! {
        <section class="pane planning" id="planning" tabindex="-1" aria-label={text::PLANNING.get(lang)}>
            <h2><b>{ text::PLANNING.get(lang) }</b>{ " " }{ text::PLANNING_ABOUT.get(lang) }</h2>
            <div class="columns">
                <div>{ field(props, &own, &behavior, version) }</div>
                <div>{ fresh(props, components) }{ sizes(props, &own, &behavior, version) }</div>
            </div>
            { rulers }
        </section>
    }
}

/// The field for a range, with what it means.
fn field(props: &Props, own: &Own, behavior: &Behavior, version: KubeVersion) -> Html {
    let Props { lang, ref kept, .. } = *props;
    let write = change(props, |kept, text: String| kept.range = Some(text.into()));
    let oninput = write.reform(|event: InputEvent| browser::text_of(&event));
    let range = kept.range.as_ref().unwrap_or(&own.range);
    let explained = explain(behavior, range);
    let (help, is_wrong) = match &explained {
        Explained::Range(it) => (uses(behavior, it.range, version, lang), false),
        Explained::Format(format) => {
            let format = format.clone();
            let write = write.clone();
            let onclick = Callback::from(move |_: MouseEvent| {
                if let Some(bits) = forty_bits() {
                    write.emit(format.fill(bits));
                }
            });
            let fill = html! { <button type="button" class="btn" {onclick}>{ text::FILL.get(lang) }</button> };
            (fill, true)
        }
        Explained::Wrong(wrong) => {
            let offer = wrong.write.clone().map(|text| {
                let put = text.clone();
                let onclick = write.reform(move |_: MouseEvent| put.clone());
                html! { <button type="button" class="btn" {onclick}>{ text::WRITE.get(lang) }{ " " }<code lang="en">{ text }</code></button> }
            });
            (html! { <>{ place(range, wrong, lang) }{ offer }</> }, true)
        }
    };
    let steps: Html = explained.steps().iter().map(|it| step(it, version, lang)).collect();
    html! {
        <>
            <h3>{ text::EXPLAINED.get(lang) }</h3>
            <p class="field">
                <label for="plan-range">{ text::RANGE.get(lang) }</label>
                <input id="plan-range" type="text" lang="en" spellcheck="false" autocomplete="off" autocapitalize="off" aria-describedby="plan-range-says" aria-invalid={is_wrong.to_string()} value={range.clone()} {oninput} />
            </p>
            <div id="plan-range-says" aria-live="polite"><ul class="steps">{ steps }</ul></div>
            { help }
        </>
    }
}

/// Where a text is wrong.
fn place(range: &str, wrong: &Wrong, lang: Lang) -> Html {
    let (before, at, behind) = (
        range.get(..wrong.span.start).unwrap_or_default().to_owned(),
        range.get(wrong.span.start..wrong.span.end).unwrap_or_default().to_owned(),
        range.get(wrong.span.end..).unwrap_or_default().to_owned(),
    );
    // A blank, or nothing, could not be seen.
    let at = if at.trim().is_empty() { "␣".to_owned() } else { at };
    if range.is_empty() {
        return Html::default();
    }
    html! { <p>{ text::HERE.get(lang) }{ " " }<code lang="en">{ before }<mark class="err">{ at }</mark>{ behind }</code></p> }
}

/// What a range comes to in each of its uses.
fn uses(behavior: &Behavior, range: Cidr, version: KubeVersion, lang: Lang) -> Html {
    let one = |role: Role| {
        let fit = fit(behavior, range, role, 0);
        let (name, noun) = words_of(role);
        let name = name.get(lang);
        let heading = match name.split_once(SERVICE_CIDR).filter(|_| role == Role::Services) {
            Some((before, after)) => {
                html! { <>{ before }<Term {lang} word={Word::ServiceCidr} at="planning" label={SERVICE_CIDR} />{ after }</> }
            }
            None => html! { { name } },
        };
        let steps: Html = fit.steps.iter().map(|it| step(it, version, lang)).collect();
        html! {
            <li>
                <h4>{ heading }</h4>
                { verdict(&fit, noun, lang) }
                <details><summary>{ crate::i18n::WHY.get(lang) }</summary><ul class="steps">{ steps }</ul></details>
            </li>
        }
    };
    let list: Html = Role::ALL.into_iter().map(one).collect();
    html! { <><h3>{ text::AS_RANGE.get(lang) }</h3><ul class="uses">{ list }</ul></> }
}

const fn words_of(role: Role) -> (Text, Text) {
    match role {
        Role::Pods => (text::AS_PODS, text::COUNT_NODES),
        Role::Services => (text::AS_SERVICES, text::SERVICES),
        Role::Nodes => (text::AS_NODES, text::MACHINES),
    }
}

/// How many fit, or who refuses.
fn verdict(fit: &Fit, noun: Text, lang: Lang) -> Html {
    let refusals = fit.refusals.iter().map(|(component, message)| {
        html! { <p class="status bad">{ "✕ " }<b lang="en">{ component.name() }</b>{ " " }{ text::REFUSES.get(lang) }{ " " }<code lang="en">{ message.clone() }</code></p> }
    });
    let refusals: Html = refusals.collect();
    let count = fit.lasts_for.map(|count| {
        let count = u64::try_from(count)
            .ok()
            .filter(|it| *it <= 1 << 40)
            .map_or_else(|| digits(count), grouped);
        html! { <p class="status good">{ "✓ " }<b>{ count }</b>{ " " }{ noun.get(lang) }</p> }
    });
    html! { <>{ count }{ refusals }</> }
}

/// What came of the wish for a plan.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
enum Made {
    /// Nobody has wished.
    #[default]
    Nothing,
    /// The browser has no random bits.
    NoChance,
    /// A plan.
    Plan(Plan),
}

impl Made {
    const fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Plan(plan) => Some(plan),
            Self::Nothing | Self::NoChance => None,
        }
    }
}

/// A plan of one's own.
fn fresh(props: &Props, components: &Components) -> Html {
    let Props { lang, ref kept, ref dispatch, .. } = *props;
    let services = components.apiserver.running().and_then(|known| known.services.first());
    let first = services.map_or(Family::V4, |range| range.family());
    let onclick = change(props, move |kept, _: MouseEvent| {
        let plan = forty_bits().and_then(|bits| Plan::new(bits, first));
        kept.made = plan.map_or(Made::NoChance, Made::Plan);
    });
    let no_chance = (kept.made == Made::NoChance).then(
        || html! { <p class="status bad" role="alert">{ "✕ " }{ text::NO_CHANCE.get(lang) }</p> },
    );
    let made = kept.made.plan().map(|plan| {
        let version = components.version;
        let steps: Html = plan.steps().iter().map(|it| step(it, version, lang)).collect();
        let flags = plan.flags();
        let put = plan.put_into(&components.text);
        let onclick = click(dispatch, Msg::EditFlags(put));
        html! {
            <>
                <div aria-live="polite"><ul class="steps">{ steps }</ul></div>
                <button type="button" class="btn primary" {onclick}>{ text::PUT_PLAN.get(lang) }</button>
                <details>
                    <summary>{ text::PLAN_FLAGS.get(lang) }</summary>
                    <pre lang="en" class="flags">{ flags }</pre>
                </details>
            </>
        }
    });
    html! {
        <>
            <h3>{ text::FRESH.get(lang) }</h3>
            <p><button type="button" class="btn" {onclick}>{ text::MAKE_PLAN.get(lang) }</button></p>
            { no_chance }
            { made }
        </>
    }
}

/// The slider of sizes.
fn sizes(props: &Props, own: &Own, behavior: &Behavior, version: KubeVersion) -> Html {
    let Props { lang, ref kept, .. } = *props;
    let oninput = change(props, |kept, event: InputEvent| {
        if let Ok(prefix) = browser::text_of(&event).parse() {
            kept.prefix = Some(prefix);
        }
    });
    let site = kept.made.plan().map(|plan| plan.pods.v6).or(own.site);
    let (first, last) = ends(own.mask);
    let prefix = kept.prefix.unwrap_or_else(|| own.prefix()).clamp(first, last);
    let Some(stop) = stop(behavior, site, prefix, own.mask) else { return Html::default() };
    let steps: Html = stop.fit.steps.iter().map(|it| step(it, version, lang)).collect();
    let says = match (stop.fit.lasts_for, stop.fit.refusals.first()) {
        (Some(count), _) => {
            format!("{}: {} {}", stop.range, digits(count), text::COUNT_NODES.get(lang))
        }
        (None, refusal) => {
            format!("{}: {}", stop.range, refusal.map_or("", |(_, message)| message.as_str()))
        }
    };
    html! {
        <div role="group" aria-labelledby="plan-sizes">
            <h3 id="plan-sizes">{ plain(&render(text::SIZES, &facts![first = usize::from(first), last = usize::from(last)], lang)) }</h3>
            <label for="plan-prefix">{ plain(&render(text::PREFIX, &facts![mask = usize::from(own.mask)], lang)) }</label>
            <p class="film">
                <span>{ format!("/{first}") }</span>
                <input id="plan-prefix" type="range" min={first.to_string()} max={last.to_string()} value={prefix.to_string()} aria-valuetext={says} {oninput} />
                <span>{ format!("/{last}") }</span>
            </p>
            <p><code lang="en">{ stop.range.to_string() }</code></p>
            { verdict(&stop.fit, text::COUNT_NODES, lang) }
            <details><summary>{ crate::i18n::WHY.get(lang) }</summary><ul class="steps">{ steps }</ul></details>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::cluster::components::Components;
    use dualstack_core::release::version::KubeVersion;

    use super::{FORMAT, Own};

    fn own(flags: &str) -> (String, u8, u8) {
        let own = Own::of(&Components::start(KubeVersion::LATEST, flags));
        (own.range.to_string(), own.prefix(), own.mask)
    }

    #[test]
    fn field_and_slider_begin_with_what_the_flags_say() {
        let controller = "kube-controller-manager\n--allocate-node-cidrs\n--cluster-cidr=";
        let dual = format!("{controller}10.244.0.0/16,fd00:10:244::/52\n");
        assert_eq!(own(&dual), ("fd00:10:244::/52".to_owned(), 52, 64));
        let masked = format!("{dual}--node-cidr-mask-size-ipv6=60\n");
        assert_eq!(own(&masked), ("fd00:10:244::/52".to_owned(), 52, 60));
        let single = format!("{controller}10.244.0.0/16\n");
        assert_eq!(own(&single), ("10.244.0.0/16".to_owned(), 56, 64));
        assert_eq!(own("--service-cluster-ip-range=10.96.0.0/16\n").0, "10.96.0.0/16");
        assert_eq!(own("--service-cluster-ip-range=oops\n").0, FORMAT);
    }
}
