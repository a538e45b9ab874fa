//! What may be trusted?

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::browser::address_bar;
use crate::i18n;
use crate::state::repository;
use crate::ui::press;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
}

#[component]
pub fn Footer(props: &Props) -> Html {
    let lang = props.lang;
    html! {
        <footer>
            // boot.js says whether it shows.
            <span class="not-kept">{ i18n::FOOT_NOT_KEPT.get(lang) }</span>
            <span>{ i18n::FOOT_VERSION.get(lang) }</span>
            <span>{ i18n::FOOT_LOCAL.get(lang) }</span>
            <span>{ i18n::FOOT_SEED.get(lang) }</span>
            <span>{ i18n::FOOT_NOT_AFFILIATED.get(lang) }</span>
            <a href="third-party.txt">{ i18n::FOOT_NOTICE.get(lang) }</a>
            if let Some(repository) = repository::of(&address_bar::page(false)) {
                { source(lang, repository) }
            }
        </footer>
    }
}

/// The repository, and where to say that an answer is wrong: with the address of the session.
fn source(lang: Lang, repository: String) -> Html {
    let issues = format!("{repository}/issues/new");
    let onclick = Callback::from(move |_: MouseEvent| address_bar::report(&issues));
    html! {
        <>
            <a href={repository} target="_blank" rel="noopener noreferrer">{ i18n::FOOT_SOURCE.get(lang) }</a>
            { press("link", None, i18n::FOOT_WRONG.get(lang), None, true, onclick) }
        </>
    }
}
