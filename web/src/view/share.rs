//! The panel to share: link, QR code, Markdown, YAML file, and what to put into another page.

use std::rc::Rc;

use dualstack_core::net::Family;
use dualstack_core::scenario::Event;
use dualstack_core::text::Lang;
use dualstack_core::trace::Piece;
use yew::prelude::*;

use super::answer::Verdict;
use super::{Dispatch, click};
use crate::browser::{self, address_bar, clipboard, dialog};
use crate::qr;
use crate::store::{Msg, Store};
use crate::text::{self, Word};
use crate::visit::Step;

const ID: &str = "share";
const SAID: &str = "share-said";

/// What is given away.
#[derive(Clone, PartialEq)]
pub struct Given {
    /// The address; `None` if the session is too long for one.
    link: Option<AttrValue>,
    markdown: AttrValue,
    frame: Option<AttrValue>,
    /// The file's name and text.
    file: (&'static str, Rc<str>),
}

impl Given {
    /// What the page gives away of its state.
    pub fn of(store: &Store, verdict: &Verdict, addresses: &[(Family, AttrValue)]) -> Self {
        let place = store.place();
        let address = |whole: bool, fragment: &str| {
            AttrValue::from(format!("{}#{fragment}", address_bar::page(whole)))
        };
        let link = Some(place.fragment.as_str()).filter(|fragment| !fragment.is_empty());
        let framed = match store.scenario {
            Some(id) => Some(format!("/s/{id}")),
            None => link.map(|link| format!("{link}?view=all")),
        };
        let link = link.map(|fragment| address(true, fragment));
        let file = match store.request().map(|at| &store.events[at]) {
            Some(Event::Patch { .. }) => "patch.yaml",
            _ => "manifest.yaml",
        };
        Self {
            markdown: markdown(store, verdict, addresses, link.as_ref()).into(),
            frame: framed.map(|fragment| {
                let title = text::TITLE.get(store.lang);
                let source = address(false, &fragment);
                format!("<iframe src=\"{source}\" title=\"{title}\" width=\"100%\" height=\"600\" loading=\"lazy\"></iframe>").into()
            }),
            link,
            file: (file, store.manifest()),
        }
    }
}

/// A text between fences that are longer than any in it.
fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// The answer, what was sent, and the link.
fn markdown(
    store: &Store,
    verdict: &Verdict,
    addresses: &[(Family, AttrValue)],
    link: Option<&AttrValue>,
) -> String {
    let sentence = |pieces: &[Piece]| -> String {
        let written = pieces.iter().map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Code(code) if code.contains('`') => format!("`` {code} ``"),
            Piece::Code(code) => format!("`{code}`"),
            Piece::Family(family) => family.name().to_owned(),
        });
        written.collect()
    };
    let (_, flags, version) = store.boot();
    let mut out = format!(
        "{} **{}** {}\n\n",
        verdict.tone.mark(),
        sentence(&verdict.head).trim(),
        sentence(&verdict.because)
    );
    for (family, address) in addresses {
        out += &format!("- {family}: `{address}`\n");
    }
    if !addresses.is_empty() {
        out.push('\n');
    }
    out += &format!("Kubernetes {version}\n\n");
    out += &fenced("", flags);
    out.push('\n');
    out += &fenced("yaml", &store.manifest());
    if let Some(link) = link {
        out += &format!("\n[{}]({link})\n", text::OPEN.get(store.lang));
    }
    out
}

/// A text as an address that holds it.
fn data_url(text: &str) -> String {
    let mut url = "data:application/yaml;charset=utf-8,".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            url.push(char::from(byte));
        } else {
            url += &format!("%{byte:02X}");
        }
    }
    url
}

/// Shows the panel once it is there.
pub fn opened() {
    address_bar::flush();
    dialog::open(ID);
}

/// A box with a text, and the button that copies it.
fn text_box(lang: Lang, id: &'static str, [label, copy]: [Word; 2], text: &AttrValue) -> Html {
    let copied = text.clone();
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
            <textarea {id} readonly=true rows="4" lang="en" spellcheck="false" value={text.clone()} />
            <button type="button" class="btn" {onclick}>{ copy.get(lang) }</button>
        </div>
    }
}

fn code(lang: Lang, link: &str) -> Html {
    let Some(code) = qr::draw(link) else {
        return html! { <p>{ text::QR_TOO_LONG.get(lang) }</p> };
    };
    html! {
        <svg class="qr" viewBox={format!("0 0 {0} {0}", code.size)} role="img" aria-label={text::QR_CODE.get(lang)} shape-rendering="crispEdges">
            <rect width="100%" height="100%" fill="#fff" />
            <path d={code.path} />
        </svg>
    }
}

/// The panel, where it is open.
pub fn share(lang: Lang, given: Option<Given>, dispatch: &Dispatch) -> Html {
    let Some(given) = given else { return html! {} };
    let link = match &given.link {
        Some(link) => html! {
            <>
                { text_box(lang, "share-link", [text::LINK, text::COPY_LINK], link) }
                { code(lang, link) }
            </>
        },
        None => html! { <p>{ text::LINK_TOO_LONG.get(lang) }</p> },
    };
    let frame = given.frame.map(|frame| {
        text_box(lang, "share-frame", [text::FRAME, text::COPY_FRAME], &frame)
    });
    let (name, manifest) = given.file;
    let onclose = dispatch.reform(|_: yew::Event| Msg::Visit(Step::Share(false)));
    html! {
        <dialog class="panel" id={ID} aria-labelledby="share-title" closedby="any" {onclose}>
            <h2 id="share-title">{ text::SHARE.get(lang) }</h2>
            { link }
            { text_box(lang, "share-markdown", [text::MARKDOWN, text::COPY_MARKDOWN], &given.markdown) }
            { frame }
            <p role="status" id={SAID}></p>
            <p class="actions">
                <a class="btn" download={name} href={data_url(&manifest)}>{ text::DOWNLOAD.get(lang) }</a>
                <button type="button" class="btn primary" onclick={|_| dialog::close(ID)}>{ text::CLOSE.get(lang) }</button>
            </p>
        </dialog>
    }
}

/// The button that opens the panel.
pub fn button(lang: Lang, dispatch: &Dispatch) -> Html {
    let onclick = click(dispatch, Msg::Visit(Step::Share(true)));
    html! { <button type="button" class="btn share" aria-haspopup="dialog" {onclick}>{ text::SHARE.get(lang) }</button> }
}
