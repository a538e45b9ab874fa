//! The sheet of keys: what can be done, and the letter that does it while the sheet is open. It is a menu,
//! so that screen readers leave its letters to it.

use dualstack_core::text::Lang;
use yew::prelude::*;

use super::{Dispatch, click, words};
use crate::browser::{self, keys};
use crate::commands::{ALL, Command, Name};
use crate::store::{Msg, Store};
use crate::text::{self, Word};

/// Properties of [`Sheet`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// Whether `?` opens the sheet.
    pub opens_by_key: bool,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// The sheet, where it is open.
pub fn sheet(store: &Store, dispatch: &Dispatch) -> Html {
    if !store.sheet {
        return html! {};
    }
    html! {
        <Sheet lang={store.lang} opens_by_key={store.opens_by_key} dispatch={dispatch.clone()} />
    }
}

/// Does what a command is for, once the sheet is closed.
fn act(command: &'static Command, dispatch: &Dispatch) {
    dispatch.emit(Msg::Sheet(false));
    let what = if command.focus { keys::focus } else { keys::press };
    browser::later(move || what(command.id));
}

/// The open sheet. It closes with Escape, with its button, and with every command.
#[component]
fn Sheet(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            keys::open_dialog(dialog.cast());
            move || keys::close_dialog(dialog.cast())
        });
    }
    let lang = props.lang;
    let dispatch = props.dispatch.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        match &*key {
            "ArrowDown" => keys::focus_beside(false),
            "ArrowUp" => keys::focus_beside(true),
            _ => {
                let mut all = ALL.iter().flat_map(|(_, commands)| *commands);
                let Some(command) = all.find(|it| key.chars().eq([it.key])) else { return };
                act(command, &dispatch);
            }
        }
        event.prevent_default();
    });
    let group = |(name, commands): &(Word, &'static [Command])| {
        let items: Html = commands.iter().map(|it| item(it, props)).collect();
        html! {
            <div role="group" aria-label={name.get(lang)}>
                <h3 aria-hidden="true">{ name.get(lang) }</h3>
                <ul role="none">{ items }</ul>
            </div>
        }
    };
    let groups: Html = ALL.iter().map(group).collect();
    let close = click(&props.dispatch, Msg::Sheet(false));
    let onclose = props.dispatch.reform(|_: Event| Msg::Sheet(false));
    let switch = click(&props.dispatch, Msg::OpensByKey(!props.opens_by_key));
    html! {
        <dialog class="sheet" ref={dialog} aria-label={text::KEYS.get(lang)} {onclose}>
            <p>{ words(text::KEYS_ABOUT.text(), lang) }</p>
            <div class="menu" role="menu" aria-label={text::KEYS.get(lang)} {onkeydown}>{ groups }</div>
            <p class="switch">
                <button type="button" class="btn" aria-pressed={props.opens_by_key.to_string()} onclick={switch}>{ text::KEYS_SINGLE.get(lang) }</button>
                { " " }
                <button type="button" class="btn primary" onclick={close}>{ text::CLOSE.get(lang) }</button>
            </p>
        </dialog>
    }
}

fn item(command: &'static Command, props: &Props) -> Html {
    let name = match command.name {
        Name::Word(word) => word.get(props.lang),
        Name::Same(name) => name,
    };
    let dispatch = props.dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| act(command, &dispatch));
    html! {
        <li role="none">
            <button type="button" role="menuitem" {onclick}>
                <kbd>{ command.key.to_string() }</kbd>{ " " }<span>{ name }</span>
                if !command.chord.is_empty() { { " " }<kbd>{ command.chord }</kbd> }
            </button>
        </li>
    }
}
