//! Do the four components start, and do they fit each other?

use dualstack_core::components::Components;
use dualstack_core::text::Lang;
use yew::prelude::*;

use super::text;
use crate::view;
use crate::words::sentence;

/// What the pane shows.
pub struct Props<'a> {
    /// The language.
    pub lang: Lang,
    /// The components of the shown start.
    pub components: &'a Components,
}

/// The pane.
pub fn components(props: &Props) -> Html {
    let lang = props.lang;
    let exits = props.components.all().filter(|status| status.is_given);
    let exits = exits.flat_map(|status| {
        let name = status.component.name();
        let line = move |error: &dualstack_core::components::Said| {
            let message = error.message.clone();
            html! { <li><b lang="en">{ name }</b>{ " " }{ text::EXITS.get(lang) }{ " " }<code lang="en">{ message }</code></li> }
        };
        status.errors.iter().map(line)
    });
    let findings = props.components.findings();
    let found = findings.iter().map(|finding| {
        html! { <li>{ view::sentence(&sentence(&finding.step(), lang), lang) }</li> }
    });
    let list: Vec<Html> = exits.chain(found).collect();
    html! {
        <section class="pane" aria-label={text::COMPONENTS.get(lang)}>
            <h2><b>{ text::COMPONENTS.get(lang) }</b></h2>
            if list.is_empty() {
                <p class="status good">{ "✓ " }{ text::ALL_AGREE.get(lang) }</p>
            } else {
                <ul class="problems">{ for list }</ul>
            }
        </section>
    }
}
