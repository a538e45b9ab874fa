//! The sheet of keys: what can be done, and the letter that does it while the sheet is open. It is a menu,
//! so that screen readers leave its letters to it.

use dualstack_core::text::Lang;
use yew::prelude::*;

use super::Dispatch;
use crate::browser::{self, keys};
use crate::commands::{self, Action, Command, Group, Name};
use crate::store::{Msg, Store};
use crate::text;

/// Properties of [`Sheet`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// What can be done.
    pub commands: Vec<Group>,
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
        <Sheet lang={store.lang} commands={commands::all(store)} opens_by_key={store.opens_by_key} dispatch={dispatch.clone()} />
    }
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
    let act = {
        let dispatch = props.dispatch.clone();
        move |action: &Action| {
            dispatch.emit(Msg::Sheet(false));
            match action.clone() {
                Action::Say(msg) => dispatch.emit(msg),
                Action::Focus(id) => browser::later(move || keys::focus(id)),
                Action::Press(id) => browser::later(move || keys::press(id)),
            }
        }
    };
    let onkeydown = {
        let (commands, act) = (props.commands.clone(), act.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let key = event.key();
            match &*key {
                "ArrowDown" => keys::focus_beside(false),
                "ArrowUp" => keys::focus_beside(true),
                _ => {
                    let is_key = |it: &&Command| key.chars().eq([it.key]);
                    let command = commands.iter().flat_map(|it| &it.1).find(is_key);
                    let Some(command) = command else { return };
                    act(&command.action);
                }
            }
            event.prevent_default();
        })
    };
    let groups: Html = props
        .commands
        .iter()
        .map(|(name, commands)| {
            let items: Html = commands.iter().map(|it| item(it, lang, act.clone())).collect();
            html! {
                <div role="group" aria-label={name.get(lang)}>
                    <h3 aria-hidden="true">{ name.get(lang) }</h3>
                    <ul role="none">{ items }</ul>
                </div>
            }
        })
        .collect();
    let close = props.dispatch.reform(|_: MouseEvent| Msg::Sheet(false));
    let onclose = props.dispatch.reform(|_: Event| Msg::Sheet(false));
    let opens = !props.opens_by_key;
    let switch = props.dispatch.reform(move |_: MouseEvent| Msg::OpensByKey(opens));
    html! {
        <dialog class="sheet" ref={dialog} aria-label={text::KEYS.get(lang)} {onclose}>
            <p>{ text::KEYS_ABOUT.get(lang) }</p>
            <div class="menu" role="menu" aria-label={text::KEYS.get(lang)} {onkeydown}>{ groups }</div>
            <p class="switch">
                <button type="button" class="btn" aria-pressed={props.opens_by_key.to_string()} onclick={switch}>{ text::KEYS_SINGLE.get(lang) }</button>
                { " " }
                <button type="button" class="btn primary" onclick={close}>{ text::CLOSE.get(lang) }</button>
            </p>
        </dialog>
    }
}

fn item(command: &Command, lang: Lang, act: impl Fn(&Action) + 'static) -> Html {
    let name = match command.name {
        Name::Word(word) => word.get(lang),
        Name::Same(name) => name,
    };
    let action = command.action.clone();
    let onclick = Callback::from(move |_: MouseEvent| act(&action));
    let chord = command.chord.map(|chord| html! { <kbd>{ chord }</kbd> });
    html! {
        <li role="none"><button type="button" role="menuitem" {onclick}><kbd>{ command.key.to_string() }</kbd>{ " " }<span>{ name }</span>{ " " }{ chord }</button></li>
    }
}
