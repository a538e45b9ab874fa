//! The row of tabs of the result pane.

use dualstack_core::explain::text::{Lang, Text};
use yew::prelude::*;

use super::text;
use crate::browser;
use crate::i18n;
use crate::state::choices::Tab;
use crate::state::store::Msg;
use crate::ui::links::PANEL;
use crate::ui::{Dispatch, classed, click};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The tab that is shown.
    pub tab: Tab,
    /// The tabs there are: a frame has fewer.
    pub tabs: &'static [Tab],
    /// The tabs whose content changed ([`News`](crate::state::news::News)).
    pub news: Vec<Tab>,
    pub dispatch: Dispatch,
}

/// The id of a tab's button.
#[must_use]
pub const fn id(tab: Tab) -> &'static str {
    match tab {
        Tab::Stored => "tab-object",
        Tab::Picture => "tab-picture",
        Tab::Why => "tab-why",
        Tab::Nodes => "tab-nodes",
        Tab::Addresses => "tab-addresses",
        Tab::Changes => "tab-changes",
        Tab::Terminal => "tab-terminal",
    }
}

const fn name(tab: Tab) -> Text {
    match tab {
        Tab::Stored => i18n::STORED,
        Tab::Picture => i18n::TAB_PICTURE,
        Tab::Why => i18n::WHY,
        Tab::Nodes => text::NODES_AND_PODS,
        Tab::Addresses => i18n::TAB_ADDRESSES,
        Tab::Changes => i18n::TAB_CHANGES,
        Tab::Terminal => i18n::TAB_TERMINAL,
    }
}

/// One tab is a stop of the Tab key; the arrows lead to the others.
#[component]
pub fn Tabs(props: &Props) -> Html {
    let Props { lang, tab: now, tabs, ref news, ref dispatch } = *props;
    let onkeydown = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(tab) = now.by_key(&event.key(), tabs) {
                event.prevent_default();
                dispatch.emit(Msg::Tab(tab));
                browser::focus(id(tab));
            }
        })
    };
    let buttons: Html = tabs
        .iter()
        .map(|&tab| {
            let is_shown = tab == now;
            let (selected, stop) = (is_shown.to_string(), if is_shown { "0" } else { "-1" });
            let has_news = !is_shown && news.contains(&tab);
            let onclick = click(dispatch, Msg::Tab(tab));
            let button = html! {
                <button type="button" role="tab" id={id(tab)} aria-selected={selected} aria-controls={PANEL} tabindex={stop} {onclick}>
                    { name(tab).get(lang) }
                    if has_news { <span class="unseen">{ i18n::HAS_NEWS.get(lang) }</span> }
                </button>
            };
            classed(if has_news { "news" } else { "" }, button)
        })
        .collect();
    html! { <div class="tabs" role="tablist" aria-label={i18n::RESULT.get(lang)} {onkeydown}>{ buttons }</div> }
}
