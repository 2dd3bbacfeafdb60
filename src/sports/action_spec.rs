//! How a sport declares what scorers can do.

use crate::domain::closed_set::{ClosedSet, closed_set};
use crate::domain::permission::MatchPermission;

/// The method of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActionMethod {
    #[default]
    Post,
    Put,
    Patch,
    Delete,
}

closed_set!(ActionMethod { Post => "POST", Put => "PUT", Patch => "PATCH", Delete => "DELETE" });

/// One action, as a sport declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionSpec {
    pub method: ActionMethod,
    /// The path after `/api/matches/{id}/`; a part in braces stands for any one: `balls/{number}`.
    pub path: &'static str,
    pub permission: MatchPermission,
    pub revision: Revision,
}

/// Whose version an action's `ETag` and `If-Match` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revision {
    /// The match's.
    Match,
    /// The incident's or ball's own, which is `rev` in the response.
    Part,
}

impl ActionSpec {
    /// An action whose `ETag` is the match's version.
    pub const fn new(
        method: ActionMethod,
        path: &'static str,
        permission: MatchPermission,
    ) -> Self {
        Self { method, path, permission, revision: Revision::Match }
    }

    /// An action on an incident or a ball, which has revisions of its own.
    pub const fn on_part(
        method: ActionMethod,
        path: &'static str,
        permission: MatchPermission,
    ) -> Self {
        Self { method, path, permission, revision: Revision::Part }
    }

    /// Whether it is the action at this method and path.
    pub fn matches(&self, method: ActionMethod, path: &str) -> bool {
        let (expected, parts) = (self.path.split('/'), path.split('/'));
        self.method == method
            && expected.clone().count() == parts.clone().count()
            && expected.zip(parts).all(|(expected, part)| {
                if is_variable(expected) { !part.is_empty() } else { expected == part }
            })
    }

    /// Whether it is the action with this name.
    pub fn is_named(&self, name: &str) -> bool {
        split_name(name).is_some_and(|(method, path)| self.matches(method, path))
    }

    /// Whether the path names one thing of several.
    pub fn has_variable(&self) -> bool {
        self.path.split('/').any(is_variable)
    }

    /// What a path that matches has in place of the part in braces; empty if there is none.
    fn variable_in<'a>(&self, path: &'a str) -> &'a str {
        let parts = self.path.split('/').zip(path.split('/'));
        let mut variables = parts.filter(|(expected, _)| is_variable(expected));
        variables.next().map_or("", |(_, part)| part)
    }
}

fn is_variable(part: &str) -> bool {
    part.starts_with('{')
}

/// Splits an action's name into method and path: `PATCH incidents/21`, or `start` for a POST.
pub fn split_name(name: &str) -> Option<(ActionMethod, &str)> {
    match name.split_once(' ') {
        None => Some((ActionMethod::Post, name)),
        Some((method, path)) => Some((ActionMethod::from_text(method)?, path)),
    }
}

/// The declarations of a table of actions, without what each does.
pub const fn specs_of<A: Copy, const N: usize>(actions: &[(ActionSpec, A); N]) -> [ActionSpec; N] {
    let mut specs = [actions[0].0; N];
    let mut index = 1;
    while index < N {
        specs[index] = actions[index].0;
        index += 1;
    }
    specs
}

/// The action of a table with this name, and what the name has in place of the part in braces.
pub fn find_action<'a, A: Copy>(
    actions: &[(ActionSpec, A)],
    name: &'a str,
) -> Option<(A, &'a str)> {
    let (method, path) = split_name(name)?;
    let found = actions.iter().find(|(spec, _)| spec.matches(method, path));
    found.map(|(spec, action)| (*action, spec.variable_in(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_by_its_name_with_its_variable() {
        let declare = |method, path| ActionSpec::new(method, path, MatchPermission::Record);
        let actions = [
            (declare(ActionMethod::Post, "balls"), 'a'),
            (declare(ActionMethod::Patch, "balls/{number}"), 'b'),
            (declare(ActionMethod::Put, "balls/{number}/note"), 'c'),
        ];
        #[rustfmt::skip]
        let cases = [
            ("balls",             Some(('a', ""))),
            ("PATCH balls/21",    Some(('b', "21"))),
            ("PUT balls/21/note", Some(('c', "21"))),
            ("balls/21",          None),
            ("PATCH balls",       None),
            ("PATCH balls/",      None),
            ("GET balls",         None),
            ("",                  None),
        ];
        for (name, expected) in cases {
            assert_eq!(find_action(&actions, name), expected, "{name}");
        }
        assert_eq!(specs_of(&actions), actions.map(|(spec, _)| spec));
    }
}
