//! What is there to say of a link? Why it could not be read, and that the work is not one's own.

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::browser;
use crate::i18n;
use crate::state::link::Trouble;
use crate::state::store::Msg;
use crate::state::visit::Step;
use crate::ui::{Dispatch, click, press};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// Why the address could not be read.
    pub trouble: Option<Trouble>,
    /// Where the work is not one's own: whether one's own waits.
    pub draft: Option<bool>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Notice(props: &Props) -> Html {
    let Props { lang, ref dispatch, .. } = *props;
    let why = props.trouble.map(|why| trouble(why, lang, dispatch));
    let draft = props.draft.map(|has_own| draft(has_own, lang, dispatch));
    html! { <>{ why }{ draft }</> }
}

/// Why an address could not be read.
fn trouble(trouble: Trouble, lang: Lang, dispatch: &Dispatch) -> Html {
    let dismiss = click(dispatch, Msg::Visit(Step::Trouble(None)));
    html! {
        <p class="notice" role="alert">
            <span>{ trouble.text().get(lang) }{ " " }{ i18n::NOTHING_CHANGED.get(lang) }</span>
            { press("btn", None, i18n::CLOSE.get(lang), None, true, dismiss) }
        </p>
    }
}

/// Whose work a link shows, and the way back to one's own.
fn draft(has_own: bool, lang: Lang, dispatch: &Dispatch) -> Html {
    let keep = if has_own { i18n::KEEP_INSTEAD } else { i18n::KEEP };
    let own = dispatch.reform(|_: MouseEvent| Msg::Visit(Step::Own(browser::own_work())));
    let onclick = click(dispatch, Msg::Visit(Step::Keep));
    html! {
        <section class="notice" aria-label={i18n::SHARED_LINK.get(lang)}>
            <span>{ i18n::DRAFT.get(lang) }if has_own { { " " }{ i18n::OWN_WAITS.get(lang) } }</span>
            if has_own { { press("btn primary", None, i18n::TO_OWN.get(lang), None, true, own) } }
            { press("btn", None, keep.get(lang), None, true, onclick) }
        </section>
    }
}
