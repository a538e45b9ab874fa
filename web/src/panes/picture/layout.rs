//! Where is everything in the picture of the cluster? Places in pixels, computed without a browser: Services on the
//! left, nodes with their Pods on the right, and lines through the gap between them.
//!
//! Invariants: boxes overlap only where one contains the other, and an address is never cut.

use std::rc::Rc;

use dualstack_core::api::service::{LOAD_BALANCER, Service, ServicePort, ServiceSpec};
use dualstack_core::cluster::objects::matches;
use dualstack_core::cluster::{Node, Pod, World};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Fact, plain, render};
use dualstack_core::facts;
use dualstack_core::net::go_parse::{parse_cidr, parse_ip};
use dualstack_core::net::{Cidr, Family};
use dualstack_core::session::diff::ServiceAfter;

use crate::i18n::colon;
use crate::panes::text;

/// The width of the picture. A pane of 460 px shows it in its own size.
pub const WIDTH: i32 = 444;
/// The most nodes, the most Pods of a node, and the most Services beside the chosen one.
pub const MOST: usize = 4;

/// Where the columns begin, and how wide they are: Services, and nodes.
const COLUMNS: [(i32, i32); 2] = [(1, 192), (226, 217)];
/// Around the content of a box.
const PAD: i32 = 7;
/// Between boxes.
const GAP: i32 = 6;
/// The height of a line of text.
const ROW: i32 = 16;
/// From the edge of an address to its text, behind the number of its family.
const INDENT: i32 = 21;

const ADDRESSES: Text = Text { en: "Addresses", zh: "地址" };
const POD_CIDRS: Text = Text { en: "Node Pod CIDRs", zh: "节点 Pod CIDR" };
const NO_ADDRESS: Text = Text { en: "no {family} address", zh: "没有 {family} 地址" };
const NO_POD_CIDR: Text = Text { en: "no {family} Pod CIDR", zh: "没有 {family} Pod CIDR" };
const NO_POD_IP: Text = Text { en: "no Pod IP", zh: "没有 Pod IP" };
const NO_NODES: Text = Text { en: "no nodes", zh: "没有节点" };
const NO_SERVICES: Text = Text { en: "no Services", zh: "没有 Service" };
const MORE: Text = Text { en: "+ {count} more", zh: "+ 另有 {count} 个" };
const OTHERS: Text = Text { en: "Other Services", zh: "其他 Service" };
const NO_MATCH: Text =
    Text { en: "no Pod matches the selector", zh: "没有 Pod 匹配选择算符" };
const NO_MATCH_OF: Text = Text {
    en: "no matching Pod has an {family} address",
    zh: "匹配的 Pod 都没有 {family} 地址",
};
const NO_SELECTOR: Text =
    Text { en: "no selector: it selects no Pods", zh: "没有选择算符：不选择任何 Pod" };
const HEADLESS: Text =
    Text { en: "headless: DNS answers with the Pods", zh: "无头：DNS 返回 Pod 的地址" };
const ALIAS: Text = Text { en: "DNS answers with this name", zh: "DNS 返回此名称" };
const BALANCER: Text = Text { en: "Load balancer", zh: "负载均衡器" };
const NO_BALANCER: Text = Text {
    en: "no address: the cloud provider assigns it",
    zh: "没有地址：由云提供商分配",
};
const TO_PODS: Text = Text { en: "Pods: {count}", zh: "Pod：{count} 个" };

/// A part of the picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

/// What a shape stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Is {
    /// What contains others: a node, the Pods without one, a Service.
    Outer,
    /// The chosen Service.
    Chosen,
    /// A Pod.
    Pod,
    /// An address or a range.
    Address(Family),
    /// Something that is not there.
    Missing,
}

/// How text looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ink {
    /// The name of an object.
    Name,
    /// What kubectl prints.
    Code,
    /// Ours.
    Words,
    /// Something that is wrong.
    Bad,
    /// An address, or the number of its family.
    Of(Family),
}

/// A line of text, by the start of its baseline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    pub x: i32,
    pub y: i32,
    pub ink: Ink,
    pub text: String,
}

/// A line from an address of the chosen Service to one of a Pod; to nothing where no Pod has such an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wire {
    pub family: Family,
    pub from: (i32, i32),
    pub to: Option<(i32, i32)>,
}

/// The picture, and the same in words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Drawing {
    pub height: i32,
    pub shapes: Vec<(Is, Rect)>,
    pub words: Vec<Words>,
    pub wires: Vec<Wire>,
    /// What is drawn, an object each.
    pub told: Vec<String>,
    /// How many nodes and Pods are not drawn.
    pub hidden: usize,
}

/// Draws from top to bottom.
struct Pen {
    lang: Lang,
    drawing: Drawing,
    x: i32,
    y: i32,
    w: i32,
}

/// A sentence with its holes filled.
fn filled(text: Text, facts: &[Fact], lang: Lang) -> String {
    plain(&render(text, facts, lang))
}

/// The width of a letter of 12 px, in tenths of a pixel.
const fn tenths(letter: char, ink: Ink) -> i32 {
    match (letter, ink) {
        ('\u{2e80}'.., _) => 120,
        (_, Ink::Words | Ink::Bad) => 67,
        (_, Ink::Name) => 72,
        _ => 73,
    }
}

/// How wide a text is at most, in pixels.
pub fn width(text: &str, ink: Ink) -> i32 {
    text.chars().map(|letter| tenths(letter, ink)).sum::<i32>() / 10
}

/// A text in lines that are no wider than the room.
fn wrapped(text: &str, room: i32, ink: Ink) -> Vec<String> {
    let mut lines = vec![String::new()];
    let ends = |letter: char| " :./,-".contains(letter) || letter >= '\u{2e80}';
    for part in text.split_inclusive(ends) {
        let fits = |line: &str, more: &str| width(&[line, more.trim_end()].concat(), ink) <= room;
        if lines.last().is_some_and(|line| !line.is_empty() && !fits(line, part)) {
            lines.push(String::new());
        }
        for letter in part.chars() {
            if lines.last().is_some_and(|line| !fits(line, letter.encode_utf8(&mut [0; 4]))) {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(letter);
            }
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

impl Pen {
    fn column(&mut self, column: usize) {
        let (x, w) = COLUMNS[column];
        (self.x, self.y, self.w) = (x, 1, w);
    }

    /// Begins a box, whose end is not known yet.
    fn open(&mut self, is: Is, name: &str) -> usize {
        self.drawing.shapes.push((is, Rect { x: self.x, y: self.y, w: self.w, h: 0 }));
        self.drawing.told.push(String::new());
        (self.x, self.y, self.w) = (self.x + PAD, self.y + PAD - 2, self.w - 2 * PAD);
        self.write(Ink::Name, name);
        self.drawing.shapes.len() - 1
    }

    fn close(&mut self, at: usize) {
        (self.x, self.y, self.w) = (self.x - PAD, self.y + PAD - 2, self.w + 2 * PAD);
        let rect = &mut self.drawing.shapes[at].1;
        rect.h = self.y - rect.y;
        self.y += GAP;
    }

    fn tell(&mut self, text: &str) {
        if let Some(told) = self.drawing.told.last_mut() {
            if !told.is_empty() {
                told.push_str(" · ");
            }
            told.push_str(text);
        }
    }

    fn lines(&mut self, ink: Ink, x: i32, room: i32, text: &str) {
        for text in wrapped(text, room, ink) {
            self.drawing.words.push(Words { x, y: self.y + 12, ink, text });
            self.y += ROW;
        }
    }

    fn write(&mut self, ink: Ink, text: &str) {
        self.tell(text);
        self.lines(ink, self.x, self.w, text);
    }

    fn say(&mut self, ink: Ink, text: Text, facts: &[Fact]) {
        self.write(ink, &filled(text, facts, self.lang));
    }

    /// An address or a range; from where to where it reaches, at half of its height.
    fn address(&mut self, family: Family, text: &str) -> [(i32, i32); 2] {
        self.tell(&format!("{family} {text}"));
        let (top, ink) = (self.y + 1, Ink::Of(family));
        self.y = top + 2;
        let number = if family == Family::V4 { "4" } else { "6" };
        let (x, y) = (self.x + 8, self.y + 12);
        self.drawing.words.push(Words { x, y, ink, text: number.to_owned() });
        self.lines(ink, self.x + INDENT, self.w - INDENT - 6, text);
        self.end(Is::Address(family), top)
    }

    fn missing(&mut self, text: Text, facts: &[Fact]) {
        let text = filled(text, facts, self.lang);
        self.tell(&text);
        let top = self.y + 1;
        self.y = top + 2;
        self.lines(Ink::Words, self.x + 8, self.w - 14, &text);
        self.end(Is::Missing, top);
    }

    fn end(&mut self, is: Is, top: i32) -> [(i32, i32); 2] {
        self.y += 2;
        let rect = Rect { x: self.x, y: top, w: self.w, h: self.y - top };
        self.drawing.shapes.push((is, rect));
        self.y += 3;
        let middle = rect.y + rect.h / 2;
        [(rect.x, middle), (rect.x + rect.w, middle)]
    }

    fn more(&mut self, count: usize) {
        if count > 0 {
            self.say(Ink::Words, MORE, &facts![count]);
        }
    }
}

/// The family of an address or a range.
fn family_of(text: &str) -> Option<Family> {
    let of_ip = || parse_ip(text).map(|it| Family::of(it.ip));
    of_ip().or_else(|| parse_cidr(text).map(|it| Cidr::new(it.net).family()))
}

/// The chosen Service, and the Pods that its selector matches.
struct Asked<'a> {
    service: &'a Service,
    /// Its families, in their order.
    families: Vec<Family>,
    /// The Pods, and the families of their addresses.
    pods: Vec<(&'a Rc<Pod>, Vec<Family>)>,
}

impl<'a> Asked<'a> {
    fn of(world: &'a World, service: &'a ServiceAfter) -> Self {
        let spec = &service.service.spec;
        let is_selecting = !spec.is_selectorless() && !spec.is_external_name();
        let is_selected = |pod: &&Rc<Pod>| {
            is_selecting
                && pod.key.0 == service.namespace
                && matches(&spec.selector, &pod.spec.labels)
        };
        let families = |pod| world.pod_ips(pod).into_iter().map(Family::of).collect();
        Self {
            service: &service.service,
            families: named(spec),
            pods: world.pods().filter(is_selected).map(|pod| (pod, families(pod))).collect(),
        }
    }

    fn selects(&self, pod: &Pod) -> bool {
        self.pods.iter().any(|(it, _)| it.key == pod.key)
    }
}

/// The families that a Service names.
fn named(spec: &ServiceSpec) -> Vec<Family> {
    spec.ip_families.iter().filter_map(|it| Family::from_name(it)).collect()
}

/// The ports as kubectl prints them.
fn ports(spec: &ServiceSpec) -> String {
    let port = |it: &ServicePort| match it.node_port {
        0 => format!("{}/{}", it.port, it.protocol),
        node_port => format!("{}:{node_port}/{}", it.port, it.protocol),
    };
    spec.ports.iter().map(port).collect::<Vec<_>>().join(",")
}

/// The cluster IPs, or the DNS records of a headless Service.
fn addresses(spec: &ServiceSpec) -> Vec<(Family, String)> {
    if spec.is_external_name() {
        return Vec::new();
    }
    if spec.has_no_cluster_ip() {
        let record = |family| if family == Family::V4 { "A" } else { "AAAA" };
        return named(spec).into_iter().map(|it| (it, record(it).to_owned())).collect();
    }
    spec.cluster_ips.iter().filter_map(|it| Some((family_of(it)?, it.clone()))).collect()
}

/// Policy, type and ports, and what stands in the place of a cluster IP.
fn head(pen: &mut Pen, spec: &ServiceSpec) {
    if !spec.policy().is_empty() {
        pen.write(Ink::Code, spec.policy());
    }
    let ports = ports(spec);
    let said = [&*spec.type_, &*ports].into_iter().filter(|it| !it.is_empty());
    pen.write(Ink::Code, &said.collect::<Vec<_>>().join(" · "));
    if spec.is_external_name() {
        pen.write(Ink::Code, &spec.external_name);
        pen.say(Ink::Words, ALIAS, &[]);
    } else if spec.has_no_cluster_ip() {
        pen.say(Ink::Words, HEADLESS, &[]);
    }
}

/// The start of the lines of a family, and whether a Pod has an address of it.
type Start = (Family, (i32, i32), bool);

fn chosen(pen: &mut Pen, name: &str, asked: &Asked) -> Vec<Start> {
    let (spec, status) = (&asked.service.spec, &asked.service.status);
    let at = pen.open(Is::Chosen, &format!("Service {name}"));
    head(pen, spec);
    let mut starts = Vec::new();
    for (family, address) in addresses(spec) {
        let [_, from] = pen.address(family, &address);
        if asked.pods.is_empty() {
            continue;
        }
        let pods = asked.pods.iter().filter(|(_, families)| families.contains(&family));
        let names: Vec<String> = pods.map(|(pod, _)| pod.shown()).collect();
        starts.push((family, from, !names.is_empty()));
        if names.is_empty() {
            pen.say(Ink::Bad, NO_MATCH_OF, &facts![family]);
        } else {
            pen.say(Ink::Words, TO_PODS, &facts![count = names.len()]);
            pen.tell(&names.join(", "));
        }
    }
    if spec.type_ == LOAD_BALANCER {
        pen.say(Ink::Words, BALANCER, &[]);
        for it in &status.load_balancer.ingress {
            if let Some(family) = family_of(&it.ip) {
                pen.address(family, &it.ip);
            }
            if !it.hostname.is_empty() {
                pen.write(Ink::Code, &it.hostname);
            }
        }
        if status.load_balancer.ingress.is_empty() {
            pen.missing(NO_BALANCER, &[]);
        }
    }
    if !spec.is_external_name() && spec.is_selectorless() {
        pen.missing(NO_SELECTOR, &[]);
    } else if !spec.is_external_name() && asked.pods.is_empty() {
        pen.missing(NO_MATCH, &[]);
    }
    pen.close(at);
    starts
}

/// How people name a Service: the namespace only where it is another one.
pub fn shown(service: &ServiceAfter) -> String {
    match (&*service.namespace, &*service.name) {
        ("default", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}

fn others(pen: &mut Pen, others: &[&ServiceAfter]) {
    if others.is_empty() {
        return;
    }
    pen.drawing.told.push(String::new());
    pen.say(Ink::Words, OTHERS, &[]);
    for it in others.iter().take(MOST) {
        let spec = &it.service.spec;
        let at = pen.open(Is::Outer, &shown(it));
        head(pen, spec);
        for (family, address) in addresses(spec) {
            pen.address(family, &address);
        }
        pen.close(at);
    }
    pen.more(others.len().saturating_sub(MOST));
}

/// The end of a line: an address of a Pod that the chosen Service selects.
type End = (Family, (i32, i32));

fn pod(pen: &mut Pen, world: &World, pod: &Pod, asked: Option<&Asked>, ends: &mut Vec<End>) {
    let at = pen.open(Is::Pod, &format!("Pod {}", pod.shown()));
    if let Some(node) = &pod.node {
        pen.tell(node);
    }
    if pod.spec.host_network {
        pen.write(Ink::Code, "hostNetwork");
    }
    let asked = asked.filter(|asked| asked.selects(pod));
    let ips = world.pod_ips(pod);
    for ip in &ips {
        let family = Family::of(*ip);
        let [end, _] = pen.address(family, &ip.to_string());
        if asked.is_some() {
            ends.push((family, end));
        }
    }
    if ips.is_empty() {
        pen.missing(NO_POD_IP, &[]);
        if let Some((reason, _)) = pod.event() {
            pen.write(Ink::Bad, reason);
        }
    } else {
        let families = asked.iter().flat_map(|asked| asked.families.iter().copied());
        for family in families.filter(|it| ips.iter().all(|ip| Family::of(*ip) != *it)) {
            pen.missing(NO_ADDRESS, &facts![family]);
        }
    }
    pen.close(at);
}

/// Pods in the order in which they were made, those that the chosen Service selects first.
fn pods<'a>(
    pen: &mut Pen,
    world: &World,
    all: impl Iterator<Item = &'a Rc<Pod>>,
    asked: Option<&Asked>,
    ends: &mut Vec<End>,
) {
    let mut all: Vec<&Rc<Pod>> = all.collect();
    let is_other = |pod: &Pod| !asked.is_some_and(|asked| asked.selects(pod));
    all.sort_by_key(|pod| (is_other(pod), pod.number));
    pen.y += GAP / 2;
    for it in all.iter().take(MOST) {
        pod(pen, world, it, asked, ends);
    }
    let hidden = all.len().saturating_sub(MOST);
    pen.drawing.hidden += hidden;
    pen.more(hidden);
}

/// What a node has of each family, and what it lacks.
fn by_family(pen: &mut Pen, heading: Text, lack: Text, texts: &[(Family, String)]) {
    pen.say(Ink::Words, heading, &[]);
    for (family, text) in texts {
        pen.address(*family, text);
    }
    for family in [Family::V4, Family::V6] {
        if texts.iter().all(|(it, _)| *it != family) {
            pen.missing(lack, &facts![family]);
        }
    }
}

fn node(pen: &mut Pen, world: &World, node: &Node, asked: Option<&Asked>, ends: &mut Vec<End>) {
    let at = pen.open(Is::Outer, &node.name);
    if let Some((reason, _)) = node.not_ready() {
        let why = format!("✕ {}{}{reason}", text::NOT_READY.get(pen.lang), colon(pen.lang));
        pen.write(Ink::Bad, &why);
    }
    let mut own: Vec<(Family, String)> = Vec::new();
    for it in node.addresses.iter() {
        // An address may be an InternalIP and an ExternalIP.
        if let Some(family) = family_of(&it.address)
            && own.iter().all(|(_, other)| *other != it.address)
        {
            own.push((family, it.address.clone()));
        }
    }
    by_family(pen, ADDRESSES, NO_ADDRESS, &own);
    let ranges = node.pod_cidrs.iter().filter_map(|it| Some((family_of(it)?, it.clone())));
    by_family(pen, POD_CIDRS, NO_POD_CIDR, &ranges.collect::<Vec<_>>());
    pods(pen, world, node.pods.values(), asked, ends);
    pen.close(at);
}

/// The picture of a cluster with one of its Services in front.
#[must_use]
pub fn draw(lang: Lang, world: &World, services: &[&ServiceAfter], at: usize) -> Drawing {
    let mut pen = Pen { lang, drawing: Drawing::default(), x: 0, y: 0, w: 0 };
    pen.column(0);
    let asked = services.get(at).map(|it| Asked::of(world, it));
    let starts = match (services.get(at), &asked) {
        (Some(service), Some(asked)) => chosen(&mut pen, &shown(service), asked),
        _ => {
            pen.drawing.told.push(String::new());
            pen.missing(NO_SERVICES, &[]);
            Vec::new()
        }
    };
    let beside = services.iter().enumerate().filter(|(other, _)| *other != at);
    others(&mut pen, &beside.map(|(_, it)| *it).collect::<Vec<_>>());
    let left = pen.y;
    pen.column(1);
    let mut ends = Vec::new();
    let mut nodes: Vec<&Rc<Node>> = world.nodes.values().collect();
    nodes.sort_unstable_by_key(|node| node.number);
    for it in nodes.iter().take(MOST) {
        node(&mut pen, world, it, asked.as_ref(), &mut ends);
    }
    let hidden = nodes.len().saturating_sub(MOST);
    pen.drawing.hidden += hidden;
    if nodes.is_empty() {
        pen.drawing.told.push(String::new());
        pen.missing(NO_NODES, &[]);
    } else if hidden > 0 {
        pen.drawing.told.push(String::new());
        pen.more(hidden);
    }
    if !world.unscheduled.is_empty() {
        let at = pen.open(Is::Outer, text::WITHOUT_NODE.get(lang));
        pods(&mut pen, world, world.unscheduled.values(), asked.as_ref(), &mut ends);
        pen.close(at);
    }
    let Pen { mut drawing, y, .. } = pen;
    drawing.height = left.max(y);
    for (family, from, is_met) in starts {
        if is_met {
            let ends = ends.iter().filter(|(of, _)| *of == family);
            drawing.wires.extend(ends.map(|(_, to)| Wire { family, from, to: Some(*to) }));
        } else {
            drawing.wires.push(Wire { family, from, to: None });
        }
    }
    drawing
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::net::Family;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Action, Session};
    use dualstack_core::session::diff::ServiceAfter;
    use dualstack_core::session::{Report, run};

    use super::{Drawing, Ink, Is, MOST, Rect, WIDTH, draw, width, wrapped};
    use crate::examples;

    const BOTH: &str = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n\
                        kube-controller-manager\n--allocate-node-cidrs\n\
                        --cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n";

    fn ran(flags: &str, manifests: &[&str]) -> Report {
        let start = Action::Boot { version: KubeVersion::LATEST, flags: flags.into() };
        let applied = manifests.iter().map(|text| Action::Apply((*text).into()));
        run(&Session { seed: 0, events: [start].into_iter().chain(applied).collect() })
    }

    fn nodes(count: usize) -> String {
        let node = |at| format!("apiVersion: v1\nkind: Node\nmetadata:\n  name: machine-{at}\n");
        (0..count).map(node).collect::<Vec<_>>().join("---\n")
    }

    fn pods(count: usize, name: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: {count}\n  \
             selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n        \
             app: web\n    spec:\n      containers:\n      - name: web\n        image: nginx\n"
        )
    }

    fn service(rest: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: web\n  ports:\n  - port: 80\n{rest}"
        )
    }

    /// The picture with the Service `web` in front, or the first one.
    fn drawn(report: &Report, lang: Lang) -> Drawing {
        let services: Vec<&ServiceAfter> = report.diff.services.iter().collect();
        let at = services.iter().position(|it| &*it.name == "web").unwrap_or(0);
        draw(lang, &report.world, &services, at)
    }

    fn touch(one: &Rect, other: &Rect) -> bool {
        one.x < other.x + other.w
            && other.x < one.x + one.w
            && one.y < other.y + other.h
            && other.y < one.y + one.h
    }

    fn holds(outer: &Rect, inner: &Rect) -> bool {
        outer.x <= inner.x
            && outer.y <= inner.y
            && inner.x + inner.w <= outer.x + outer.w
            && inner.y + inner.h <= outer.y + outer.h
    }

    /// Nothing lies over anything else, every text fits, and lines end at addresses of their family.
    fn check(drawing: &Drawing, what: &str) {
        let Drawing { shapes, words, wires, height, .. } = drawing;
        let whole = Rect { x: 0, y: 0, w: WIDTH, h: *height };
        for (at, (is, rect)) in shapes.iter().enumerate() {
            assert!(holds(&whole, rect), "{what}: {is:?} {rect:?} in {whole:?}");
            for (other, next) in &shapes[at + 1..] {
                let apart = !touch(rect, next) || holds(rect, next) || holds(next, rect);
                assert!(apart, "{what}: {is:?} {rect:?}, {other:?} {next:?}");
            }
        }
        let places: Vec<Rect> = words
            .iter()
            .map(|it| Rect { x: it.x, y: it.y - 11, w: width(&it.text, it.ink), h: 14 })
            .collect();
        for (at, place) in places.iter().enumerate() {
            let text = &words[at].text;
            assert!(holds(&whole, place), "{what}: {text} {place:?} in {whole:?}");
            for (_, rect) in shapes {
                assert!(
                    !touch(place, rect) || holds(rect, place),
                    "{what}: {text} {place:?}, {rect:?}"
                );
            }
            let over = places[at + 1..].iter().find(|other| touch(place, other));
            assert_eq!(over, None, "{what}: {text}");
        }
        for wire in wires {
            let is_at = |(x, y): (i32, i32), left: bool| {
                shapes.iter().any(|(is, rect)| {
                    let edge = if left { rect.x } else { rect.x + rect.w };
                    *is == Is::Address(wire.family) && x == edge && y == rect.y + rect.h / 2
                })
            };
            assert!(
                is_at(wire.from, false) && wire.to.is_none_or(|to| is_at(to, true)),
                "{wire:?}"
            );
        }
    }

    /// All addresses that are drawn, each in one piece.
    fn addresses(drawing: &Drawing) -> String {
        let parts = drawing.words.iter().filter(|it| matches!(it.ink, Ink::Of(_)));
        parts.map(|it| it.text.as_str()).collect()
    }

    #[test]
    fn every_example_has_a_picture_with_all_its_pods() {
        for example in examples::all() {
            let report = run(&example.shown().scenario);
            for lang in [Lang::En, Lang::Zh] {
                let drawing = drawn(&report, lang);
                check(&drawing, example.id);
                let shown = addresses(&drawing);
                if drawing.hidden == 0 {
                    for pod in report.world.pods() {
                        for ip in report.world.pod_ips(pod) {
                            assert!(shown.contains(&ip.to_string()), "{}: {ip}", example.id);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let long = "a-deployment-with-a-name-that-is-as-long-as-names-of-deployments-are";
        let texts = [nodes(7), pods(60, long), service("  ipFamilyPolicy: PreferDualStack\n")];
        let report = ran(BOTH, &texts.each_ref().map(String::as_str));
        let drawing = drawn(&report, Lang::En);
        check(&drawing, "many");
        let count = |wanted| drawing.shapes.iter().filter(|(is, _)| *is == wanted).count();
        assert_eq!(count(Is::Pod), MOST * MOST);
        assert_eq!(drawing.wires.len(), 2 * MOST * MOST);
        let nodes = report.world.nodes.len();
        assert!(drawing.told.iter().any(|it| *it == format!("+ {} more", nodes - MOST)));
        let mut shown: Vec<_> = report.world.nodes.values().collect();
        shown.sort_unstable_by_key(|node| node.number);
        let left: usize = shown.iter().take(MOST).map(|it| it.pods.len() - MOST).sum();
        assert_eq!(drawing.hidden, nodes - MOST + left);
    }

    #[test]
    fn what_is_missing_is_drawn() {
        let one = BOTH.replace(",fd00:10:244::/56", "");
        let texts = [nodes(1), pods(1, "web"), service("  ipFamilyPolicy: PreferDualStack\n")];
        let texts = texts.each_ref().map(String::as_str);
        let says =
            |drawing: &Drawing, words: &str| drawing.told.iter().any(|it| it.contains(words));
        let drawing = drawn(&ran(&one, &texts), Lang::En);
        check(&drawing, "no IPv6");
        assert!(says(&drawing, "no IPv6 Pod CIDR"), "{:#?}", drawing.told);
        assert!(says(&drawing, "no matching Pod has an IPv6 address"), "{:#?}", drawing.told);
        assert!(says(&drawing, "· no IPv6 address"), "{:#?}", drawing.told);
        let ends = |family| {
            drawing.wires.iter().filter(move |it| it.family == family).map(|it| it.to.is_some())
        };
        assert!(ends(Family::V4).eq([true]) && ends(Family::V6).eq([false]), "{:?}", drawing.wires);

        let drawing = drawn(&ran(BOTH, &[texts[2]]), Lang::En);
        assert!(says(&drawing, "no Pod matches the selector"), "{:#?}", drawing.told);
        let headless = service("  clusterIP: None\n  ipFamilyPolicy: PreferDualStack\n");
        let drawing = drawn(&ran(BOTH, &[texts[0], texts[1], &headless]), Lang::En);
        assert!(says(&drawing, "headless: DNS answers with the Pods"), "{:#?}", drawing.told);
        assert_eq!(drawing.wires.len(), 2);
        let balanced = service("  type: LoadBalancer\n");
        let drawing = drawn(&ran(BOTH, &[&balanced]), Lang::En);
        assert!(says(&drawing, "no address: the cloud provider assigns it"), "{:#?}", drawing.told);
    }

    #[test]
    fn an_address_is_wrapped_and_never_cut() {
        let address = "2001:db8:1234:5678:9abc:def0:1234:5678";
        let lines = wrapped(address, 160, Ink::Code);
        assert_eq!((lines.len(), lines.concat().as_str()), (2, address));
        assert!(lines.iter().all(|line| width(line, Ink::Code) <= 160), "{lines:?}");
        let lines = wrapped("没有 Pod 匹配选择算符", 60, Ink::Words);
        assert!(lines.iter().all(|line| width(line, Ink::Words) <= 60), "{lines:?}");
        assert_eq!(wrapped("a b", 100, Ink::Words), ["a b"]);
    }
}
