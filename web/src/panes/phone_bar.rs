//! The three panes of a phone.

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::i18n;
use crate::state::choices::Pane;
use crate::state::store::Msg;
use crate::ui::{Dispatch, click};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The pane that is shown.
    pub pane: Pane,
    pub dispatch: Dispatch,
}

#[component]
pub fn PhoneBar(props: &Props) -> Html {
    let Props { lang, pane: shown, ref dispatch } = *props;
    let panes = [
        (Pane::Cluster, i18n::CLUSTER),
        (Pane::Manifest, i18n::MANIFEST),
        (Pane::Result, i18n::RESULT),
    ];
    let buttons: Html = panes
        .into_iter()
        .map(|(pane, name)| {
            let current = (shown == pane).then_some("true");
            let onclick = click(dispatch, Msg::Pane(pane));
            html! { <button type="button" class="btn" aria-current={current} {onclick}>{ name.get(lang) }</button> }
        })
        .collect();
    html! {
        <nav class="phone-bar" aria-label={i18n::PANES.get(lang)}>
            <div>{ buttons }</div>
        </nav>
    }
}
