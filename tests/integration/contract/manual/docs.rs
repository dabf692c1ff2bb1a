//! What the documentation of mfa-ipc says: of modules, of the methods that call the daemon, and of dictionaries.

use std::collections::HashMap;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, ExprMethodCall, Fields, ImplItemFn, Item, Lit, Meta, Type};

/// A parsed source file.
pub(super) struct Source(syn::File);

impl Source {
    /// Reads a source file; the path begins at `crates/`.
    pub(super) fn read(path: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
        let text = std::fs::read_to_string(folder.join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        Self(syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    /// The documentation of the module.
    pub(super) fn module(&self) -> String {
        text(&self.0.attrs)
    }

    /// The documentation of each call, by the name of its method on D-Bus.
    pub(super) fn calls(&self) -> HashMap<String, Call> {
        let mut found = Calls(HashMap::new());
        found.visit_file(&self.0);
        found.0
    }

    /// The documentation of a type and of its fields or variants.
    pub(super) fn of_type(&self, name: &str) -> (String, Vec<Field>) {
        let mut found = self.0.items.iter().filter_map(|item| match item {
            Item::Struct(item) if item.ident == name => {
                let Fields::Named(fields) = &item.fields else {
                    panic!("{name} has no names for its fields");
                };
                let fields = fields.named.iter().map(|field| Field {
                    name: field.ident.as_ref().unwrap().to_string().replace('_', "-"),
                    kind: Some(kind(&field.ty)),
                    meaning: text(&field.attrs),
                });
                Some((text(&item.attrs), fields.collect()))
            }
            Item::Enum(item) if item.ident == name => {
                let variants = item.variants.iter().map(|variant| Field {
                    name: variant.ident.to_string(),
                    kind: None,
                    meaning: text(&variant.attrs),
                });
                Some((text(&item.attrs), variants.collect()))
            }
            _ => None,
        });
        let found = found.next();
        found.unwrap_or_else(|| panic!("there is no type {name}"))
    }

    /// The names of the fields that the methods of a type put into a dictionary.
    pub(super) fn put_by(&self, name: &str) -> Vec<String> {
        let mut put = Puts(Vec::new());
        for item in &self.0.items {
            if let Item::Impl(item) = item
                && last(&item.self_ty) == name
            {
                put.visit_item_impl(item);
            }
        }
        put.0
    }
}

/// A field of a struct, with its name on the wire, or a variant of an enum.
pub(super) struct Field {
    pub(super) name: String,
    /// The type as Rust has it, without what only wraps it; and whether the field may be absent.
    pub(super) kind: Option<(String, bool)>,
    pub(super) meaning: String,
}

/// What the documentation of a call says.
pub(super) struct Call {
    pub(super) signature: String,
    /// The meaning of each argument by its name, which `→ ` precedes for what is returned.
    pub(super) arguments: HashMap<String, String>,
    pub(super) errors: String,
}

impl Call {
    /// Reads a documentation that names a call, such as “Calls `Lock()`”.
    fn read(docs: &str) -> Option<(String, Self)> {
        let (_, rest) = docs.split_once("alls `")?;
        let (call, rest) = rest.split_once('`')?;
        let (name, signature) = call.split_at(call.find('(')?);
        let (said, errors) = rest.split_once("# Errors\n").unwrap_or((rest, ""));
        let mut arguments = HashMap::new();
        for item in said.split("\n* ").skip(1) {
            let item = item.split("\n\n").next().unwrap_or_default();
            let (name, meaning) = item.split_once("`: ")?;
            arguments.insert(name.replacen('`', "", 1), one_line(meaning));
        }
        let call = Self {
            signature: format!("`{signature}`"),
            arguments,
            errors: one_line(errors),
        };
        Some((name.to_owned(), call))
    }
}

struct Calls(HashMap<String, Call>);

impl Visit<'_> for Calls {
    fn visit_impl_item_fn(&mut self, method: &ImplItemFn) {
        if let Some((name, call)) = Call::read(&text(&method.attrs)) {
            let other = self.0.insert(name, call);
            assert!(
                other.is_none(),
                "two methods make the call of {}",
                method.sig.ident
            );
        }
    }
}

struct Puts(Vec<String>);

impl<'s> Visit<'s> for Puts {
    fn visit_expr_method_call(&mut self, call: &'s ExprMethodCall) {
        visit::visit_expr_method_call(self, call);
        let is_put = ["put", "put_some"].iter().any(|name| call.method == name);
        if let (
            true,
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(name),
                ..
            })),
        ) = (is_put, call.args.first())
        {
            self.0.push(name.value());
        }
    }
}

/// The text of documentation comments.
fn text(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else {
            return None;
        };
        match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(line),
                ..
            }) if meta.path.is_ident("doc") => {
                let line = line.value();
                Some(line.strip_prefix(' ').unwrap_or(&line).to_owned())
            }
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text in one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A type without what only wraps it, and whether it is an `Option`.
fn kind(kind: &Type) -> (String, bool) {
    let name = last(kind);
    let inner = || {
        let Type::Path(path) = kind else { return None };
        match &path.path.segments.last()?.arguments {
            syn::PathArguments::AngleBracketed(all) => match all.args.first()? {
                syn::GenericArgument::Type(inner) => Some(inner.clone()),
                _ => None,
            },
            _ => None,
        }
    };
    match (name.as_str(), inner()) {
        ("Option", Some(inner)) => (self::kind(&inner).0, true),
        ("Zeroizing", Some(inner)) => self::kind(&inner),
        ("Vec", Some(inner)) => (format!("Vec<{}>", self::kind(&inner).0), false),
        _ => (name, false),
    }
}

/// The last word of a path to a type.
fn last(kind: &Type) -> String {
    match kind {
        Type::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
        _ => String::new(),
    }
}
