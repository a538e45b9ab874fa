//! What can be given away of a session: the link and its QR code, the answer as Markdown, a frame for another
//! page, and what was sent as a file.

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::Piece;
use dualstack_core::installers::{self, kind, kubeadm};
use dualstack_core::net::Family;
use dualstack_core::session::action::Action;
use yew::prelude::*;

use crate::browser::{self, address_bar};
use crate::examples;
use crate::i18n;
use crate::state::choices::Tab;
use crate::state::link::{self, Trouble};
use crate::state::store::Store;
use crate::state::verdict::Verdict;
use crate::ui::copy::{PANEL, Panel};
use crate::ui::qr;

const LINK: Text = Text { en: "Link", zh: "链接" };
const COPY_LINK: Text = Text { en: "Copy link", zh: "复制链接" };
const TEMPORARY: Text = Text {
    en: "Links are temporary until the first release: a newer version of the playground may not be able to read them.",
    zh: "首次发布之前，链接是临时的：更新版本的演练场可能无法读取它们。",
};
const CODE: Text = Text { en: "QR code of the link", zh: "链接的二维码" };
const MARKDOWN: Text = Text { en: "Markdown with the result", zh: "含结果的 Markdown" };
const COPY_MARKDOWN: Text = Text { en: "Copy Markdown", zh: "复制 Markdown" };
const FRAME: Text = Text { en: "HTML to embed", zh: "嵌入其他网页的 HTML" };
const COPY_FRAME: Text = Text { en: "Copy HTML", zh: "复制 HTML" };
const DOWNLOAD: Text = Text { en: "Download YAML", zh: "下载 YAML 文件" };

const DOWNLOAD_KUBEADM: Text = Text { en: "Download kubeadm config", zh: "下载 kubeadm 配置" };
const DOWNLOAD_KIND: Text = Text { en: "Download kind config", zh: "下载 kind 配置" };

const TOO_LONG_FOR_A_CODE: Text = Text {
    en: "This link is too long for a QR code, which can hold 2953 characters.",
    zh: "此链接过长，无法放入二维码：二维码最多容纳 2953 个字符。",
};

/// What is given away.
#[derive(Clone, PartialEq, Debug)]
pub struct Given {
    lang: Lang,
    /// The address that leads to the session.
    address: Result<String, Trouble>,
    markdown: String,
    /// HTML for another page; a session that is too long for a link has none, unless it is an example.
    frame: Option<String>,
    /// The name of the file.
    file: &'static str,
    /// What was sent.
    text: String,
    /// The config with which kubeadm installs the cluster.
    kubeadm: String,
    /// The same of kind.
    kind: String,
}

impl Given {
    /// Looks at what the page says now.
    #[must_use]
    pub fn of(store: &Store, verdict: &Verdict, addresses: &[(Family, AttrValue)]) -> Self {
        Self::on(&address_bar::page(true), &address_bar::page(false), store, verdict, addresses)
    }

    /// On a page of this address, with and without what stands behind `?`.
    fn on(
        page: &str,
        bare: &str,
        store: &Store,
        verdict: &Verdict,
        addresses: &[(Family, AttrValue)],
    ) -> Self {
        let lang = store.lang;
        let link = store.fragment();
        let opens_here = |id: &&str| examples::find(id).is_some_and(|it| it.opens_at == store.at);
        let fragment = match store.example.filter(opens_here) {
            Some(example) => Some(format!("/s/{example}")),
            None => link::write(&store.shown()).ok(),
        };
        let tab = match store.tab {
            Tab::Stored => String::new(),
            tab => format!("&tab={}", tab.name()),
        };
        let frame = fragment.map(|fragment| {
            format!(
                "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"640\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>",
                escaped(&format!("{bare}#{fragment}?view=all&lang={}{tab}", lang.tag())),
                i18n::TITLE.get(lang)
            )
        });
        let address = link.map(|link| format!("{page}#{link}"));
        let mut markdown = markdown(store, verdict, addresses);
        if let Ok(address) = &address {
            markdown += &format!("\n[{}]({address})\n", i18n::OPEN.get(lang));
        }
        let is_patch = matches!(store.event(), Action::Patch { .. });
        let file = if is_patch { "patch.yaml" } else { "manifest.yaml" };
        let (_, flags, version) = store.boot();
        let read = installers::flags_of(flags, version);
        let kubeadm = kubeadm::export(&read, flags, version);
        let kind = kind::export(&read, flags, version);
        let text = store.manifest().to_string();
        Self { lang, address, markdown, frame, file, text, kubeadm, kind }
    }
}

/// Properties of [`Share`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What is given away.
    pub given: Given,
    /// The dialog was closed.
    pub onclose: Callback<()>,
}

/// The dialog.
#[component]
pub fn Share(props: &Props) -> Html {
    let Given { lang, address, markdown, frame, file, text, kubeadm, kind } = &props.given;
    let lang = *lang;
    let status = use_state(|| None::<&'static str>);
    use_effect_with((), |()| browser::open_dialog(PANEL));
    let text_box = |id: &'static str, label: Text, copy: Text, text: &str| {
        let (text, status) = (AttrValue::from(text.to_owned()), status.setter());
        let onclick = {
            let text = text.clone();
            Callback::from(move |_: MouseEvent| {
                let status = status.clone();
                browser::copy(text.to_string(), move |is_copied| {
                    let says = if is_copied {
                        i18n::COPIED_IT
                    } else {
                        browser::select(id);
                        i18n::COPY_BY_HAND
                    };
                    status.set(Some(says.get(lang)));
                });
            })
        };
        html! {
            <div class="given">
                <label for={id}>{ label.get(lang) }</label>
                <textarea {id} readonly=true rows="3" lang="en" spellcheck="false" value={text} />
                <button type="button" class="btn" {onclick}>{ copy.get(lang) }</button>
            </div>
        }
    };
    let link = match address {
        Err(why) => html! { <p class="notice">{ why.text().get(lang) }</p> },
        Ok(address) => html! {
            <>
                { text_box("share-link", LINK, COPY_LINK, address) }
                <p>{ TEMPORARY.get(lang) }</p>
                { code(address, lang) }
            </>
        },
    };
    html! {
        <Panel {lang} title={i18n::SHARE.get(lang)} status={*status} onclose={props.onclose.clone()}>
            { link }
            { text_box("share-markdown", MARKDOWN, COPY_MARKDOWN, markdown) }
            if let Some(frame) = frame { { text_box("share-frame", FRAME, COPY_FRAME, frame) } }
            <p>
                { download(file, text, DOWNLOAD, lang) }
                { download("kubeadm.yaml", kubeadm, DOWNLOAD_KUBEADM, lang) }
                { download("kind.yaml", kind, DOWNLOAD_KIND, lang) }
            </p>
        </Panel>
    }
}

/// A text as a file.
fn download(file: &'static str, text: &str, label: Text, lang: Lang) -> Html {
    html! { <a class="btn" download={file} href={data_url(text)}>{ label.get(lang) }</a> }
}

/// The QR code of an address.
fn code(address: &str, lang: Lang) -> Html {
    match qr::draw(address) {
        None => html! { <p>{ TOO_LONG_FOR_A_CODE.get(lang) }</p> },
        Some(qr::Drawing { size, path }) => html! {
            <svg class="qr" viewBox={format!("0 0 {size} {size}")} role="img" aria-label={CODE.get(lang)} shape-rendering="crispEdges"><path d={path} /></svg>
        },
    }
}

/// The answer, the release with its flags, and what was sent.
fn markdown(store: &Store, verdict: &Verdict, addresses: &[(Family, AttrValue)]) -> String {
    let mut out = verdict.tone.mark().to_owned();
    for pieces in [&verdict.head, &verdict.because] {
        // Chinese sentences follow each other without a space.
        if store.lang == Lang::En || pieces == &verdict.head {
            out.push(' ');
        }
        for piece in pieces {
            match piece {
                Piece::Words(words) => out += words,
                Piece::Code(code) => out = out + "`" + code + "`",
                Piece::Family(family) => out += family.name(),
                Piece::Link { words, .. } => out += words,
            }
        }
    }
    out = out.trim().to_owned() + "\n\n";
    for (family, address) in addresses {
        out = out + "- " + family.name() + ": `" + address + "`\n";
    }
    if !addresses.is_empty() {
        out.push('\n');
    }
    let (_, flags, version) = store.boot();
    out += &format!("Kubernetes {version}\n\n{}\n", fenced("", flags));
    out + &fenced("yaml", &store.manifest())
}

/// A text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// A text between fences that are longer than any in it.
fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// A text as an address that holds it.
fn data_url(text: &str) -> String {
    let mut url = "data:application/yaml;charset=utf-8,".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            url.push(char::from(byte));
        } else {
            url += &format!("%{byte:02X}");
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::Piece;
    use dualstack_core::net::Family;

    use super::{Given, data_url, fenced};

    use crate::state::link::Trouble;
    use crate::state::store::{Msg, Store};
    use crate::state::verdict::{Tone, Verdict};

    fn given(store: &Store) -> Given {
        let head = vec![Piece::Code("web".to_owned()), Piece::Words(" gets one.".to_owned())];
        let verdict = Verdict { tone: Tone::Good, head, because: Vec::new() };
        let addresses = [(Family::V4, "10.0.0.1".into())];
        Given::on("https://a.example/?x=1", "https://a.example/", store, &verdict, &addresses)
    }

    fn typed(flags: &str, manifest: &str) -> Store {
        let store = Store::opening(Lang::En).update(Msg::EditFlags(flags.to_owned()));
        store.update(Msg::EditManifest(manifest.to_owned()))
    }

    #[test]
    fn everything_leads_to_the_session() {
        let given = given(&typed("--v=2", "a: 1\n"));
        let link = given.address.expect("it is short");
        assert!(link.starts_with("https://a.example/?x=1#0"), "{link}");
        assert_eq!(
            given.markdown,
            format!(
                "✓ `web` gets one.\n\n- IPv4: `10.0.0.1`\n\nKubernetes 1.37\n\n```\n--v=2\n```\n\n```yaml\na: 1\n```\n\n[Open in the playground]({link})\n"
            )
        );
        let fragment = link.split('#').next_back().expect("it has one");
        let source = format!("<iframe src=\"https://a.example/#{fragment}?view=all&amp;lang=en\"");
        assert!(given.frame.is_some_and(|it| it.starts_with(&source)));
    }

    #[test]
    fn an_example_is_framed_by_its_name() {
        let store = Store::opening(Lang::En).update(Msg::Example("node-port"));
        let frame = given(&store).frame.expect("it is there");
        let source = "\"https://a.example/#/s/node-port?view=all&amp;lang=en\"";
        assert!(frame.contains(source), "{frame}");
    }

    #[test]
    fn what_is_too_long_for_a_link_has_the_other_forms() {
        let given = given(&typed("", &"x".repeat(70_000)));
        assert_eq!((&given.address, &given.frame), (&Err(Trouble::TooLong), &None));
        assert!(!given.markdown.contains("[Open"));
    }

    #[test]
    fn fences_are_longer_than_those_of_the_text() {
        assert_eq!(fenced("", "```\nx\n```"), "````\n```\nx\n```\n````\n");
        assert_eq!(data_url("双"), "data:application/yaml;charset=utf-8,%E5%8F%8C");
    }
}
