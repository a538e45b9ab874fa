//! What can be chosen on the page that is no part of the session?

use dualstack_core::source::flags::Component;

/// What the Why tab is asked about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Focus {
    /// Nothing in particular.
    #[default]
    None,
    /// The flag at this byte of the flags.
    Flags(usize),
    /// The field at this byte of the manifest.
    Manifest(usize),
    /// This field of the stored object.
    Stored(String),
}

/// The pane a phone shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pane {
    /// Flags.
    Cluster,
    /// What is applied.
    #[default]
    Manifest,
    /// The tabs: what is stored, why, and the rest of the cluster.
    Result,
}

/// A tab of the result pane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// The stored object, and the steps that decided it.
    #[default]
    Stored,
    /// The cluster, drawn.
    Picture,
    /// Every decision, in order.
    Why,
    /// Nodes, Pods and Deployments, and what dual-stack needs of them.
    Nodes,
    /// The ranges, what is allocated of them, and plans for new ones.
    Addresses,
    /// What the shown event changed, and how another version answers.
    Changes,
    /// The session as a terminal shows it.
    Terminal,
}

impl Tab {
    /// All tabs, in their order.
    pub const ALL: [Self; 7] = [
        Self::Stored,
        Self::Picture,
        Self::Why,
        Self::Nodes,
        Self::Addresses,
        Self::Changes,
        Self::Terminal,
    ];

    /// As an address names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stored => "object",
            Self::Picture => "picture",
            Self::Why => "why",
            Self::Nodes => "nodes",
            Self::Addresses => "addresses",
            Self::Changes => "changes",
            Self::Terminal => "terminal",
        }
    }

    /// The tab of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.name() == name)
    }

    /// The tab of a row that a key leads to; the arrows go round the end.
    #[must_use]
    pub fn by_key(self, key: &str, row: &[Self]) -> Option<Self> {
        let count = row.len();
        let at = row.iter().position(|tab| *tab == self)?;
        let to = match key {
            "ArrowRight" => (at + 1) % count,
            "ArrowLeft" => (at + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return None,
        };
        Some(row[to])
    }
}

/// How the stored object is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// As `kubectl get -o yaml` does.
    #[default]
    Yaml,
    /// As `-o json` does.
    Json,
    /// As `-o kyaml` does.
    Kyaml,
    /// Against what was sent, or what was stored before.
    Diff,
}

impl Form {
    /// All forms, in the order of the buttons.
    pub const ALL: [Self; 4] = [Self::Yaml, Self::Json, Self::Kyaml, Self::Diff];

    /// As kubectl's `-o` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Kyaml => "kyaml",
            Self::Diff => "diff",
        }
    }

    /// As people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Kyaml => "KYAML",
            Self::Diff => "Diff",
        }
    }
}

/// A text box of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextBox {
    /// Of the flags of a component.
    Flags(Component),
    /// Of what is applied.
    Manifest,
}

impl TextBox {
    /// The id of its element.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Flags(Component::KubeApiserver) => "flags",
            Self::Flags(Component::KubeControllerManager) => "flags-controller-manager",
            Self::Flags(Component::KubeProxy) => "flags-proxy",
            Self::Flags(Component::Kubelet) => "flags-kubelet",
            Self::Manifest => "manifest",
        }
    }

    /// The pane that it is in.
    #[must_use]
    pub const fn pane(self) -> Pane {
        match self {
            Self::Flags(_) => Pane::Cluster,
            Self::Manifest => Pane::Manifest,
        }
    }
}

/// A place of the page that a sentence may name: `[words](name)` in the texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A text box: the flags of a component, or the manifest.
    Text(TextBox),
    /// The actions of the session.
    Timeline,
    /// A tab of the result pane.
    Tab(Tab),
    /// What dual-stack needs, in the tab of Nodes and Pods.
    Prerequisites,
    /// Address planning, in the tab of addresses.
    Planning,
}

impl Place {
    /// The place of that name: a component stands for its flags.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "manifest" => Self::Text(TextBox::Manifest),
            "timeline" => Self::Timeline,
            "prerequisites" => Self::Prerequisites,
            "planning" => Self::Planning,
            _ => match Component::ALL.into_iter().find(|it| it.name() == name) {
                Some(component) => Self::Text(TextBox::Flags(component)),
                None => Self::Tab(Tab::named(name)?),
            },
        })
    }
}

/// What an undo or a redo did to a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undone {
    /// Counts them, so that no two are the same.
    pub count: u32,
    /// Whose text.
    pub text_box: TextBox,
    /// Where the change ends, in bytes.
    pub end: usize,
}

/// A colour scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As the page's root names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The scheme of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Dark, Self::Light].into_iter().find(|theme| theme.name() == name)
    }
}
