//! The page: the state, what the core makes of it, and where the panes stand.

use std::rc::Rc;

use dualstack_core::session::Replay;
use yew::prelude::*;

use crate::browser::{self, address_bar};
use crate::effects::{
    use_address_bar, use_caret, use_fixes, use_language_and_theme, use_pause, use_playback,
    use_settle, use_speech,
};
use crate::i18n;
use crate::page::{self, Page, Panes};
use crate::panes::answer::Answer;
use crate::panes::cluster::{Cluster, Families};
use crate::panes::embed::{Remarks, Ways};
use crate::panes::footer::Footer;
use crate::panes::header::Header;
use crate::panes::invitation::Invitation;
use crate::panes::manifest::Manifest;
use crate::panes::notice::Notice;
use crate::panes::phone_bar::PhoneBar;
use crate::panes::share::{Given, Share};
use crate::panes::stored::Stored;
use crate::panes::tabs::Tabs;
use crate::panes::timeline::Timeline;
use crate::panes::why::Why;
use crate::state::answers::Answers;
use crate::state::choices::Pane;
use crate::state::embed::{Embed, View};
use crate::state::saved::to_text;
use crate::state::shared::Shared;
use crate::state::store::{Msg, Store};
use crate::ui::{Dispatch, click, press};

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
    let session = (Rc::clone(&store.events), store.seed, store.session, store.owner());
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
    let panes = Option::as_ref(&answers)
        .map(|answers| page.borrow_mut().panes(&store, answers, &onshare, &dispatch));
    *last.borrow_mut() = panes.clone().map(|panes| (store.clone(), panes));

    let spoken = panes.as_ref().map(|panes| panes.answer.verdict.spoken(store.lang));
    let refused = panes.as_ref().and_then(|panes| panes.refused);
    use_address_bar(&store, &dispatch);
    use_settle(&store, &dispatch);
    use_pause(&store, &dispatch);
    use_playback(&store, &dispatch);
    use_speech(spoken);
    use_fixes(&store, refused, &replay, &dispatch);
    use_caret(&store);
    use_language_and_theme(store.lang, store.theme, store.owner());

    let Some(panes) = panes else { return safe_mode(&store, &dispatch) };
    if let Some(embed) = &store.visit.embed {
        return frame(&store, embed, panes, &dispatch);
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
        <div class="page" data-pane={pane}>
            <Header ..panes.header />
            <Notice ..panes.notice />
            <Answer ..panes.answer />
            <p class="unseen" role="status" id="spoken"></p>
            <Invitation ..panes.invitation />
            <main><Cluster ..panes.cluster /><Manifest ..panes.manifest /><Stored ..panes.stored /></main>
            <Timeline ..panes.timeline />
            <Why ..panes.why />
            if let Some(tabs) = panes.tabs { <div id="behind"><Tabs ..tabs /></div> }
            <Footer ..panes.footer />
            <PhoneBar ..panes.phone_bar />
            { share }
        </div>
    }
}

/// The page in another page: as many panes as were asked for, and the ways out.
fn frame(store: &Store, embed: &Rc<Embed>, panes: Panes, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let Panes { answer, cluster, manifest, stored, timeline, why, tabs, .. } = panes;
    let title = html! { <h1 class="unseen">{ i18n::TITLE.get(lang) }</h1> };
    let main = match embed.view {
        View::All => html! {
            <>
                <Answer ..answer />
                <main>{ title }<Cluster ..cluster /><Manifest ..manifest /><Stored ..stored /></main>
                <Timeline ..timeline />
                <Why ..why />
                if let Some(tabs) = tabs { <div id="behind"><Tabs ..tabs /></div> }
            </>
        },
        View::Editor => html! {
            <><Answer ..answer /><main>{ title }<Cluster ..cluster /><Manifest ..manifest /></main></>
        },
        View::Result => html! {
            <><Answer ..answer /><main>{ title }<Stored ..stored /></main><Why ..why /></>
        },
        View::Mini => html! {
            <main>{ title }<Families {lang} flags={cluster.flags} dispatch={dispatch.clone()} /><Answer ..answer /></main>
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
                <Manifest ..page::manifest(store, Rc::default(), None, dispatch) />
            </main>
            <Footer {lang} />
        </div>
    }
}
