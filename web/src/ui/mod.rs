//! Small parts that the panes share: the editor, buttons, sentences.

pub mod copy;
pub mod editor;
pub mod highlight;
pub mod links;
pub mod problems;
pub mod qr;
pub mod splitter;
pub mod term;

use std::cell::RefCell;
use std::mem::take;
use std::rc::Rc;

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::Piece;
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes};

use crate::state::store::Msg;

/// How panes tell the store what happened.
pub type Dispatch = Callback<Msg>;

/// What a click says.
pub fn click(dispatch: &Dispatch, msg: Msg) -> Callback<MouseEvent> {
    dispatch.reform(move |_| msg.clone())
}

/// The address and the length of what `html!` wrote.
type Place = (usize, usize);

thread_local! {
    /// The names of attributes with `class` behind them.
    static NAMES: RefCell<Vec<(Place, &'static [&'static str])>> = const { RefCell::new(Vec::new()) };
}

/// The names that `html!` wrote, with `class` behind them: the same slice for the same place, by which Yew
/// sees that the attributes of an element are still the same ones.
fn with_class<T>(
    place: &'static [T],
    names: impl Iterator<Item = &'static str>,
) -> &'static [&'static str] {
    let place = (place.as_ptr().addr(), place.len());
    NAMES.with_borrow_mut(|known| {
        if let Some((_, names)) = known.iter().find(|(at, _)| *at == place) {
            return *names;
        }
        let names: &[_] = names.chain(["class"]).collect::<Vec<_>>().leak();
        known.push((place, names));
        names
    })
}

/// The element, with a class that is chosen while the page runs. (Given to `html!`, it would be taken apart
/// and put together as a set each time; added by Yew, all attributes would be.)
pub fn classed(class: impl Into<AttrValue>, element: Html) -> Html {
    with(class.into(), element)
}

fn with(class: AttrValue, mut element: Html) -> Html {
    if let Html::VTag(tag) = &mut element
        && let Some(tag) = Rc::get_mut(tag)
    {
        let class = AttributeOrProperty::Attribute(class);
        let (keys, values): (_, Vec<_>) = match take(&mut tag.attributes) {
            Attributes::Static(list) => {
                let value = |(_, value): &(_, AttributeOrProperty)| match value {
                    AttributeOrProperty::Static(text) => {
                        Some(AttributeOrProperty::Attribute(AttrValue::Static(text)))
                    }
                    value => Some(value.clone()),
                };
                let names = list.iter().map(|(name, _)| *name);
                (with_class(list, names), list.iter().map(value).collect())
            }
            Attributes::Dynamic { keys, values } => {
                (with_class(keys, keys.iter().copied()), values.into_vec())
            }
            // `html!` writes no such.
            other => {
                tag.attributes = other;
                return element;
            }
        };
        let values = values.into_iter().chain([Some(class)]).collect();
        tag.attributes = Attributes::Dynamic { keys, values };
    }
    element
}

/// A button in words, or with a sign that has the words for a name. One that cannot be used stays where it is.
pub fn press(
    class: &'static str,
    id: Option<&'static str>,
    words: &'static str,
    sign: Option<&'static str>,
    can: bool,
    onclick: Callback<MouseEvent>,
) -> Html {
    let (name, cannot) = (sign.and(Some(words)), (!can).then_some("true"));
    let button = html! { <button type="button" {id} aria-label={name} title={name} aria-disabled={cannot} {onclick}>{ sign.unwrap_or(words) }</button> };
    classed(class, button)
}

/// A sign, and the word that it stands for to those who do not see it.
pub fn signed(sign: &'static str, word: &'static str) -> Html {
    html! { <><span aria-hidden="true">{ sign }</span><span class="unseen">{ word }</span></> }
}

/// A heading within a pane.
pub fn heading(words: &'static str) -> Html {
    html! { <h3>{ words }</h3> }
}

/// A sentence on a line of its own.
pub fn line(words: &'static str) -> Html {
    html! { <p>{ words }</p> }
}

/// What has a name, which is not translated.
pub fn name(text: impl Into<AttrValue>) -> Html {
    html! { <b lang="en">{ text.into() }</b> }
}

/// What is code, and so English.
pub fn code(text: impl Into<AttrValue>) -> Html {
    html! { <code lang="en">{ flags_in(&text.into()) }</code> }
}

/// Code whose flags break behind `=` and `,`, and within their names only where these fit on no line.
pub fn flags_in(code: &str) -> Html {
    let mut pieces: Vec<Html> = Vec::new();
    let mut rest = code;
    while let Some((before, name, value, behind)) = flag_in(rest) {
        pieces.push(html! { { before.to_owned() } });
        pieces.push(html! { <span class="flag">{ name.to_owned() }</span> });
        for part in value.split_inclusive(['=', ',']) {
            pieces.push(html! { <>{ part.to_owned() }<wbr /></> });
        }
        rest = behind;
    }
    pieces.push(html! { { rest.to_owned() } });
    pieces.into_iter().collect()
}

/// The first flag of a text: what stands before it, its name with the dashes, its value with the `=`, and the rest.
fn flag_in(text: &str) -> Option<(&str, &str, &str, &str)> {
    let is_of_name = |it: char| it.is_ascii_alphanumeric() || it == '-';
    let begins = |at: &usize| {
        !text[..*at].ends_with(is_of_name)
            && text[at + 2..].starts_with(|it: char| it.is_ascii_alphabetic())
    };
    let at = text.match_indices("--").map(|(at, _)| at).find(begins)?;
    let (before, flag) = text.split_at(at);
    let (name, rest) = flag.split_at(flag.find(|it| !is_of_name(it)).unwrap_or(flag.len()));
    let is_end = |it: char| it.is_whitespace() || it == '"';
    let end = if rest.starts_with('=') { rest.find(is_end).unwrap_or(rest.len()) } else { 0 };
    let (value, behind) = rest.split_at(end);
    Some((before, name, value, behind))
}

/// The releases to choose from.
pub fn releases(chosen: Option<KubeVersion>) -> Html {
    KubeVersion::all()
        .map(|minor| {
            let value = AttrValue::from(minor.to_string());
            html! { <option value={value.clone()} selected={chosen == Some(minor)}>{ "Kubernetes " }{ value }</option> }
        })
        .collect()
}

/// The badge of a family: named by its number, round for IPv4 and square for IPv6.
pub fn badge(family: Family) -> Html {
    let (class, number) = match family {
        Family::V4 => ("fam v4", "4"),
        Family::V6 => ("fam v6", "6"),
    };
    classed(class, html! { <span><span class="unseen">{ "IPv" }</span>{ number }</span> })
}

/// A family by its name, in the badge's colour and shape: for sentences.
pub fn named(family: Family) -> Html {
    let class = match family {
        Family::V4 => "fam v4 named",
        Family::V6 => "fam v6 named",
    };
    classed(class, html! { <span lang="en">{ family.name() }</span> })
}

/// A number with its thousands apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A piece of a sentence; a link as its words.
fn piece(piece: &Piece, lang: Lang) -> Html {
    match piece {
        Piece::Words(words) => html! { { words.clone() } },
        Piece::Code(code) => {
            let lang = (lang == Lang::Zh).then_some("en");
            html! { <code lang={lang}>{ flags_in(code) }</code> }
        }
        Piece::Family(family) => named(*family),
        Piece::Link { words, .. } => html! { { *words } },
    }
}

/// A sentence of pieces, whose links are words, as within a button.
pub fn sentence(pieces: &[Piece], lang: Lang) -> Html {
    pieces.iter().map(|it| piece(it, lang)).collect()
}

/// Words of ours, with back-quoted stretches as code.
pub fn words(text: Text, lang: Lang) -> Html {
    sentence(&dualstack_core::explain::trace::render(text, &[], lang), lang)
}

#[cfg(test)]
mod tests {
    use super::{flag_in, grouped};

    #[test]
    fn a_flag_is_found_with_its_dashes_and_its_value() {
        assert_eq!(
            flag_in("unset --node-ip=::1,192.0.2.1 first"),
            Some(("unset ", "--node-ip", "=::1,192.0.2.1", " first"))
        );
        assert_eq!(flag_in("\"--a=1\""), Some(("\"", "--a", "=1", "\"")));
        assert_eq!(flag_in("双--v 2"), Some(("双", "--v", "", " 2")));
        for text in ["", "--", "a--b", "---", "-- a", "—"] {
            assert_eq!(flag_in(text), None, "{text}");
        }
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, shown) in
            [(0, "0"), (256, "256"), (65_534, "65,534"), (1_000_000, "1,000,000")]
        {
            assert_eq!(grouped(number), shown);
        }
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }
}
