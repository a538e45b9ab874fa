//! How does each pane look, in both languages? The panes as they are rendered on the host, against the files of
//! `snapshots/`. `UPDATE_SNAPSHOTS=1 cargo test -p dualstack-web --test snapshots` writes them anew: read the difference.

use std::fs;
use std::marker::PhantomData;
use std::path::Path;
use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::fixes::{fixes, next_steps};
use dualstack_core::session::Replay;
use dualstack_core::session::action::Action;
use dualstack_web::page::{Page, Panes};
use dualstack_web::panes::answer::Answer;
use dualstack_web::panes::changes::Changes;
use dualstack_web::panes::cluster::Cluster;
use dualstack_web::panes::components::{self, Summary};
use dualstack_web::panes::deciding::Deciding;
use dualstack_web::panes::documents::Documents;
use dualstack_web::panes::embed::{Remarks, RemarksProps, Ways, WaysProps};
use dualstack_web::panes::examples::{self, Examples};
use dualstack_web::panes::footer::Footer;
use dualstack_web::panes::header::Header;
use dualstack_web::panes::invitation::Invitation;
use dualstack_web::panes::manifest::Manifest;
use dualstack_web::panes::nodes::{self, Nodes};
use dualstack_web::panes::notice::Notice;
use dualstack_web::panes::phone_bar::PhoneBar;
use dualstack_web::panes::picture::Picture;
use dualstack_web::panes::planning::{self, Planning};
use dualstack_web::panes::prerequisites::{self, Prerequisites};
use dualstack_web::panes::share::{self, Given, Share};
use dualstack_web::panes::stored::Stored;
use dualstack_web::panes::strip::{NoteShown, Strip};
use dualstack_web::panes::tabs::Tabs;
use dualstack_web::panes::terminal::Terminal;
use dualstack_web::panes::why::Why;
use dualstack_web::presets::Preset;
use dualstack_web::state::answers::Answers;
use dualstack_web::state::choices::Tab;
use dualstack_web::state::fixes::FoundFixes;
use dualstack_web::state::found::Place;
use dualstack_web::state::navigation::OwnText;
use dualstack_web::state::shared::Shared;
use dualstack_web::state::store::{Msg, Store};
use dualstack_web::state::visit::Step;
use dualstack_web::ui::links::Links;
use futures_executor::block_on;
use yew::{
    BaseComponent, Callback, Component, Context, ContextProvider, Html, LocalServerRenderer,
    Properties, html,
};

/// Tags that stand within a line.
const INLINE: [&str; 9] = ["b", "code", "i", "mark", "small", "span", "strong", "tspan", "title"];
/// Tags without an end.
const VOID: [&str; 2] = ["br", "input"];

/// HTML with a line for each element that is more than words.
fn lines(html: &str) -> String {
    let mut pieces = html.split('<');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut depth = 0_usize;
    for piece in pieces {
        let end = piece.find([' ', '>']).unwrap_or(piece.len());
        let name = piece[..end].trim_start_matches('/');
        match (INLINE.contains(&name), piece.starts_with('/')) {
            (true, _) => {}
            (false, true) => depth -= 1,
            (false, false) => {
                out = format!("{out}\n{}", "  ".repeat(depth));
                depth += usize::from(!VOID.contains(&name));
            }
        }
        out = out + "<" + piece;
    }
    out.trim().to_owned() + "\n"
}

/// A pane as it stands in the page, whose places can be opened.
struct InPage<C>(PhantomData<C>);

#[derive(PartialEq, Properties)]
struct InPageProps<P: Properties> {
    props: P,
}

impl<C: BaseComponent> Component for InPage<C>
where
    C::Properties: Clone,
{
    type Message = ();
    type Properties = InPageProps<C::Properties>;

    fn create(_: &Context<Self>) -> Self {
        Self(PhantomData)
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let props = context.props().props.clone();
        html! { <ContextProvider<Links> context={Links(Callback::noop())}><C ..props /></ContextProvider<Links>> }
    }
}

fn rendered<C: BaseComponent>(props: C::Properties) -> String
where
    C::Properties: Clone,
{
    let props = InPageProps { props };
    let renderer = LocalServerRenderer::<InPage<C>>::with_props(props).hydratable(false);
    lines(&block_on(renderer.render()))
}

/// A pane in states, each under its name.
fn check(pane: &str, lang: Lang, states: &[(&str, String)]) {
    let file = format!("tests/snapshots/{pane}.{}.html", lang.tag());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    let now: String =
        states.iter().map(|(state, html)| format!("<!-- {state} -->\n{html}\n")).collect();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder is made");
        return fs::write(&path, now).expect("the file is written");
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    let other = before.lines().zip(now.lines()).enumerate().find(|(_, (one, next))| one != next);
    assert!(before == now, "{file} differs, first at {other:#?}");
}

/// A state with the fixes that the page finds once typing stops.
fn panes(store: &Store) -> Panes {
    let mut replay = Replay::default();
    let mut page = Page::default();
    let mut store = store.clone();
    loop {
        let answers = Answers::of(&store, &store.session(), &mut replay);
        let answers = answers.expect("a session begins with a start");
        let panes = page.panes(&store, &answers, &Callback::noop(), &Callback::noop());
        if store.fixes.is_some() {
            return panes;
        }
        let (session, at, document) = (store.session(), store.at, panes.document);
        let mut found = fixes(&mut replay, &session, at, document);
        if found.is_empty() {
            found = next_steps(&mut replay, &session, at, document);
        }
        let found = FoundFixes::new(store.session(), store.at, document, found);
        store = store.update(Msg::Fixes(Rc::new(found)));
    }
}

fn refusal(lang: Lang) -> Store {
    let single = Store::opening(lang).update(Msg::Preset(Preset::V4));
    single.update(Msg::Replace("PreferDualStack", "RequireDualStack"))
}

fn failed_start(lang: Lang) -> Store {
    let flags = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/33\nkube-proxy\n--cluster-cidr=10.0.0.0/8,10.1.0.0/16\n";
    Store::opening(lang).update(Msg::EditFlags(flags.to_owned()))
}

/// A config of kubeadm in place of the flags.
fn configured(lang: Lang, services: &str) -> Store {
    let config = format!(
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  podSubnet: 10.244.0.0/16,fd00:10:244::/56\n  serviceSubnet: {services}\n"
    );
    Store::opening(lang).update(Msg::EditFlags(config))
}

/// A chart: so many Services, the last of which is refused, and something that is not simulated.
fn several(lang: Lang, services: usize) -> Store {
    let mut text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n".to_owned();
    for at in 1..=services {
        let policy = if at == services { "Never" } else { "PreferDualStack" };
        text.push_str(&format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: shop-{at}}}\nspec: {{ipFamilyPolicy: {policy}, ports: [{{port: 80}}]}}\n"
        ));
    }
    Store::opening(lang).update(Msg::EditManifest(text))
}

fn node(lang: Lang) -> Store {
    let manifest = "apiVersion: v1\nkind: Node\nmetadata:\n  name: node-2\n";
    Store::opening(lang).update(Msg::Append(Action::Apply(manifest.into())))
}

fn forked(lang: Lang) -> Store {
    let single = Store::opening(lang).update(Msg::Preset(Preset::V4));
    let dual = single.update(Msg::Restart).update(Msg::Preset(Preset::V4V6));
    dual.update(Msg::Note("Now the second range is added".to_owned())).update(Msg::Fork)
}

/// Two nodes with three Pods that the Service of the opening selects.
fn pods(lang: Lang) -> Store {
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  replicas: 3\n  \
                    selector:\n    matchLabels:\n      app.kubernetes.io/name: MyApp\n  template:\n    metadata:\n      \
                    labels:\n        app.kubernetes.io/name: MyApp\n    spec:\n      containers:\n      - name: web\n        image: nginx\n";
    node(lang).update(Msg::Append(Action::Apply(manifest.into())))
}

fn arrived(store: &Store, fragment: &str) -> Store {
    let place = Place { fragment: fragment.to_owned(), mark: String::new() };
    store.update(Msg::Visit(Step::Arrived(place)))
}

#[test]
fn panes_look_as_their_snapshots() {
    for lang in [Lang::En, Lang::Zh] {
        let opening = Store::opening(lang);
        let [first, refused, failed, of_node] =
            [opening.clone(), refusal(lang), failed_start(lang), node(lang)].map(|it| panes(&it));

        let [config, refused_config] =
            ["10.96.0.0/16,fd00:10:96::/112", "10.96.0.0/16,fd00:10:96::/64"]
                .map(|services| panes(&configured(lang, services)));

        check("header", lang, &[("opening", rendered::<Header>(first.header.clone()))]);
        let searched = |query: &'static str| {
            rendered::<Examples>(examples::Props {
                lang,
                example: Some("headless-with-selector"),
                own: OwnText::Left,
                query: query.into(),
                onclose: Callback::noop(),
                dispatch: Callback::noop(),
            })
        };
        check(
            "examples",
            lang,
            &[("a search", searched("headless")), ("nothing found", searched("no such thing"))],
        );
        let names_places =
            panes(&Store::opening(lang).update(Msg::Example("provider-without-ipv6")));
        check(
            "invitation",
            lang,
            &[
                ("opening", rendered::<Invitation>(first.invitation.clone())),
                ("places are named", rendered::<Invitation>(names_places.invitation)),
            ],
        );
        check("footer", lang, &[("opening", rendered::<Footer>(first.footer.clone()))]);
        check(
            "phone-bar",
            lang,
            &[
                ("opening", rendered::<PhoneBar>(first.phone_bar.clone())),
                ("refusal", rendered::<PhoneBar>(refused.phone_bar.clone())),
            ],
        );
        let damaged = panes(&arrived(&opening, "9AAAA"));
        let draft = panes(&arrived(&opening, &node(lang).place().fragment));
        check(
            "notice",
            lang,
            &[
                ("an address that cannot be read", rendered::<Notice>(damaged.notice)),
                ("a link", rendered::<Notice>(draft.notice)),
            ],
        );
        check(
            "answer",
            lang,
            &[
                ("opening", rendered::<Answer>(first.answer.clone())),
                ("refusal", rendered::<Answer>(refused.answer.clone())),
                ("failed start", rendered::<Answer>(failed.answer.clone())),
                ("node", rendered::<Answer>(of_node.answer.clone())),
            ],
        );
        check(
            "cluster",
            lang,
            &[
                ("opening", rendered::<Cluster>(first.cluster.clone())),
                ("failed start", rendered::<Cluster>(failed.cluster.clone())),
                ("a config", rendered::<Cluster>(config.cluster)),
                ("a config that is refused", rendered::<Cluster>(refused_config.cluster)),
            ],
        );
        check(
            "manifest",
            lang,
            &[
                ("opening", rendered::<Manifest>(first.manifest.clone())),
                ("refusal", rendered::<Manifest>(refused.manifest.clone())),
            ],
        );
        let several = panes(&several(lang, 2)).documents.expect("there are several");
        let many = panes(&self::several(lang, 8)).documents.expect("there are many");
        check(
            "documents",
            lang,
            &[("several", rendered::<Documents>(several)), ("many", rendered::<Documents>(many))],
        );
        check(
            "stored",
            lang,
            &[
                ("opening", rendered::<Stored>(first.stored.clone())),
                ("refusal", rendered::<Stored>(refused.stored.clone())),
                ("node", rendered::<Stored>(of_node.stored.clone())),
            ],
        );
        check(
            "strip",
            lang,
            &[
                ("opening", rendered::<Strip>(first.strip.clone())),
                ("refusal", rendered::<Strip>(refused.strip.clone())),
                ("node", rendered::<Strip>(of_node.strip.clone())),
                ("a fork with a note", rendered::<Strip>(panes(&forked(lang)).strip)),
            ],
        );
        let playing = forked(lang).update(Msg::Play(true));
        let note = panes(&playing.update(Msg::Tick).update(Msg::Tick)).note;
        let note = note.expect("the session plays");
        check("note", lang, &[("playing", rendered::<NoteShown>(note))]);
        let [older, same] = ["1.20", "1.35"].map(|version| {
            let version = version.parse().expect("it is simulated");
            panes(&opening.update(Msg::Compare(Some(version)))).changes
        });
        check(
            "changes",
            lang,
            &[
                ("opening", rendered::<Changes>(first.changes.clone())),
                ("refusal", rendered::<Changes>(refused.changes.clone())),
                ("compared", rendered::<Changes>(older)),
                ("compared with the same", rendered::<Changes>(same)),
            ],
        );
        let terminal = panes(&node(lang).update(Msg::Tab(Tab::Terminal))).terminal;
        let terminal = terminal.expect("its tab is shown");
        check("terminal", lang, &[("node", rendered::<Terminal>(terminal))]);
        check(
            "tabs",
            lang,
            &[
                ("opening", rendered::<Tabs>(first.tabs.clone())),
                ("node", rendered::<Tabs>(of_node.tabs.clone())),
            ],
        );
        check(
            "deciding",
            lang,
            &[
                ("opening", rendered::<Deciding>(first.deciding.clone())),
                ("refusal", rendered::<Deciding>(refused.deciding.clone())),
            ],
        );
        check(
            "picture",
            lang,
            &[
                ("opening", rendered::<Picture>(first.picture.clone())),
                ("refusal", rendered::<Picture>(refused.picture.clone())),
                ("Pods", rendered::<Picture>(panes(&pods(lang)).picture)),
            ],
        );
        check(
            "why",
            lang,
            &[
                ("opening", rendered::<Why>(first.why.clone())),
                ("failed start", rendered::<Why>(failed.why.clone())),
            ],
        );
    }
}

#[test]
fn panes_about_the_whole_cluster_look_as_their_snapshots() {
    for lang in [Lang::En, Lang::Zh] {
        let opening = Store::opening(lang);
        let whole = |store: &Store| panes(store).whole.expect("it is no frame");
        let (first, failed, of_node) =
            (whole(&opening), whole(&failed_start(lang)), whole(&node(lang)));
        let (seen, dispatch) = (first.seen.clone(), Callback::noop());
        let props = components::Props { lang, seen: failed.seen };
        check("components", lang, &[("failed start", rendered::<Summary>(props))]);
        let props = nodes::Props {
            lang,
            world: of_node.world,
            objects: of_node.objects,
            looking: nodes::Looking::default(),
            onlook: Callback::noop(),
            dispatch: dispatch.clone(),
        };
        check("nodes", lang, &[("node", rendered::<Nodes>(props))]);
        let props = planning::Props {
            lang,
            seen: seen.clone(),
            kept: planning::Kept::default(),
            onkept: Callback::noop(),
            dispatch: dispatch.clone(),
        };
        check("planning", lang, &[("opening", rendered::<Planning>(props))]);
        let props = prerequisites::Props { lang, seen, dispatch };
        check("prerequisites", lang, &[("opening", rendered::<Prerequisites>(props))]);
    }
}

#[test]
fn what_stands_around_shared_work_looks_as_its_snapshots() {
    for lang in [Lang::En, Lang::Zh] {
        let opening = Store::opening(lang);
        let answer = panes(&opening).answer;
        let given = Given::of(&opening, &answer.verdict, &answer.addresses);
        let props = share::Props { given, onclose: Callback::noop() };
        check("share", lang, &[("opening", rendered::<Share>(props))]);

        let framed = arrived(&opening, &format!("/s/nowhere?view=mini&lang={}&x=1", lang.tag()));
        let embed = framed.visit.embed.clone().expect("it is in a frame");
        let ways = WaysProps {
            lang,
            lang_asked: embed.lang,
            shown: framed.shown(),
            can_undo: false,
            can_redo: false,
            dispatch: Callback::noop(),
        };
        let remarks = RemarksProps { lang, embed: Shared(embed) };
        let around = rendered::<Remarks>(remarks) + &rendered::<Ways>(ways);
        check("embed", lang, &[("a frame that asks for too much", around)]);
    }
}
