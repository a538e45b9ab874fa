//! What does kubectl make of a command and a file, what does it send, and what does it print? Rule MSG-7.
//!
//! | module | its question |
//! |---|---|
//! | [`documents`], `lists` | which objects does a file hold, and what ends it? |
//! | [`goyaml`], `gojson` | in which words is a text no YAML and no JSON? |
//! | [`validation`] | which fields does kubectl refuse itself? |
//! | [`kinds`] | which kinds does a release have? |
//! | [`objects`] | which object does a command name? |
//! | `apply`, `create`, `replace`, `patch`, `delete` | what does a command do about one object? |
//! | [`three_way`] | which patch does `kubectl apply` send? |
//! | `unreachable` | what does a command print where no API server answers? |
//! | [`command`], [`print`] | what is printed, and with which status does kubectl exit? |

mod apply;
pub mod command;
mod create;
mod delete;
pub mod documents;
mod gojson;
pub mod goyaml;
pub mod kinds;
mod lists;
pub mod objects;
mod patch;
pub mod print;
mod replace;
pub mod three_way;
mod unreachable;
pub mod validation;

use crate::explain::rule::Fidelity;
use crate::explain::text::Text;
use crate::release::version::Versions;
use crate::rules;

pub use apply::{Manifest, apply, apply_document, remember};
pub use command::{Applied, Command, FileCommand, Printed, Request, Sent, Stream};
pub use create::create;
pub use delete::{delete, deleted};
pub use objects::{ApplyVerb, ObjectName, Workload, name_of, namespace_of, namespace_or_default};
pub use patch::{PatchForm, patch};
pub use print::{Failure, print_error};
pub use replace::replace;
pub use unreachable::unreachable;

rules! {
    /// kubectl cannot tell what the document is.
    DOCUMENT_HAS_NO_KIND {
        id: "MSG-7a", slug: "document-has-no-kind",
        versions: Versions::ALL,
        source: "kubectl pkg/validation/validation.go getObjectKind",
        evidence: SourceRead,
        facts: [],
        en: "Without `apiVersion` and `kind` kubectl cannot determine the resource, and sends nothing.",
        zh: "没有 `apiVersion` 和 `kind`，kubectl 无法确定资源，因此不发送任何内容。",
    }
    /// Something that the playground does not know.
    KIND_IS_NOT_SIMULATED {
        id: "MSG-7b", slug: "kind-is-not-simulated",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        fidelity: Fidelity::Simplified(Text {
            en: "A real cluster would store the object.",
            zh: "真实集群会存储该对象。",
        }),
        facts: [kind],
        en: "Objects of kind {kind} are not simulated.",
        zh: "{kind} 类型的对象不在模拟范围内。",
    }
    /// kubectl cannot look for the object that it would patch.
    DOCUMENT_HAS_NO_NAME {
        id: "MSG-7d", slug: "document-has-no-name",
        versions: Versions::ALL,
        source: "kubectl pkg/cmd/apply/apply.go applyOneObject",
        evidence: SourceRead,
        facts: [],
        en: "`kubectl apply` first reads the object with this name. Without `metadata.name` it sends nothing; `generateName` works only with `kubectl create`.",
        zh: "`kubectl apply` 首先按名称读取对象。没有 `metadata.name` 时它不发送任何内容；`generateName` 只能用于 `kubectl create`。",
    }
    /// kubectl asks the API server which resource a kind is, and it has none.
    KIND_HAS_NO_RESOURCE {
        id: "MSG-7e", slug: "kind-has-no-resource",
        versions: Versions::ALL,
        source: "cli-runtime pkg/resource/mapper.go infoForData",
        evidence: SourceRead,
        facts: [kind, version],
        en: "The API server of {version} has no kind {kind}, so kubectl finds no resource to send the object to.",
        zh: "{version} 的 API 服务器没有 {kind} 类型，因此 kubectl 找不到可以接收该对象的资源。",
    }
    /// kubectl reads a part of each object itself.
    OBJECT_IS_UNREADABLE {
        id: "MSG-7i", slug: "object-is-unreadable-for-kubectl",
        versions: Versions::ALL,
        source: "cli-runtime pkg/resource/metadata_decoder.go Decode",
        evidence: SourceRead,
        facts: [],
        en: "kubectl reads the kind, the metadata and the items of a list itself. A wrong type among them stops only this document: those behind it are sent.",
        zh: "kubectl 会自行读取对象的 kind、metadata 以及列表的 items。其中的类型错误只会使此文档不被发送，其后的文档仍会发送。",
    }
    /// kubectl stops at a document, and all behind it is not read.
    FILE_ENDS_HERE {
        id: "MSG-7f", slug: "file-ends-at-a-document",
        versions: Versions::ALL,
        source: "cli-runtime pkg/resource/visitor.go StreamVisitor",
        evidence: SourceRead,
        facts: [],
        en: "kubectl cannot read a document before this one: it sends what stands before that document, and nothing behind it.",
        zh: "此文档之前有一个 kubectl 无法读取的文档：kubectl 只发送那个文档之前的内容，其后的内容都不发送。",
    }
    /// kubectl validates before it sends anything.
    KUBECTL_VALIDATES_FIELDS {
        id: "MSG-7h", slug: "kubectl-validates-fields",
        versions: Versions::until(24),
        source: "kubectl pkg/validation/validation.go ValidateBytes",
        evidence: SourceRead,
        facts: [],
        en: "Up to 1.24 the API server drops fields it does not know; kubectl looks for them in the server's OpenAPI schema, and stops at this document. Since 1.25 the API server refuses them.",
        zh: "1.24 及更早版本的 API 服务器会丢弃未知字段；kubectl 按服务器的 OpenAPI 模式检查字段，并停在此文档处。自 1.25 起由 API 服务器拒绝这些字段。",
    }
    /// Nobody sends it.
    OBJECT_EXISTS_AS_PRINTED {
        id: "MSG-7j", slug: "object-exists-as-printed",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        facts: [],
        en: "The object exists as kubectl printed it, with its status: nothing is validated, and the addresses and ports that it names are allocated.",
        zh: "对象按 kubectl 的输出原样存在，包括其状态：不做任何校验，它所列的地址和端口均视为已分配。",
    }
    /// A key is written twice.
    LAST_OF_EQUAL_KEYS_WINS {
        id: "MSG-7g", slug: "last-of-equal-keys-wins",
        versions: Versions::ALL,
        source: "sigs.k8s.io/yaml yaml.go yamlToJSONTarget",
        evidence: SourceRead,
        facts: [key],
        en: "The key {key} is written more than once. kubectl turns YAML into JSON first, and keeps the last one: the API server never sees the others.",
        zh: "键 {key} 写了不止一次。kubectl 先将 YAML 转换为 JSON，并只保留最后一个：API 服务器看不到其余的。",
    }
    /// A namespace is taken to exist.
    NAMESPACE_IS_TAKEN_TO_EXIST {
        id: "MSG-7c", slug: "namespace-is-taken-to-exist",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        fidelity: Fidelity::Simplified(Text {
            en: "A real cluster rejects objects in a namespace that does not exist.",
            zh: "真实集群会拒绝不存在的命名空间中的对象。",
        }),
        facts: [namespace],
        en: "The namespace {namespace} is assumed to exist.",
        zh: "假定命名空间 {namespace} 存在。",
    }
}

/// The annotation in which `kubectl apply` remembers what was applied.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Where the API server listens.
pub const SERVER: &str = "192.0.2.10:6443";

/// What kubectl says when nobody listens.
pub const NOT_RUNNING: &str = "The connection to the server 192.0.2.10:6443 was refused - did you specify \
                               the right host or port?";

/// The name the page gives to the manifest in kubectl's messages.
pub const FILE: &str = "service.yaml";
