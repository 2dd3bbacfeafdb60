//! The table, row by row.

use super::Decision::Allow;
use super::Decision::Refuse;
use super::Decision::SignIn;
use super::*;

/// Nobody signed in, a user, an admin.
const NOBODY: Option<bool> = None;
const USER: Option<bool> = Some(false);
const ADMIN: Option<bool> = Some(true);

fn game(words: &str) -> Rights {
    let is = |word| words.split(' ').any(|given| given == word);
    Rights::Match(MatchRights {
        public: is("public"),
        created: is("created"),
        referee: is("referee"),
        scorer: is("scorer"),
        member: is("member"),
        secret: is("secret"),
        manager: is("manager"),
        participant: is("participant"),
    })
}

fn team(public: bool, role: Option<&str>) -> Rights {
    Rights::Team(TeamRights { public, role: role.map(str::to_owned), participant: false })
}

#[test]
fn matches() {
    let acts =
        [Act::read_match(1), Act::Record(1), Act::RunMatch(1), Act::Rule(1), Act::EditMatch(1)];
    #[rustfmt::skip]
    let cases = [
        // what one is              who       read    record  run     rule    edit
        ("public",                  NOBODY,  [Allow,  SignIn, SignIn, SignIn, SignIn]),
        ("",                        NOBODY,  [SignIn, SignIn, SignIn, SignIn, SignIn]),
        ("public",                  USER,    [Allow,  Refuse, Refuse, Refuse, Refuse]),
        ("",                        USER,    [Refuse, Refuse, Refuse, Refuse, Refuse]),
        ("member",                  USER,    [Allow,  Refuse, Refuse, Refuse, Refuse]),
        ("scorer",                  USER,    [Allow,  Allow,  Refuse, Refuse, Refuse]),
        ("referee",                 USER,    [Allow,  Allow,  Allow,  Allow,  Refuse]),
        ("created",                 USER,    [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("",                        ADMIN,   [Allow,  Allow,  Allow,  Allow,  Allow]),
    ];
    for (is, who, expected) in cases {
        let found = acts.map(|act| decide(act, &game(is), who));
        assert_eq!(found, expected, "{is:?} {who:?}");
    }
}

#[test]
fn teams() {
    let acts = [Act::read_team(1), Act::ReadMembers(1), Act::EditTeam(1)];
    #[rustfmt::skip]
    let cases = [
        // public, role             who       read    members edit
        (true,  None,               NOBODY,  [Allow,  SignIn, SignIn]),
        (false, None,               NOBODY,  [SignIn, SignIn, SignIn]),
        (true,  None,               USER,    [Allow,  Refuse, Refuse]),
        (false, None,               USER,    [Refuse, Refuse, Refuse]),
        (false, Some("family"),     USER,    [Allow,  Allow,  Refuse]),
        (false, Some("player"),     USER,    [Allow,  Allow,  Refuse]),
        (false, Some("coach"),      USER,    [Allow,  Allow,  Refuse]),
        (false, Some("manager"),    USER,    [Allow,  Allow,  Allow]),
        (false, None,               ADMIN,   [Allow,  Allow,  Allow]),
    ];
    for (public, role, who, expected) in cases {
        let found = acts.map(|act| decide(act, &team(public, role), who));
        assert_eq!(found, expected, "{public} {role:?} {who:?}");
    }
}

#[test]
fn what_is_nobodys_in_particular() {
    let create = Act::CreateMatch { event_id: None, home_team_id: 1, away_team_id: 2 };
    let sides = |manages_one| Rights::Sides { manages_one };
    let account = |own| Rights::Account { own };
    #[rustfmt::skip]
    let cases = [
        (create,          sides(true),     NOBODY, Allow),
        (create,          sides(false),    NOBODY, SignIn),
        (create,          sides(true),     USER,   Allow),
        (create,          sides(false),    USER,   Refuse),
        (create,          sides(false),    ADMIN,  Allow),
        (Act::CreateTeam, Rights::Nothing, NOBODY, SignIn),
        (Act::CreateTeam, Rights::Nothing, USER,   Allow),
        (Act::Users,      Rights::Nothing, NOBODY, SignIn),
        (Act::Users,      Rights::Nothing, USER,   Refuse),
        (Act::Users,      Rights::Nothing, ADMIN,  Allow),
        (Act::Figures,    Rights::Nothing, USER,   Refuse),
        (Act::Figures,    Rights::Nothing, ADMIN,  Allow),
        (Act::Account(1), account(true),   USER,   Allow),
        (Act::Account(1), account(false),  USER,   Refuse),
        (Act::Account(1), account(false),  ADMIN,  Allow),
    ];
    for (act, rights, who, expected) in cases {
        assert_eq!(decide(act, &rights, who), expected, "{act:?} {rights:?} {who:?}");
    }
}

#[test]
fn rights_of_one_kind_say_nothing_of_another() {
    let everything = game("public created referee scorer member");
    assert_eq!(decide(Act::EditTeam(1), &everything, USER), Refuse);
    assert_eq!(decide(Act::Users, &everything, USER), Refuse);
    assert_eq!(decide(Act::EditMatch(1), &team(true, Some("manager")), USER), Refuse);
}

#[test]
fn commands_are_judged_by_what_they_do() {
    #[rustfmt::skip]
    let cases = [
        ("start",               Act::RunMatch(1)),
        ("pause",               Act::RunMatch(1)),
        ("resume",              Act::RunMatch(1)),
        ("end",                 Act::RunMatch(1)),
        ("abandon",             Act::RunMatch(1)),
        ("postpone",            Act::EditMatch(1)),
        ("cancel",              Act::EditMatch(1)),
        ("PUT result",          Act::EditMatch(1)),
        ("incidents",           Act::Record(1)),
        ("PATCH incidents/21",  Act::Record(1)),
        ("DELETE incidents/21", Act::Rule(1)),
        ("rulings",             Act::Rule(1)),
        ("score",               Act::Record(1)),
        ("balls",               Act::Record(1)),
        ("DELETE balls/7",      Act::Record(1)),
    ];
    for (action, expected) in cases {
        assert_eq!(Act::of_command(1, action), expected, "{action}");
    }
}

#[test]
fn a_token_for_topics_is_for_reading_them() {
    let topic = |text: &str| text.parse::<Topic>().unwrap();
    #[rustfmt::skip]
    let cases = [
        ("match_1",     Act::Read(topic("match_1")),     true),
        ("match_1",     Act::Read(topic("match_2")),     false),
        ("match_1",     Act::Record(1),                  false),
        ("match_1",     Act::CreateTeam,                 false),
        ("team_7",      Act::Read(topic("team_7_live")), true),
        ("team_7_live", Act::Read(topic("team_7_live")), true),
        ("team_7_live", Act::Read(topic("team_7")),      false),
        ("team_7_live", Act::Read(topic("team_7_results")), false),
    ];
    for (of, act, expected) in cases {
        assert_eq!(covers(topic(of), act), expected, "{of} {act:?}");
    }
}
