//! The page: the state, what the core makes of it, and where the panes stand.

use std::rc::Rc;

use dualstack_core::session::Replay;
use yew::prelude::*;

use crate::browser::{self, address_bar, sizes};
use crate::effects::{
    use_address_bar, use_caret, use_fixes, use_language_and_theme, use_own_text, use_pause,
    use_playback, use_printing, use_settle, use_speech,
};
use crate::i18n;
use crate::page::{self, Page, Panes};
use crate::panes::answer::Answer;
use crate::panes::changes::Changes;
use crate::panes::cluster::{Cluster, Families};
use crate::panes::deciding::Deciding;
use crate::panes::documents::Documents;
use crate::panes::embed::{Remarks, Ways};
use crate::panes::first_families::FirstFamilies;
use crate::panes::footer::Footer;
use crate::panes::header::Header;
use crate::panes::invitation::Invitation;
use crate::panes::manifest::Manifest;
use crate::panes::nodes::{self, Nodes};
use crate::panes::notice::Notice;
use crate::panes::pasted::PastedError;
use crate::panes::phone_bar::PhoneBar;
use crate::panes::picture::Picture;
use crate::panes::planning::{self, Planning};
use crate::panes::prerequisites::Prerequisites;
use crate::panes::ranges::Ranges;
use crate::panes::share::{Given, Share};
use crate::panes::stored::Stored;
use crate::panes::strip::{self, NoteShown, Strip};
use crate::panes::tabs::{self, Tabs};
use crate::panes::terminal::Terminal;
use crate::panes::why::Why;
use crate::state::answers::Answers;
use crate::state::choices::{Pane, Tab};
use crate::state::embed::{Embed, View};
use crate::state::saved::to_text;
use crate::state::shared::Shared;
use crate::state::store::{Msg, Store};
use crate::ui::links::{self, Links};
use crate::ui::splitter::Splitter;
use crate::ui::{Dispatch, click, press};
use dualstack_core::conflicts::primary_family::Resolver;

impl Reducible for Store {
    type Action = Msg;

    fn reduce(self: Rc<Self>, msg: Msg) -> Rc<Self> {
        Rc::new(self.update(msg))
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The state to start with.
    pub initial: Store,
}

/// A state, and a callback that sets it: the same one each time.
#[hook]
fn use_kept<T: Default + 'static>() -> (UseStateHandle<T>, Callback<T>) {
    let state = use_state(T::default);
    let set = {
        let setter = state.setter();
        use_callback((), move |value, ()| setter.set(value))
    };
    (state, set)
}

/// What a person looks at in the panes about the whole cluster: it stays while another tab is shown.
struct Looks {
    resolver: (UseStateHandle<Resolver>, Callback<Resolver>),
    node: (UseStateHandle<usize>, Callback<usize>),
    planning: (UseStateHandle<planning::Kept>, Callback<planning::Kept>),
    nodes: (UseStateHandle<nodes::Looking>, Callback<nodes::Looking>),
}

#[hook]
fn use_looks() -> Looks {
    Looks { resolver: use_kept(), node: use_kept(), planning: use_kept(), nodes: use_kept() }
}

#[component]
pub fn App(props: &Props) -> Html {
    let state = use_reducer(|| props.initial.clone());
    // One copy for the whole render: the handle reads the live state.
    let store = Store::clone(&state);
    let dispatch = {
        let dispatcher = state.dispatcher();
        use_callback((), move |msg: Msg, ()| dispatcher.dispatch(msg))
    };
    let replay = use_mut_ref(Replay::default);
    // Whatever is saved before a run.
    let session = (Rc::clone(&store.events), store.notes.clone(), store.seed);
    let session = (session, store.session, store.owner());
    let answers = use_memo((session, store.at, store.runs, store.settled), |_| {
        if !store.runs {
            return None;
        }
        browser::before_run(&to_text(&store.work()), store.owner());
        let answers = Answers::of(&store, &store.session(), &mut replay.borrow_mut());
        browser::after_run();
        answers
    });

    let given = use_state(|| None::<Given>);
    // What was drawn last: it is shared as it is when the button is pressed.
    let last = use_mut_ref(|| None::<(Store, Panes)>);
    let onshare = {
        let (last, given) = (Rc::clone(&last), given.setter());
        use_callback((), move |_: MouseEvent, ()| {
            // Whoever copies the address from the bar gets the same.
            address_bar::flush();
            if let Some((store, Panes { answer, .. })) = &*last.borrow() {
                given.set(Some(Given::of(store, &answer.verdict, &answer.addresses)));
            }
        })
    };
    let onclose = {
        let given = given.setter();
        use_callback((), move |(), ()| given.set(None))
    };
    let page = use_mut_ref(Page::default);
    let looks = use_looks();
    let sizes = use_state(sizes::now);
    let onsizes = {
        let setter = sizes.setter();
        use_callback((), move |next, ()| setter.set(next))
    };
    let panes = Option::as_ref(&answers)
        .map(|answers| page.borrow_mut().panes(&store, answers, &onshare, &dispatch));
    *last.borrow_mut() = panes.clone().map(|panes| (store.clone(), panes));

    let spoken = panes.as_ref().map(|panes| panes.answer.verdict.spoken(store.lang));
    let document = panes.as_ref().map(|panes| panes.document);
    use_address_bar(&store, &dispatch);
    use_settle(&store, &dispatch);
    use_pause(&store, &dispatch);
    use_playback(&store, &dispatch);
    use_speech(spoken);
    use_fixes(&store, document, &replay, &dispatch);
    use_caret(&store);
    use_own_text(&store);
    use_language_and_theme(store.lang, store.theme, store.owner());
    let printing = use_printing();

    let Some(panes) = panes else { return safe_mode(&store, &dispatch) };
    if let Some(embed) = &store.visit.embed {
        return frame(&store, embed, panes, &looks, &dispatch);
    }
    let share = Option::as_ref(&given)
        .map(|given| html! { <Share given={given.clone()} onclose={onclose.clone()} /> });
    // Always one node: Yew matches unkeyed children from the last.
    let share = share.unwrap_or_default();
    let pane = match store.pane {
        Pane::Cluster => "cluster",
        Pane::Manifest => "manifest",
        Pane::Result => "result",
    };
    html! {
        <ContextProvider<Links> context={Links(dispatch.clone())}>
        <div class="page" data-pane={pane}>
            <Header ..panes.header.clone() />
            <Notice ..panes.notice.clone() />
            <Answer ..panes.answer.clone() />
            <p class="unseen" role="status" id="spoken"></p>
            <Strip ..panes.strip.clone() />
            <Invitation ..panes.invitation.clone() />
            <main>
                <Cluster ..panes.cluster.clone() />
                <Splitter lang={store.lang} between={0} sizes={*sizes} onchange={onsizes.clone()} />
                <Manifest ..panes.manifest.clone() />
                <Splitter lang={store.lang} between={1} sizes={*sizes} onchange={onsizes} />
                { result(&panes, &looks, &dispatch) }
            </main>
            if printing { { printed(&panes, &store) } }
            if let Some(note) = panes.note { <NoteShown ..note /> }
            <Footer ..panes.footer />
            <PhoneBar ..panes.phone_bar />
            { share }
        </div>
        </ContextProvider<Links>>
    }
}

/// The result pane: its tabs, and what the chosen one shows.
fn result(panes: &Panes, looks: &Looks, dispatch: &Dispatch) -> Html {
    let tabs::Props { lang, tab, .. } = panes.tabs;
    html! {
        <section class="pane result" aria-label={i18n::RESULT.get(lang)}>
            <Tabs ..panes.tabs.clone() />
            if let Some(documents) = panes.documents.clone() { <Documents ..documents /> }
            <div role="tabpanel" class="panel" id={links::PANEL} data-tab={tab.name()} tabindex="0" aria-labelledby={tabs::id(tab)}>
                if let Some(pasted) = panes.pasted.clone() { <PastedError ..pasted /> }
                { panel(panes, looks, dispatch) }
            </div>
        </section>
    }
}

/// What a printed page has whichever tab is shown: the object, the reasons, and each event with its note and its answer.
fn printed(panes: &Panes, store: &Store) -> Html {
    let tab = panes.tabs.tab;
    html! {
        <>
            <section class="pane">
                if tab != Tab::Stored { <Stored ..panes.stored.clone() /> }
                if tab != Tab::Why { <Why ..panes.why.clone() /> }
            </section>
            { strip::printed(store, &panes.strip.rows) }
        </>
    }
}

fn panel(panes: &Panes, looks: &Looks, dispatch: &Dispatch) -> Html {
    let lang = panes.tabs.lang;
    match (panes.tabs.tab, &panes.whole) {
        (Tab::Why, whole) => {
            let wished = whole.as_ref().and_then(|whole| Some((whole, whole.wish.clone()?)));
            let firsts = wished.map(|(whole, wish)| {
                let (resolver, onresolver) = looks.resolver.clone();
                let (node, onnode) = looks.node.clone();
                // A node may be gone by now.
                let last = whole.seen.components.nodes.len().saturating_sub(1);
                let seen = whole.seen.clone();
                html! { <FirstFamilies {lang} {seen} {wish} node={(*node).min(last)} {onnode} resolver={*resolver} {onresolver} /> }
            });
            html! { <><Why ..panes.why.clone() />{ firsts }</> }
        }
        (Tab::Picture, Some(_)) => html! { <Picture ..panes.picture.clone() /> },
        (Tab::Nodes, Some(whole)) => {
            let (looking, onlook) = looks.nodes.clone();
            let (world, objects) = (whole.world.clone(), whole.objects.clone());
            html! {
                <>
                    <Nodes {lang} {world} {objects} looking={(*looking).clone()} {onlook} dispatch={dispatch.clone()} />
                    <Prerequisites {lang} seen={whole.seen.clone()} dispatch={dispatch.clone()} />
                </>
            }
        }
        (Tab::Addresses, Some(whole)) => {
            let (kept, onkept) = looks.planning.clone();
            html! {
                <>
                    <Ranges {lang} after={whole.after.clone()} />
                    <Planning {lang} seen={whole.seen.clone()} kept={(*kept).clone()} {onkept} dispatch={dispatch.clone()} />
                </>
            }
        }
        (Tab::Changes, Some(_)) => html! { <Changes ..panes.changes.clone() /> },
        (Tab::Terminal, _) => panes
            .terminal
            .as_ref()
            .map(|terminal| html! { <Terminal ..terminal.clone() /> })
            .unwrap_or_default(),
        _ => html! { <><Stored ..panes.stored.clone() /><Deciding ..panes.deciding.clone() /></> },
    }
}

/// The page in another page: as many panes as were asked for, and the ways out.
fn frame(
    store: &Store,
    embed: &Rc<Embed>,
    panes: Panes,
    looks: &Looks,
    dispatch: &Dispatch,
) -> Html {
    let lang = store.lang;
    let result = result(&panes, looks, dispatch);
    let Panes { answer, strip, note, cluster, manifest, .. } = panes;
    let title = html! { <h1 class="unseen">{ i18n::TITLE.get(lang) }</h1> };
    let main = match embed.view {
        View::All => html! {
            <>
                <Answer ..answer />
                <Strip ..strip />
                <main>{ title }<Cluster ..cluster /><Manifest ..manifest />{ result }</main>
                if let Some(note) = note { <NoteShown ..note /> }
            </>
        },
        View::Editor => html! {
            <><Answer ..answer /><main>{ title }<Cluster ..cluster /><Manifest ..manifest /></main></>
        },
        View::Result => html! {
            <><Answer ..answer /><main>{ title }{ result }</main></>
        },
        View::Mini => html! {
            <main>{ title }<Families {lang} version={cluster.version} flags={cluster.flags} boot={cluster.boot} dispatch={dispatch.clone()} /><Answer ..answer /></main>
        },
    };
    let (can_undo, can_redo) = (store.history.can_undo(), store.history.can_redo());
    html! {
        <div class="embed" data-view={embed.view.name()}>
            <Remarks {lang} embed={Shared(Rc::clone(embed))} />
            <Notice ..panes.notice />
            { main }
            <p class="unseen" role="status" id="spoken"></p>
            <Ways {lang} lang_asked={embed.lang} shown={store.shown()} {can_undo} {can_redo} dispatch={dispatch.clone()} />
        </div>
    }
}

/// After the page died while running: the text, not run, until the person says so.
fn safe_mode(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let onclick = click(dispatch, Msg::Run);
    html! {
        <div class="page safe" data-pane="manifest">
            <Header ..page::header(store, None, dispatch) />
            <Notice ..page::notice(store, dispatch) />
            <section id="answer" tabindex="-1" class="answer look" aria-label={i18n::ANSWER.get(lang)}>
                <p class="verdict"><span>{ i18n::SAFE_MODE.get(lang) }</span></p>
                { press("btn primary", None, i18n::RUN.get(lang), None, true, onclick) }
            </section>
            <main>
                <Cluster ..page::cluster(store, None, None, dispatch) />
                <Manifest ..page::manifest(store, Rc::default(), dispatch) />
            </main>
            <Footer {lang} />
        </div>
    }
}
