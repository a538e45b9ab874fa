//! What does an address ask of a page that stands in another page?
//!
//! `#/s/<scenario>?k8s=1.36&families=IPv6,IPv4&lang=zh-CN&view=result&tab=why&theme=dark`; instead of a
//! scenario there may be a link (`#0…?view=result`). Invariant: whatever is asked, there is something to show, and
//! what was not understood is named.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session, Shown};

use super::choices::{Tab, Theme};
use super::history::Work;
use super::link::Trouble;
use crate::examples;
use crate::presets::{self, Preset};

/// What a frame shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Embed {
    /// Which panes.
    pub view: View,
    /// The language, if one is asked for.
    pub lang: Option<Lang>,
    /// The colour scheme, if one is asked for.
    pub theme: Option<Theme>,
    /// The tab of the result, if one is asked for.
    pub tab: Option<Tab>,
    /// What it starts with, and returns to.
    pub start: Work,
    /// What was asked for and is not known.
    pub unknown: Vec<Unknown>,
}

/// The panes of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum View {
    /// All.
    #[default]
    All,
    /// The flags, the manifest and the answer.
    Editor,
    /// The answer, and the tabs of the result.
    Result,
    /// The choice of families and the answer.
    Mini,
}

impl View {
    /// Every view.
    pub const ALL: [Self; 4] = [Self::All, Self::Editor, Self::Result, Self::Mini];

    /// As the address names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Editor => "editor",
            Self::Result => "result",
            Self::Mini => "mini",
        }
    }
}

/// Something that was asked for and is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// A scenario.
    Example(String),
    /// A link.
    Link(Trouble),
    /// A parameter, or a value of one.
    Parameter(String),
}

/// The link in what stands behind `#`, if there is one.
#[must_use]
pub fn link(fragment: &str) -> Option<&str> {
    let link = fragment.split(['?', '&']).next()?;
    (!matches!(link, "" | "answer") && !link.starts_with('/')).then_some(link)
}

/// The tab that is named behind a link: `#0…&tab=why`.
#[must_use]
pub fn tab(fragment: &str) -> Option<Tab> {
    Tab::named(fragment.split_once("&tab=")?.1)
}

/// Reads what stands behind `#`, if it is meant for a frame; the link in it is read already.
#[must_use]
pub fn read(fragment: &str, link: Option<&Result<Shown, Trouble>>) -> Option<Embed> {
    let (what, parameters) = fragment.split_once('?').unwrap_or((fragment, ""));
    let mut unknown = Vec::new();
    let start = match what.strip_prefix('/') {
        Some(path) => {
            let name = path.strip_prefix("s/").unwrap_or(path);
            let example = examples::find(name).map(examples::Example::shown);
            example.ok_or_else(|| Unknown::Example(shortened(name)))
        }
        None if fragment.contains('?') => link?.clone().map_err(Unknown::Link),
        None => return None,
    };
    let start = start.map_or_else(
        |why| {
            unknown.push(why);
            Work::opening()
        },
        Work::of,
    );
    let mut embed = Embed { view: View::All, lang: None, theme: None, tab: None, start, unknown };
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        if embed.take(parameter).is_none() {
            embed.unknown.push(Unknown::Parameter(shortened(parameter)));
        }
    }
    Some(embed)
}

/// So much of a text as a remark can quote.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

impl Embed {
    /// Does what a parameter says; `None` if that is not known.
    fn take(&mut self, parameter: &str) -> Option<()> {
        let (name, value) = parameter.split_once('=')?;
        match name {
            "k8s" => self.start_with(Some(value.parse().ok()?), None),
            "families" => {
                // Some programs write a comma as its number.
                let families = value.replace("%2C", ",").replace("%2c", ",");
                let named = |preset: &Preset| preset.label().replace(" + ", ",") == families;
                self.start_with(None, Some(Preset::ALL.into_iter().find(named)?));
            }
            "lang" => {
                let tag = value.to_ascii_lowercase();
                let spoken = |lang: &Lang| tag.split('-').next() == lang.tag().split('-').next();
                self.lang = Some([Lang::En, Lang::Zh].into_iter().find(spoken)?);
            }
            "theme" => self.theme = Some(Theme::named(value)?),
            "tab" => self.tab = Some(Tab::named(value)?),
            "view" => self.view = View::ALL.into_iter().find(|view| view.name() == value)?,
            _ => return None,
        }
        Some(())
    }

    /// Changes the first start, and each restart that repeats it.
    fn start_with(&mut self, release: Option<KubeVersion>, preset: Option<Preset>) {
        let events = &self.start.events;
        let Some(Action::Boot { version: first_version, flags: first_flags }) = events.first()
        else {
            return;
        };
        let events: Rc<[Action]> = events
            .iter()
            .map(|event| match event {
                Action::Boot { version, flags } => Action::Boot {
                    version: release.filter(|_| version == first_version).unwrap_or(*version),
                    flags: match preset.filter(|_| flags == first_flags) {
                        Some(preset) => presets::apply(flags, *version, preset).into(),
                        None => Rc::clone(flags),
                    },
                },
                event => event.clone(),
            })
            .collect();
        let scenario = Session { seed: self.start.seed, events };
        let notes = self.start.notes.clone();
        self.start = Work::of(Shown { scenario, at: self.start.at, notes });
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Action, Notes, Session, Shown};

    use super::{Embed, Unknown, View, link, read};
    use crate::examples;
    use crate::presets::{Preset, current};
    use crate::state::choices::Theme;
    use crate::state::history::Work;
    use crate::state::link::Trouble;

    fn asked(fragment: &str) -> Embed {
        read(fragment, None).expect("it is meant for a frame")
    }

    fn boots(embed: &Embed) -> Vec<(String, Option<Preset>)> {
        let boots = embed.start.events.iter().filter_map(|event| match event {
            Action::Boot { version, flags } => {
                Some((version.to_string(), current(flags, *version)))
            }
            _ => None,
        });
        boots.collect()
    }

    #[test]
    fn a_frame_gets_what_it_asks_for() {
        let embed = asked(
            "/s/dual-stack-preferred-svc?k8s=1.30&families=IPv6,IPv4&lang=zh-CN&view=result&theme=dark",
        );
        assert_eq!(boots(&embed), [("1.30".to_owned(), Some(Preset::V6V4))]);
        assert_eq!(
            (embed.view, embed.lang, embed.theme),
            (View::Result, Some(Lang::Zh), Some(Theme::Dark))
        );
        assert_eq!((embed.unknown, embed.start.example), (vec![], None));
        let plain = asked("/s/dual-stack-preferred-svc");
        let example = examples::find("dual-stack-preferred-svc").expect("it is an example");
        assert_eq!(*plain.start.events, *example.events);
        assert_eq!((plain.view, plain.lang), (View::All, None));
        // Asked for what it is anyway, it still is the example.
        let same = asked(&format!("/s/dual-stack-preferred-svc?k8s={}", KubeVersion::LATEST));
        assert_eq!(same.start.example, Some("dual-stack-preferred-svc"));
        assert_eq!(asked("/s/node-port?families=IPv6%2CIPv4").start.events, {
            asked("/s/node-port?families=IPv6,IPv4").start.events
        });
    }

    #[test]
    fn what_is_not_known_is_named_and_the_rest_is_done() {
        let embed =
            asked("/s/nowhere?k8s=9.99&families=IPv5&lang=fr&view=none&theme=red&x&view=mini");
        let parameters = ["k8s=9.99", "families=IPv5", "lang=fr", "view=none", "theme=red", "x"];
        let mut unknown = vec![Unknown::Example("nowhere".to_owned())];
        unknown.extend(parameters.map(|it| Unknown::Parameter(it.to_owned())));
        assert_eq!(embed.unknown, unknown);
        let opening = Work::opening();
        assert_eq!((embed.view, embed.start), (View::Mini, opening));
        let trouble = Err(Trouble::Damaged);
        let embed = read("0AAAA?view=mini", Some(&trouble)).expect("it is meant for a frame");
        assert_eq!(embed.unknown, [Unknown::Link(Trouble::Damaged)]);
    }

    #[test]
    fn a_link_with_a_view_is_meant_for_a_frame() {
        let example = examples::find("node-port").expect("it is an example").shown();
        let read = |fragment: &str| read(fragment, Some(&Ok(example.clone())));
        let embed = read("0abc?view=mini").expect("it is meant for a frame");
        assert_eq!((embed.start.example, embed.view), (Some("node-port"), View::Mini));
        for (fragment, holds) in [
            ("", None),
            ("answer", None),
            ("0abc", Some("0abc")),
            ("0abc?view=mini", Some("0abc")),
            ("/s/node-port?view=mini", None),
        ] {
            assert_eq!(link(fragment), holds, "{fragment}");
            assert_eq!(read(fragment).is_some(), fragment.contains('?'), "{fragment}");
        }
    }

    #[test]
    fn a_restart_follows_the_first_start_as_far_as_it_repeats_it() {
        let boot = |minor: &str, flags: &str| Action::Boot {
            version: minor.parse().expect("it is simulated"),
            flags: flags.into(),
        };
        let flags = "--service-cluster-ip-range=10.96.0.0/16";
        let dual = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
        let newest = KubeVersion::LATEST.to_string();
        let events = [boot(&newest, flags), boot(&newest, dual), boot("1.30", flags)];
        let scenario = Session { seed: 7, events: events.into() };
        let session = Ok(Shown { scenario, at: 2, notes: Notes::default() });
        let embed = read("0abc?k8s=1.25&families=IPv6", Some(&session));
        let embed = embed.expect("it is meant for a frame");
        let kept = Some(Preset::V4V6);
        let chosen = Some(Preset::V6);
        assert_eq!(
            boots(&embed),
            [("1.25".to_owned(), chosen), ("1.25".to_owned(), kept), ("1.30".to_owned(), chosen)]
        );
        assert_eq!((embed.start.at, embed.start.seed), (2, 7));
    }
}
