//! Which example shall it be? A dialog with a search: examples by what a person wants to do, and one's own text.

use dualstack_core::explain::text::{Lang, Text};
use yew::prelude::*;

use crate::browser;
use crate::examples::{self, Example, Outcome};
use crate::i18n;
use crate::state::choices::Pane;
use crate::state::errors::examples_by_error;
use crate::state::navigation::OwnText;
use crate::state::store::Msg;
use crate::state::visit::Step;
use crate::ui::{Dispatch, classed, signed, words};

/// The id of the dialog.
const PANEL: &str = "examples-panel";
/// The id of the search box.
const SEARCH: &str = "examples-search";
/// The id of the row of one's own text.
const OWN: &str = "example-own";

const SEARCH_NAME: Text = Text {
    en: "Search examples: a word, a field, a flag or an error message",
    zh: "搜索示例：词语、字段、标志或错误消息",
};
const FOUND: Text = Text { en: "Found", zh: "搜索结果" };
const COUNT: Text = Text { en: "{count} examples", zh: "{count} 个示例" };
const COUNT_ONE: Text = Text { en: "1 example", zh: "1 个示例" };
const NOTHING_FOUND: Text = Text { en: "No example matches.", zh: "没有匹配的示例。" };
const OWN_TEXT: Text = Text { en: "Your own text", zh: "你自己的内容" };
const OWN_SHOWN: Text = Text { en: "It is shown now.", zh: "当前显示的就是它。" };
const OWN_WAITS: Text =
    Text { en: "Go back to what you typed.", zh: "返回你输入的内容。" };
const OWN_NONE: Text = Text {
    en: "Type or paste your flags and manifests.",
    zh: "输入或粘贴你的标志和清单。",
};
const DOES_NOT_START: Text = Text { en: "Does not start", zh: "无法启动" };

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The example that is shown, if nothing was edited since it was chosen.
    pub example: Option<&'static str>,
    pub own: OwnText,
    /// What stands in the search box at first.
    #[prop_or_default]
    pub query: AttrValue,
    /// The dialog was closed.
    pub onclose: Callback<()>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Examples(props: &Props) -> Html {
    let Props { lang, example: shown, own, ref dispatch, .. } = *props;
    use_effect_with((), |()| browser::open_dialog(PANEL));
    let query = use_state(|| props.query.to_string());
    let oninput = {
        let query = query.setter();
        Callback::from(move |event: InputEvent| query.set(browser::text_of(&event)))
    };
    let is_search = !query.trim().is_empty();
    let groups: Vec<(Text, Vec<&'static Example>)> = if is_search {
        vec![(FOUND, found(&query))]
    } else {
        examples::groups().map(|(task, examples)| (task.name(), examples)).collect()
    };
    let own = (!is_search).then(|| own_text(own, lang, dispatch));
    let ids: Vec<String> = [SEARCH.to_owned()]
        .into_iter()
        .chain(own.is_some().then(|| OWN.to_owned()))
        .chain(groups.iter().flat_map(|(_, examples)| examples).map(|it| id(it)))
        .collect();
    let count = groups.iter().map(|(_, examples)| examples.len()).sum::<usize>();
    let status = match count {
        0 => NOTHING_FOUND.get(lang).to_owned(),
        1 => COUNT_ONE.get(lang).to_owned(),
        count => COUNT.get(lang).replace("{count}", &count.to_string()),
    };
    let first = is_search.then(|| groups.first()?.1.first().copied()).flatten();
    let onkeydown = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.is_composing() {
                return;
            }
            let at = browser::target_id(&event);
            let at = ids.iter().position(|id| *id == at);
            let to = match event.key().as_str() {
                "ArrowDown" => at.map_or(0, |at| at + 1).min(ids.len() - 1),
                "ArrowUp" => at.map_or(0, |at| at.saturating_sub(1)),
                "Enter" if at == Some(0) => {
                    event.prevent_default();
                    if let Some(first) = first {
                        choose(&dispatch, Msg::Example(first.id));
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            browser::focus(&ids[to]);
        })
    };
    let groups: Html = groups
        .iter()
        .filter(|(_, examples)| !examples.is_empty())
        .map(|(name, examples)| group(*name, examples, shown, lang, dispatch))
        .collect();
    let onclose = props.onclose.reform(|_: Event| ());
    let name = SEARCH_NAME.get(lang);
    html! {
        <dialog class="examples" id={PANEL} aria-labelledby="examples-title" {onclose} {onkeydown}>
            <div class="search">
                <h2 id="examples-title">{ i18n::EXAMPLES.get(lang) }</h2>
                <input type="text" id={SEARCH} aria-label={name} placeholder={name} value={(*query).clone()} autocomplete="off" spellcheck="false" enterkeyhint="go" {oninput} />
            </div>
            <div class="rows">{ own }{ groups }</div>
            <form method="dialog">
                <button class="btn">{ i18n::CLOSE.get(lang) }</button>
                <span role="status">{ status }</span>
            </form>
        </dialog>
    }
}

/// The examples that a query finds: those that speak of it, those that lead to the error that it is, then the others.
fn found(query: &str) -> Vec<&'static Example> {
    let [mut found, within] = examples::search(query);
    let errors = examples_by_error(query);
    for example in errors.into_iter().filter_map(examples::find).chain(within) {
        if found.iter().all(|it| it.id != example.id) {
            found.push(example);
        }
    }
    found
}

/// The id of an example's row.
fn id(example: &Example) -> String {
    format!("example-{}", example.id)
}

/// The dialog is closed first, so that the browser gives the focus back.
fn choose(dispatch: &Dispatch, msg: Msg) {
    browser::close_dialog(PANEL);
    dispatch.emit(msg);
}

fn group(
    name: Text,
    examples: &[&'static Example],
    shown: Option<&'static str>,
    lang: Lang,
    dispatch: &Dispatch,
) -> Html {
    let rows: Html = examples.iter().map(|it| row(it, shown, lang, dispatch)).collect();
    html! { <section aria-label={name.get(lang)}><h3 aria-hidden="true">{ name.get(lang) }</h3><ul>{ rows }</ul></section> }
}

fn row(
    example: &'static Example,
    shown: Option<&'static str>,
    lang: Lang,
    dispatch: &Dispatch,
) -> Html {
    let current = (shown == Some(example.id)).then_some("true");
    let (class, sign, word) = match example.outcome {
        Outcome::Accepted => ("mark", "✓", i18n::ACCEPTED),
        Outcome::Surprising => ("mark look", "!", i18n::SURPRISING),
        Outcome::Refused => ("mark bad", "✕", i18n::REFUSED),
        Outcome::DoesNotStart => ("mark bad", "✕", DOES_NOT_START),
    };
    let mark = classed(class, html! { <span>{ signed(sign, word.get(lang)) }</span> });
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| choose(&dispatch, Msg::Example(example.id)));
    html! {
        <li><button type="button" id={id(example)} aria-current={current} {onclick}>{ mark }<b>{ example.title.get(lang) }</b>{ " " }<small>{ words(example.about, lang) }</small></button></li>
    }
}

/// The row of one's own text. Where there is none yet, it leads to the box to type in.
fn own_text(own: OwnText, lang: Lang, dispatch: &Dispatch) -> Html {
    let current = (own == OwnText::Shown).then_some("true");
    let says = match own {
        OwnText::Shown => OWN_SHOWN,
        OwnText::Left | OwnText::Waits => OWN_WAITS,
        OwnText::None => OWN_NONE,
    };
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| match own {
        OwnText::Left => choose(&dispatch, Msg::OwnText),
        OwnText::Waits => choose(&dispatch, Msg::Visit(Step::Own(browser::own_work()))),
        OwnText::Shown | OwnText::None => {
            choose(&dispatch, Msg::Pane(Pane::Manifest));
            browser::later(|| browser::focus("manifest"));
        }
    });
    html! {
        <button type="button" class="own" id={OWN} aria-current={current} {onclick}><b>{ OWN_TEXT.get(lang) }</b>{ " " }<small>{ says.get(lang) }</small></button>
    }
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn a_pasted_error_finds_the_example_that_shows_it() {
        let error = "The Service \"shop\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services";
        let first: Vec<&str> = found(error).iter().take(2).map(|it| it.id).collect();
        assert_eq!(first, ["require-on-single-stack", "cluster-loses-a-family"]);
        assert_eq!(found("provided IP is already allocated")[0].id, "address-taken");
        // What is said of an example comes first, and no example twice.
        let headless: Vec<&str> = found("headless").iter().map(|it| it.id).collect();
        assert_eq!(headless[0], "headless-with-selector");
        let once: std::collections::BTreeSet<&str> = headless.iter().copied().collect();
        assert_eq!(once.len(), headless.len());
    }
}
