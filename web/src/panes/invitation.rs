//! What is the example about, and what may be tried with it? The line of the first ten seconds: what to change, as
//! buttons, for as long as there is something to change.

use dualstack_core::api::service::{PREFER_DUAL_STACK, REQUIRE_DUAL_STACK};
use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::examples;
use crate::i18n;
use crate::presets::{self, Preset};
use crate::state::store::{Msg, Store};
use crate::ui::{Dispatch, click, code, press, words};

/// What a visitor may try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suggestion {
    /// The other policy, then a cluster with one family.
    Require,
    /// A cluster with one family.
    Remove,
}

impl Suggestion {
    #[must_use]
    pub fn of(store: &Store) -> Option<Self> {
        let manifest = store.manifest();
        let policy = if manifest.contains(PREFER_DUAL_STACK) {
            Self::Require
        } else if manifest.contains(REQUIRE_DUAL_STACK) {
            Self::Remove
        } else {
            return None;
        };
        let preset = presets::current(store.flags());
        matches!(preset, Some(Preset::V4V6 | Preset::V6V4)).then_some(policy)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The example that is shown, if nothing was edited since it was chosen.
    pub example: Option<&'static str>,
    pub suggestion: Option<Suggestion>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Invitation(props: &Props) -> Html {
    let Props { lang, example, suggestion, ref dispatch } = *props;
    let about = example.and_then(examples::find).map(|it| words(it.about, lang));
    let replace = click(dispatch, Msg::Replace(PREFER_DUAL_STACK, REQUIRE_DUAL_STACK));
    let remove = click(dispatch, Msg::Preset(Preset::V4));
    let remove = press("link", None, i18n::TRY_REMOVE.get(lang), None, true, remove);
    html! {
        <section class="invitation" aria-label={i18n::EXAMPLE.get(lang)}>
            <p>
            { about }{ " " }
            if suggestion == Some(Suggestion::Require) {
                <span>
                    <b>{ i18n::TRY.get(lang) }</b>{ " " }{ i18n::TRY_CHANGE.get(lang) }{ " " }{ code(PREFER_DUAL_STACK) }{ " " }{ i18n::TRY_TO.get(lang) }{ " " }
                    <button type="button" class="link" lang="en" onclick={replace}>{ REQUIRE_DUAL_STACK }</button>{ i18n::TRY_THEN.get(lang) }{ " " }
                    { remove }
                </span>
            } else if suggestion == Some(Suggestion::Remove) {
                <span><b>{ i18n::TRY_NOW.get(lang) }</b>{ " " }{ remove }</span>
            }
        </p>
        </section>
    }
}
