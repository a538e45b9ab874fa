//! What does each event do, and to what? In a few words for a list of events, and in a sentence for the text that is
//! edited.

use std::rc::Rc;

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, plain, render};
use dualstack_core::facts;
use dualstack_core::session::action::{Action, PatchForm};
use dualstack_core::session::{DocumentReport, EventReport};

use super::restarts::Restarts;
use super::store::Store;
use crate::i18n;

/// What an event is called in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Deed {
    /// What was done.
    pub verb: Text,
    /// To what: names, a version. Not translated.
    pub object: String,
    /// What a restart changed, each in words; none of another event.
    pub changes: Vec<Vec<Piece>>,
}

/// What is sent of an apply, as far as it was answered.
fn sent(report: Option<&EventReport>) -> Vec<&DocumentReport> {
    let Some(EventReport::Requests(requests)) = report else { return Vec::new() };
    requests.documents.iter().map(|it| &**it).filter(|it| it.outcome.is_some()).collect()
}

impl Deed {
    /// What the event at `at` does.
    #[must_use]
    pub fn of(
        events: &[Action],
        at: usize,
        report: Option<&EventReport>,
        restarts: &mut Restarts,
        lang: Lang,
    ) -> Self {
        let simple = |verb, object| Self { verb, object, changes: Vec::new() };
        match &events[at] {
            Action::Boot { version, flags } => {
                let now = (*version, Rc::clone(flags));
                let before = events[..at].iter().rev().find_map(|event| match event {
                    Action::Boot { version, flags } => Some((*version, Rc::clone(flags))),
                    _ => None,
                });
                match &before {
                    Some(before) => Self {
                        verb: i18n::EV_RESTART,
                        object: String::new(),
                        changes: restarts.changes(before, &now, lang),
                    },
                    None => simple(i18n::EV_START, version.to_string()),
                }
            }
            Action::Apply(_) | Action::Create(_) | Action::Replace(_) => {
                let documents = sent(report);
                let updates = documents.iter().filter(|it| it.is_update).count();
                let verb = match (documents.len(), updates) {
                    (0, _) => i18n::EV_APPLY,
                    (_, 0) => i18n::EV_CREATE,
                    (count, updates) if count == updates => i18n::EV_UPDATE,
                    _ => i18n::EV_APPLY,
                };
                simple(verb, names(report))
            }
            Action::Patch { service, form, .. } if *form == PatchForm::default() => {
                simple(i18n::PATCH, service.to_string())
            }
            Action::Patch { service, form, .. } => {
                simple(i18n::PATCH, format!("{service} ({})", form.name()))
            }
            Action::DeleteFile(_) => simple(i18n::DELETE, names(report)),
            Action::Existing(_) => simple(i18n::EV_EXISTING, names(report)),
            Action::Delete(object) => simple(i18n::DELETE, object.to_string()),
        }
    }

    /// All of it in words.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        let verb = self.verb.get(lang);
        if self.changes.is_empty() {
            return format!("{verb} {}", self.object).trim_end().to_owned();
        }
        let between = i18n::SEMICOLON_MARK.get(lang);
        let changes: Vec<String> = self.changes.iter().map(|it| plain(it)).collect();
        [verb, i18n::colon(lang), &changes.join(between)].concat()
    }
}

/// The names of the objects that a file is about.
fn names(report: Option<&EventReport>) -> String {
    let all = match report {
        Some(EventReport::Requests(requests)) => requests.documents.as_slice(),
        _ => &[],
    };
    let names = all.iter().map(|it| it.name.as_str()).filter(|name| !name.is_empty());
    names.collect::<Vec<_>>().join(", ")
}

/// Which event the text of the manifest pane belongs to, and whether it creates, updates, patches or deletes. Empty
/// where there is none yet.
#[must_use]
pub fn edited(store: &Store, reports: &[EventReport]) -> Vec<Piece> {
    let lang = store.lang;
    let Some(at) = store.request() else { return Vec::new() };
    let number = at + 1;
    let about = |text, name: &str| render(text, &facts![number, name], lang);
    match &store.events[at] {
        Action::Patch { service, .. } => about(i18n::EDITED_PATCHES, service),
        Action::Delete(object) => about(i18n::EDITED_DELETES, object),
        Action::DeleteFile(_) => about(i18n::EDITED_DELETES, &names(reports.get(at))),
        Action::Existing(_) => about(i18n::EDITED_EXISTING, &names(reports.get(at))),
        _ => {
            let documents = sent(reports.get(at));
            if let [only] = documents.as_slice() {
                let text = match (only.is_update, only.is_accepted()) {
                    (true, _) => i18n::EDITED_UPDATES,
                    (false, true) => i18n::EDITED_CREATES,
                    (false, false) => i18n::EDITED_WOULD_CREATE,
                };
                return about(text, &only.name);
            }
            let done = |is_update| {
                let does = |it: &&&DocumentReport| it.is_accepted() && it.is_update == is_update;
                documents.iter().filter(does).count()
            };
            let (created, updated) = (done(false), done(true));
            let text = match (created, updated) {
                // One of several was accepted.
                (0, 0) | (0, 1) | (1, 0) => i18n::EDITED_APPLIES,
                (_, 0) => i18n::EDITED_CREATES_ALL,
                (0, _) => i18n::EDITED_UPDATES_ALL,
                (1, _) => i18n::EDITED_CREATES_ONE,
                _ => i18n::EDITED_DOES_BOTH,
            };
            render(text, &facts![number, created, updated], lang)
        }
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::plain;
    use dualstack_core::session::run;

    use super::{Deed, Restarts, edited};
    use crate::presets::Preset;
    use crate::state::store::{Msg, Store};

    fn said(store: &Store) -> String {
        plain(&edited(store, &run(&store.session()).events))
    }

    fn listed(store: &Store) -> Vec<String> {
        let reports = run(&store.session()).events;
        let words = |at| {
            let restarts = &mut Restarts::default();
            Deed::of(&store.events, at, reports.get(at), restarts, store.lang).words(store.lang)
        };
        (0..store.events.len()).map(words).collect()
    }

    fn typed(store: &Store, text: &str) -> Store {
        store.update(Msg::EditManifest(text.to_owned()))
    }

    #[test]
    fn a_list_says_what_each_event_does() {
        let store = Store::opening(Lang::En).update(Msg::ApplyAgain);
        let store = store.update(Msg::Patch).update(Msg::Delete).update(Msg::Restart);
        assert_eq!(
            listed(&store),
            [
                "Start 1.37",
                "Create my-service",
                "Update my-service",
                "Patch my-service",
                "Delete my-service",
                "Restart: no change",
            ]
        );
        assert_eq!(
            listed(&store.update(Msg::Language(Lang::Zh)))[1..3],
            ["创建 my-service", "更新 my-service"]
        );
    }

    #[test]
    fn a_refused_apply_is_still_a_create_or_an_update() {
        let bad = |store: &Store| store.update(Msg::Replace("PreferDualStack", "NoSuchPolicy"));
        let create = bad(&Store::opening(Lang::En));
        assert_eq!(listed(&create)[1], "Create my-service");
        assert_eq!(said(&create), "You edit action 2, which would create my-service.");
        let update = bad(&Store::opening(Lang::En).update(Msg::ApplyAgain));
        assert_eq!(listed(&update)[2], "Update my-service");
        assert_eq!(said(&update), "You edit action 3, an update of my-service.");
    }

    #[test]
    fn the_text_that_is_edited_creates_or_updates() {
        let store = Store::opening(Lang::En);
        assert_eq!(said(&store), "You edit action 2, which creates my-service.");
        // Beside a start the pane shows the apply, too.
        assert_eq!(said(&store.update(Msg::Choose(0))), said(&store));
        assert_eq!(said(&store.update(Msg::Restart)), said(&store));
        let again = store.update(Msg::ApplyAgain);
        assert_eq!(said(&again), "You edit action 3, an update of my-service.");
        assert_eq!(said(&again.update(Msg::Patch)), "You edit action 4, a patch of my-service.");
        assert_eq!(
            said(&store.update(Msg::Delete)),
            "You edit action 3, the deletion of my-service."
        );
        assert_eq!(said(&typed(&store, "a: [")), "You edit action 2, an apply.");
        let down = store.update(Msg::EditFlags("--service-cluster-ip-range=x".to_owned()));
        assert_eq!(said(&down), "You edit action 2, an apply.");
        let zh = again.update(Msg::Language(Lang::Zh));
        assert_eq!(said(&zh), "你正在编辑操作 3：更新 my-service。");
    }

    #[test]
    fn several_documents_are_counted() {
        let service = |name: &str| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  ports:\n  - port: 80\n"
            )
        };
        let all =
            |names: &[&str]| names.iter().map(|it| service(it)).collect::<Vec<_>>().join("---\n");
        let store = typed(&Store::opening(Lang::En), &all(&["a", "b"]));
        assert_eq!(said(&store), "You edit action 2, which creates 2 objects.");
        let again = store.update(Msg::ApplyAgain);
        assert_eq!(said(&again), "You edit action 3, which updates 2 objects.");
        let more = typed(&again, &all(&["a", "b", "c"]));
        assert_eq!(said(&more), "You edit action 3, which creates 1 object and updates 2.");
        assert_eq!(listed(&more)[2], "Apply a, b, c");
        let more = typed(&again, &all(&["a", "c", "d"]));
        assert_eq!(said(&more), "You edit action 3, which creates 2 objects and updates 1.");
        // What is not simulated is neither.
        let other = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: x\n---\n";
        let mixed = typed(&store, &(other.to_owned() + &service("a")));
        assert_eq!(said(&mixed), "You edit action 2, which creates a.");
    }

    #[test]
    fn a_restart_is_called_by_what_it_changed() {
        let single = Store::opening(Lang::En).update(Msg::Preset(Preset::V4));
        let dual = single.update(Msg::Restart).update(Msg::Preset(Preset::V4V6));
        let [first, ..] = &*listed(&dual) else { panic!("there are three") };
        assert_eq!(first, "Start 1.37");
        let restart = listed(&dual).pop().expect("there are three");
        assert!(restart.starts_with("Restart: IPv6 ranges and node IP added"), "{restart}");
    }
}
