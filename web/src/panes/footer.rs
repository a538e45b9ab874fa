//! What may be trusted?

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::i18n;

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
        </footer>
    }
}
