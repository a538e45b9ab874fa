//! A program in two files: what a visit begins with, and the rest, which comes when the browser is idle.
//!
//! The rest is another WebAssembly module, which shares memory, tables and globals with the first. In the place of
//! each of its functions that the first names stands a stub, which calls it through a table; what only the rest
//! names is gone from the first. A stub that is called before the rest is there asks the page for it (`loadRest`
//! in web/boot.js), and waits. So a function that is put behind is missing to nobody, but should be one that
//! nobody needs in the first second.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, HeapType, ImportSection,
    Instruction, Module, RefType, StartSection, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, CompositeInnerType, ElementItems, ElementKind,
    ExportSectionReader, ExternalKind, FuncType, FunctionBody, FunctionSectionReader,
    GlobalSectionReader, KnownCustom, Name, Operator, OperatorsReader, Parser, Payload, TableInit,
    TableSectionReader, TypeRef, Validator,
};

use crate::Outcome;

/// What a visit does not begin with, by texts in the names of functions. It begins with a create, the panes and
/// typing. A function that is called in one place only has to be kept out of its caller: `#[inline(never)]`.
pub const REST: &[&str] = &[
    // Requests that are no creates, and restarts.
    "dualstack_core::apiserver::patch::",
    "Cluster::handle_get",
    "Cluster::handle_patch",
    "Cluster::update",
    "Cluster::delete",
    "Cluster::remove",
    "Cluster::restart",
    "Cluster::repair",
    "kubectl::three_way",
    "kubectl::ObjectName::read",
    "run::patch",
    "run::delete",
    "run::apply_service_cidr",
    "DocumentReport::about",
    "DocumentReport::connect",
    "service::update",
    "service::old::",
    "sync::drop_type_dependent",
    "sync::normalize_update",
    "sync::carry_over",
    "families::trim_for_downgrade",
    "families::init_ip_family_fields_old",
    "allocate::allocate_update",
    "node_ports::update_node_ports",
    "dualstack_core::apiserver::service_cidr::",
    "Pools::sweep_service_cidrs",
    "api::print_list",
    // What is wrong with an address; merge keys.
    "warn::go_parse",
    "yaml::Open::merge",
    // What buttons and pickers do.
    "presets::apply",
    "Store::rearranged",
    "Store::target",
    "Store::kept_branches",
    "output::diff",
    "timeline::side",
    "timeline::branches",
    "timeline::repaired",
    "answer::started",
    "answers::compared",
    "manifest::patch_heading",
    "share::share::{closure",
    "forms::{closure",
    "answer::of_delete",
    // Visits of another kind: in a frame, by a link, with branches, after the program died.
    "embed::frame",
    "embed::open",
    "embed::trouble",
    "embed::draft",
    "Store::arrive",
    "Embed::start_with",
    "visit::read",
    "Shown::read",
    "store::read_branch",
    "app::safe_mode",
];

/// The same of libraries.
pub const REST_OF_LIBRARIES: &[&str] = &[
    // saphyr-parser: what few write in YAML.
    "fetch_anchor",
    "register_anchor",
    "resolve_tag",
    "scan_tag",
    "scan_uri",
    "scan_version_directive",
    // Yew: what the page makes no use of.
    "VPortal",
    "VRaw",
    "VSuspense",
    "Stateful::props_changed",
];

/// What the rest imports from. The page hands it the exports of the first.
const FIRST: &str = "page";
/// How the name begins under which the page's program imports what loads the rest, at once if it is given nothing.
const ASK: &str = "__wbg_loadRest_";

/// A program in two files.
pub struct Parts {
    /// What a visit begins with.
    pub first: Vec<u8>,
    /// What comes behind it.
    pub rest: Vec<u8>,
    /// Texts that are in no function's name: another compiler may have put these functions into their callers.
    /// The limit of the first file's size notices if that matters.
    pub unknown: Vec<String>,
}

/// Puts the functions whose names hold one of these texts, and what only they need, into a file of their own.
/// Fails on a program that does not import what loads the rest.
pub fn split(wasm: &[u8], behind: &[&str]) -> Outcome<Parts> {
    let program = Program::read(wasm)?;
    let plan = Plan::make(&program, behind)?;
    let is_unknown = |text: &&&str| !program.names.values().any(|name| name.contains(**text));
    let unknown = behind.iter().filter(is_unknown).map(ToString::to_string).collect();
    let (first, rest) = (first(wasm, &program, &plan)?, rest(&program, &plan)?);
    for part in [&first, &rest] {
        Validator::new().validate_all(part).map_err(said)?;
    }
    Ok(Parts { first, rest, unknown })
}

fn said(error: impl std::fmt::Display) -> String {
    format!("the program cannot be split: {error}")
}

/// What there is to know of a program. Functions have numbers: the imported ones come first.
#[derive(Default)]
struct Program<'a> {
    types: Vec<FuncType>,
    /// The number of its type, of each function.
    functions: Vec<u32>,
    imported: usize,
    /// What loads the rest.
    ask: Option<u32>,
    bodies: Vec<FunctionBody<'a>>,
    /// Which functions each body names.
    calls: Vec<BTreeSet<u32>>,
    /// Which functions are named elsewhere: what JavaScript calls, and what stands in tables.
    roots: BTreeSet<u32>,
    names: HashMap<u32, String>,
    tables: Vec<wasmparser::TableType>,
    globals: Vec<wasmparser::GlobalType>,
    memory: Option<wasmparser::MemoryType>,
}

impl<'a> Program<'a> {
    fn read(wasm: &'a [u8]) -> Outcome<Self> {
        let mut program = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            program.take(payload.map_err(said)?).map_err(said)?;
        }
        Ok(program)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), String> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for kind in group.map_err(text)?.into_types() {
                        let CompositeInnerType::Func(function) = kind.composite_type.inner else {
                            return Err("it has types that are not of functions".into());
                        };
                        self.types.push(function);
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(text)?;
                    let TypeRef::Func(kind) = import.ty else {
                        return Err(format!("it imports {}, which is no function", import.name));
                    };
                    if import.name.starts_with(ASK) {
                        self.ask = Some(self.number());
                    }
                    self.functions.push(kind);
                }
                self.imported = self.functions.len();
            }
            Payload::FunctionSection(section) => {
                for kind in section {
                    self.functions.push(kind.map_err(text)?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let table = table.map_err(text)?;
                    if !matches!(table.init, TableInit::RefNull) {
                        return Err("it has a table that begins with a function".into());
                    }
                    self.tables.push(table.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memory = Some(memory.map_err(text)?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global.map_err(text)?;
                    self.globals.push(global.ty);
                    self.roots.extend(named(global.init_expr.get_operators_reader())?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(text)?;
                    if export.kind == ExternalKind::Func {
                        self.roots.insert(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => {
                self.roots.insert(func);
            }
            Payload::ElementSection(section) => {
                for segment in section {
                    let segment = segment.map_err(text)?;
                    match (segment.kind, segment.items) {
                        (ElementKind::Active { .. }, ElementItems::Functions(functions)) => {
                            for function in functions {
                                self.roots.insert(function.map_err(text)?);
                            }
                        }
                        _ => return Err("it fills tables as only newer programs do".into()),
                    }
                }
            }
            Payload::TagSection(_) => return Err("it has exceptions".into()),
            Payload::CodeSectionEntry(body) => {
                self.calls.push(named(body.get_operators_reader().map_err(text)?)?);
                self.bodies.push(body);
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for name in names {
                        if let Name::Function(names) = name.map_err(text)? {
                            for name in names {
                                let name = name.map_err(text)?;
                                self.names.insert(name.index, plain(name.name));
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn number(&self) -> u32 {
        count(self.functions.len())
    }

    fn type_of(&self, function: u32) -> u32 {
        self.functions[function as usize]
    }

    /// Which functions a function of the program's own names.
    fn calls_of(&self, function: u32) -> Option<&BTreeSet<u32>> {
        self.calls.get((function as usize).checked_sub(self.imported)?)
    }

    fn imports(&self) -> impl Iterator<Item = u32> {
        0..count(self.imported)
    }
}

fn text(error: BinaryReaderError) -> String {
    error.to_string()
}

/// Which functions are named by these instructions.
fn named(operators: OperatorsReader<'_>) -> Result<BTreeSet<u32>, String> {
    let mut named = BTreeSet::new();
    for operator in operators {
        if let Operator::Call { function_index }
        | Operator::ReturnCall { function_index }
        | Operator::RefFunc { function_index } = operator.map_err(text)?
        {
            named.insert(function_index);
        }
    }
    Ok(named)
}

/// A name as the sources have it: without the hash behind the name of each crate, and without the brackets
/// that only some compilers write.
fn plain(name: &str) -> String {
    let is_hash = |text: &str| text.len() > 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut plain = String::new();
    for part in name.replace(['<', '>'], "").split('[') {
        match part.split_once(']').filter(|(hash, _)| is_hash(hash)) {
            Some((_, after)) => plain.push_str(after),
            None => plain.extend(["[", part]),
        }
    }
    plain.split_off(1)
}

/// Which function goes where.
struct Plan {
    /// Those of the rest.
    rest: BTreeSet<u32>,
    /// Of these, those that the first names: each has a place in the table.
    slots: BTreeMap<u32, u32>,
    /// What the rest names of the first.
    borrowed: BTreeSet<u32>,
    /// What loads the rest.
    ask: u32,
    /// The number of the type of a function that takes and gives nothing.
    nothing: u32,
}

impl Plan {
    fn make(program: &Program<'_>, behind: &[&str]) -> Outcome<Self> {
        let ask = program.ask.ok_or_else(|| said("nothing loads its rest"))?;
        let nothing =
            program.types.iter().position(|it| it.params().is_empty() && it.results().is_empty());
        let nothing = nothing.and_then(|at| u32::try_from(at).ok());
        let nothing = nothing.ok_or_else(|| said("no function of it takes and gives nothing"))?;
        // What drops a value may be called where the value was never made.
        let is_behind = |name: &&String| {
            !name.contains("drop_in_place") && behind.iter().any(|text| name.contains(text))
        };
        let is_named = |function: &u32| program.names.get(function).filter(is_behind).is_some();
        // What can be reached without them stays, and what is imported.
        let mut stays: BTreeSet<u32> = program.imports().collect();
        let mut open: Vec<u32> = program.roots.iter().copied().collect();
        while let Some(function) = open.pop() {
            if !is_named(&function) && stays.insert(function) {
                open.extend(program.calls_of(function).into_iter().flatten());
            }
        }
        let rest = (0..program.number()).filter(|it| !stays.contains(it)).collect();
        let calls_of = |functions: &BTreeSet<u32>| -> BTreeSet<u32> {
            functions.iter().filter_map(|it| program.calls_of(*it)).flatten().copied().collect()
        };
        let known = &calls_of(&stays) | &program.roots;
        let slots = (&known & &rest).into_iter().zip(0..).collect();
        let borrowed = &calls_of(&rest) & &stays;
        Ok(Self { rest, slots, borrowed, ask, nothing })
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// What the rest shares with the first beside functions: numbers are those of the whole program, and behind
/// its tables and globals stand those of the split.
struct Shared {
    /// Where the stubs look for the rest.
    table: u32,
    /// Whether it is there: 1.
    is_there: u32,
}

impl Shared {
    fn of(program: &Program<'_>) -> Self {
        Self { table: count(program.tables.len()), is_there: count(program.globals.len()) }
    }

    /// What is shared, in the order of its names: these are numbers, which no name in JavaScript is.
    fn items(&self, plan: &Plan) -> impl Iterator<Item = (String, ExportKind, u32)> {
        let memory = [(ExportKind::Memory, 0)];
        let tables = (0..=self.table).map(|table| (ExportKind::Table, table));
        let globals = (0..=self.is_there).map(|global| (ExportKind::Global, global));
        let functions = plan.borrowed.iter().map(|function| (ExportKind::Func, *function));
        let items = memory.into_iter().chain(tables).chain(globals).chain(functions);
        items.enumerate().map(|(name, (kind, index))| (name.to_string(), kind, index))
    }
}

fn first(wasm: &[u8], program: &Program<'_>, plan: &Plan) -> Outcome<Vec<u8>> {
    let mut place = BTreeMap::new();
    for function in 0..program.number() {
        if !plan.rest.contains(&function) || plan.slots.contains_key(&function) {
            place.insert(function, count(place.len()));
        }
    }
    let mut module = Module::new();
    let shared = Shared::of(program);
    let mut writer = First { program, plan, place, shared };
    writer.parse_core_module(&mut module, Parser::new(0), wasm).map_err(said)?;
    Ok(module.finish())
}

/// Writes the program with stubs for the rest.
struct First<'a> {
    program: &'a Program<'a>,
    plan: &'a Plan,
    /// The new number of each function that is left.
    place: BTreeMap<u32, u32>,
    shared: Shared,
}

impl First<'_> {
    /// The number of the function that waits for the rest: it stands behind all others.
    fn wait(&self) -> u32 {
        count(self.place.len())
    }

    fn left(&self) -> Vec<u32> {
        self.place.keys().copied().skip(self.program.imported).collect()
    }

    fn stub(&self, function: u32, slot: u32) -> Function {
        let type_index = self.program.type_of(function);
        let mut stub = Function::new([]);
        stub.instruction(&Instruction::Call(self.wait()));
        for (parameter, _) in (0..).zip(self.program.types[type_index as usize].params()) {
            stub.instruction(&Instruction::LocalGet(parameter));
        }
        stub.instruction(&Instruction::I32Const(slot.cast_signed()));
        stub.instruction(&Instruction::CallIndirect { type_index, table_index: self.shared.table });
        stub.instruction(&Instruction::End);
        stub
    }

    /// Asks for the rest unless it is there.
    fn waiting(&self) -> Function {
        let mut wait = Function::new([]);
        wait.instruction(&Instruction::GlobalGet(self.shared.is_there));
        wait.instruction(&Instruction::I32Eqz);
        wait.instruction(&Instruction::If(BlockType::Empty));
        let kind = self.program.type_of(self.plan.ask);
        for parameter in self.program.types[kind as usize].params() {
            wait.instruction(&match parameter {
                wasmparser::ValType::Ref(_) => Instruction::RefNull(HeapType::EXTERN),
                _ => Instruction::I32Const(0),
            });
        }
        wait.instruction(&Instruction::Call(self.place[&self.plan.ask]));
        wait.instruction(&Instruction::End);
        wait.instruction(&Instruction::End);
        wait
    }
}

type Written = Result<(), Error<Infallible>>;

impl Reencode for First<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.place[&index])
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Written {
        for function in self.left() {
            functions.function(self.program.type_of(function));
        }
        functions.function(self.plan.nothing);
        Ok(())
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: TableSectionReader<'_>,
    ) -> Written {
        utils::parse_table_section(self, tables, section)?;
        tables.table(table(self.plan));
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: GlobalSectionReader<'_>,
    ) -> Written {
        utils::parse_global_section(self, globals, section)?;
        globals.global(IS_THERE, &ConstExpr::i32_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Written {
        utils::parse_export_section(self, exports, section)?;
        for (name, kind, index) in self.shared.items(self.plan) {
            let index = if kind == ExportKind::Func { self.place[&index] } else { index };
            exports.export(&name, kind, index);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, _: CodeSectionReader<'_>) -> Written {
        for function in self.left() {
            if let Some(slot) = self.plan.slots.get(&function) {
                code.function(&self.stub(function, *slot));
            } else {
                let body = self.program.bodies[function as usize - self.program.imported].clone();
                self.parse_function_body(code, body)?;
            }
        }
        code.function(&self.waiting());
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Written {
        // Names are for the split.
        Ok(())
    }
}

const IS_THERE: GlobalType = GlobalType { val_type: ValType::I32, mutable: true, shared: false };

fn table(plan: &Plan) -> TableType {
    let size = plan.slots.len() as u64;
    let maximum = Some(size);
    let element_type = RefType::FUNCREF;
    TableType { element_type, minimum: size, maximum, table64: false, shared: false }
}

fn rest(program: &Program<'_>, plan: &Plan) -> Outcome<Vec<u8>> {
    let own = count(plan.borrowed.len());
    let mut place: BTreeMap<u32, u32> = plan.borrowed.iter().copied().zip(0..).collect();
    place.extend(plan.rest.iter().copied().zip(own..));
    let start = own + count(plan.rest.len());
    let shared = Shared::of(program);
    let mut writer = Rest { place };

    let mut types = TypeSection::new();
    for kind in &program.types {
        types.ty().func_type(&writer.func_type(kind.clone()).map_err(said)?);
    }

    let mut imports = ImportSection::new();
    for (name, kind, index) in shared.items(plan) {
        let at = index as usize;
        let entity: EntityType = match kind {
            ExportKind::Memory => {
                let memory = program.memory.ok_or_else(|| said("it has no memory"))?;
                writer.memory_type(memory).map_err(said)?.into()
            }
            ExportKind::Table => match program.tables.get(at) {
                Some(table) => writer.table_type(*table).map_err(said)?.into(),
                None => table(plan).into(),
            },
            ExportKind::Global => match program.globals.get(at) {
                Some(global) => writer.global_type(*global).map_err(said)?.into(),
                None => IS_THERE.into(),
            },
            _ => EntityType::Function(program.type_of(index)),
        };
        imports.import(FIRST, &name, entity);
    }

    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for function in &plan.rest {
        functions.function(program.type_of(*function));
        let body = program.bodies[*function as usize - program.imported].clone();
        writer.parse_function_body(&mut code, body).map_err(said)?;
    }
    // When the table is full it says so.
    functions.function(plan.nothing);
    let mut full = Function::new([]);
    full.instruction(&Instruction::I32Const(1));
    full.instruction(&Instruction::GlobalSet(shared.is_there));
    full.instruction(&Instruction::End);
    code.function(&full);

    let mut elements = ElementSection::new();
    let filled: Vec<u32> = plan.slots.keys().map(|function| writer.place[function]).collect();
    let from = ConstExpr::i32_const(0);
    elements.active(Some(shared.table), &from, Elements::Functions(filled.into()));

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);
    module.section(&StartSection { function_index: start }).section(&elements).section(&code);
    Ok(module.finish())
}

/// Writes the functions of the rest.
struct Rest {
    /// The new number of each function that it has or borrows.
    place: BTreeMap<u32, u32>,
}

impl Reencode for Rest {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.place[&index])
    }
}

#[cfg(test)]
mod tests {

    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection,
        Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction,
        MemorySection, MemoryType, Module, NameMap, NameSection, RefType, TableSection, TableType,
        TypeSection, ValType,
    };
    use wasmparser::{Parser, Payload};

    use super::{REST, plain, split};
    use crate::process::root;

    /// `run` calls `later::add`, which calls `helper`, which nobody else does, and `shared`, which `run` calls
    /// as well. `later::kept` stands in the table.
    fn program(ask: &str) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        types.ty().function([], []);
        types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("js", ask, EntityType::Function(0));
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        let mut define = |kind: u32, instructions: &[Instruction<'_>]| {
            functions.function(kind);
            let mut function = Function::new([]);
            for instruction in instructions {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            code.function(&function);
        };
        let (one, two) = (Instruction::I32Const(1), Instruction::I32Const(2));
        let (drop, global) = (Instruction::Drop, Instruction::GlobalGet(0));
        let call = Instruction::Call;
        define(1, &[call(4), one, two, call(2), drop.clone()]);
        define(2, &[call(3), call(4), Instruction::LocalGet(1)]);
        define(1, &[global, drop]);
        define(1, &[]);
        define(2, &[Instruction::LocalGet(0)]);
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            minimum: 1,
            maximum: Some(1),
            table64: false,
            shared: false,
        });
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        let kind = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(kind, &ConstExpr::i32_const(7));
        let mut exports = ExportSection::new();
        exports.export("run", ExportKind::Func, 1).export("memory", ExportKind::Memory, 0);
        let mut elements = ElementSection::new();
        let start = ConstExpr::i32_const(0);
        elements.active(None, &start, Elements::Functions((&[5_u32][..]).into()));
        let mut names = NameMap::new();
        for (at, name) in [
            (1, "run"),
            (2, "<app[0123456789abcdef]::later::It>::add"),
            (3, "helper"),
            (4, "shared"),
            (5, "app::later::It::kept"),
        ] {
            names.append(at, name);
        }
        let mut section = NameSection::new();
        section.functions(&names);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&tables);
        module.section(&memories).section(&globals).section(&exports).section(&elements);
        module.section(&code).section(&section);
        module.finish()
    }

    /// How many functions a program has of its own, and what it imports and exports.
    fn outline(wasm: &[u8]) -> (usize, Vec<String>, Vec<String>) {
        let (mut functions, mut imports, mut exports) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.expect("a payload") {
                Payload::CodeSectionEntry(_) => functions += 1,
                Payload::ImportSection(section) => {
                    let names = section.into_imports().map(|it| it.expect("an import").name.into());
                    imports.extend(names);
                }
                Payload::ExportSection(section) => {
                    exports
                        .extend(section.into_iter().map(|it| it.expect("an export").name.into()));
                }
                _ => {}
            }
        }
        (functions, imports, exports)
    }

    #[test]
    fn what_is_named_goes_with_what_only_it_needs() {
        let parts =
            split(&program("__wbg_loadRest_0"), &["later::It", "nobody"]).expect("it can be split");
        assert_eq!(parts.unknown, ["nobody"]);
        // Of the first stay run, shared, a stub for each of the two that it names, and what waits; helper is gone.
        let (functions, imports, exports) = outline(&parts.first);
        assert_eq!((functions, imports.as_slice()), (5, &["__wbg_loadRest_0".to_owned()][..]));
        // Beside its own: the memory, two tables, two globals, and shared.
        assert_eq!(exports, ["run", "memory", "0", "1", "2", "3", "4", "5"]);
        // The rest has the other three, and what says that they are there.
        let (functions, imports, exports) = outline(&parts.rest);
        assert_eq!((functions, imports.len(), exports.len()), (4, 6, 0));
    }

    #[test]
    fn what_cannot_load_its_rest_is_not_split() {
        assert!(split(&program("__wbg_loadMore_0"), &["later"]).is_err());
        assert!(split(b"nothing", &["later"]).is_err());
    }

    #[test]
    fn names_are_read_as_any_compiler_writes_them() {
        assert_eq!(plain("<a[0123456789abcdef]::B>::f::<[u8]>"), "a::B::f::[u8]");
        assert_eq!(plain("a::B::f"), "a::B::f");
    }

    /// The texts of the sources, with the names of their modules.
    fn sources() -> Vec<(String, String)> {
        let (mut files, mut open) =
            (Vec::new(), vec![root().join("core/src"), root().join("web/src")]);
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let entries = std::fs::read_dir(&path).expect("a folder");
                open.extend(entries.map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let module =
                if path.ends_with("mod.rs") { path.parent() } else { Some(path.as_path()) };
            let module = module.and_then(|it| it.file_stem()).expect("a name").to_string_lossy();
            files.push((module.into_owned(), std::fs::read_to_string(&path).expect("a text")));
        }
        files
    }

    #[test]
    fn what_comes_later_is_there() {
        let sources = sources();
        for text in REST {
            let name = text.trim_end_matches("::{closure");
            let (holder, function) = name.rsplit_once("::").unwrap_or(("", name));
            let holder = holder.rsplit("::").next().unwrap_or(holder);
            let is_type = holder.starts_with(char::is_uppercase);
            let is_there = sources.iter().any(|(module, source)| {
                let is_holder = match holder {
                    "" => true,
                    _ if is_type => source.contains(&format!("{holder} {{")),
                    _ => module == holder,
                };
                is_holder && (function.is_empty() || source.contains(&format!("fn {function}")))
            });
            assert!(is_there, "there is no {text}");
        }
    }
}
