//! The table, row by row.

use super::Decision::Allow;
use super::Decision::Hide;
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

fn team(words: &str) -> Rights {
    let role = ["manager", "coach", "player", "family"].into_iter().find(|role| *role == words);
    Rights::Team(TeamRights {
        public: words == "public",
        role: role.map(str::to_owned),
        participant: words == "participant",
    })
}

fn event_rights(words: &str) -> EventRights {
    let is = |word| words.split(' ').any(|given| given == word);
    EventRights { public: is("public"), manager: is("manager"), participant: is("participant") }
}

fn event(words: &str) -> Rights {
    Rights::Event(event_rights(words))
}

fn announcement(words: &str) -> Rights {
    let is = |word| words.split(' ').any(|given| given == word);
    Rights::Announcement(AnnouncementRights {
        event: event_rights(words),
        targeted: is("targeted"),
        addressed: is("addressed"),
    })
}

fn purchase(words: &str) -> Rights {
    Rights::Purchase(PurchaseRights { buyer: words == "buyer", manager: words == "manager" })
}

fn topic(text: &str) -> Topic {
    text.parse().unwrap()
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
        ("secret",                  NOBODY,  [SignIn, SignIn, SignIn, SignIn, SignIn]),
        ("public",                  USER,    [Allow,  Refuse, Refuse, Refuse, Refuse]),
        ("",                        USER,    [Refuse, Refuse, Refuse, Refuse, Refuse]),
        ("secret",                  USER,    [Hide,   Hide,   Hide,   Hide,   Hide]),
        ("member",                  USER,    [Allow,  Refuse, Refuse, Refuse, Refuse]),
        ("secret member",           USER,    [Allow,  Refuse, Refuse, Refuse, Refuse]),
        ("participant",             USER,    [Allow,  Refuse, Refuse, Refuse, Refuse]),
        ("secret participant",      USER,    [Allow,  Refuse, Refuse, Refuse, Refuse]),
        ("scorer",                  USER,    [Allow,  Allow,  Refuse, Refuse, Refuse]),
        ("secret scorer",           USER,    [Allow,  Allow,  Refuse, Refuse, Refuse]),
        ("referee",                 USER,    [Allow,  Allow,  Allow,  Allow,  Refuse]),
        ("secret referee",          USER,    [Allow,  Allow,  Allow,  Allow,  Refuse]),
        ("created",                 USER,    [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("manager",                 USER,    [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("secret manager",          USER,    [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("",                        ADMIN,   [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("secret",                  ADMIN,   [Allow,  Allow,  Allow,  Allow,  Allow]),
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
        // what one is    who       read    members edit
        ("public",        NOBODY,  [Allow,  SignIn, SignIn]),
        ("",              NOBODY,  [SignIn, SignIn, SignIn]),
        ("public",        USER,    [Allow,  Refuse, Refuse]),
        ("",              USER,    [Refuse, Refuse, Refuse]),
        ("participant",   USER,    [Allow,  Refuse, Refuse]),
        ("family",        USER,    [Allow,  Allow,  Refuse]),
        ("player",        USER,    [Allow,  Allow,  Refuse]),
        ("coach",         USER,    [Allow,  Allow,  Refuse]),
        ("manager",       USER,    [Allow,  Allow,  Allow]),
        ("",              ADMIN,   [Allow,  Allow,  Allow]),
    ];
    for (is, who, expected) in cases {
        let found = acts.map(|act| decide(act, &team(is), who));
        assert_eq!(found, expected, "{is:?} {who:?}");
    }
}

#[test]
fn events() {
    let create = Act::CreateMatch { event_id: Some(1), home_team_id: 1, away_team_id: 2 };
    let acts = [Act::read_event(1), Act::Buy(1), Act::EditEvent(1), create];
    #[rustfmt::skip]
    let cases = [
        // what one is          who       read    buy     edit    add a match
        ("public",              NOBODY,  [Allow,  SignIn, SignIn, SignIn]),
        ("",                    NOBODY,  [SignIn, SignIn, SignIn, SignIn]),
        ("public",              USER,    [Allow,  Allow,  Refuse, Refuse]),
        ("",                    USER,    [Hide,   Hide,   Hide,   Hide]),
        ("participant",         USER,    [Allow,  Allow,  Refuse, Refuse]),
        ("public participant",  USER,    [Allow,  Allow,  Refuse, Refuse]),
        ("manager",             USER,    [Allow,  Allow,  Allow,  Allow]),
        ("public manager",      USER,    [Allow,  Allow,  Allow,  Allow]),
        ("",                    ADMIN,   [Allow,  Allow,  Allow,  Allow]),
    ];
    for (is, who, expected) in cases {
        let found = acts.map(|act| decide(act, &event(is), who));
        assert_eq!(found, expected, "{is:?} {who:?}");
    }
    let channel = Act::Read(topic("event_1_results"));
    assert_eq!(decide(channel, &event(""), USER), Hide);
    assert_eq!(decide(channel, &event("participant"), USER), Allow);
}

#[test]
fn announcements() {
    let acts = [Act::ReadAnnouncement(1), Act::EditAnnouncement(1)];
    #[rustfmt::skip]
    let cases = [
        // what it and one are                 who       read    edit
        ("public",                             NOBODY,  [Allow,  SignIn]),
        ("",                                   NOBODY,  [SignIn, SignIn]),
        ("public targeted",                    NOBODY,  [SignIn, SignIn]),
        ("public targeted addressed",          NOBODY,  [Allow,  SignIn]),
        ("public",                             USER,    [Allow,  Refuse]),
        ("",                                   USER,    [Hide,   Hide]),
        ("participant",                        USER,    [Allow,  Refuse]),
        ("participant targeted",               USER,    [Hide,   Hide]),
        ("public participant targeted",        USER,    [Hide,   Hide]),
        ("participant targeted addressed",     USER,    [Allow,  Refuse]),
        ("manager",                            USER,    [Allow,  Allow]),
        ("manager targeted",                   USER,    [Allow,  Allow]),
        ("targeted",                           ADMIN,   [Allow,  Allow]),
    ];
    for (is, who, expected) in cases {
        let found = acts.map(|act| decide(act, &announcement(is), who));
        assert_eq!(found, expected, "{is:?} {who:?}");
    }
}

#[test]
fn purchases() {
    let id = Uuid::from_u128(7);
    let acts = [Act::read_purchase(id), Act::EditPurchase(id)];
    #[rustfmt::skip]
    let cases = [
        // what one is   who       read    edit
        ("",             NOBODY,  [SignIn, SignIn]),
        ("",             USER,    [Hide,   Hide]),
        ("buyer",        USER,    [Allow,  Refuse]),
        ("manager",      USER,    [Hide,   Allow]),
        ("",             ADMIN,   [Allow,  Allow]),
    ];
    for (is, who, expected) in cases {
        let found = acts.map(|act| decide(act, &purchase(is), who));
        assert_eq!(found, expected, "{is:?} {who:?}");
    }
}

/// What is hidden must look as what isn't there, whoever asks.
#[test]
fn what_is_hidden_looks_unknown() {
    let id = Uuid::from_u128(7);
    let create = Act::CreateMatch { event_id: Some(1), home_team_id: 1, away_team_id: 2 };
    let cases = [
        (Act::read_event(1), event("")),
        (Act::Buy(1), event("")),
        (Act::EditEvent(1), event("")),
        (create, event("")),
        (Act::ReadAnnouncement(1), announcement("")),
        (Act::EditAnnouncement(1), announcement("")),
        (Act::read_purchase(id), purchase("")),
        (Act::EditPurchase(id), purchase("")),
    ];
    for (act, rights) in cases {
        for who in [NOBODY, USER] {
            let hidden = decide(act, &rights, who);
            assert_eq!(hidden, unknown(act, who.is_some()), "{act:?} {who:?}");
        }
    }
    assert_eq!(
        decide(Act::read_match(1), &game("secret"), USER),
        unknown(Act::read_match(1), true)
    );
    // Of these, that they exist is no secret.
    for act in [Act::read_match(1), Act::read_team(1), Act::EditTeam(1)] {
        assert_eq!(unknown(act, false), Hide, "{act:?}");
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
        (Act::CreateEvent, Rights::Nothing, NOBODY, SignIn),
        (Act::CreateEvent, Rights::Nothing, USER,  Allow),
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
    let game = game("public created referee scorer member manager participant");
    let event = event("public manager participant");
    let id = Uuid::from_u128(7);
    let everybody = [
        (Act::EditTeam(1), &game),
        (Act::EditEvent(1), &game),
        (Act::Users, &game),
        (Act::CreateEvent, &game),
        (Act::EditTeam(1), &event),
        (Act::Figures, &event),
        (Act::EditMatch(1), &team("manager")),
        (Act::EditMatch(1), &event),
        (Act::EditPurchase(id), &event),
        (Act::EditAnnouncement(1), &purchase("manager")),
    ];
    for (act, rights) in everybody {
        assert_ne!(decide(act, rights, USER), Allow, "{act:?} {rights:?}");
    }
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
    #[rustfmt::skip]
    let cases = [
        ("match_1",     Act::Read(topic("match_1")),     true),
        ("event_1",     Act::Read(topic("event_1")),     true),
        ("event_1",     Act::Read(topic("event_1_results")), true),
        ("event_1_results", Act::Read(topic("event_1_schedule")), false),
        ("event_1",     Act::Read(topic("match_1")),     false),
        ("event_1",     Act::EditEvent(1),               false),
        ("event_1",     Act::Buy(1),                     false),
        ("event_1",     Act::ReadAnnouncement(1),        false),
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
