//! What does each pane show? The properties of the panes, from the state and the core's answers.
//!
//! A part that has not changed is the value it was before, and so its pane does not render. The memory is plain Rust,
//! because a test on the host compares the properties before and after a message: Yew's hooks only run where it renders.

use std::rc::Rc;

use dualstack_core::api::Json;
use dualstack_core::cluster::components::{Components, Start};
use dualstack_core::cluster::{Key, World};
use dualstack_core::explain::trace::Piece;
use dualstack_core::kubectl::documents::objects;
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::Action;
use dualstack_core::session::diff::{Diff, ObjectDiff};
use dualstack_core::session::{BootReport, DocumentReport, EventReport, RequestsReport, Verb};
use yew::prelude::*;

use crate::i18n;
use crate::panes::components::Seen;
use crate::panes::first_families::Wish;
use crate::panes::invitation::Offer;
use crate::panes::manifest::Checked;
use crate::panes::strip::{BranchRow, NoteProps, Row};
use crate::panes::{
    answer, changes, cluster, deciding, documents, footer, header, invitation, manifest, notice,
    pasted, phone_bar, picture, stored, strip, tabs, terminal, why,
};
use crate::state::answers::{Answers, compared};
use crate::state::choices::{Focus, Form, Pane, Tab};
use crate::state::comparison::Side;
use crate::state::deeds::edited;
use crate::state::news::News;
use crate::state::restarts::Restarts;
use crate::state::shared::Shared;
use crate::state::store::Store;
use crate::state::terminal::{typed, whole};
use crate::state::verdict::Verdict;
use crate::ui::Dispatch;

/// The properties of the panes.
#[derive(Clone, PartialEq)]
pub struct Panes {
    pub header: header::Props,
    pub notice: notice::Props,
    pub answer: answer::Props,
    /// Where an error message is pasted that examples show.
    pub pasted: Option<pasted::Props>,
    pub invitation: invitation::Props,
    pub cluster: cluster::Props,
    pub manifest: manifest::Props,
    pub tabs: tabs::Props,
    /// The objects of the manifest, where there are several.
    pub documents: Option<documents::Props>,
    pub stored: stored::Props,
    pub deciding: deciding::Props,
    pub strip: strip::Props,
    /// While the session plays.
    pub note: Option<NoteProps>,
    pub changes: changes::Props,
    pub why: why::Props,
    /// While its tab is shown.
    pub terminal: Option<terminal::Props>,
    /// The whole cluster; not in a frame that shows less.
    pub whole: Option<Whole>,
    pub picture: picture::Props,
    pub footer: footer::Props,
    pub phone_bar: phone_bar::Props,
    /// The document whose fixes or next steps are looked for.
    pub document: usize,
}

/// What the panes about the whole cluster show.
#[derive(Clone, PartialEq)]
pub struct Whole {
    /// What the manifest asks for.
    pub wish: Option<Rc<Wish>>,
    /// The components of the start in force.
    pub seen: Shared<Seen>,
    /// What is there after the shown event.
    pub world: Shared<World>,
    /// The cluster after the shown event, and what that changed.
    pub after: Shared<Diff>,
    /// Of its Nodes, Pods and Deployments.
    pub objects: Shared<ObjectDiff>,
}

/// A value that is computed again when what it is made of has changed.
struct Memo<D, T>(Option<(D, T)>);

impl<D, T> Default for Memo<D, T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<D: PartialEq, T: Clone> Memo<D, T> {
    fn get(&mut self, deps: D, make: impl FnOnce(&D) -> T) -> T {
        if let Some((_, value)) = self.0.as_ref().filter(|(before, _)| *before == deps) {
            return value.clone();
        }
        let value = make(&deps);
        self.0 = Some((deps, value.clone()));
        value
    }
}

/// The last value, as long as the next is equal to it.
struct Same<T>(Option<Shared<T>>);

impl<T> Default for Same<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialEq> Same<T> {
    fn or(&mut self, next: &Shared<T>) -> Shared<T> {
        if let Some(last) = self.0.as_ref().filter(|last| *last == next || ***last == **next) {
            return last.clone();
        }
        self.0 = Some(next.clone());
        next.clone()
    }
}

/// The session with its seed, the shown action, whether typing has stopped, and the version it is compared with.
type Compared = (Shared<[Action]>, u64, usize, bool, KubeVersion);

/// The session, the shown action, and the example that was shown last.
type Tried = (Shared<[Action]>, usize, Option<&'static str>);

/// What the properties were made of.
#[derive(Default)]
pub struct Page {
    seen: Memo<Shared<Start>, Shared<Seen>>,
    checked: Memo<Shared<RequestsReport>, Rc<Checked>>,
    wish: Memo<(Shared<[Action]>, usize), Rc<Wish>>,
    /// The example that was shown last: what is tried with it makes it one's own.
    tried: Option<&'static str>,
    offer: Memo<Tried, Offer>,
    restarts: Restarts,
    sent: Memo<(Shared<str>, usize), Option<Shared<Json>>>,
    compared: Memo<Compared, Option<Answers>>,
    after: Same<Diff>,
    news: News,
    /// What was accepted last, of this document since the event or example was chosen.
    good: ((u32, usize), Option<Shared<DocumentReport>>),
}

impl Page {
    pub fn panes(
        &mut self,
        store: &Store,
        answers: &Answers,
        onshare: &Callback<MouseEvent>,
        dispatch: &Dispatch,
    ) -> Panes {
        let lang = store.lang;
        let at = answers.document_at(store);
        let verdict = answers.verdict(store, at);
        let document = answers.documents.get(at).cloned();
        let earlier = self.earlier(store, at, document.as_ref());
        let shown = document.clone().filter(|it| it.is_accepted() || it.stands.is_some());
        let stands = shown.as_ref().is_some_and(|document| document.stands.is_some());
        let label = stands.then_some(i18n::STANDS);
        let addresses = addresses(shown.as_ref());
        let seen = store.shows_components().then(|| {
            let start = Shared(Rc::clone(&answers.boot.start));
            self.seen.get(start, |start| {
                let components = Components::clone(start.components());
                Shared(Rc::new(Seen::of(components, answers.boot.findings())))
            })
        });
        let requests = store.request().and_then(|at| match answers.events.get(at)? {
            EventReport::Requests(requests) => Some(Shared(Rc::clone(requests))),
            EventReport::Boot(_) => None,
        });
        let checked = requests
            .map(|requests| self.checked.get(requests, |requests| Rc::new(Checked::of(requests))));
        let is_error = answers.pasted.as_ref().is_some_and(|it| it.is_request);
        let checked = if is_error { Some(Rc::new(Checked::error())) } else { checked };
        let after = self.after.or(&answers.after);
        let fixes = store.fixes.clone().filter(|it| it.is_of(&store.events, store.at, at));
        let fixes_of = |pane| fixes.as_ref().map(|found| found.of(pane)).unwrap_or_default();
        let (of_flags, of_manifest) = (fixes_of(Pane::Cluster), fixes_of(Pane::Manifest));
        let (is_start, focus) = (matches!(store.event(), Action::Boot { .. }), &store.focus);
        let start = is_start.then(|| answers.boot.clone());
        let rows = Row::all(store, &answers.events, &mut self.restarts);
        let chosen = match focus {
            Focus::Stored(field) => Some(AttrValue::from(field.clone())),
            _ => None,
        };
        let says = match (store.note(store.at), store.example) {
            ("", Some(_)) => Vec::new(),
            ("", None) => edited(store, &answers.events),
            (note, _) => vec![Piece::Words(note.to_owned())],
        };
        let decided = document.clone().filter(|it| it.verb != Verb::Get);
        let tab = shown_tab(store);
        let documents = (!is_start && answers.rows.len() > 1).then(|| documents::Props {
            lang,
            rows: Rc::clone(&answers.rows),
            at,
            text: store.manifest().into(),
            dispatch: dispatch.clone(),
        });
        Panes {
            header: header(store, Some(onshare.clone()), dispatch),
            notice: notice(store, dispatch),
            answer: answer::Props {
                lang,
                verdict: verdict.clone(),
                addresses,
                label,
                fixes: fixes.map(Shared),
                dispatch: dispatch.clone(),
            },
            pasted: answers.pasted.as_ref().and_then(|it| {
                // The answer to a request names the first.
                let others = it.examples.get(usize::from(it.is_request)..)?;
                (!others.is_empty()).then(|| pasted::Props {
                    lang,
                    examples: others.into(),
                    dispatch: dispatch.clone(),
                })
            }),
            invitation: invitation::Props {
                lang,
                example: store.example,
                says,
                offer: self.offer(store),
                dispatch: dispatch.clone(),
            },
            cluster: cluster::Props {
                fixes: of_flags,
                ..cluster(store, Some(answers.boot.clone()), seen.clone(), dispatch)
            },
            manifest: manifest::Props {
                fixes: of_manifest,
                ..manifest(store, checked.unwrap_or_default(), dispatch)
            },
            stored: stored::Props {
                lang,
                document: shown,
                terminal: typed(
                    store.event(),
                    &answers.boot,
                    &answers.requests,
                    document.as_deref(),
                )
                .into(),
                label,
                earlier,
                chosen,
                shows_server_fields: store.shows_server_fields,
                form: store.form,
                sent: self.sent(store, at),
                dispatch: dispatch.clone(),
            },
            note: NoteProps::of(store, &rows, &after, start.as_ref()),
            strip: strip::Props {
                lang,
                rows,
                at: store.at,
                playing: store.playing,
                pace: store.pace,
                branches: branches(store),
                branch: store.branch,
                version: store.boot().2,
                compared: store.other(),
                dispatch: dispatch.clone(),
            },
            documents,
            tabs: tabs::Props {
                lang,
                tab,
                tabs: tabs_of(store),
                news: self.news.tabs(store, answers, (at, &after, tab)),
                dispatch: dispatch.clone(),
            },
            deciding: deciding::Props {
                lang,
                boot: answers.boot.clone(),
                document: decided.clone(),
                dispatch: dispatch.clone(),
            },
            picture: picture::Props {
                lang,
                world: answers.world.clone(),
                after: after.clone(),
                chosen: document.as_ref().and_then(|document| service_of(document)),
                dispatch: dispatch.clone(),
            },
            changes: changes::Props {
                lang,
                version: store.boot().2,
                compared: store.other(),
                sides: self.sides(store, verdict, &answers.boot, document.as_ref()),
                after: after.clone(),
                start,
            },
            why: why::Props {
                lang,
                boot: answers.boot.clone(),
                document: decided,
                focus: focus.clone(),
            },
            terminal: (tab == Tab::Terminal).then(|| {
                let entries = store.events.iter().zip(&answers.events).take(store.at + 1);
                let entries = entries.map(|(event, report)| whole(event, report)).collect();
                terminal::Props { lang, entries }
            }),
            whole: seen.map(|seen| Whole {
                wish: (tab == Tab::Why).then(|| {
                    let deps = (Shared(Rc::clone(&store.events)), store.at);
                    self.wish.get(deps, |_| Rc::new(Wish::of(&store.shown())))
                }),
                seen,
                world: answers.world.clone(),
                objects: Shared(Rc::clone(&after.objects)),
                after,
            }),
            footer: footer::Props { lang },
            phone_bar: phone_bar::Props { lang, pane: store.pane, dispatch: dispatch.clone() },
            document: at,
        }
    }

    /// What was accepted before the last edit of this document, where nothing is stored now.
    fn earlier(
        &mut self,
        store: &Store,
        at: usize,
        document: Option<&Shared<DocumentReport>>,
    ) -> Option<Shared<DocumentReport>> {
        // What was accepted before another event or example was chosen says nothing about this one.
        if self.good.0 != (store.turn, at) {
            self.good = ((store.turn, at), None);
        }
        if document.is_some_and(|document| document.is_accepted()) {
            self.good.1 = document.cloned().filter(|document| document.stored_json().is_some());
            return None;
        }
        // What is not simulated was never stored.
        let is_elsewhere =
            document.is_some_and(|document| document.stands.is_some() || document.is_left_out);
        self.good.1.clone().filter(|_| !is_elsewhere)
    }

    /// What there is to try with the example that was shown last.
    fn offer(&mut self, store: &Store) -> Offer {
        self.tried = store.example.or(self.tried);
        let deps = (Shared(Rc::clone(&store.events)), store.at, self.tried);
        self.offer.get(deps, |(_, _, tried)| Offer::of(*tried, store))
    }

    /// What the manifest that is shown sends, where the object is to be compared with it.
    fn sent(&mut self, store: &Store, document: usize) -> Option<Shared<Json>> {
        match store.event() {
            Action::Apply(text)
            | Action::Create(text)
            | Action::Replace(text)
            | Action::Existing(text)
                if store.form == Form::Diff =>
            {
                self.sent.get((Shared(Rc::clone(text)), document), |(text, document)| {
                    let documents = objects(text);
                    Some(Shared(Rc::new(documents.get(*document)?.node.to_json())))
                })
            }
            _ => None,
        }
    }

    /// The answer, and that of the version it is compared with.
    fn sides(
        &mut self,
        store: &Store,
        verdict: Verdict,
        boot: &Shared<BootReport>,
        document: Option<&Shared<DocumentReport>>,
    ) -> Option<Rc<[Side; 2]>> {
        let other = store.other().filter(|_| shown_tab(store) == Tab::Changes)?;
        let events = Shared(Rc::clone(&store.events));
        let deps = (events, store.seed, store.at, store.settled, other);
        let there = self.compared.get(deps, |_| compared(store, other))?;
        let at = there.document_at(store);
        Some(Rc::new([
            Side { verdict, boot: boot.clone(), document: document.cloned() },
            Side {
                verdict: there.verdict(store, at),
                boot: there.boot.clone(),
                document: there.documents.get(at).cloned(),
            },
        ]))
    }
}

/// The properties of the header; `onshare` where there is an answer to share.
pub fn header(
    store: &Store,
    onshare: Option<Callback<MouseEvent>>,
    dispatch: &Dispatch,
) -> header::Props {
    header::Props {
        lang: store.lang,
        theme: store.theme,
        example: store.example,
        own: store.own_text(),
        version: store.boot().2,
        can_undo: store.history.can_undo(),
        can_redo: store.history.can_redo(),
        onshare,
        dispatch: dispatch.clone(),
    }
}

pub fn notice(store: &Store, dispatch: &Dispatch) -> notice::Props {
    // The page around a frame says whose work it is.
    let is_draft = store.is_draft() && store.visit.embed.is_none();
    notice::Props {
        lang: store.lang,
        trouble: store.visit.trouble,
        draft: is_draft.then(|| store.has_own()),
        dispatch: dispatch.clone(),
    }
}

/// The properties of the Cluster pane; without a start in safe mode.
pub fn cluster(
    store: &Store,
    boot: Option<Shared<BootReport>>,
    seen: Option<Shared<Seen>>,
    dispatch: &Dispatch,
) -> cluster::Props {
    cluster::Props {
        lang: store.lang,
        flags: AttrValue::from(Rc::clone(store.flags())),
        version: store.boot().2,
        unfolded: boot.is_none() || store.unfolded || store.visit.embed.is_some(),
        boot,
        seen,
        fixes: Vec::new(),
        dispatch: dispatch.clone(),
    }
}

pub fn manifest(store: &Store, checked: Rc<Checked>, dispatch: &Dispatch) -> manifest::Props {
    manifest::Props {
        lang: store.lang,
        event: store.request().map(|at| store.events[at].clone()),
        version: store.boot().2,
        checked,
        fixes: Vec::new(),
        dispatch: dispatch.clone(),
    }
}

fn addresses(document: Option<&Shared<DocumentReport>>) -> Vec<(Family, AttrValue)> {
    let Some(service) = document.and_then(|document| document.standing()) else {
        return Vec::new();
    };
    let spec = &service.spec;
    if spec.has_no_cluster_ip() {
        return Vec::new();
    }
    let families = spec.ip_families.iter().filter_map(|name| Family::from_name(name));
    families.zip(spec.cluster_ips.iter().map(|ip| AttrValue::from(ip.clone()))).collect()
}

/// The Service that a document is about, if it is stored.
fn service_of(document: &DocumentReport) -> Option<Key> {
    let meta = &document.standing()?.metadata;
    Some((meta.namespace.as_str().into(), meta.name.as_str().into()))
}

/// The tabs of the result pane: a frame without one has no cluster to show.
#[must_use]
pub fn tabs_of(store: &Store) -> &'static [Tab] {
    if store.shows_components() { &Tab::ALL } else { &[Tab::Stored, Tab::Why, Tab::Terminal] }
}

/// The tab that is shown: the chosen one, where there is such a tab.
#[must_use]
pub fn shown_tab(store: &Store) -> Tab {
    if tabs_of(store).contains(&store.tab) { store.tab } else { Tab::default() }
}

fn branches(store: &Store) -> Rc<[BranchRow]> {
    let branches = store.branches.iter();
    branches.map(|it| BranchRow { count: it.events.len(), from: it.from }).collect()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use dualstack_core::explain::text::Lang;
    use dualstack_core::session::Replay;
    use dualstack_core::session::action::Action;
    use yew::Callback;

    use super::{Page, Panes, shown_tab};
    use crate::i18n;
    use crate::presets::Preset;
    use crate::state::answers::Answers;
    use crate::state::choices::{Focus, Pane, Tab};
    use crate::state::found::Place;
    use crate::state::shared::Shared;
    use crate::state::store::{Msg, Store};
    use crate::state::visit::Step;
    use crate::ui::Dispatch;

    #[test]
    fn a_frame_of_the_result_shows_the_tab_that_it_asks_for() {
        let frame = |view: &str, tab: &str| {
            let fragment = format!("/s/node-port?view={view}&tab={tab}");
            let place = Place { fragment, mark: String::new() };
            Store::opening(Lang::En).update(Msg::Visit(Step::Arrived(place)))
        };
        for view in ["all", "result"] {
            for tab in Tab::ALL {
                let store = frame(view, tab.name());
                assert_eq!(shown_tab(&store), tab, "{view} {}", tab.name());
                let answers = Answers::of(&store, &store.session(), &mut Replay::default());
                let answers = answers.expect("a session begins with a start");
                let (onshare, dispatch) = (Callback::noop(), Callback::noop());
                let panes = Page::default().panes(&store, &answers, &onshare, &dispatch);
                assert!(panes.whole.is_some(), "{view} {}", tab.name());
            }
        }
        assert_eq!(shown_tab(&frame("editor", "picture")), Tab::Stored);
    }

    /// The page as `App` keeps it, without a browser.
    struct Kept {
        store: Store,
        replay: Replay,
        /// The answers to these events, as they were shown.
        answers: Option<(Shared<[Action]>, usize, bool, Answers)>,
        page: Page,
        onshare: Callback<yew::MouseEvent>,
        dispatch: Dispatch,
        panes: Option<Panes>,
    }

    impl Kept {
        fn opening() -> Self {
            let mut kept = Self {
                store: Store::opening(Lang::En),
                replay: Replay::default(),
                answers: None,
                page: Page::default(),
                onshare: Callback::noop(),
                dispatch: Callback::noop(),
                panes: None,
            };
            kept.draw();
            kept
        }

        /// Draws the page: the panes whose properties are others than before.
        fn draw(&mut self) -> Vec<&'static str> {
            let store = &self.store;
            let (events, at) = (Shared(Rc::clone(&store.events)), store.at);
            let is_same = |(of, shown, settled, _): &(_, _, _, _)| {
                (of, *shown, *settled) == (&events, at, store.settled)
            };
            if !self.answers.as_ref().is_some_and(is_same) {
                let answers = Answers::of(store, &store.session(), &mut self.replay);
                let answers = answers.expect("a session begins with a start");
                self.answers = Some((events, at, store.settled, answers));
            }
            let (.., answers) = self.answers.as_ref().expect("they were just made");
            let now = self.page.panes(store, answers, &self.onshare, &self.dispatch);
            let before = self.panes.replace(now.clone());
            let Some(before) = before else { return Vec::new() };
            let is_other = [
                ("header", before.header != now.header),
                ("notice", before.notice != now.notice),
                ("answer", before.answer != now.answer),
                ("invitation", before.invitation != now.invitation),
                ("cluster", before.cluster != now.cluster),
                ("manifest", before.manifest != now.manifest),
                ("stored", before.stored != now.stored),
                ("picture", before.picture != now.picture),
                ("strip", before.strip != now.strip),
                ("changes", before.changes != now.changes),
                ("why", before.why != now.why),
                ("tabs", before.tabs != now.tabs),
                ("deciding", before.deciding != now.deciding),
                ("terminal", before.terminal != now.terminal),
                ("whole", before.whole != now.whole),
                ("footer", before.footer != now.footer),
                ("phone bar", before.phone_bar != now.phone_bar),
            ];
            is_other.into_iter().filter(|(_, is_other)| *is_other).map(|(pane, _)| pane).collect()
        }

        fn after(&mut self, msg: Msg) -> Vec<&'static str> {
            self.store = self.store.update(msg);
            self.draw()
        }
    }

    #[test]
    fn typing_in_the_manifest_renders_what_is_about_the_manifest() {
        let mut kept = Kept::opening();
        let text = kept.store.manifest().to_string();
        // The first key ends the example, and can be undone.
        kept.after(Msg::EditManifest(format!("{text}#")));
        let rendered = kept.after(Msg::EditManifest(format!("{text}# ")));
        assert_eq!(rendered, ["manifest", "stored", "why", "deciding"]);
        // Another name has another address.
        let other = text.replace("name: ", "name: x");
        let rendered = kept.after(Msg::EditManifest(other));
        assert!(!rendered.contains(&"cluster") && !rendered.contains(&"header"), "{rendered:?}");
        assert!(rendered.contains(&"answer") && rendered.contains(&"strip"), "{rendered:?}");
    }

    #[test]
    fn nothing_speaks_of_a_service_that_is_not_stored() {
        let mut kept = Kept::opening();
        kept.after(Msg::Preset(Preset::V4));
        kept.after(Msg::Replace("PreferDualStack", "RequireDualStack"));
        let panes = kept.panes.as_ref().expect("it was drawn");
        assert!(panes.answer.addresses.is_empty() && panes.answer.label.is_none());
        assert!(panes.stored.document.is_none());
        assert!(panes.stored.earlier.is_some(), "it is only folded");
        // An update that is refused leaves what was there.
        kept.after(Msg::Replace("RequireDualStack", "PreferDualStack"));
        kept.after(Msg::Preset(Preset::V4V6));
        kept.after(Msg::ApplyAgain);
        kept.after(Msg::Replace("port: 80", "port: 0"));
        let panes = kept.panes.as_ref().expect("it was drawn");
        assert_eq!(panes.answer.label, Some(i18n::STANDS));
        assert_eq!(panes.answer.addresses.len(), 2);
        assert!(panes.stored.document.is_some() && panes.stored.earlier.is_none());
    }

    #[test]
    fn typing_in_the_flags_does_not_render_the_manifest() {
        let mut kept = Kept::opening();
        let flags = kept.store.flags().to_string();
        kept.after(Msg::EditFlags(format!("{flags}#")));
        let rendered = kept.after(Msg::EditFlags(format!("{flags}# ")));
        assert!(rendered.contains(&"cluster"), "{rendered:?}");
        for pane in ["header", "answer", "manifest", "strip", "changes", "footer", "phone bar"] {
            assert!(!rendered.contains(&pane), "{rendered:?}");
        }
        // A range that the manifest needs is about both.
        let rendered = kept.after(Msg::EditFlags("--service-cluster-ip-range=oops".to_owned()));
        for pane in ["answer", "cluster", "strip"] {
            assert!(rendered.contains(&pane), "{rendered:?}");
        }
    }

    #[test]
    fn looking_elsewhere_renders_only_what_is_looked_at() {
        let mut kept = Kept::opening();
        assert_eq!(kept.draw(), [""; 0]);
        assert_eq!(kept.after(Msg::Focus(Focus::Manifest(1))), ["why"]);
        assert_eq!(kept.after(Msg::Pane(Pane::Result)), ["phone bar"]);
        assert_eq!(kept.after(Msg::Unfold(true)), ["cluster"]);
        assert_eq!(kept.after(Msg::ServerFields(true)), ["stored"]);
        assert_eq!(kept.after(Msg::Language(Lang::Zh)).len(), 15);
    }
}
