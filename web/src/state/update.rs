//! What does each message change? The one way in which the state becomes another.

use std::rc::Rc;

use dualstack_core::installers;
use dualstack_core::kubectl::FileCommand;
use dualstack_core::kubectl::documents::are_printed;
use dualstack_core::session::action::{Action, Notes, PatchForm};
use dualstack_core::source::flags::Component;
use dualstack_core::source::flags::boxes as parts;

use super::choices::{Focus, Pane, Tab, TextBox, Undone};
use super::history::{History, Typing, Work};
use super::store::{Msg, Store};
use super::text_change::{Pasted, end_of_change};
use crate::{examples, presets};

impl Store {
    /// The text that `msg` types into.
    fn typing(&self, msg: &Msg) -> Option<Typing> {
        match msg {
            Msg::EditPart(component, _) => Some(Typing::Flags(self.boot().0, *component)),
            Msg::EditManifest(_) => self.request().map(Typing::Manifest),
            Msg::EditPatch(..) => self.request().map(Typing::Target),
            Msg::Note(_) => Some(Typing::Note(self.at)),
            _ => None,
        }
    }

    /// The state after `msg`, with a way back. An unchanged text stays the same `Rc`.
    #[must_use]
    pub fn update(&self, msg: Msg) -> Self {
        let way: fn(&mut History, Work) -> Option<Work> = match msg {
            Msg::Undo => History::undo,
            Msg::Redo => History::redo,
            Msg::Visit(step) => return self.visited(step),
            msg => {
                let typing = self.typing(&msg);
                let mut next = self.step(msg);
                if !self.work().is_same(&next.work()) {
                    next.history.note(self.work(), typing);
                    next.playing = false;
                }
                return next;
            }
        };
        let mut next = self.clone();
        if let Some(work) = way(&mut next.history, self.work()) {
            next.restore(work);
            let count = self.undone.map_or(0, |it| it.count) + 1;
            let undone = |text_box, before: &str, after: &str| {
                let end = end_of_change(before, after);
                (before != after).then_some(Undone { count, text_box, end })
            };
            let [before, after] = [self.flags(), next.flags()].map(|flags| parts::split(flags));
            let of_flags = |component| {
                undone(TextBox::Flags(component), &before.of(component), &after.of(component))
            };
            let of_manifest = undone(TextBox::Manifest, &self.manifest(), &next.manifest());
            let found = of_manifest.or_else(|| Component::ALL.into_iter().find_map(of_flags));
            next.undone = found;
        }
        next
    }

    /// The flags with another text in the box of a component. A config of kubeadm and its like is the whole text: it
    /// is shown in the first box, and what is typed into another one takes its place with the flags that it sets.
    fn with_part(&self, component: Component, part: String) -> String {
        let (_, flags, version) = self.boot();
        if installers::read(&part, version).is_some() {
            return part;
        }
        match installers::read(flags, version) {
            Some(_) if component == Component::KubeApiserver => part,
            Some(installed) => parts::replace(&installed.text(), component, &part),
            None => parts::replace(flags, component, &part),
        }
    }

    fn step(&self, msg: Msg) -> Self {
        let mut next = self.clone();
        match msg {
            Msg::EditFlags(text) => {
                let (at, _, version) = self.boot();
                return self.edit(at, Action::Boot { version, flags: text.into() });
            }
            Msg::EditPart(component, part) => {
                return self.step(Msg::EditFlags(self.with_part(component, part)));
            }
            Msg::Caret(component, at) => {
                next.focus = Focus::Flags(parts::split(self.flags()).in_text(component, at));
            }
            Msg::EditManifest(text) => {
                let pasted = Pasted::between(&self.manifest(), &text);
                let caret = self.caret.filter(|_| pasted.is_none());
                // What kubectl printed is what there is; what is pasted over it is something else again.
                let are_printed = pasted.is_some().then(|| are_printed(&text));
                let file_command = |chosen: FileCommand| match (are_printed, chosen) {
                    (Some(true), FileCommand::Apply) => FileCommand::Existing,
                    (Some(false), FileCommand::Existing) => FileCommand::Apply,
                    _ => chosen,
                };
                let Some(at) = self.request() else {
                    let action = Action::of_file(file_command(FileCommand::Apply), text.into());
                    return Self { pasted, ..self.append(action) };
                };
                let event = match self.events[at].clone() {
                    Action::Patch { service, form, .. } => {
                        Action::Patch { service, form, body: text.into() }
                    }
                    Action::Delete(_) => Action::Delete(text.into()),
                    event => {
                        let command = event.file().map_or_else(FileCommand::default, |it| it.0);
                        Action::of_file(file_command(command), text.into())
                    }
                };
                return Self { caret, pasted, ..self.edit(at, event) };
            }
            Msg::Command(command) => {
                let Some(at) = self.request() else {
                    return self.append(Action::of_file(command, "".into()));
                };
                if let Some((_, text)) = self.events[at].file() {
                    return self.edit(at, Action::of_file(command, Rc::clone(text)));
                }
            }
            Msg::Fix(fix) if fix.is_new => {
                if (1..=self.events.len()).contains(&fix.at) {
                    let before = Self { at: fix.at - 1, ..self.clone() };
                    next = before.append(fix.event.clone());
                    // A delete comes before what it is for, a patch is looked at itself.
                    next.turn_to(fix.at.max(self.at + 1));
                    return next;
                }
            }
            Msg::Fix(fix) => {
                if fix.at < self.events.len() {
                    return self.edit(fix.at, fix.event.clone());
                }
            }
            Msg::EditPatch(new_service, new_form) => {
                if let Some(at) = self.request()
                    && let Action::Patch { body, .. } = self.events[at].clone()
                {
                    let service = new_service.into();
                    return self.edit(at, Action::Patch { service, form: new_form, body });
                }
            }
            Msg::Version(version) => {
                let (at, flags, _) = self.boot();
                let mut next = self.edit(at, Action::Boot { version, flags: Rc::clone(flags) });
                // There is nothing left to compare.
                next.compared = next.other();
                return next;
            }
            Msg::Compare(version) => {
                next.compared = version;
                next.compared = next.other();
                if next.compared.is_some() {
                    return next.step(Msg::Tab(Tab::Changes));
                }
            }
            Msg::ApplyAgain => {
                let applied = |event: &Action| match event {
                    Action::Apply(text) => Some(Rc::clone(text)),
                    _ => None,
                };
                let text = self.events[..=self.at].iter().rev().find_map(applied);
                return self.append(Action::Apply(text.unwrap_or_else(|| "".into())));
            }
            Msg::Patch => {
                let body = "spec:\n  ipFamilyPolicy: SingleStack\n".into();
                let form = PatchForm::default();
                return self.append(Action::Patch { service: self.target().into(), form, body });
            }
            Msg::Delete => return self.append(Action::Delete(self.target().into())),
            Msg::Restart => {
                let (_, flags, version) = self.boot();
                return self.append(Action::Boot { version, flags: Rc::clone(flags) });
            }
            Msg::Choose(at) => {
                next.turn_to(at);
                next.playing = false;
            }
            msg @ (Msg::Move(_)
            | Msg::Remove(_)
            | Msg::Fork
            | Msg::Branch(_)
            | Msg::RemoveBranch) => {
                return self.rearranged(msg);
            }
            Msg::Play(playing) => {
                next.playing = playing && self.events.len() > 1;
                // Played to its end, it begins anew.
                if next.playing && self.at + 1 == self.events.len() {
                    next.turn_to(0);
                }
            }
            Msg::Tick => {
                // The last event is shown as long as the others.
                next.playing = self.playing && self.at + 1 < self.events.len();
                if next.playing {
                    next.turn_to(self.at + 1);
                }
            }
            Msg::Pace(pace) => next.pace = pace,
            Msg::Note(text) => return self.noted(&text),
            Msg::Pause => next.history.pause(),
            // They are answered where the way back is kept.
            Msg::Undo | Msg::Redo | Msg::Visit(_) => {}
            Msg::Fixes(found) => next.fixes = Some(found),
            Msg::Form(form) => next.form = form,
            Msg::Preset(preset) => {
                let (_, flags, version) = self.boot();
                let flags = presets::apply(flags, version, preset);
                return self.step(Msg::EditFlags(flags));
            }
            Msg::Example(id) => {
                if let Some(example) = examples::find(id) {
                    next.begin();
                    next.events = example.events.as_slice().into();
                    next.notes = Notes::default();
                    next.seed = 0;
                    next.turn_to(example.opens_at);
                    next.example = Some(example.id);
                    next.runs = true;
                }
            }
            Msg::OwnText => next.return_to_own(),
            Msg::Language(lang) => next.lang = lang,
            Msg::Theme(theme) => next.theme = Some(theme),
            Msg::Focus(focus) => {
                if let Focus::Manifest(caret) = focus {
                    next.pasted = self.pasted.and_then(|it| it.with_caret(caret));
                    if next.pasted.is_none() {
                        next.caret = Some(caret);
                    }
                }
                next.focus = focus;
            }
            Msg::Pane(pane) => next.pane = pane,
            Msg::Tab(tab) => {
                next.tab = tab;
                // A phone shows the pane that it is a tab of.
                next.pane = Pane::Result;
            }
            Msg::Document(document) => {
                next.document = Some(document);
                next.caret = None;
                next.focus = Focus::None;
            }
            Msg::Unfold(unfolded) => next.unfolded = unfolded,
            Msg::ServerFields(shown) => next.shows_server_fields = shown,
            Msg::Replace(from, to) => {
                return self.step(Msg::EditManifest(self.manifest().replace(from, to)));
            }
            Msg::Append(event) => return self.append(event),
            Msg::Settle => next.settled = true,
            Msg::Run => next.runs = true,
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use dualstack_core::explain::text::Lang;
    use dualstack_core::kubectl::FileCommand;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::source::flags::Component;
    use dualstack_core::source::flags::boxes as parts;
    use proptest::prelude::*;

    use super::{Msg, Store, TextBox, end_of_change};
    use crate::presets::Preset;
    use crate::state::pace::Pace;
    use crate::state::saved::{from_text, to_text};

    #[test]
    fn an_unchanged_text_stays_the_same() {
        let store = Store::opening(Lang::En);
        let same = store.update(Msg::EditManifest(store.manifest().to_string()));
        assert!(Rc::ptr_eq(&store.events, &same.events));
        assert_eq!(same, store);
    }

    #[test]
    fn an_edited_example_is_your_own_whichever_way_it_was_edited() {
        let store = Store::opening(Lang::En);
        let edits = [
            Msg::EditFlags("--v=2".to_owned()),
            Msg::EditManifest("a: b".to_owned()),
            Msg::Preset(Preset::V4),
            Msg::Replace("PreferDualStack", "RequireDualStack"),
        ];
        for edit in edits {
            assert_eq!(store.update(edit.clone()).example, None, "{edit:?}");
        }
        // Pressing what is already so is no edit.
        assert_eq!(store.update(Msg::Preset(Preset::V4V6)), store);
    }

    #[test]
    fn a_config_is_the_whole_text_and_becomes_flags_when_one_is_typed() {
        let config = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  \
                      serviceSubnet: 10.96.0.0/16,fd00:10:96::/112\n";
        let part = |component, text: &str| Msg::EditPart(component, text.to_owned());
        let pasted = Store::opening(Lang::En).update(part(Component::KubeApiserver, config));
        assert_eq!(&**pasted.flags(), config);
        let edited = pasted.update(part(Component::KubeApiserver, &config.replace("/16", "/20")));
        assert_eq!(&**edited.flags(), config.replace("/16", "/20"));
        let typed = pasted.update(part(Component::KubeProxy, "--proxy-mode=nftables"));
        for flag in
            ["--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112", "--proxy-mode=nftables"]
        {
            assert!(typed.flags().contains(flag), "{}", typed.flags());
        }
        let single = pasted.update(Msg::Preset(Preset::V4));
        assert_eq!(&**single.flags(), config.replace(",fd00:10:96::/112", ""));
        // kubeadm finds an IPv4 address for the API server, so that no field of the config suffices.
        let six = pasted.update(Msg::Preset(Preset::V6V4));
        assert!(six.flags().contains("--service-cluster-ip-range=fd00:10:96::/112,10.96.0.0/16\n"));
        assert!(!six.flags().contains("kubeadm.k8s.io"), "{}", six.flags());
    }

    fn typed(store: &Store, text: &str) -> Store {
        store.update(Msg::EditManifest(text.to_owned()))
    }

    #[test]
    fn what_kubectl_printed_is_what_exists() {
        const PRINTED: &str = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: a\n    \
            resourceVersion: \"7\"\n    uid: 8a7c\n  spec:\n    clusterIP: 10.96.0.9\n";
        let chosen = |store: &Store| store.event().file().map(|it| it.0);
        let printed = typed(&Store::opening(Lang::En), PRINTED);
        assert_eq!(chosen(&printed), Some(FileCommand::Existing));
        // A person may choose otherwise, and a key changes no command.
        let applied = printed.update(Msg::Command(FileCommand::Apply));
        let key = typed(&applied, &format!("{PRINTED}#"));
        assert_eq!(chosen(&key), Some(FileCommand::Apply));
        let other = typed(
            &printed,
            &PRINTED.replace("    uid: 8a7c\n", "    labels:\n      a: b\n      c: d\n"),
        );
        assert_eq!(chosen(&other), Some(FileCommand::Apply));
        let deleted = Store::opening(Lang::En).update(Msg::Command(FileCommand::Delete));
        assert_eq!(chosen(&typed(&deleted, PRINTED)), Some(FileCommand::Delete));
    }

    #[test]
    fn what_is_typed_without_a_pause_is_undone_at_once() {
        let store = Store::opening(Lang::En);
        let once = typed(&typed(&store, "a"), "ab");
        let twice = typed(&once.update(Msg::Pause), "abc");
        assert_eq!(&*twice.update(Msg::Undo).manifest(), "ab");
        let back = twice.update(Msg::Undo).update(Msg::Undo);
        assert_eq!(back.manifest(), store.manifest());
        assert_eq!(back.example, store.example, "it is the example again");
        assert_eq!(&*back.update(Msg::Redo).update(Msg::Redo).manifest(), "abc");
        // Another text is another change, however fast.
        let both = typed(&store, "a").update(Msg::EditFlags("--v=2".to_owned()));
        assert_eq!(&*both.update(Msg::Undo).manifest(), "a");
        let part = |component, text: &str| Msg::EditPart(component, text.to_owned());
        let one = store.update(part(Component::KubeProxy, "--v=2"));
        let two =
            one.update(part(Component::KubeProxy, "--v=23")).update(part(Component::Kubelet, ""));
        assert_eq!(parts::split(two.flags()).of(Component::Kubelet), "");
        let back = two.update(Msg::Undo);
        assert_eq!(
            back.undone.expect("a text changed").text_box,
            TextBox::Flags(Component::Kubelet)
        );
        assert_eq!(parts::split(back.flags()).of(Component::KubeProxy), "--v=23");
        assert_eq!(back.update(Msg::Undo).flags(), store.flags());
    }

    /// Whatever changes a session, and where a person looks in it.
    fn message() -> impl Strategy<Value = Msg> {
        let text = "[a-c: \n双]{0,6}";
        prop_oneof![
            text.prop_map(Msg::EditManifest),
            text.prop_map(Msg::EditFlags),
            (proptest::sample::select(Component::ALL.to_vec()), text)
                .prop_map(|(component, part)| Msg::EditPart(component, part)),
            proptest::sample::select(KubeVersion::all().collect::<Vec<_>>()).prop_map(Msg::Version),
            proptest::sample::select(vec![Msg::ApplyAgain, Msg::Patch, Msg::Delete, Msg::Restart]),
            proptest::sample::select(vec![Msg::Fork, Msg::RemoveBranch]),
            proptest::sample::select(Preset::ALL.to_vec()).prop_map(Msg::Preset),
            Just(Msg::Replace("PreferDualStack", "RequireDualStack")),
            (0..5_usize).prop_map(Msg::Choose),
            (0..5_usize).prop_map(Msg::Remove),
            (0..5_usize).prop_map(Msg::Move),
            text.prop_map(Msg::Note),
            (0..4_usize).prop_map(Msg::Branch),
        ]
    }

    proptest! {
        #[test]
        fn undo_gives_every_session_back_and_redo_the_last(
            messages in proptest::collection::vec(message(), 1..40),
        ) {
            let mut store = Store::opening(Lang::En);
            let mut past = Vec::new();
            for message in messages {
                let before = store.work();
                store = store.update(message).update(Msg::Pause);
                if !store.work().is_same(&before) {
                    past.push(before);
                }
            }
            let last = store.work();
            for before in past.iter().rev() {
                prop_assert!(store.history.can_undo());
                store = store.update(Msg::Undo);
                prop_assert!(store.work().is_same(before), "{:?} is not {:?}", store.work(), before);
            }
            prop_assert!(!store.history.can_undo());
            for _ in &past {
                store = store.update(Msg::Redo);
            }
            prop_assert!(store.work().is_same(&last), "{:?} is not {:?}", store.work(), last);
        }
    }

    #[test]
    fn undo_says_where_a_text_changed() {
        let store = typed(&Store::opening(Lang::En), "双: 1\nb: 2\n").update(Msg::Pause);
        let edited = typed(&store, "双: 栈1\nb: 2\n");
        let undone = edited.update(Msg::Undo).undone.expect("a text changed");
        assert_eq!((undone.text_box, undone.end), (TextBox::Manifest, "双: ".len()));
        let redone = edited.update(Msg::Undo).update(Msg::Redo).undone.expect("a text changed");
        assert_eq!(redone.end, "双: 栈".len());
        assert_ne!(undone.count, redone.count);
        for (before, after, end) in [("a", "aa", 1), ("aa", "a", 1), ("", "x", 1), ("ab", "ab", 2)]
        {
            assert_eq!(end_of_change(before, after), end, "{before} {after}");
        }
    }

    #[test]
    fn a_fork_keeps_the_session_it_left() {
        let store = Store::opening(Lang::En).update(Msg::Delete).update(Msg::Choose(1));
        let fork = store.update(Msg::Fork).update(Msg::Patch);
        assert_eq!((fork.branch, fork.events.len()), (1, 3));
        let back = fork.update(Msg::Branch(0));
        assert_eq!((&back.events, back.at), (&store.events, 1));
        let again = back.update(Msg::Branch(1));
        assert_eq!((&again.events, again.at), (&fork.events, 2));
        let saved = from_text(&to_text(&again.work())).expect("it was just written");
        assert_eq!(saved, again.work());
        let removed = again.update(Msg::RemoveBranch);
        assert_eq!((&removed.events, removed.branches.len()), (&store.events, 0));
        assert_eq!(removed.update(Msg::Undo).events, fork.events);
    }

    #[test]
    fn branches_behind_a_removed_one_keep_their_origin() {
        let twice = Store::opening(Lang::En).update(Msg::Fork).update(Msg::Fork).update(Msg::Fork);
        let origins =
            |store: &Store| -> Vec<_> { store.branches.iter().map(|it| it.from).collect() };
        assert_eq!(origins(&twice), [None, Some((0, 2)), Some((1, 2)), Some((2, 2))]);
        let removed = twice.update(Msg::Branch(1)).update(Msg::RemoveBranch);
        assert_eq!(origins(&removed), [None, None, Some((1, 2))]);
    }

    #[test]
    fn events_change_places_but_the_first_start_stays_first() {
        let store = Store::opening(Lang::En).update(Msg::Delete);
        let moved = store.update(Msg::Move(1));
        assert_eq!(
            (moved.at, &moved.events[1], &moved.events[2]),
            (1, &store.events[2], &store.events[1])
        );
        for to in [0, 2, 3] {
            assert_eq!(store.update(Msg::Move(to)).events, store.events);
        }
        assert_eq!(store.update(Msg::Choose(0)).update(Msg::Move(1)).events, store.events);
    }

    #[test]
    fn playing_ends_at_the_last_event_and_with_any_edit() {
        let store = Store::opening(Lang::En).update(Msg::Play(true));
        assert_eq!((store.at, store.playing), (0, true));
        let last = store.update(Msg::Tick);
        assert_eq!((last.at, last.playing), (1, true), "it is shown as long as the first");
        let end = last.update(Msg::Tick);
        assert_eq!((end.at, end.playing), (1, false));
        assert_eq!(end.update(Msg::Tick).at, 1);
        let slow = store.update(Msg::Pace(Pace::TEN));
        assert_eq!((slow.playing, slow.pace.milliseconds()), (true, 10_000));
        assert!(!typed(&store, "a").playing && !store.update(Msg::Choose(1)).playing);
    }

    #[test]
    fn a_note_stays_with_its_event() {
        let note = |text: &str| Msg::Note(text.to_owned());
        let store = Store::opening(Lang::En).update(Msg::Delete).update(note("The end"));
        assert_eq!((store.note(1), store.note(2)), ("", "The end"));
        assert_eq!(store.update(Msg::Move(1)).note(1), "The end");
        assert_eq!(store.update(Msg::Remove(1)).note(1), "The end");
        assert_eq!(store.update(Msg::Choose(0)).update(Msg::Patch).note(3), "The end");
        let fork = store.update(Msg::Fork).update(note("Another"));
        assert_eq!(fork.update(Msg::Branch(0)).note(2), "The end");
        assert_eq!(from_text(&to_text(&fork.work())), Some(fork.work()));
        let linked = crate::state::link::read(&store.place().fragment).expect("it was just made");
        assert_eq!(linked, store.shown());
        // What is typed without a pause is one change.
        let typed = store.update(Msg::Pause).update(note("T")).update(note("Th"));
        assert_eq!(typed.update(Msg::Undo).note(2), "The end");
        let older = r#"{"at":1,"events":[{"restart":{"flags":""}},{"apply":"a"}]}"#;
        assert!(from_text(older).expect("it has no notes").notes.is_empty());
    }

    #[test]
    fn a_version_is_not_compared_with_itself() {
        let [newest, other] = [0, 3].map(|at| KubeVersion::all().nth(at));
        let store = Store::opening(Lang::En);
        assert_eq!(store.update(Msg::Compare(newest)).compared, None);
        let compared = store.update(Msg::Compare(other));
        assert_eq!(compared.other(), other);
        let same = compared.update(Msg::Version(other.expect("it is simulated")));
        assert_eq!(same.compared, None, "the comparison ends");
        let restarted = store.update(Msg::Restart).update(Msg::Version(other.unwrap_or_default()));
        let first = restarted.update(Msg::Choose(0)).update(Msg::Compare(other));
        assert_eq!(first.other(), other);
        let last = first.update(Msg::Choose(2));
        assert_eq!((last.other(), last.compared), (None, other), "it waits for another start");
    }

    #[test]
    fn saved_work_is_read_again_however_long_it_is() {
        let long = format!("a: {}\n", "双\"".repeat(200_000));
        let store = Store::opening(Lang::En).update(Msg::EditManifest(long));
        let work = from_text(&to_text(&store.work())).expect("it was just written");
        assert_eq!((work.events, work.at), (store.events, store.at));
    }

    #[test]
    fn another_language_keeps_the_work() {
        let typed = Store::opening(Lang::En).update(Msg::EditManifest("a: 双".to_owned()));
        let switched = typed.update(Msg::Language(Lang::Zh));
        assert_eq!(switched.events, typed.events);
        assert_eq!(switched.lang, Lang::Zh);
    }
}
