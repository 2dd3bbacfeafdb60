//! An action of a request, found among those that the sports declare.

use crate::domain::permission::MatchPermission;
use crate::sports::action_spec::{ActionMethod, ActionSpec, Revision, split_name};
use crate::sports::lifecycle::COMMON_ACTIONS;
use crate::sports::registry::ALL_SPORTS;

/// An action that at least one sport has; whether the match's own sport has it, its rules say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchAction {
    spec: &'static ActionSpec,
    name: String,
}

impl MatchAction {
    /// The action at this method and path after `/api/matches/{id}/`; `None` if no sport has it.
    pub fn find(method: ActionMethod, path: &str) -> Option<Self> {
        let all = ALL_SPORTS.iter().flat_map(|rules| rules.actions);
        let spec = COMMON_ACTIONS.iter().chain(all).find(|spec| spec.matches(method, path))?;
        let is_post = method == ActionMethod::Post;
        let name = if is_post { path.to_owned() } else { format!("{method} {path}") };
        Some(Self { spec, name })
    }

    /// The action with this name, as [`MatchAction::name`] has it.
    pub fn from_name(name: &str) -> Option<Self> {
        let (method, path) = split_name(name)?;
        Self::find(method, path)
    }

    /// The path, after the method unless that is POST: `start`, `PATCH incidents/21`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the caller must be allowed to do in the match.
    pub fn permission(&self) -> MatchPermission {
        self.spec.permission
    }

    /// Whose version the response's `ETag` is.
    pub fn revision(&self) -> Revision {
        self.spec.revision
    }

    /// The path of the incident or ball that is changed, with whose revision `If-Match` is
    /// compared: `incidents/21`.
    pub fn revised_path(&self) -> Option<&str> {
        let is_revised = self.spec.revision == Revision::Part && self.spec.has_variable();
        is_revised.then(|| self.name.split_once(' ').map_or(&*self.name, |(_, path)| path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_method_and_path() {
        use MatchPermission::{Control, Edit, Record, Rule};
        #[rustfmt::skip]
        let cases = [
            ("start",               Some(Control)),
            ("end",                 Some(Control)),
            ("abandon",             Some(Control)),
            ("postpone",            Some(Edit)),
            ("PUT result",          Some(Edit)),
            ("DELETE result",       Some(Edit)),
            ("PUT lineups",         Some(Record)),
            ("incidents",           Some(Record)),
            ("PATCH incidents/21",  Some(Record)),
            ("DELETE incidents/21", Some(Rule)),
            ("balls",               Some(Record)),
            ("PATCH balls/3",       Some(Record)),
            ("DELETE balls/3",      Some(Record)),
            ("rulings",             Some(Rule)),
            ("score",               Some(Record)),
            // Unknown means no: nothing falls back to a permission.
            ("result",              None),
            ("PUT start",           None),
            ("lineups",             None),
            ("incidents/21",        None),
            ("PATCH incidents",     None),
            ("PATCH incidents/",    None),
            ("PATCH incidents/1/2", None),
            ("dance",               None),
            ("",                    None),
        ];
        for (name, permission) in cases {
            let found = MatchAction::from_name(name);
            assert_eq!(found.map(|action| action.permission()), permission, "{name}");
        }
    }

    #[test]
    fn a_change_of_a_part_is_compared_with_its_revision() {
        let revised =
            |name| MatchAction::from_name(name).unwrap().revised_path().map(str::to_owned);
        assert_eq!(revised("PATCH incidents/21").as_deref(), Some("incidents/21"));
        assert_eq!(revised("DELETE balls/3").as_deref(), Some("balls/3"));
        assert_eq!(revised("incidents"), None);
        assert_eq!(revised("start"), None);
    }

    #[test]
    fn an_action_of_several_sports_needs_one_permission() {
        let of_sports = ALL_SPORTS.iter().flat_map(|rules| rules.actions);
        let all: Vec<_> = COMMON_ACTIONS.iter().chain(of_sports).collect();
        for one in &all {
            for other in &all {
                let is_same = one.method == other.method && one.path == other.path;
                assert!(!is_same || one == other, "{one:?} and {other:?}");
            }
        }
    }
}
