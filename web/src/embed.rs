//! What does an address ask of a page that stands in another page?
//!
//! `#/s/<scenario>?k8s=1.36&families=IPv6,IPv4&lang=zh-CN&view=result&theme=dark`; instead of a scenario
//! there may be a link (`#0…?view=result`). Invariant: whatever is asked, there is something to show, and
//! what was not understood is named.

use std::rc::Rc;

use dualstack_core::scenario::Event;
use dualstack_core::text::Lang;
use dualstack_core::version::KubeVersion;

use crate::link::{self, Bookmark, Trouble};
use crate::presets::{self, Preset};
use crate::scenarios;
use crate::store::Theme;

/// What a frame shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Embed {
    /// Which panes.
    pub view: View,
    /// The language, if one is asked for.
    pub lang: Option<Lang>,
    /// The colour scheme, if one is asked for.
    pub theme: Option<Theme>,
    /// What it starts with, and returns to.
    pub start: Bookmark,
    /// What was asked for in vain.
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
    /// The answer, the stored object and the reasons.
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

/// Something that was asked for in vain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// A scenario.
    Scenario(String),
    /// A link.
    Link(Trouble),
    /// A parameter, or a value of one.
    Parameter(String),
}

/// Reads what stands behind `#`, if it is meant for a frame.
#[must_use]
pub fn read(fragment: &str) -> Option<Embed> {
    let (what, parameters) = fragment.split_once('?').unwrap_or((fragment, ""));
    let mut unknown = Vec::new();
    let start = match what.strip_prefix('/') {
        Some(path) => {
            let name = path.strip_prefix("s/").unwrap_or(path);
            let example = scenarios::find(name).map(scenarios::Scenario::bookmark);
            example.ok_or_else(|| Unknown::Scenario(shortened(name)))
        }
        None if fragment.contains('?') => link::read(what).map_err(Unknown::Link),
        None => return None,
    };
    let start = start.unwrap_or_else(|why| {
        unknown.push(why);
        scenarios::opening()
    });
    let mut embed = Embed { view: View::All, lang: None, theme: None, start, unknown };
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
            "view" => self.view = View::ALL.into_iter().find(|view| view.name() == value)?,
            _ => return None,
        }
        Some(())
    }

    /// Changes the first start, and each restart that repeats it.
    fn start_with(&mut self, release: Option<KubeVersion>, preset: Option<Preset>) {
        let events = &self.start.scenario.events;
        let Some(Event::Boot { version: first_version, flags: first_flags }) = events.first()
        else {
            return;
        };
        let events: Rc<[Event]> = events
            .iter()
            .map(|event| match event {
                Event::Boot { version, flags } => Event::Boot {
                    version: release.filter(|_| version == first_version).unwrap_or(*version),
                    flags: match preset.filter(|_| flags == first_flags) {
                        Some(preset) => presets::apply(flags, preset).into(),
                        None => Rc::clone(flags),
                    },
                },
                event => event.clone(),
            })
            .collect();
        self.start.scenario.events = events;
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::scenario::{Event, Scenario};
    use dualstack_core::text::Lang;
    use dualstack_core::version::KubeVersion;

    use super::{Embed, Unknown, View, read};
    use crate::link::{self, Bookmark, Trouble};
    use crate::presets::{Preset, current};
    use crate::scenarios;
    use crate::store::Theme;

    fn asked(fragment: &str) -> Embed {
        read(fragment).expect("it is meant for a frame")
    }

    fn boots(embed: &Embed) -> Vec<(String, Option<Preset>)> {
        let boots = embed.start.scenario.events.iter().filter_map(|event| match event {
            Event::Boot { version, flags } => Some((version.to_string(), current(flags))),
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
        assert_eq!(embed.unknown, []);
        let plain = asked("/s/dual-stack-preferred-svc");
        let example = scenarios::find("dual-stack-preferred-svc").expect("it is an example");
        assert_eq!(plain.start, example.bookmark());
        assert_eq!((plain.view, plain.lang), (View::All, None));
        assert_eq!(asked("/s/node-port?families=IPv6%2CIPv4").start.scenario, {
            asked("/s/node-port?families=IPv6,IPv4").start.scenario
        });
    }

    #[test]
    fn what_is_not_known_is_named_and_the_rest_is_done() {
        let embed =
            asked("/s/nowhere?k8s=9.99&families=IPv5&lang=fr&view=none&theme=red&x&view=mini");
        let parameters = ["k8s=9.99", "families=IPv5", "lang=fr", "view=none", "theme=red", "x"];
        let mut unknown = vec![Unknown::Scenario("nowhere".to_owned())];
        unknown.extend(parameters.map(|it| Unknown::Parameter(it.to_owned())));
        assert_eq!(embed.unknown, unknown);
        assert_eq!((embed.view, embed.start), (View::Mini, scenarios::opening()));
        assert_eq!(asked("0AAAA?view=mini").unknown, [Unknown::Link(Trouble::Damaged)]);
    }

    #[test]
    fn a_link_with_a_view_is_meant_for_a_frame() {
        let link = link::write(&scenarios::opening()).expect("it is short");
        assert_eq!(asked(&format!("{link}?view=mini")).start, scenarios::opening());
        for fragment in ["", "answer", &link] {
            assert_eq!(read(fragment), None);
        }
    }

    #[test]
    fn a_restart_follows_the_first_start_as_far_as_it_repeats_it() {
        let boot = |minor: &str, flags: &str| Event::Boot {
            version: minor.parse().expect("it is simulated"),
            flags: flags.into(),
        };
        let flags = "--service-cluster-ip-range=10.96.0.0/16";
        let dual = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
        let newest = KubeVersion::LATEST.to_string();
        let events = [boot(&newest, flags), boot(&newest, dual), boot("1.30", flags)];
        let scenario = Scenario { seed: 7, events: events.into() };
        let link = link::write(&Bookmark { scenario, at: 2 }).expect("it is short");
        let embed = asked(&format!("{link}?k8s=1.25&families=IPv6"));
        let kept = Some(Preset::V4V6);
        let chosen = Some(Preset::V6);
        assert_eq!(
            boots(&embed),
            [("1.25".to_owned(), chosen), ("1.25".to_owned(), kept), ("1.30".to_owned(), chosen)]
        );
        assert_eq!((embed.start.at, embed.start.scenario.seed), (2, 7));
    }
}
