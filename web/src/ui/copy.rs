//! Copying a text, also where the page may not.

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::browser;
use crate::i18n;

/// Properties of [`CopyButton`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The id of the button.
    pub id: &'static str,
    /// What is copied.
    pub text: AttrValue,
}

/// A button that copies a text. Where that is refused, a dialog shows the text, selected.
#[component]
pub fn CopyButton(props: &Props) -> Html {
    let lang = props.lang;
    let refused = use_state(|| None::<AttrValue>);
    let onclick = {
        let (text, refused) = (props.text.clone(), refused.setter());
        Callback::from(move |_: MouseEvent| {
            let refused = refused.clone();
            let shown = text.clone();
            browser::copy(text.to_string(), move |is_copied| {
                if is_copied {
                    browser::say(i18n::COPIED_IT.get(lang));
                } else {
                    refused.set(Some(shown));
                }
            });
        })
    };
    let onclose = {
        let refused = refused.setter();
        Callback::from(move |()| refused.set(None))
    };
    html! {
        <>
            <button type="button" class="btn" id={props.id} {onclick}>{ i18n::COPY.get(lang) }</button>
            if let Some(text) = &*refused {
                <Selected {lang} text={text.clone()} {onclose} />
            }
        </>
    }
}

/// Properties of [`Selected`].
#[derive(PartialEq, Properties)]
struct SelectedProps {
    lang: Lang,
    text: AttrValue,
    onclose: Callback<()>,
}

/// A text that could not be copied.
#[component]
fn Selected(props: &SelectedProps) -> Html {
    let SelectedProps { lang, ref text, ref onclose } = *props;
    use_effect_with((), |()| {
        browser::open_dialog(PANEL);
        browser::select(BOX);
    });
    let title = i18n::COPY_BY_HAND.get(lang);
    html! {
        <Panel {lang} {title} is_heading={false} onclose={onclose.clone()}>
            <textarea id={BOX} readonly=true rows="12" aria-label={title} lang="en" value={text.clone()} />
        </Panel>
    }
}

/// The id of the text that could not be copied.
const BOX: &str = "by-hand";

/// The id of the dialog.
pub const PANEL: &str = "panel";

/// Properties of [`Panel`].
#[derive(PartialEq, Properties)]
pub struct PanelProps {
    /// The language.
    pub lang: Lang,
    /// The name of the dialog.
    pub title: &'static str,
    /// Whether the name is a heading, or a sentence.
    #[prop_or(true)]
    pub is_heading: bool,
    /// What there is to say beside the button that closes it.
    #[prop_or_default]
    pub status: Option<&'static str>,
    /// It was closed.
    pub onclose: Callback<()>,
    /// What is in it.
    pub children: Html,
}

/// A dialog with a button that closes it. Whoever draws it opens it ([`browser::open_dialog`]).
#[component]
pub fn Panel(props: &PanelProps) -> Html {
    let title = if props.is_heading {
        html! { <h2 id="panel-title">{ props.title }</h2> }
    } else {
        html! { <p id="panel-title">{ props.title }</p> }
    };
    let onclose = props.onclose.reform(|_: Event| ());
    html! {
        <dialog id={PANEL} aria-labelledby="panel-title" {onclose}>
            { title }
            { props.children.clone() }
            <form method="dialog">
                <button class="btn primary">{ i18n::CLOSE.get(props.lang) }</button>{ " " }
                <span role="status">{ props.status }</span>
            </form>
        </dialog>
    }
}
