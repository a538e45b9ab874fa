//! What does a line of a vector file say? The format is described in `vectors/service/README.md`.
//!
//! Invariant: nothing in a line is passed over. A member that these types do not know is an error, so
//! that a recorded fact can never be silently left unchecked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A recorded session with an API server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Names the case.
    pub id: String,
    /// The Kubernetes minor, such as `1.36`.
    pub k8s: String,
    /// How the API server was started.
    pub cluster: ClusterSpec,
    /// Addresses and node ports that somebody else holds.
    #[serde(default)]
    pub preallocated: Vec<Preallocated>,
    /// What was done, in order.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The minor as a number. The harness compares it itself: what a recording may contain is to be
    /// judged without asking the code under test.
    #[must_use]
    pub fn minor(&self) -> Option<u8> {
        self.k8s.strip_prefix("1.")?.parse().ok()
    }
}

/// How an API server was started.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ClusterSpec {
    /// `--service-cluster-ip-range`, an entry per family.
    #[serde(rename = "serviceClusterIPRange")]
    pub service_cluster_ip_range: Vec<String>,
    /// `--service-node-port-range`.
    pub service_node_port_range: Option<String>,
    /// Which code hands out addresses.
    pub ip_allocator: Option<Allocator>,
    /// Gates that differ from the release's defaults.
    pub feature_gates: Option<BTreeMap<String, bool>>,
}

/// Which code hands out addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Allocator {
    /// An IPAddress object per address.
    IpAddress,
    /// A bit per address.
    Bitmap,
}

/// Something that is taken before the first step.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Preallocated {
    /// A node port.
    Port(u16),
    /// An address.
    Ip(std::net::IpAddr),
}

/// One request, or one thing that happens to the cluster, with what was answered.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub op: Op,
    /// The recorded answer; absent in lines that `replay` is to fill in.
    pub expect: Option<Expect>,
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut members = serde_json::Map::deserialize(deserializer)?;
        let expect = members.remove("expect");
        Ok(Self {
            op: serde_json::from_value(members.into()).map_err(D::Error::custom)?,
            expect: expect.map(serde_json::from_value).transpose().map_err(D::Error::custom)?,
        })
    }
}

/// What is done in a step. Bodies are JSON with placeholders.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", deny_unknown_fields)]
pub enum Op {
    /// POST.
    #[serde(rename_all = "camelCase")]
    Create {
        /// The body.
        service: Value,
        /// `dryRun=All`.
        #[serde(default)]
        dry_run: bool,
        /// `fieldValidation`.
        field_validation: Option<Validation>,
    },
    /// PUT to the name in the body.
    #[serde(rename_all = "camelCase")]
    Update {
        /// The body.
        service: Value,
        /// `dryRun=All`.
        #[serde(default)]
        dry_run: bool,
        /// `fieldValidation`.
        field_validation: Option<Validation>,
        /// Read the object first and send its resourceVersion.
        #[serde(default)]
        with_resource_version: bool,
    },
    /// PATCH.
    #[serde(rename_all = "camelCase")]
    Patch {
        /// Of which object.
        name: String,
        /// In which language.
        patch_type: PatchType,
        /// The body.
        patch: Value,
        /// `dryRun=All`.
        #[serde(default)]
        dry_run: bool,
        /// `fieldValidation`.
        field_validation: Option<Validation>,
    },
    /// DELETE.
    #[serde(rename_all = "camelCase")]
    Delete {
        /// Which object.
        name: String,
        /// `dryRun=All`.
        #[serde(default)]
        dry_run: bool,
    },
    /// GET.
    Get {
        /// Which object.
        name: String,
    },
    /// The API server starts again.
    Restart {
        /// With these flags; what is absent stays as it was.
        cluster: ClusterSpec,
    },
    /// A ServiceCIDR object is made.
    #[serde(rename = "addServiceCIDR")]
    AddServiceCidr {
        /// Its name.
        name: String,
        /// Its ranges.
        cidrs: Vec<String>,
    },
    /// A ServiceCIDR object is deleted, and the controller settles.
    #[serde(rename = "removeServiceCIDR")]
    RemoveServiceCidr {
        /// Its name.
        name: String,
    },
    /// An object is put into storage as it is.
    Seed {
        /// The object.
        service: Value,
    },
}

impl Op {
    /// As the vectors spell it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "update",
            Self::Patch { .. } => "patch",
            Self::Delete { .. } => "delete",
            Self::Get { .. } => "get",
            Self::Restart { .. } => "restart",
            Self::AddServiceCidr { .. } => "addServiceCIDR",
            Self::RemoveServiceCidr { .. } => "removeServiceCIDR",
            Self::Seed { .. } => "seed",
        }
    }

    /// Whether it changes nothing even if it succeeds.
    #[must_use]
    pub const fn is_dry_run(&self) -> bool {
        matches!(
            self,
            Self::Create { dry_run: true, .. }
                | Self::Update { dry_run: true, .. }
                | Self::Patch { dry_run: true, .. }
                | Self::Delete { dry_run: true, .. }
        )
    }

    /// The JSON a client sends with it.
    #[must_use]
    pub const fn body(&self) -> Option<&Value> {
        match self {
            Self::Create { service, .. } | Self::Update { service, .. } => Some(service),
            Self::Seed { service } => Some(service),
            Self::Patch { patch, .. } => Some(patch),
            _ => None,
        }
    }

    /// The same, to change it.
    pub const fn body_mut(&mut self) -> Option<&mut Value> {
        match self {
            Self::Create { service, .. } | Self::Update { service, .. } => Some(service),
            Self::Seed { service } => Some(service),
            Self::Patch { patch, .. } => Some(patch),
            _ => None,
        }
    }
}

/// The language of a patch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchType {
    /// RFC 7386.
    Merge,
    /// Kubernetes' own.
    Strategic,
    /// RFC 6902.
    Json,
}

/// `fieldValidation`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub enum Validation {
    /// Refuse fields that do not exist.
    Strict,
    /// Warn of them.
    Warn,
    /// Say nothing.
    Ignore,
}

/// An answer: the recorded one with placeholders, or the core's with literal values.
#[derive(Clone, PartialEq, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expect {
    /// The object, cut to `metadata.name`, `spec` and a `status` that is not empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok: Option<Value>,
    /// The refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
    /// Texts of `Warning:` headers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Whether a PUT made the object.
    #[serde(default, skip_serializing_if = "is_false")]
    pub created: bool,
    /// Taken addresses per configured family (`v4`, `v6`) and node ports (`ports`) after the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<BTreeMap<String, u64>>,
    /// What became of a ServiceCIDR: `ready`, `gone`, `terminating`.
    #[serde(rename = "serviceCIDR", skip_serializing_if = "Option::is_none")]
    pub service_cidr: Option<String>,
    /// Terminating ServiceCIDRs that vanished because of the step.
    #[serde(default, rename = "serviceCIDRsGone", skip_serializing_if = "Vec::is_empty")]
    pub service_cidrs_gone: Vec<String>,
    /// Placeholder to the ranges its value was seen to come from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub from: BTreeMap<String, Vec<String>>,
    /// The real code decides by chance; any of these is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Expect>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// A refusal.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorBody {
    /// The HTTP code.
    pub code: u16,
    /// `null` for errors that are no API status.
    pub reason: Option<String>,
    /// The message.
    pub message: String,
    /// What is wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CauseBody>,
}

/// A cause of a refusal.
#[derive(Clone, PartialEq, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CauseBody {
    /// `FieldValueInvalid` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Absent where it is the text behind `<field>: ` in the status message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A line of a vector file.
#[derive(Clone, Debug)]
pub enum Line {
    /// Steps and answers.
    Scenario(Box<Scenario>),
    /// An input and a result of another kind.
    Kind {
        /// Names the case, where the file gives names.
        id: String,
        /// What ran.
        kind: String,
        /// The whole line.
        body: Value,
    },
}

impl Line {
    /// Reads a line: by its `steps`, or by its `kind`.
    ///
    /// # Errors
    /// It is neither, or has a member that nobody would check.
    pub fn parse(text: &str) -> Result<Self, String> {
        let body: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if let Some(kind) = body.get("kind").and_then(Value::as_str) {
            let id = body.get("id").or_else(|| body.get("cidr")).or_else(|| body.get("input"));
            let id = id.and_then(Value::as_str).unwrap_or_default();
            let (id, kind) = (format!("{kind}/{id}"), kind.to_owned());
            return Ok(Self::Kind { id, kind, body });
        }
        serde_json::from_value(body).map(Self::Scenario).map_err(|error| error.to_string())
    }

    /// Names the case.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Scenario(scenario) => &scenario.id,
            Self::Kind { id, .. } => id,
        }
    }
}

/// Every `*.jsonl` file below a folder, by name.
///
/// # Errors
/// The folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The folder of the vectors: `DUALSTACK_VECTORS`, else the one of this package. Cargo runs tests in the folder of
/// their package: what is not there is looked for in that of the workspace, where people call it.
#[must_use]
pub fn folder() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    match std::env::var_os("DUALSTACK_VECTORS").map(PathBuf::from) {
        None => package.join("vectors"),
        Some(given) if given.exists() => given,
        Some(given) => package.parent().unwrap_or(package).join(given),
    }
}

/// All lines of all files below a folder, in order.
///
/// # Errors
/// A file or a line that cannot be read; the message names it.
pub fn lines(folder: &Path) -> Result<Vec<Line>, String> {
    let read =
        |place: String, text: &str| Line::parse(text).map_err(|error| format!("{place}: {error}"));
    each_line(folder, read)?.into_iter().collect()
}

/// All lines that can be read, and why others cannot, with their numbers: they may be of a later day.
///
/// # Errors
/// A file that cannot be read; the message names it.
pub fn known_lines(folder: &Path) -> Result<(Vec<Line>, BTreeMap<String, usize>), String> {
    let (mut lines, mut others) = (Vec::new(), BTreeMap::new());
    for read in
        each_line(folder, |_, text| Line::parse(text).map_err(|error| unread(text, &error)))?
    {
        match read {
            Ok(line) => lines.push(line),
            Err(why) => *others.entry(why).or_default() += 1,
        }
    }
    Ok((lines, others))
}

/// Why a line cannot be read, to group by.
fn unread(text: &str, error: &str) -> String {
    let body = serde_json::from_str::<Value>(text).unwrap_or_default();
    let steps = body.get("steps").and_then(Value::as_array).into_iter().flatten();
    let ops = steps.filter_map(|step| step.get("op").and_then(Value::as_str));
    let named = |op: &&str| error.starts_with(&format!("unknown variant `{op}`"));
    match ops.into_iter().find(named) {
        Some(op) => format!("operation {op}"),
        None => error.split(", expected").next().unwrap_or(error).to_owned(),
    }
}

/// What is read of each line, with its place.
fn each_line<T>(folder: &Path, read: impl Fn(String, &str) -> T) -> Result<Vec<T>, String> {
    let mut all = Vec::new();
    for path in files(folder)? {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        for (number, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            all.push(read(format!("{}:{}", path.display(), number + 1), text));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{Line, unread};

    #[test]
    fn a_line_of_another_day_is_named_by_what_is_new_in_it() {
        let why = |text: &str| Line::parse(text).map_err(|error| unread(text, &error)).err();
        let line = |step: &str| {
            format!(
                r#"{{"id":"a","k8s":"1.36","cluster":{{"serviceClusterIPRange":[]}},"steps":[{step}]}}"#
            )
        };
        let expect = r#""expect":{}"#;
        assert_eq!(
            why(&line(&format!(r#"{{"op":"frobnicate",{expect}}}"#))).as_deref(),
            Some("operation frobnicate")
        );
        let member = line(&format!(r#"{{"op":"get","name":"a","mood":1,{expect}}}"#));
        assert!(why(&member).is_some_and(|why| why.contains("mood")));
        assert!(why("{").is_some());
    }
}
