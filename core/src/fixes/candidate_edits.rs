//! Which changes of a text may take away a cause of its refusal? The rule that refused it, the refused field
//! and the typed values of the decision tell; the rest of the text and the cluster tell more.

use std::net::IpAddr;
use std::rc::Rc;

use crate::api::field_path::{FieldPath, Segment};
use crate::api::json::{Json, Map, key_of};
use crate::api::quote;
use crate::apiserver::body::{BODY_IS_NOT_A_SERVICE, STRICT_REFUSES_FIELD};
use crate::apiserver::registry::{NEW_OBJECT_HAS_A_VERSION, VERSION_IS_STALE};
use crate::apiserver::requests::to_json;
use crate::apiserver::service::names::Form;
use crate::apiserver::service::{allocate, families, metadata, node_ports, validate};
use crate::apiserver::service_cidr;
use crate::apiserver::startup::{self, MACHINE_V4, MACHINE_V6, RANGE};
use crate::explain::diagnostic::{Cause, Program};
use crate::explain::rule::Rule;
use crate::explain::trace::{FactValue, Origin};
use crate::fixes::{Act, Proposal, Refusal, Repair, Target, read};
use crate::installers;
use crate::kubectl;
use crate::net::cidr::{from_bits, to_bits};
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::source::decode::{self, Decoded, Stray, TypeError};
use crate::source::edit::{Edit, Op, edit, escaped, find, model, one, print};
use crate::source::flags::edit::{Change, Editor, Placement};
use crate::source::flags::table::FEATURE_GATES;
use crate::source::flags::{Component, FlagsText};
use crate::source::span::Span;
use crate::source::yaml::{Node, Value};
use crate::startup::pflag::parse_bool;

// How unlikely it is that a change is what was meant.

/// The same value in another spelling.
const SPELLING: usize = 10;
/// A value that follows from the rest of the text.
const IMPLIED: usize = 20;
/// The stored value, or leaving out what may not be given.
const KNOWN: usize = 30;
/// Another legal value.
const LEGAL: usize = 40;
/// No value.
const NOTHING: usize = 60;

/// A change to try.
struct Candidate {
    cost: usize,
    at: At,
    to: To,
}

/// Where a change is made.
#[derive(Clone, Copy)]
enum At {
    /// The refused field or flag, or the refused entry of a flag.
    Refused,
    /// An entry or a field below the refused field: the end of its pointer.
    Below(&'static str),
    /// The field of `spec` or `metadata` around the refused one.
    Outer,
    /// A field or flag, as a JSON pointer.
    Field(&'static str),
    /// A Service range.
    Range(usize),
    /// A Service range, if it is the refused one.
    RefusedRange(usize),
}

/// What a field or flag becomes.
#[derive(Clone, Copy)]
enum To {
    /// It goes.
    Nothing,
    /// What is stored.
    Stored,
    /// This text.
    Text(&'static str),
    /// A list of this text.
    List(&'static str),
    /// A list of this port.
    Port(i32),
    /// A value that depends on what is written and on the cluster.
    Computed(Computed),
}

/// A value that depends on what is written and on the cluster.
#[derive(Clone, Copy)]
enum Computed {
    /// The written number, within bounds.
    Number { least: i64, most: i64 },
    /// The written node port, within `--service-node-port-range`.
    NodePort,
    /// A free node port.
    FreePort,
    /// The written name, in this form.
    Name(Form),
    /// The written name, in the form that names of Services have.
    ServiceName,
    /// The name of a port after its protocol and number.
    PortName,
    /// The address that the text means.
    Address,
    /// A free address in place of the refused one.
    FreeAddress,
    /// The first of `clusterIPs`.
    FirstAddress,
    /// `clusterIP`.
    SingleAddress,
    /// The families of the addresses.
    Families,
    /// The other family.
    OtherFamily,
    /// The range that the text means; an address alone is a range of one.
    ClientRange,
    /// The same for a cluster, which needs more than one.
    ServiceRange,
    /// A range for the family that the other range is not of.
    MissingRange,
    /// A range of enough addresses.
    WiderRange,
    /// A range of few enough addresses.
    NarrowerRange,
    /// The list in reverse.
    Reversed,
    /// The machine's address of the first range's family.
    MachineAddress,
    /// The range that stands behind the flag, after a blank.
    NextWord,
    /// The feature gates, with this one on.
    Gate(&'static str),
    /// `Service`, where the written kind is a misspelling of it.
    Kind,
    /// The family of the Service, and the other one.
    BothFamilies,
    /// Service ranges of both families, where none is given.
    BothRanges,
}

const fn set(cost: usize, at: At, value: Computed) -> Candidate {
    Candidate { cost, at, to: To::Computed(value) }
}

const fn text(cost: usize, at: At, text: &'static str) -> Candidate {
    Candidate { cost, at, to: To::Text(text) }
}

const fn remove(cost: usize, at: At) -> Candidate {
    Candidate { cost, at, to: To::Nothing }
}

const fn restore(at: At) -> Candidate {
    Candidate { cost: KNOWN, at, to: To::Stored }
}

const TYPE: At = At::Field("/spec/type");
const CLUSTER_IP: At = At::Field("/spec/clusterIP");
const CLUSTER_IPS: At = At::Field("/spec/clusterIPs");
const FIRST_CLUSTER_IP: At = At::Field("/spec/clusterIPs/0");
const SECOND_CLUSTER_IP: At = At::Field("/spec/clusterIPs/1");
const THIRD_CLUSTER_IP: At = At::Field("/spec/clusterIPs/2");
const FAMILIES: At = At::Field("/spec/ipFamilies");
const SECOND_FAMILY: At = At::Field("/spec/ipFamilies/1");
const POLICY: At = At::Field("/spec/ipFamilyPolicy");
const VERSION: At = At::Field("/metadata/resourceVersion");
const ADVERTISED: At = At::Field("/advertise-address");

/// For a field of this name, whatever was decided.
static BY_FIELD: &[(&str, &[Candidate])] = &[
    (
        "clusterIPs",
        &[
            set(SPELLING, CLUSTER_IP, Computed::Address),
            set(SPELLING, FIRST_CLUSTER_IP, Computed::Address),
            set(SPELLING, SECOND_CLUSTER_IP, Computed::Address),
            set(IMPLIED, CLUSTER_IP, Computed::FirstAddress),
            set(IMPLIED, FIRST_CLUSTER_IP, Computed::SingleAddress),
            set(IMPLIED, FAMILIES, Computed::Families),
            remove(NOTHING, THIRD_CLUSTER_IP),
            remove(NOTHING, SECOND_CLUSTER_IP),
            remove(NOTHING, FAMILIES),
            remove(NOTHING, CLUSTER_IP),
            remove(NOTHING, CLUSTER_IPS),
        ],
    ),
    (
        "ipFamilies",
        &[
            set(IMPLIED, At::Outer, Computed::Families),
            set(LEGAL, At::Refused, Computed::OtherFamily),
            remove(NOTHING, At::Outer),
        ],
    ),
    (
        "ipFamilyPolicy",
        &[
            text(LEGAL, At::Refused, "PreferDualStack"),
            text(LEGAL + 1, At::Refused, "RequireDualStack"),
            text(LEGAL + 2, At::Refused, "SingleStack"),
        ],
    ),
    ("nodePort", &[set(IMPLIED, At::Refused, Computed::FreePort), remove(LEGAL, At::Refused)]),
    (
        "healthCheckNodePort",
        &[set(IMPLIED, At::Refused, Computed::FreePort), remove(LEGAL, At::Refused)],
    ),
    ("externalIPs", &[set(SPELLING, At::Refused, Computed::Address)]),
    ("loadBalancerSourceRanges", &[set(SPELLING, At::Refused, Computed::ClientRange)]),
    ("cidrs", &[set(SPELLING, At::Refused, Computed::ClientRange)]),
];

/// For any of the fields that settle addresses between them.
static OF_ADDRESSES: &[Candidate] =
    &[restore(CLUSTER_IP), restore(CLUSTER_IPS), restore(FAMILIES), restore(POLICY)];

/// For a document that kubectl does not send.
static NOT_SENT: &[Candidate] = &[
    set(IMPLIED, At::Field("/kind"), Computed::Kind),
    text(IMPLIED, At::Field("/apiVersion"), "v1"),
    text(IMPLIED + 1, At::Field("/apiVersion"), "networking.k8s.io/v1"),
];

/// For a value that is missing.
static WHERE_MISSING: &[(&[&Rule], &[Candidate])] = &[
    (
        &[&metadata::NAME_IS_A_LABEL, &service_cidr::NAME_IS_A_SUBDOMAIN],
        &[text(LEGAL, At::Refused, "my-service")],
    ),
    (&[&validate::EXTERNAL_NAME_IS_A_DOMAIN], &[text(LEGAL, At::Refused, "example.com")]),
    (
        &[&validate::PORTS_ARE_REQUIRED],
        &[Candidate { cost: LEGAL, at: At::Refused, to: To::Port(80) }],
    ),
    (
        &[&service_cidr::ONE_OR_TWO_RANGES],
        &[Candidate { cost: LEGAL, at: At::Refused, to: To::List("10.112.0.0/16") }],
    ),
];

/// For a request that a rule refuses.
static BY_RULE: &[(&[&Rule], &[Candidate])] = &[
    (&[&metadata::NAME_IS_A_LABEL], &[set(SPELLING, At::Refused, Computed::ServiceName)]),
    (
        &[&service_cidr::NAME_IS_A_SUBDOMAIN],
        &[set(SPELLING, At::Refused, Computed::Name(Form::Subdomain1123))],
    ),
    (
        &[&validate::PORT_NAME_IS_A_LABEL],
        &[
            set(SPELLING, At::Refused, Computed::Name(Form::Label1123)),
            set(IMPLIED, At::Refused, Computed::PortName),
        ],
    ),
    (
        &[&validate::EXTERNAL_NAME_IS_A_DOMAIN],
        &[
            set(SPELLING, At::Refused, Computed::Name(Form::Subdomain1123)),
            text(LEGAL + 2, TYPE, "ClusterIP"),
        ],
    ),
    (
        &[&validate::APP_PROTOCOL_IS_A_NAME, &validate::CLASS_IS_FOR_BALANCERS],
        &[set(SPELLING, At::Refused, Computed::Name(Form::QualifiedName))],
    ),
    (
        &[&validate::TARGET_PORT_IS_A_PORT],
        &[
            set(SPELLING, At::Refused, Computed::Name(Form::PortName)),
            set(IMPLIED, At::Refused, Computed::Number { least: 1, most: 65535 }),
        ],
    ),
    (
        &[&validate::PORT_IS_A_PORT],
        &[set(IMPLIED, At::Refused, Computed::Number { least: 80, most: 65535 })],
    ),
    (
        &[&validate::AFFINITY_TIMEOUT_IS_A_DAY_AT_MOST],
        &[set(IMPLIED, At::Refused, Computed::Number { least: 1, most: 86400 })],
    ),
    (
        &[&validate::HEALTH_PORT_NEEDS_LOCAL],
        &[set(IMPLIED, At::Refused, Computed::Number { least: 1, most: 65535 })],
    ),
    (&[&node_ports::NODE_PORT_REFUSED], &[set(SPELLING, At::Refused, Computed::NodePort)]),
    (
        &[
            &validate::SOURCE_RANGES_ARE_CIDRS,
            &validate::SOURCE_RANGES_ANNOTATION_IS_CIDRS,
            &validate::ALLOCATION_SWITCH_IS_FOR_BALANCERS,
            &validate::CLASS_IS_FOR_BALANCERS,
            &validate::HEALTH_PORT_NEEDS_LOCAL,
        ],
        &[text(KNOWN, TYPE, "LoadBalancer")],
    ),
    (
        &[&validate::EXTERNAL_POLICY_NEEDS_ACCESS],
        &[
            text(KNOWN, TYPE, "NodePort"),
            text(KNOWN, TYPE, "LoadBalancer"),
            text(LEGAL + 2, TYPE, "ClusterIP"),
        ],
    ),
    (
        &[&validate::CLUSTER_IP_HAS_NO_NODE_PORT, &validate::KUBELET_PORT_STAYS_INSIDE],
        &[text(LEGAL, TYPE, "NodePort")],
    ),
    (
        &[
            &validate::HEADLESS_IS_CLUSTER_IP_ONLY,
            &validate::EXTERNAL_NAME_HAS_NO_ADDRESSES,
            &validate::KUBELET_PORT_STAYS_INSIDE,
        ],
        &[text(LEGAL + 2, TYPE, "ClusterIP")],
    ),
    (&[&validate::PORT_STANDS_ONCE], &[text(LEGAL, At::Below("/protocol"), "UDP")]),
    (
        &[&validate::BALANCER_PORTS_SHARE_A_PROTOCOL],
        &[
            text(LEGAL, At::Field("/spec/ports/0/protocol"), "TCP"),
            text(LEGAL, At::Field("/spec/ports/1/protocol"), "TCP"),
            text(LEGAL, At::Field("/spec/ports/1/protocol"), "UDP"),
            remove(NOTHING, At::Field("/spec/ports/1")),
            remove(NOTHING, At::Field("/spec/ports/2")),
        ],
    ),
    (
        &[&validate::NONE_STANDS_ALONE],
        &[Candidate { cost: LEGAL, at: CLUSTER_IPS, to: To::List("None") }],
    ),
    (
        &[&families::TWO_NEED_A_DUAL_STACK_POLICY],
        &[remove(NOTHING, SECOND_CLUSTER_IP), remove(NOTHING, SECOND_FAMILY)],
    ),
    (
        &[&allocate::STATIC_ADDRESS_REFUSED],
        &[
            set(IMPLIED, CLUSTER_IP, Computed::FreeAddress),
            set(IMPLIED, FIRST_CLUSTER_IP, Computed::FreeAddress),
            set(IMPLIED, SECOND_CLUSTER_IP, Computed::FreeAddress),
        ],
    ),
    (&[&NEW_OBJECT_HAS_A_VERSION, &VERSION_IS_STALE], &[remove(KNOWN, VERSION)]),
    (&[&node_ports::HEALTH_PORT_REFUSED], &[remove(LEGAL, At::Field("/spec/healthCheckNodePort"))]),
    (
        &[&node_ports::NODE_PORT_REPEATED_IN_UPDATE],
        &[
            remove(LEGAL, At::Field("/spec/ports/1/nodePort")),
            remove(LEGAL, At::Field("/spec/ports/2/nodePort")),
        ],
    ),
    (&[&service_cidr::ONE_OR_TWO_RANGES], &[remove(NOTHING, At::Below("/2"))]),
    (
        &[&service_cidr::ONE_RANGE_PER_FAMILY, &service_cidr::RANGES_STAY],
        &[remove(NOTHING, At::Below("/1"))],
    ),
    // Accepted, but of one address family.
    (
        &[
            &families::POLICY_IS_SINGLE_STACK,
            &families::POLICY_IS_CARRIED_OVER,
            &families::POLICY_WAS_GIVEN,
        ],
        &[text(KNOWN, POLICY, "PreferDualStack")],
    ),
    (
        &[&families::PREFER_IS_LEFT_ALONE],
        &[text(KNOWN, POLICY, "RequireDualStack"), set(LEGAL, FAMILIES, Computed::BothFamilies)],
    ),
];

/// For flags with which kube-apiserver does not start, or with which it refuses what is to be accepted.
static BY_RULE_OF_START: &[(&[&Rule], &[Candidate])] = &[
    (
        &[&startup::RANGE_DOES_NOT_PARSE],
        &[
            set(SPELLING, At::Refused, Computed::ServiceRange),
            set(SPELLING, At::RefusedRange(1), Computed::NextWord),
            remove(LEGAL, At::RefusedRange(1)),
            set(NOTHING, At::RefusedRange(0), Computed::MissingRange),
        ],
    ),
    (&[&startup::RANGE_IS_TOO_SMALL], &[set(IMPLIED, At::Refused, Computed::WiderRange)]),
    (
        &[&startup::RANGES_ARE_TWO_AT_MOST],
        &[
            remove(LEGAL, At::Range(2)),
            remove(LEGAL, At::Range(1)),
            remove(LEGAL + 1, At::Range(0)),
        ],
    ),
    (
        &[&startup::RANGE_IS_TOO_LARGE],
        &[set(IMPLIED, At::Refused, Computed::NarrowerRange), remove(NOTHING, At::RefusedRange(1))],
    ),
    (
        &[&startup::SECOND_RANGE_NEEDS_GATE],
        &[
            set(IMPLIED, At::Field("/feature-gates"), Computed::Gate("IPv6DualStack")),
            remove(NOTHING, At::Range(1)),
        ],
    ),
    (
        &[&startup::RANGES_DIFFER_IN_FAMILY],
        &[
            set(IMPLIED, At::Range(1), Computed::MissingRange),
            remove(NOTHING, At::Range(1)),
            remove(NOTHING, At::Range(0)),
        ],
    ),
    (
        &[&startup::ADVERTISE_FAMILY_DIFFERS],
        &[
            set(IMPLIED, ADVERTISED, Computed::MachineAddress),
            remove(LEGAL, ADVERTISED),
            set(LEGAL, At::Field("/service-cluster-ip-range"), Computed::Reversed),
        ],
    ),
    (&[&startup::KUBERNETES_NODE_PORT_IS_OUTSIDE], &[remove(LEGAL, At::Refused)]),
    (
        &[&crate::startup::FLAG_DOES_NOT_PARSE],
        &[set(SPELLING, At::Refused, Computed::Address), remove(NOTHING, At::Refused)],
    ),
    (
        &[
            &startup::PORT_RANGE_DOES_NOT_PARSE,
            &startup::RECONCILER_IS_UNKNOWN,
            &startup::SECURE_PORT_IS_OUTSIDE,
            &crate::startup::FLAG_IS_OF_OTHER_VERSIONS,
        ],
        &[remove(NOTHING, At::Refused)],
    ),
    (
        &[
            &families::ADDRESS_OF_MISSING_FAMILY,
            &families::REQUIRE_NEEDS_DUAL_STACK_CLUSTER,
            &families::FAMILY_IS_NOT_CONFIGURED,
            &families::PREFER_STAYS_SINGLE,
            &families::PREFER_IS_LEFT_ALONE,
        ],
        &[
            set(IMPLIED, At::Field("/service-cluster-ip-range"), Computed::BothRanges),
            set(IMPLIED, At::Range(1), Computed::MissingRange),
        ],
    ),
];

/// The range that kube-apiserver takes where none is given.
const DEFAULT_RANGE: &str = "10.0.0.0/24";

/// Ranges for a family that has none.
const RANGES: [&str; 2] = ["10.96.0.0/16", "fd00:10:96::/112"];

/// A text that is refused, and changes that may help.
pub struct Draft<'a> {
    target: &'a Target<'a>,
    text: &'a str,
    root: Node,
    /// The flags of a start, from a config too.
    flags: Rc<FlagsText>,
    /// What the text says; flags as a map.
    json: Json,
    /// What is stored under the request's name.
    stored: Json,
    refusal: &'a Refusal,
    list: Vec<Proposal>,
}

/// Changes of a text that may take away a cause of its refusal.
pub fn proposals(target: &Target, text: &str, refusal: &Refusal) -> Vec<Proposal> {
    let nothing = Node { span: Span::default(), value: Value::Null };
    let flags = match target {
        Target::Start(start) => installers::flags_of(text, start.version),
        Target::Request { .. } => Rc::default(),
    };
    let (root, json, stored) = match target {
        Target::Start(_) => (nothing, flags_as_json(&flags), Json::Null),
        Target::Request { .. } => {
            let Some(root) = read(text) else { return Vec::new() };
            let (json, stored) = (root.to_json(), stored(target, &root));
            (root, json, stored)
        }
    };
    let mut draft = Draft { target, text, root, flags, json, stored, refusal, list: Vec::new() };
    draft.work();
    draft.list
}

/// The flags of kube-apiserver; of ranges and gates as lists.
fn flags_as_json(flags: &FlagsText) -> Json {
    let mut map = Map::new();
    for flag in flags.of(Component::KubeApiserver) {
        let value = flag.value.as_deref().unwrap_or_default();
        let json = if flag.name == RANGE || flag.name == FEATURE_GATES {
            Json::Array(value.split(',').map(Json::from).collect())
        } else {
            value.into()
        };
        map.insert(flag.name.clone(), json);
    }
    Json::Object(map)
}

/// What is stored under a request's name.
fn stored(target: &Target, root: &Node) -> Json {
    let Target::Request { cluster, object, .. } = target else { return Json::Null };
    let (namespace, name) = match object {
        Some(object) => (object.namespace.as_str(), object.name.as_str()),
        None => (kubectl::namespace_of(root), kubectl::name_of(root)),
    };
    if root.text_of("kind") == Some("ServiceCIDR") {
        for object in cluster.service_cidrs() {
            if object.name == name {
                let ranges = object.ranges.iter().map(|range| Json::from(range.to_string()));
                return one("spec", one("cidrs", Json::Array(ranges.collect())));
            }
        }
        return Json::Null;
    }
    cluster.read_one(namespace, name).map_or(Json::Null, |service| to_json(&service))
}

/// A field as a JSON pointer. One field the server spells its own way.
fn pointer(path: &FieldPath) -> String {
    let mut out = String::new();
    for segment in &path.0 {
        out.push('/');
        match segment {
            Segment::Field("LoadBalancerSourceRanges") => out.push_str("loadBalancerSourceRanges"),
            Segment::Field(name) => out.push_str(name),
            Segment::Other(name) => out.push_str(name),
            Segment::Index(at) => out.push_str(&at.to_string()),
            Segment::Key(key) => out.push_str(&escaped(key)),
        }
    }
    out
}

/// Whether a part of a pointer is the number of an item.
fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// A JSON pointer as kubectl prints a field.
fn field(pointer: &str) -> String {
    let mut out = String::new();
    for part in pointer.split('/').skip(1) {
        let part = key_of(part);
        if is_number(&part) || part.contains('.') {
            out.push_str(&["[", &part, "]"].concat());
        } else {
            out.push_str(if out.is_empty() { "" } else { "." });
            out.push_str(&part);
        }
    }
    out
}

/// How many letters have to change to make one word the other; case does not count.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, b) in other.bytes().enumerate() {
            let swap = corner + usize::from(!a.eq_ignore_ascii_case(&b));
            corner = row[j + 1];
            row[j + 1] = swap.min(row[j] + 1).min(corner + 1);
        }
    }
    row[other.len()]
}

/// How many entries or items a value has.
fn size(json: Option<&Json>) -> usize {
    match json {
        Some(Json::Object(map)) => map.len(),
        Some(Json::Array(list)) => list.len(),
        _ => 0,
    }
}

/// A value of a flag as it is written.
fn flag_text(json: Option<&Json>) -> Option<String> {
    match json? {
        Json::String(text) => Some(text.clone()),
        Json::Array(list) => {
            let mut out = String::new();
            for item in list {
                out.push_str(if out.is_empty() { "" } else { "," });
                out.push_str(item.as_str()?);
            }
            Some(out)
        }
        _ => None,
    }
}

impl Draft<'_> {
    fn text_at(&self, at: &str) -> &str {
        self.json.pointer(at).and_then(Json::as_str).unwrap_or_default()
    }

    fn is_start(&self) -> bool {
        matches!(self.target, Target::Start(_))
    }

    /// Adds a change, if it is one and the text allows it.
    fn push(&mut self, cost: usize, mut act: Act, mut at: &str, op: Op) {
        let old = self.json.pointer(at);
        let mut after = String::new();
        match &op {
            Op::Put(value) => {
                // Neither what stands there, nor what was refused: that may be a default.
                let is_refused = matches!((&self.refusal.problem.cause, value.as_str()),
                    (Cause::Invalid { value }, Some(text)) if quote(text) == *value);
                if old == Some(value) || is_refused {
                    return;
                }
                after = print(value, None);
                if old.is_none() && act == Act::Set {
                    act = Act::Add;
                }
            }
            Op::Rename(name) => after.clone_from(name),
            Op::Remove if old.is_none() => return,
            // A list or map that would hold nothing any more goes, too, but not the whole of `spec`.
            Op::Remove => {
                while let Some((holder, _)) = at.rsplit_once('/')
                    && !holder.is_empty()
                    && size(self.json.pointer(holder)) == 1
                {
                    if !self.is_start() && !holder[1..].contains('/') {
                        return;
                    }
                    at = holder;
                }
            }
        }
        let Some(model) = model(self.json.clone(), at, &op) else { return };
        let repair = if self.is_start() {
            self.of_flag(act, at, &model)
        } else {
            let before = match (&op, self.json.pointer(at)) {
                (Op::Rename(_), _) => at.rsplit('/').next().unwrap_or_default().to_owned(),
                (_, Some(old)) => print(old, None),
                (_, None) => String::new(),
            };
            let edit = edit(self.text, &self.root, at, &op);
            edit.map(|edit| Repair { act, field: field(at), before, after, edit })
        };
        let Some(repair) = repair else { return };
        let Edit { span, text } = &repair.edit;
        let cost = cost + (span.end - span.start + text.len()) / 4;
        self.list.push(Proposal { repair, cost, model });
    }

    /// The change of a flag, of which an item may have changed.
    fn of_flag(&self, mut act: Act, at: &str, model: &Json) -> Option<Repair> {
        let name = at.split('/').nth(1)?;
        let (old, new) = (self.json.get(name), model.get(name));
        let after = flag_text(new);
        let change = after.as_deref().map_or(Change::Remove, Change::Set);
        let edit = Editor {
            text: self.text,
            flags: &self.flags,
            component: Component::KubeApiserver,
            placement: Placement::OwnLine,
        }
        .change(name, change)?;
        let second = |json: &Json| parse_cidr(json.as_array()?.get(1)?.as_str()?);
        if old.and_then(second).is_none()
            && act != Act::Remove
            && size(old) < 2
            && let Some(added) = new.and_then(second)
        {
            act = Act::AddRange(Family::of(added.net.addr()));
        } else if old.is_some() && new.is_some() {
            act = Act::Set;
        }
        let before = flag_text(old).unwrap_or_default();
        Some(Repair {
            act,
            field: ["--", name].concat(),
            before,
            after: after.unwrap_or_default(),
            edit,
        })
    }

    fn put(&mut self, cost: usize, at: &str, value: Json) {
        self.push(cost, Act::Set, at, Op::Put(value));
    }

    /// Changes that may take away the cause.
    fn work(&mut self) {
        let refusal = self.refusal;
        let rule = refusal.step.as_ref().map(|step| step.rule);
        if self.is_start() {
            let own = self.refused_flag();
            if rule == Some(&crate::startup::FLAG_DOES_NOT_PARSE) {
                self.gates(&own);
            }
            self.by_rule(BY_RULE_OF_START, &own);
            return;
        }
        let problem = &refusal.problem;
        if problem.says == Program::Kubectl {
            self.add(NOT_SENT, "");
            return;
        }
        let mut own = pointer(&problem.path);
        let field = own_name(&own).to_owned();
        if field == "clusterIPs" && size(self.json.pointer("/spec/clusterIPs")) == 0 {
            "/spec/clusterIP".clone_into(&mut own);
        }
        if rule == Some(&STRICT_REFUSES_FIELD) {
            self.strays();
        } else if rule == Some(&BODY_IS_NOT_A_SERVICE) {
            self.mistyped();
        } else if problem.cause != Cause::Plain {
            self.field(&own);
            for (name, candidates) in BY_FIELD {
                if field == *name {
                    self.add(candidates, &own);
                }
            }
            if ADDRESSES.contains(&&*field) {
                self.add(OF_ADDRESSES, &own);
            }
        }
        let of_labels = [&metadata::LABELS_ARE_WELL_FORMED, &validate::SELECTOR_IS_WELL_FORMED];
        if rule.is_some_and(|rule| of_labels.contains(&rule)) {
            self.labels(&own);
        }
        if problem.cause == Cause::Required {
            self.by_rule(WHERE_MISSING, &own);
        }
        self.by_rule(BY_RULE, &own);
    }

    /// What may help with any refused field.
    fn field(&mut self, own: &str) {
        match &self.refusal.problem.cause {
            Cause::NotSupported { known, .. } => {
                let written = self.text_at(own).to_owned();
                for known in known {
                    self.put(IMPLIED + 3 * distance(known, &written), own, (*known).into());
                }
                self.add(&[remove(NOTHING, At::Refused)], own);
            }
            Cause::Forbidden => self.add(&[remove(KNOWN, At::Refused)], own),
            Cause::Invalid { .. } | Cause::Duplicate { .. } => {
                self.add(&[remove(NOTHING, At::Refused)], own);
            }
            Cause::Required | Cause::TooLong | Cause::Internal | Cause::Plain => {}
        }
        self.add(&[restore(At::Refused), restore(At::Outer)], own);
    }

    /// The candidates of the rule that refused.
    fn by_rule(&mut self, table: &[(&[&Rule], &[Candidate])], own: &str) {
        let Some(step) = &self.refusal.step else { return };
        for (rules, candidates) in table {
            if rules.contains(&step.rule) {
                self.add(candidates, own);
            }
        }
    }

    /// Adds candidates; `own` points to what is refused.
    fn add(&mut self, candidates: &[Candidate], own: &str) {
        for Candidate { cost, at, to } in candidates {
            let range = |number: usize| ["/", RANGE, "/", &number.to_string()].concat();
            let at = match at {
                At::Refused => own.to_owned(),
                At::Below(end) => [own, end].concat(),
                At::Outer => outer(own).to_owned(),
                At::Field(pointer) => (*pointer).to_owned(),
                At::Range(number) => range(*number),
                At::RefusedRange(number) if own == range(*number) => range(*number),
                At::RefusedRange(_) => continue,
            };
            let value = match to {
                To::Nothing => {
                    self.push(*cost, Act::Remove, &at, Op::Remove);
                    continue;
                }
                To::Stored => {
                    self.restore(*cost, &at);
                    continue;
                }
                To::Text(text) => Some((*text).into()),
                To::List(text) => Some(Json::Array(vec![(*text).into()])),
                To::Port(port) => Some(Json::Array(vec![one("port", (*port).into())])),
                To::Computed(value) => self.value(*value, &at),
            };
            if let Some(value) = value {
                self.put(*cost, &at, value);
            }
        }
    }

    /// The flag that is refused, or the entry of its list.
    fn refused_flag(&self) -> String {
        let Some(Origin::Flag(name)) = self.refusal.step.as_ref().and_then(|it| it.origin.as_ref())
        else {
            // One that the program does not have is known by its place alone.
            let mut given = self.flags.of(Component::KubeApiserver);
            let flag = given.find(|flag| Some(flag.span) == self.refusal.problem.span);
            return flag.map_or_else(String::new, |flag| ["/", &flag.name].concat());
        };
        let mut own = ["/", name].concat();
        if let Some(flag) = self.flags.last(Component::KubeApiserver, name)
            && let Some(span) = self.refusal.problem.span
            && self.json.pointer(&own).is_some_and(Json::is_array)
            && flag.value_span.start <= span.start
        {
            let before = &self.text[flag.value_span.start..span.start];
            let entry = before.bytes().filter(|byte| *byte == b',').count();
            own.push('/');
            own.push_str(&entry.to_string());
        }
        own
    }

    /// Feature gates that are on, in place of those that say neither `true` nor `false` or, where all do,
    /// of each.
    fn gates(&mut self, own: &str) {
        let Some(Json::Array(entries)) = self.json.pointer(own).cloned() else { return };
        let is_read = |entry: &Json| {
            let value = entry.as_str().and_then(|it| Some(it.split_once('=')?.1.trim()));
            value.is_some_and(|value| parse_bool(value).is_ok())
        };
        let all_are_read = entries.iter().all(is_read);
        for (number, entry) in entries.iter().enumerate() {
            if all_are_read || !is_read(entry) {
                let name = entry.as_str().unwrap_or_default().split('=').next().unwrap_or_default();
                let at = [own, "/", &number.to_string()].concat();
                self.put(SPELLING, &at, [name.trim(), "=true"].concat().into());
            }
        }
    }

    /// Makes a field what it is in the stored object.
    fn restore(&mut self, cost: usize, at: &str) {
        let is_patch = matches!(self.target, Target::Request { object: Some(_), .. });
        match self.stored.pointer(at).cloned() {
            // A patch that says what is stored says nothing.
            Some(_) if is_patch && size(self.json.get("spec")) < 2 => {}
            Some(value) => self.push(cost, Act::Restore, at, Op::Put(value)),
            None if self.stored.is_object() => self.push(cost, Act::Remove, at, Op::Remove),
            None => {}
        }
    }

    fn value(&self, value: Computed, at: &str) -> Option<Json> {
        let old = self.json.pointer(at);
        let text = self.text_at(at);
        let spec = &self.json["spec"];
        let string = match value {
            Computed::Number { least, most } => return within(old?, least, most),
            Computed::NodePort => {
                let Target::Request { cluster, .. } = self.target else { return None };
                let range = cluster.env().node_ports;
                return within(old?, range.first.into(), range.last.into());
            }
            Computed::FreePort => return self.free_port(old?),
            Computed::FirstAddress => return spec.pointer("/clusterIPs/0").cloned(),
            Computed::SingleAddress => {
                return spec.get("clusterIP").filter(|_| old.is_some()).cloned();
            }
            Computed::Families => return self.families_of_addresses(),
            Computed::BothFamilies => {
                let written = self.json.pointer("/spec/ipFamilies/0");
                let first = written.or(self.stored.pointer("/spec/ipFamilies/0"))?.as_str()?;
                let first = Family::from_name(first)?;
                let both = [first, first.other()].map(|family| family.name().into());
                return Some(Json::Array(both.into()));
            }
            Computed::BothRanges => {
                if !self.text_at("/service-cluster-ip-range/0").is_empty() {
                    return None;
                }
                let refused = self.refused_address().filter(|ip| Family::of(*ip) == Family::V6);
                let second = refused
                    .and_then(|ip| sized(ip, USUAL))
                    .unwrap_or_else(|| RANGES[Family::V6 as usize].to_owned());
                return Some(Json::Array(vec![DEFAULT_RANGE.into(), second.into()]));
            }
            Computed::Kind => {
                let far = distance("Service", text);
                let is_meant = text.is_empty() || far * 2 <= text.len();
                (is_meant && !kubectl::kinds::is_kind(text)).then(|| "Service".to_owned())?
            }
            Computed::Reversed => {
                let Json::Array(mut list) = old?.clone() else { return None };
                list.reverse();
                return Some(Json::Array(list));
            }
            Computed::Gate(name) => {
                let on = [name, "=true"].concat().into();
                let mut gates = match old {
                    Some(Json::Array(gates)) => gates.clone(),
                    _ => Vec::new(),
                };
                gates.retain(|gate| {
                    gate.as_str().is_none_or(|it| it.split('=').next() != Some(name))
                });
                gates.push(on);
                return Some(Json::Array(gates));
            }
            Computed::Name(form) => form.respell(text)?,
            Computed::ServiceName => {
                let Target::Request { cluster, .. } = self.target else { return None };
                Form::of_services(&cluster.env().behavior).respell(text)?
            }
            Computed::PortName => {
                let port = self.json.pointer(at.strip_suffix("/name")?)?;
                let protocol = port["protocol"].as_str().unwrap_or("TCP").to_ascii_lowercase();
                let number = print(port.get("port")?, None);
                let is_port = number.parse::<u16>().is_ok_and(|number| number > 0);
                if !is_port || Form::Label1123.respell(text).is_some() {
                    return None;
                }
                [&protocol, "-", &number].concat()
            }
            Computed::Address if text.eq_ignore_ascii_case("none") => "None".to_owned(),
            Computed::Address => spelt_address(text)?.to_string(),
            Computed::ClientRange => spelt_range(text, [32, 128])?,
            Computed::ServiceRange => spelt_range(text, USUAL)?,
            Computed::OtherFamily => Family::from_name(text)?.other().name().to_owned(),
            Computed::FreeAddress => {
                let written = spelt_address(text)?;
                self.free_address(self.refused_address().filter(|ip| *ip == written)?)?
            }
            Computed::MissingRange => self.missing_range(at)?,
            Computed::WiderRange => sized(spelt_address(text)?, [24, 120])?,
            Computed::NarrowerRange => {
                let Target::Start(start) = self.target else { return None };
                let range = parse_cidr(text)?.net;
                let family = Family::of(range.addr());
                let behavior = start.behavior(self.text);
                let least = family.bits().saturating_sub(startup::most_host_bits(&behavior)?);
                sized(range.addr(), [least, least])?
            }
            Computed::MachineAddress
                if self.text_at("/service-cluster-ip-range/0").contains(':') =>
            {
                MACHINE_V6.to_string()
            }
            Computed::MachineAddress => MACHINE_V4.to_string(),
            Computed::NextWord => {
                let flag = self.flags.last(Component::KubeApiserver, RANGE)?;
                let word = self.text[flag.span.end..].split_whitespace().next()?;
                parse_cidr(word)?;
                word.to_owned()
            }
        };
        Some(string.into())
    }

    /// The address that was refused.
    fn refused_address(&self) -> Option<IpAddr> {
        let facts = &self.refusal.step.as_ref()?.facts;
        match &facts.iter().find(|fact| fact.name == "ip")?.value {
            FactValue::Ip(ip) => Some(*ip),
            FactValue::Code(text) => parse_ip(text).map(|read| read.ip),
            _ => None,
        }
    }

    /// The families of the addresses that are named, where families are named.
    fn families_of_addresses(&self) -> Option<Json> {
        self.json.pointer("/spec/ipFamilies")?;
        let mut families = Vec::new();
        for at in ["/spec/clusterIPs/0", "/spec/clusterIPs/1", "/spec/clusterIP"] {
            if let Some(read) = parse_ip(self.text_at(at))
                && (families.is_empty() || at.ends_with('1'))
            {
                families.push(Family::of(read.ip).name().into());
            }
        }
        (!families.is_empty()).then_some(Json::Array(families))
    }

    /// A range of the family that the other range is not of: the one around the refused address, or a
    /// usual one.
    fn missing_range(&self, at: &str) -> Option<String> {
        let other = if at.ends_with('0') { "/1" } else { "/0" };
        let other = self.text_at(&["/", RANGE, other].concat());
        let family =
            parse_cidr(other).map_or(Family::V4, |read| Family::of(read.net.addr()).other());
        match self.refused_address().filter(|ip| Family::of(*ip) == family) {
            Some(ip) => sized(ip, USUAL),
            None => Some(RANGES[family as usize].to_owned()),
        }
    }

    /// The next free address behind one that cannot be had, or the first one of its family.
    fn free_address(&self, ip: IpAddr) -> Option<String> {
        let Target::Request { cluster, .. } = self.target else { return None };
        let family = Family::of(ip);
        let taken = cluster.pools().taken(family);
        for (range, usable) in cluster.pools().ready_ranges(cluster.env(), family) {
            let last = usable.first + u128::from(usable.count).saturating_sub(1);
            let from =
                if range.contains(ip) { to_bits(ip).max(usable.first) } else { usable.first };
            let free = taken.first_free(from, last).or(taken.first_free(usable.first, last));
            if let Some(free) = free.and_then(|free| from_bits(family, free)) {
                return Some(free.to_string());
            }
        }
        None
    }

    /// The next free node port behind one that is taken, or the first one.
    fn free_port(&self, port: &Json) -> Option<Json> {
        let Json::Number(port) = port else { return None };
        let port: u32 = port.parse().ok()?;
        let Target::Request { cluster, .. } = self.target else { return None };
        let (taken, range) = (cluster.pools().taken_ports(), cluster.env().node_ports);
        let (first, last) = (u128::from(range.first), u128::from(range.last));
        let from = u128::from(port) + 1;
        let from = if first < from && from <= last { from } else { first };
        let free = taken.first_free(from, last).or(taken.first_free(first, last))?;
        Some(Json::Number(free.to_string()))
    }

    /// A key or a value of a map of labels, which the server names without its place.
    fn labels(&mut self, at: &str) {
        let Some(Json::Object(map)) = self.json.pointer(at).cloned() else { return };
        let Cause::Invalid { value } = &self.refusal.problem.cause else { return };
        for (key, text) in &map {
            let at = [at, "/", &escaped(key)].concat();
            let is_key = quote(key) == *value;
            let text = if is_key { key } else { text.as_str().unwrap_or_default() };
            if quote(text) != *value {
                continue;
            }
            let form = if is_key { Form::QualifiedName } else { Form::LabelValue };
            if let Some(name) = form.respell(text) {
                if is_key {
                    self.push(SPELLING, Act::Rename, &at, Op::Rename(name));
                } else {
                    self.put(SPELLING, &at, name.into());
                }
            }
            self.push(NOTHING, Act::Remove, &at, Op::Remove);
        }
    }

    fn decoded(&self) -> Result<Decoded, Box<TypeError>> {
        let unknown = match self.target {
            Target::Request { cluster, .. } => cluster.env().behavior.unknown_fields,
            Target::Start(_) => &[],
        };
        decode::service(&self.root, unknown, false)
    }

    /// Fields that do not exist, or stand twice.
    fn strays(&mut self) {
        for stray in self.decoded().map(|decoded| decoded.strays).unwrap_or_default() {
            self.stray(&stray);
        }
    }

    fn stray(&mut self, stray: &Stray) {
        let Some(at) = entry_at(&self.root, stray.span) else { return };
        let holder = at.rsplit_once('/').and_then(|(holder, _)| self.json.pointer(holder));
        let mut best: Option<(usize, &str)> = None;
        for name in &stray.known {
            let far = distance(name, &stray.name);
            let is_free = holder.is_some_and(|holder| holder.get(name).is_none());
            if is_free && far * 2 <= name.len() && best.is_none_or(|(least, _)| far < least) {
                best = Some((far, name));
            }
        }
        if let Some((far, name)) = best {
            self.push(SPELLING + far, Act::Rename, &at, Op::Rename(name.to_owned()));
        }
        self.push(NOTHING, Act::Remove, &at, Op::Remove);
    }

    /// A value of a wrong type.
    fn mistyped(&mut self) {
        let Err(error) = self.decoded() else { return };
        let (at, go_type) = (pointer(&error.path), error.go_type);
        let Some(value) = self.json.pointer(&at).cloned() else { return };
        let value = match value {
            Json::Number(_) if go_type == "[]v1.ServicePort" => {
                Some(Json::Array(vec![one("port", value)]))
            }
            Json::Array(list) if list.len() == 1 => list.into_iter().next(),
            Json::Array(_) => None,
            value if go_type.starts_with('[') => Some(Json::Array(vec![value])),
            Json::String(text) => match text.parse::<i32>() {
                _ if go_type == "bool" => Some(text.eq_ignore_ascii_case("true").into()),
                Ok(number) => Some(number.into()),
                Err(_) => at.ends_with("/port").then(|| 80.into()),
            },
            // As it is written: `080` is no eighty.
            Json::Number(_) | Json::Bool(_) => find(&self.root, &at)
                .and_then(|node| self.text.get(node.span.start..node.span.end))
                .map(Json::from),
            _ => None,
        };
        if let Some(value) = value {
            self.put(SPELLING, &at, value);
        }
        self.push(NOTHING, Act::Remove, &at, Op::Remove);
    }
}

/// The name of the field that a pointer points to, or of the list around an entry.
fn own_name(pointer: &str) -> &str {
    pointer.rsplit('/').find(|part| !is_number(part)).unwrap_or_default()
}

/// The field of `spec` or `metadata` that a pointer points into.
fn outer(pointer: &str) -> &str {
    let end = pointer.match_indices('/').nth(2);
    end.map_or(pointer, |(end, _)| &pointer[..end])
}

/// The fields that settle addresses between them.
const ADDRESSES: [&str; 4] = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];

/// The pointer to the entry whose key stands at a span.
fn entry_at(node: &Node, key: Span) -> Option<String> {
    match &node.value {
        Value::Map(map) => {
            for entry in map {
                let own = ["/", &escaped(&entry.key)].concat();
                if entry.key_span == key {
                    return Some(own);
                }
                if let Some(inner) = entry_at(&entry.value, key) {
                    return Some(own + &inner);
                }
            }
        }
        Value::Seq(list) => {
            for (at, item) in list.iter().enumerate() {
                if let Some(inner) = entry_at(item, key) {
                    return Some(["/", &at.to_string(), &inner].concat());
                }
            }
        }
        _ => {}
    }
    None
}

/// The prefix lengths of ranges that cluster builders use.
const USUAL: [u8; 2] = [16, 112];

/// The range of a prefix length, by family, around an address.
fn sized(ip: IpAddr, lengths: [u8; 2]) -> Option<String> {
    let net = ipnet::IpNet::new(ip, lengths[Family::of(ip) as usize]).ok()?;
    Some(Cidr::new(net).to_string())
}

/// The address that a text means.
fn spelt_address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_start_matches('[');
    let text = text.split(['/', '\\', '%', ']']).next().unwrap_or(text);
    parse_ip(text).map(|read| read.ip)
}

/// The range that a text means. An address alone gets a prefix length, by family.
fn spelt_range(text: &str, lengths: [u8; 2]) -> Option<String> {
    let text = text.trim().replace('\\', "/");
    if let Some(read) = parse_cidr(&text) {
        return Some(Cidr::new(read.net).to_string());
    }
    sized(spelt_address(&text)?, lengths)
}

/// A number without the digits that are too many at its end; below the least that least one.
fn within(number: &Json, least: i64, most: i64) -> Option<Json> {
    let Json::Number(number) = number else { return None };
    let mut digits = number.trim_start_matches('-');
    while digits.parse().is_ok_and(|number: i64| number > most) {
        digits = &digits[..digits.len() - 1];
    }
    Some(Json::Number(digits.parse().unwrap_or(least).max(least).to_string()))
}
