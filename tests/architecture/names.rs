//! One name, one meaning; and every public item says what it is.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Attribute, ImplItem, Item, Visibility};

use crate::{none_of, sources};

/// Calls `visit` with each item of a file outside its test modules, and the path of its module.
fn visit_items(items: &[Item], visit: &mut dyn FnMut(&Item)) {
    for item in items {
        visit(item);
        if let Item::Mod(module) = item
            && !is_test(&module.attrs)
            && let Some((_, items)) = &module.content
        {
            visit_items(items, visit);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
    })
}

fn type_name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

#[test]
fn no_type_name_is_defined_in_two_layers() {
    let mut layers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let file = syn::parse_file(&source.text).unwrap();
        visit_items(&file.items, &mut |item| {
            if let Some(name) = type_name(item) {
                layers.entry(name).or_default().insert(source.layer().to_owned());
            }
        });
    }
    let faults = layers.into_iter().filter(|(_, layers)| layers.len() > 1);
    none_of(faults.map(|(name, layers)| format!("{name} is defined in {layers:?}")).collect());
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_documented(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("doc"))
}

/// The name of a public item without a doc comment, `mod` and `use` left out: a module's file
/// says what it is.
fn undocumented(item: &Item) -> Option<String> {
    let (visibility, attributes, name) = match item {
        Item::Fn(item) => (&item.vis, &item.attrs, &item.sig.ident),
        Item::Struct(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Enum(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Trait(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Type(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Const(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Static(item) => (&item.vis, &item.attrs, &item.ident),
        _ => return None,
    };
    (is_public(visibility) && !is_documented(attributes)).then(|| name.to_string())
}

fn undocumented_methods(item: &Item) -> Vec<String> {
    let Item::Impl(block) = item else { return Vec::new() };
    let undocumented = |item: &ImplItem| match item {
        ImplItem::Fn(method) if is_public(&method.vis) && !is_documented(&method.attrs) => {
            Some(method.sig.ident.to_string())
        }
        _ => None,
    };
    block.items.iter().filter_map(undocumented).collect()
}

#[test]
fn every_public_item_is_documented() {
    let mut faults = Vec::new();
    for source in sources() {
        let file = syn::parse_file(&source.text).unwrap();
        visit_items(&file.items, &mut |item| {
            let names = undocumented(item).into_iter().chain(undocumented_methods(item));
            faults.extend(names.map(|name| format!("src/{}: {name}", source.path)));
        });
    }
    none_of(faults);
}
