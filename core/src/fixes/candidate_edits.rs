//! Which changes of a text may take away a cause of its refusal? The words of the API server name the
//! field and often what it may hold; the rest of the text and the cluster tell more. What to try for
//! which words is a table, [`TRY`], for manifests, patches and flags alike.

use std::net::IpAddr;

use crate::api::json::{Json, Map, key_of};

use crate::api::field_path::{FieldPath, Segment};
use crate::api::quote;
use crate::apiserver::requests::to_json;
use crate::apiserver::startup::{MACHINE_V4, MACHINE_V6, RANGE};
use crate::explain::diagnostic::{Cause, Diagnostic, Program};
use crate::fixes::{Act, Proposal, Repair, Target, read};
use crate::kubectl;
use crate::net::cidr::{from_bits, to_bits};
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::source::decode::{self, Stray};
use crate::source::edit::{Edit, Op, edit, escaped, find, model, one, print};
use crate::source::flags::edit::{Change, Editor, Placement};
use crate::source::flags::{self, Component};
use crate::source::span::Span;
use crate::source::yaml::{Node, Value};

/// What to try: for a refusal of this field (`*` is any) that says this (`-` is anything), at this cost,
/// to put a value into a field. Blanks in words are written as `_`.
///
/// A field is a JSON pointer; `.` is the refused one and `^` the one of `spec` around it. `start` are the
/// flags of a start that fails, as a map of values and lists; `service` are those of one whose cluster
/// does not serve what is asked for. A value is YAML; `-` removes the field; `@` names what
/// [`Draft::value`] computes. The cost says how unlikely it is that the change is what was meant: 10 for
/// the same in another spelling, 20 for what follows from the rest of the text, 30 for what is stored, 40
/// for another legal value, 60 for nothing.
const TRY: &str = "\
* Unsupported 20 . @legal
* - 20 . @number
* - 30 . @stored
* - 30 ^ @stored
* Forbidden 30 . -
* Invalid 60 . -
* Duplicate 60 . -
* Unsupported 60 . -
* 'NodePort' 30 /spec/type NodePort
* 'LoadBalancer' 30 /spec/type LoadBalancer
* `type`_is 40 /spec/type NodePort
* externally 40 /spec/type NodePort
* externally 41 /spec/type LoadBalancer
* externally 42 /spec/type ClusterIP
* set_on_NodePort 40 /spec/type NodePort
* LoadBalancer_s 41 /spec/type LoadBalancer
* ExternalName_s 42 /spec/type ClusterIP
* NodePort_s 42 /spec/type ClusterIP
* LoadBalancer_s 42 /spec/type ClusterIP
name - 10 . @name
name - 20 . @port-name
name Required 40 /metadata/name my-service
externalName - 10 . @name
externalName Required 40 . example.com
externalName - 42 /spec/type ClusterIP
appProtocol - 10 . @name
targetPort - 10 . @name
loadBalancerClass - 10 . @name
ports Required 40 . [{port:_80}]
ports Duplicate 40 ./protocol UDP
ports protocols 40 /spec/ports/0/protocol TCP
ports protocols 40 /spec/ports/1/protocol TCP
ports protocols 40 /spec/ports/1/protocol UDP
ports protocols 60 /spec/ports/1 -
ports protocols 60 /spec/ports/2 -
nodePort - 20 . @free-port
nodePort - 40 . -
healthCheckNodePort - 20 . @free-port
healthCheckNodePort - 40 . -
externalIPs - 10 . @address
loadBalancerSourceRanges - 10 . @range
cidrs - 10 . @range
cidrs Required 40 . [10.112.0.0/16]
cidrs up_to_2 60 ./2 -
cidrs no_more 60 ./1 -
cidrs immutable 60 ./1 -
ipFamilyPolicy - 40 . PreferDualStack
ipFamilyPolicy - 41 . RequireDualStack
ipFamilyPolicy - 42 . SingleStack
ipFamilyPolicy multiple 60 /spec/clusterIPs/1 -
ipFamilyPolicy multiple 60 /spec/ipFamilies/1 -
ipFamilies - 20 ^ @families
ipFamilies - 40 . @other-family
ipFamilies - 60 ^ -
clusterIPs - 10 /spec/clusterIP @address
clusterIPs - 10 /spec/clusterIPs/0 @address
clusterIPs - 10 /spec/clusterIPs/1 @address
clusterIPs - 20 /spec/clusterIP @first
clusterIPs - 20 /spec/clusterIPs/0 @single
clusterIPs - 20 /spec/ipFamilies @families
clusterIPs allocate 20 /spec/clusterIP @free-address
clusterIPs allocate 20 /spec/clusterIPs/0 @free-address
clusterIPs allocate 20 /spec/clusterIPs/1 @free-address
clusterIPs 'None' 40 /spec/clusterIPs [None]
clusterIPs - 60 /spec/clusterIPs/2 -
clusterIPs - 60 /spec/clusterIPs/1 -
clusterIPs - 60 /spec/ipFamilies -
clusterIPs - 60 /spec/clusterIP -
clusterIPs - 60 /spec/clusterIPs -
address - 30 /spec/clusterIP @stored
address - 30 /spec/clusterIPs @stored
address - 30 /spec/ipFamilies @stored
address - 30 /spec/ipFamilyPolicy @stored
request resourceVersion 30 /metadata/resourceVersion -
request modified 30 /metadata/resourceVersion -
request HealthCheck 40 /spec/healthCheckNodePort -
request duplicate_nodePort 40 /spec/ports/1/nodePort -
request duplicate_nodePort 40 /spec/ports/2/nodePort -
kubectl - 20 /kind Service
kubectl - 20 /apiVersion v1
kubectl - 21 /apiVersion networking.k8s.io/v1
start not_a_valid_cidr 10 /service-cluster-ip-range/0 @range
start not_a_valid_cidr 60 /service-cluster-ip-range/0 @default
start not_an_ip_net 10 /service-cluster-ip-range/1 @range
start not_an_ip_net 10 /service-cluster-ip-range/1 @next-word
start not_an_ip_net 40 /service-cluster-ip-range/1 -
start at_least_8 20 /service-cluster-ip-range/0 @wide
start more_than_two 40 /service-cluster-ip-range/2 -
start more_than_two 40 /service-cluster-ip-range/1 -
start more_than_two 41 /service-cluster-ip-range/0 -
start range_is_too_large 20 /service-cluster-ip-range/0 @narrow
start range[1]_is_too_large 20 /service-cluster-ip-range/1 @narrow
start range[1]_is_too_large 60 /service-cluster-ip-range/1 -
start IPv6DualStack 20 /feature-gates/9 IPv6DualStack=true
start IPv6DualStack 20 /feature-gates [IPv6DualStack=true]
start IPv6DualStack 60 /service-cluster-ip-range/1 -
start different_IP_family 20 /service-cluster-ip-range/1 @default
start different_IP_family 60 /service-cluster-ip-range/1 -
start different_IP_family 60 /service-cluster-ip-range/0 -
start public_address 20 /advertise-address @machine
start public_address 40 /advertise-address -
start public_address 40 /service-cluster-ip-range @reversed
start node-port 40 /kubernetes-service-node-port -
start contain 40 /kubernetes-service-node-port -
start failed_to_parse_IP 10 . @address
start missing_bool 10 ./0 @on
start flag:_ 60 . -
service not_configured 20 /service-cluster-ip-range/1 @default
";

/// What another spelling costs.
const SPELT: usize = 10;
/// What it costs to leave something out.
const NOTHING: usize = 60;
/// Ranges for a family that has none.
const RANGES: [&str; 2] = ["10.96.0.0/16", "fd00:10:96::/112"];

/// A text that is refused, and changes that may help.
pub struct Draft<'a> {
    target: &'a Target<'a>,
    text: &'a str,
    root: Node,
    /// What the text says; flags as a map.
    json: Json,
    /// What is stored under the request's name.
    stored: Json,
    cause: &'a Diagnostic,
    list: Vec<Proposal>,
}

/// Changes of a text that may take away a cause of its refusal.
pub fn proposals(target: &Target, text: &str, cause: &Diagnostic) -> Vec<Proposal> {
    let nothing = Node { span: Span::default(), value: Value::Null };
    let (root, json, stored) = match target {
        Target::Start(_) => (nothing, flags_as_json(text), Json::Null),
        Target::Request { .. } => {
            let Some(root) = read(text) else { return Vec::new() };
            let (json, stored) = (root.to_json(), stored(target, &root));
            (root, json, stored)
        }
    };
    let mut draft = Draft { target, text, root, json, stored, cause, list: Vec::new() };
    draft.work();
    draft.list
}

/// The flags of kube-apiserver; of ranges and gates as lists.
fn flags_as_json(text: &str) -> Json {
    let mut map = Map::new();
    for flag in flags::parse(text).of(Component::KubeApiserver) {
        let value = flag.value.as_deref().unwrap_or_default();
        let json = if flag.name == RANGE || flag.name == "feature-gates" {
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

/// The numbers in a text; their signs do not count.
fn numbers(text: &str) -> Vec<i64> {
    let mut found = Vec::new();
    for digits in text.split(|char: char| !char.is_ascii_digit()) {
        found.extend(digits.parse::<i64>().ok());
    }
    found
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
                let is_refused = matches!((&self.cause.cause, value.as_str()),
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
            flags: &flags::parse(self.text),
            component: Component::KubeApiserver,
            placement: Placement::OwnLine,
        }
        .change(name, change)?;
        if act == Act::Add
            && let Some(added) = new.and_then(|new| parse_cidr(new.as_array()?.get(1)?.as_str()?))
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
        let cause = self.cause;
        let body = cause.body();
        let mut own = pointer(&cause.path);
        let mut name = own.rsplit('/').find(|part| !is_number(part)).unwrap_or_default().to_owned();
        let mut is_field = false;
        let special = if self.is_start() {
            if let Some((_, flag)) = body.split_once("\"--") {
                own = ["/", flag.split('"').next().unwrap_or_default()].concat();
            }
            if cause.path.0.is_empty() { "start" } else { "service" }
        } else if cause.says == Program::Kubectl {
            "kubectl"
        } else if cause.cause == Cause::Plain || name == "patch" {
            self.decode();
            "request"
        } else {
            is_field = true;
            ""
        };
        let is_address = ADDRESSES.contains(&&*name);
        if name == "clusterIPs" && size(self.json.pointer("/spec/clusterIPs")) == 0 {
            "/spec/clusterIP".clone_into(&mut own);
        }
        if ["labels", "selector", "annotations"].contains(&&*name) {
            self.labels(&own);
        }
        if !is_field {
            special.clone_into(&mut name);
        }
        let mut around = own.clone();
        while around.matches('/').count() > 2 {
            around.truncate(around.rfind('/').unwrap_or_default());
        }
        for line in TRY.split('\n') {
            let mut parts = line.split(' ');
            let mut next = || parts.next().unwrap_or_default();
            let (field, words, cost, at, value) = (next(), next(), next(), next(), next());
            let is_about =
                field == name || is_field && (field == "*" || field == "address" && is_address);
            if !is_about || words != "-" && !body.contains(&words.replace('_', " ")) {
                continue;
            }
            let cost = cost.parse().unwrap_or_default();
            let at = match at.strip_prefix('.') {
                Some(inner) => [&own, inner].concat(),
                None if at == "^" => around.clone(),
                None => at.to_owned(),
            };
            match value {
                "-" => self.push(cost, Act::Remove, &at, Op::Remove),
                "@stored" => self.restore(cost, &at),
                "@legal" => self.legal(cost, &at),
                _ => {
                    let value = match value.strip_prefix('@') {
                        Some(name) => self.value(name, &at),
                        None => read(&value.replace('_', " ")).map(|node| node.to_json()),
                    };
                    if let Some(value) = value {
                        self.put(cost, &at, value);
                    }
                }
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

    /// The values that the server names in quotes.
    fn legal(&mut self, cost: usize, at: &str) {
        let own = self.text_at(at).to_owned();
        for (number, known) in self.cause.detail.split('"').enumerate() {
            if number % 2 == 1 {
                self.put(cost + 3 * distance(known, &own), at, known.into());
            }
        }
    }

    /// A value that depends on what is written, on what the server says, or on the cluster.
    fn value(&self, name: &str, at: &str) -> Option<Json> {
        let detail = self.cause.detail.as_str();
        let old = self.json.pointer(at);
        let text = self.text_at(at);
        let spec = &self.json["spec"];
        let string = match name {
            "number" => {
                let Json::Number(number) = old? else { return None };
                let bounds = numbers(detail);
                let [.., least, most] = bounds.as_slice() else { return None };
                let least = if at.ends_with("/port") { 80 } else { *least.max(&1) };
                return Some(shortened(number, least, *most));
            }
            "free-port" => return self.free_port(old?),
            "first" => return spec.pointer("/clusterIPs/0").cloned(),
            "single" => return spec.get("clusterIP").filter(|_| old.is_some()).cloned(),
            "families" => return self.families_of_addresses(),
            "reversed" => {
                let Json::Array(mut list) = old?.clone() else { return None };
                list.reverse();
                return Some(Json::Array(list));
            }
            "name" => spelt_name(text, detail)?,
            "port-name" => {
                let port = self.json.pointer(at.strip_suffix("/name")?)?;
                let protocol = port["protocol"].as_str().unwrap_or("TCP").to_ascii_lowercase();
                if spelt_name(text, detail).is_some() {
                    return None;
                }
                [&protocol, "-", &print(port.get("port")?, None)].concat()
            }
            "address" if text.eq_ignore_ascii_case("none") => "None".to_owned(),
            "address" => spelt_address(text)?.to_string(),
            "range" => spelt_range(text, self.is_start())?,
            "other-family" => Family::from_name(text)?.other().name().to_owned(),
            "free-address" => {
                self.free_address(spelt_address(text).filter(|_| detail.contains(text))?)?
            }
            "default" => self.default_range(at)?,
            "wide" => sized(spelt_address(text)?, [24, 120])?,
            "narrow" => {
                let least = u8::try_from(*numbers(detail).last()?).ok()?;
                sized(spelt_address(text)?, [least, least])?
            }
            "machine" if self.text_at("/service-cluster-ip-range/0").contains(':') => {
                MACHINE_V6.to_string()
            }
            "machine" => MACHINE_V4.to_string(),
            "next-word" => {
                let flags = flags::parse(self.text);
                let flag = flags.last(Component::KubeApiserver, RANGE)?;
                let word = self.text[flag.span.end..].split_whitespace().next()?;
                parse_cidr(word)?;
                word.to_owned()
            }
            _ => [text, "=true"].concat(),
        };
        Some(string.into())
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

    /// A range of the family that the other range is not of: the one around an address that the request
    /// names, or a usual one.
    fn default_range(&self, at: &str) -> Option<String> {
        let other = if at.ends_with('0') { "/1" } else { "/0" };
        let other = self.text_at(&["/", RANGE, other].concat());
        let family =
            parse_cidr(other).map_or(Family::V4, |read| Family::of(read.net.addr()).other());
        let body = self.cause.body();
        for word in body.split(['"', ' ']) {
            if let Some(read) = parse_ip(word)
                && Family::of(read.ip) == family
            {
                return sized(read.ip, USUAL);
            }
        }
        Some(RANGES[family as usize].to_owned())
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
        let Cause::Invalid { value } = &self.cause.cause else { return };
        for (key, text) in &map {
            let at = [at, "/", &escaped(key)].concat();
            let is_key = quote(key) == *value;
            let text = if is_key { key } else { text.as_str().unwrap_or_default() };
            if quote(text) != *value {
                continue;
            }
            if let Some(name) = spelt_name(text, &self.cause.detail) {
                if is_key {
                    self.push(SPELT, Act::Rename, &at, Op::Rename(name));
                } else {
                    self.put(SPELT, &at, name.into());
                }
            }
            self.push(NOTHING, Act::Remove, &at, Op::Remove);
        }
    }

    /// Fields that do not exist, or stand twice, and values of a wrong type.
    fn decode(&mut self) {
        let Target::Request { cluster, .. } = self.target else { return };
        match decode::service(&self.root, cluster.env().behavior.unknown_fields, false) {
            Ok(decoded) => decoded.strays.iter().for_each(|stray| self.stray(stray)),
            Err(error) => {
                let at = error.message.rfind(' ').unwrap_or_default();
                self.mistyped(&pointer(&error.path), &error.message[at + 1..]);
            }
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
            self.push(SPELT + far, Act::Rename, &at, Op::Rename(name.to_owned()));
        }
        self.push(NOTHING, Act::Remove, &at, Op::Remove);
    }

    fn mistyped(&mut self, at: &str, go_type: &str) {
        let Some(value) = self.json.pointer(at).cloned() else { return };
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
            Json::Number(_) | Json::Bool(_) => find(&self.root, at)
                .and_then(|node| self.text.get(node.span.start..node.span.end))
                .map(Json::from),
            _ => None,
        };
        if let Some(value) = value {
            self.put(SPELT, at, value);
        }
        self.push(NOTHING, Act::Remove, at, Op::Remove);
    }
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

/// The range that a text means. An address alone is a range of one, or of a cluster.
fn spelt_range(text: &str, of_cluster: bool) -> Option<String> {
    let text = text.trim().replace('\\', "/");
    if let Some(read) = parse_cidr(&text) {
        return Some(Cidr::new(read.net).to_string());
    }
    sized(spelt_address(&text)?, if of_cluster { USUAL } else { [32, 128] })
}

/// The name that a text means: what may not stand in it becomes a hyphen. `detail` says what may.
fn spelt_name(text: &str, detail: &str) -> Option<String> {
    let says = |words: &str| detail.contains(words);
    let lower = says("lower") || says("DNS-1035");
    let most = if says("no more than") { numbers(detail).first().copied() } else { None };
    let mut name = String::new();
    for char in text.chars() {
        let fits = char.is_ascii_alphanumeric()
            || char == '_' && says("'_'")
            || char == '.' && says("'.'")
            || char == '/' && says("prefix");
        let char = if fits { char } else { '-' };
        let is_long = most.is_some_and(|most| name.len() as i64 >= most);
        let is_twice = char == '-' && name.ends_with('-') && says("consecutive");
        if !is_long && !is_twice {
            name.push(if lower { char.to_ascii_lowercase() } else { char });
        }
    }
    let name = name.trim_matches(|char: char| !char.is_ascii_alphanumeric());
    let wants_letter = says("alphabetic") || says("at least one letter") || says("DNS-1035");
    let has_letter = name.bytes().next()?.is_ascii_alphabetic();
    let name = [if wants_letter && !has_letter { "p-" } else { "" }, name].concat();
    (name != text).then_some(name)
}

/// A number without the digits that are too many at its end; below the least that least one.
fn shortened(number: &str, least: i64, most: i64) -> Json {
    let mut digits = number.trim_start_matches('-');
    while digits.parse().is_ok_and(|number: i64| number > most) {
        digits = &digits[..digits.len() - 1];
    }
    Json::Number(digits.parse().unwrap_or(least).max(least).to_string())
}
