//! The panel to share: link, QR code, Markdown, YAML file, and what to put into another page.

use dualstack_core::api::go_json;
use dualstack_core::net::Family;
use dualstack_core::scenario::Event;
use dualstack_core::text::Lang;
use dualstack_core::trace::Piece;
use yew::Event as DomEvent;
use yew::prelude::{
    AttrValue, Callback, Html, MouseEvent, Properties, component, html, use_effect_with,
    use_node_ref, use_state,
};

use super::answer::Verdict;
use super::{Dispatch, click};
use crate::browser::extras::{self, State};
use crate::browser::{self, address_bar, clipboard, keys};
use crate::extras::{Given, share as given};
use crate::store::{Msg, Store};
use crate::text::{self, Word};
use crate::visit::Step;

/// Where the panel says what became of a copy.
const SAID: &str = "share-said";

/// Properties of [`Panel`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// What the second program is told.
    pub said: AttrValue,
    /// The name of the file.
    pub file: &'static str,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// The panel, where it is open.
pub fn share(
    store: &Store,
    verdict: &Verdict,
    addresses: &[(Family, AttrValue)],
    dispatch: &Dispatch,
) -> Html {
    if !store.visit.sharing {
        return html! {};
    }
    let lang = store.lang;
    let mut head = format!("{} ", verdict.tone.mark());
    for piece in verdict.head.iter().chain(&verdict.because) {
        match piece {
            Piece::Words(words) => head += words,
            Piece::Code(code) => head += &format!("`{code}`"),
            Piece::Family(family) => head += family.name(),
        }
    }
    let addresses = addresses.iter().map(|(family, address)| format!("- {family}: `{address}`\n"));
    let addresses: String = addresses.collect();
    let is_last = store.at + 1 == store.events.len();
    let texts = [
        ("page", &*address_bar::page(true)),
        ("bare", &address_bar::page(false)),
        ("query", &format!("&lang={}", lang.tag())),
        ("title", text::TITLE.get(lang)),
        ("open", text::OPEN.get(lang)),
        ("head", &head),
        ("addresses", &addresses),
        ("scenario", store.scenario.filter(|_| is_last).unwrap_or_default()),
        ("text", &store.manifest()),
    ];
    let mut said = "{".to_owned();
    for (name, text) in texts {
        said += &format!("\"{name}\":{},", go_json(&text.into()));
    }
    said += &format!("\"session\":{}}}", store.shown().to_json());
    let file = match store.request().map(|at| &store.events[at]) {
        Some(Event::Patch { .. }) => "patch.yaml",
        _ => "manifest.yaml",
    };
    html! { <Panel {lang} {said} {file} dispatch={dispatch.clone()} /> }
}

/// A box with a text, and the button that copies it.
fn given_text(lang: Lang, id: &'static str, [label, copy]: [Word; 2], text: &str) -> Html {
    let copied = text.to_owned();
    let onclick = Callback::from(move |_: MouseEvent| {
        clipboard::copy(&copied, move |is_copied| {
            if !is_copied {
                clipboard::select_all(id);
            }
            let said = if is_copied { text::COPIED_IT } else { text::COPY_BY_HAND };
            browser::say_in(SAID, said.get(lang));
        });
    });
    html! {
        <div class="given">
            <label for={id}>{ label.get(lang) }</label>
            <textarea {id} readonly={true} rows="3" lang="en" spellcheck="false" value={text.to_owned()} />
            <button type="button" class="btn" {onclick}>{ copy.get(lang) }</button>
        </div>
    }
}

/// The open panel. What it gives away is there when the second program has come.
#[component]
fn Panel(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            keys::open_dialog(dialog.cast());
            move || keys::close_dialog(dialog.cast())
        });
    }
    let shown = use_state(|| None::<Option<Given>>);
    {
        let shown = shown.clone();
        use_effect_with(props.said.clone(), move |said| {
            let said = said.clone();
            extras::load(false, move |state| {
                // Whoever copies the address from the bar gets the same.
                address_bar::flush();
                shown.set(Some(given(&said).filter(|_| state == State::Ready)));
            });
        });
    }
    let lang = props.lang;
    let body = match &*shown {
        None => html! { <p>{ text::LOADING.get(lang) }</p> },
        Some(None) => html! { <p class="notice" role="alert">{ text::SHARE_ABSENT.get(lang) }</p> },
        Some(Some(given)) => forms(given, props),
    };
    let close = click(&props.dispatch, Msg::Visit(Step::Share(false)));
    let onclose = props.dispatch.reform(|_: DomEvent| Msg::Visit(Step::Share(false)));
    html! {
        <dialog class="share-panel" ref={dialog} aria-labelledby="share-title" {onclose}>
            <h2 id="share-title">{ text::SHARE.get(lang) }</h2>
            { body }
            <p class="switch">
                <button type="button" class="btn primary" onclick={close}>{ text::CLOSE.get(lang) }</button>
                <span role="status" id={SAID}></span>
            </p>
        </dialog>
    }
}

fn forms(given: &Given, props: &Props) -> Html {
    let lang = props.lang;
    let link = match &given.link {
        Err(why) => html! { <p class="notice">{ why.get(lang).to_owned() }</p> },
        Ok((link, code)) => {
            let code = match code {
                Err(why) => html! { <p>{ why.get(lang).to_owned() }</p> },
                Ok(code) => html! {
                    <svg class="qr" viewBox={format!("0 0 {0} {0}", code.size)} role="img" aria-label={text::QR_CODE.get(lang)} shape-rendering="crispEdges"><path d={code.path.clone()} /></svg>
                },
            };
            html! {
                <>
                    { given_text(lang, "share-link", [text::LINK, text::COPY_LINK], link) }
                    <p>{ text::LINK_TEMPORARY.get(lang) }</p>
                    { code }
                </>
            }
        }
    };
    let frame = given
        .frame
        .as_deref()
        .map(|frame| given_text(lang, "share-frame", [text::FRAME, text::COPY_FRAME], frame));
    let markdown = [text::MARKDOWN, text::COPY_MARKDOWN];
    html! {
        <>
            { link }
            { given_text(lang, "share-markdown", markdown, &given.markdown) }
            { frame }
            <p><a class="btn" download={props.file} href={given.file.clone()}>{ text::DOWNLOAD.get(lang) }</a></p>
        </>
    }
}
