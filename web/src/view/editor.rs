//! A text box with a mirrored layer behind it: the layer shows colours and marks and gives the box
//! its height, the box takes the typing. Both wrap the same way, so nothing has to be kept in step.

use dualstack_core::source::position::byte_of_utf16;
use yew::prelude::*;

use super::highlight::{Mark, cut};
use crate::browser;

/// What [`editor`] shows.
pub struct Props {
    /// The accessible name.
    pub label: &'static str,
    /// The id of the text box.
    pub id: &'static str,
    /// The id of the list that describes its problems.
    pub described_by: &'static str,
    /// The text.
    pub text: AttrValue,
    /// Whether something in it is refused.
    pub invalid: bool,
    /// Colours and marks.
    pub marks: Vec<Mark>,
    /// The text was changed.
    pub oninput: Callback<String>,
    /// The caret moved to this byte.
    pub oncaret: Callback<usize>,
}

/// A text box that shows colours.
pub fn editor(props: &Props) -> Html {
    let layer: Html = cut(&props.text, &props.marks)
        .into_iter()
        .map(|(class, text)| {
            if class.is_empty() {
                html! { { text } }
            } else {
                html! { <span class={class}>{ text }</span> }
            }
        })
        .collect();
    let oninput = props.oninput.reform(|event: InputEvent| browser::text_of(&event));
    let caret = {
        let (text, oncaret) = (props.text.clone(), props.oncaret.clone());
        move |event: &Event| {
            if let Some(at) = browser::caret_of(event) {
                oncaret.emit(byte_of_utf16(&text, at));
            }
        }
    };
    let onkeyup = {
        let caret = caret.clone();
        Callback::from(move |event: KeyboardEvent| caret(&event))
    };
    let onclick = Callback::from(move |event: MouseEvent| caret(&event));
    let invalid = props.invalid.then_some("true");
    // A last line of its own, so that the box is as tall as its text.
    html! {
        <div class="editor">
            <pre class="layer" aria-hidden="true">{ layer }{ "\n" }</pre>
            <textarea
                id={props.id}
                aria-label={props.label}
                aria-describedby={props.described_by}
                aria-invalid={invalid}
                value={props.text.clone()}
                lang="en"
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                {oninput}
                {onkeyup}
                {onclick}
            />
        </div>
    }
}
