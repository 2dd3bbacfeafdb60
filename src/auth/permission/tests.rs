//! The table, row by row.

use super::AccessDecision::{Allow, Deny, Hide, RequireSignIn};
use uuid::Uuid;

use super::*;

/// Nobody signed in, a user, an admin.
const NOBODY: Option<bool> = None;
const USER: Option<bool> = Some(false);
const ADMIN: Option<bool> = Some(true);

fn match_rights(words: &str) -> Rights {
    let is = |word| words.split(' ').any(|candidate| candidate == word);
    Rights::Match(MatchRights {
        is_public: is("public"),
        is_creator: is("created"),
        is_referee: is("referee"),
        is_scorer: is("scorer"),
        is_team_member: is("member"),
        is_in_private_event: is("secret"),
        is_event_manager: is("manager"),
        is_event_participant: is("participant"),
    })
}

fn team_rights_of(words: &str) -> Rights {
    let role = ["manager", "coach", "player", "family"].into_iter().find(|role| *role == words);
    Rights::Team(TeamRights {
        is_public: words == "public",
        role: role.map(str::to_owned),
        is_event_participant: words == "participant",
    })
}

fn event_rights(words: &str) -> EventRights {
    let is = |word| words.split(' ').any(|candidate| candidate == word);
    EventRights {
        is_public: is("public"),
        is_manager: is("manager"),
        is_participant: is("participant"),
    }
}

fn event_rights_of(words: &str) -> Rights {
    Rights::Event(event_rights(words))
}

fn announcement_rights_of(words: &str) -> Rights {
    let is = |word| words.split(' ').any(|candidate| candidate == word);
    Rights::Announcement(AnnouncementRights {
        event: event_rights(words),
        is_targeted: is("targeted"),
        is_addressed: is("addressed"),
    })
}

fn purchase_rights_of(words: &str) -> Rights {
    Rights::Purchase(PurchaseRights {
        is_buyer: words == "buyer",
        is_event_manager: words == "manager",
    })
}

fn topic(text: &str) -> Topic {
    text.parse().unwrap()
}

#[test]
fn matches() {
    let acts = [
        Permission::read_match(1),
        Permission::RecordMatch(1),
        Permission::ControlMatch(1),
        Permission::RuleOnMatch(1),
        Permission::EditMatch(1),
    ];
    #[rustfmt::skip]
    let cases = [
        // what one is              who       read    record  run     rule    edit
        ("public",                  NOBODY,  [Allow,  RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("",                        NOBODY,  [RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("secret",                  NOBODY,  [RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("public",                  USER,    [Allow,  Deny, Deny, Deny, Deny]),
        ("",                        USER,    [Deny, Deny, Deny, Deny, Deny]),
        ("secret",                  USER,    [Hide,   Hide,   Hide,   Hide,   Hide]),
        ("member",                  USER,    [Allow,  Deny, Deny, Deny, Deny]),
        ("secret member",           USER,    [Allow,  Deny, Deny, Deny, Deny]),
        ("participant",             USER,    [Allow,  Deny, Deny, Deny, Deny]),
        ("secret participant",      USER,    [Allow,  Deny, Deny, Deny, Deny]),
        ("scorer",                  USER,    [Allow,  Allow,  Deny, Deny, Deny]),
        ("secret scorer",           USER,    [Allow,  Allow,  Deny, Deny, Deny]),
        ("referee",                 USER,    [Allow,  Allow,  Allow,  Allow,  Deny]),
        ("secret referee",          USER,    [Allow,  Allow,  Allow,  Allow,  Deny]),
        ("created",                 USER,    [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("manager",                 USER,    [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("secret manager",          USER,    [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("",                        ADMIN,   [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("secret",                  ADMIN,   [Allow,  Allow,  Allow,  Allow,  Allow]),
    ];
    for (is, user, expected) in cases {
        let decisions = acts.map(|permission| decide(permission, &match_rights(is), user));
        assert_eq!(decisions, expected, "{is:?} {user:?}");
    }
}

#[test]
fn teams() {
    let acts = [Permission::read_team(1), Permission::ReadMembers(1), Permission::EditTeam(1)];
    #[rustfmt::skip]
    let cases = [
        // what one is    who       read    members edit
        ("public",        NOBODY,  [Allow,  RequireSignIn, RequireSignIn]),
        ("",              NOBODY,  [RequireSignIn, RequireSignIn, RequireSignIn]),
        ("public",        USER,    [Allow,  Deny, Deny]),
        ("",              USER,    [Deny, Deny, Deny]),
        ("participant",   USER,    [Allow,  Deny, Deny]),
        ("family",        USER,    [Allow,  Allow,  Deny]),
        ("player",        USER,    [Allow,  Allow,  Deny]),
        ("coach",         USER,    [Allow,  Allow,  Deny]),
        ("manager",       USER,    [Allow,  Allow,  Allow]),
        ("",              ADMIN,   [Allow,  Allow,  Allow]),
    ];
    for (is, user, expected) in cases {
        let decisions = acts.map(|permission| decide(permission, &team_rights_of(is), user));
        assert_eq!(decisions, expected, "{is:?} {user:?}");
    }
}

#[test]
fn events() {
    let create = Permission::CreateMatch { event_id: Some(1), home_team_id: 1, away_team_id: 2 };
    let acts =
        [Permission::read_event(1), Permission::BuyTickets(1), Permission::EditEvent(1), create];
    #[rustfmt::skip]
    let cases = [
        // what one is          who       read    buy     edit    add a match
        ("public",              NOBODY,  [Allow,  RequireSignIn, RequireSignIn, RequireSignIn]),
        ("",                    NOBODY,  [RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("public",              USER,    [Allow,  Allow,  Deny, Deny]),
        ("",                    USER,    [Hide,   Hide,   Hide,   Hide]),
        ("participant",         USER,    [Allow,  Allow,  Deny, Deny]),
        ("public participant",  USER,    [Allow,  Allow,  Deny, Deny]),
        ("manager",             USER,    [Allow,  Allow,  Allow,  Allow]),
        ("public manager",      USER,    [Allow,  Allow,  Allow,  Allow]),
        ("",                    ADMIN,   [Allow,  Allow,  Allow,  Allow]),
    ];
    for (is, user, expected) in cases {
        let decisions = acts.map(|permission| decide(permission, &event_rights_of(is), user));
        assert_eq!(decisions, expected, "{is:?} {user:?}");
    }
    let channel = Permission::Read(topic("event_1_results"));
    assert_eq!(decide(channel, &event_rights_of(""), USER), Hide);
    assert_eq!(decide(channel, &event_rights_of("participant"), USER), Allow);
}

#[test]
fn announcements() {
    let acts = [Permission::ReadAnnouncement(1), Permission::EditAnnouncement(1)];
    #[rustfmt::skip]
    let cases = [
        // what it and one are                 who       read    edit
        ("public",                             NOBODY,  [Allow,  RequireSignIn]),
        ("",                                   NOBODY,  [RequireSignIn, RequireSignIn]),
        ("public targeted",                    NOBODY,  [RequireSignIn, RequireSignIn]),
        ("public targeted addressed",          NOBODY,  [Allow,  RequireSignIn]),
        ("public",                             USER,    [Allow,  Deny]),
        ("",                                   USER,    [Hide,   Hide]),
        ("participant",                        USER,    [Allow,  Deny]),
        ("participant targeted",               USER,    [Hide,   Hide]),
        ("public participant targeted",        USER,    [Hide,   Hide]),
        ("participant targeted addressed",     USER,    [Allow,  Deny]),
        ("manager",                            USER,    [Allow,  Allow]),
        ("manager targeted",                   USER,    [Allow,  Allow]),
        ("targeted",                           ADMIN,   [Allow,  Allow]),
    ];
    for (is, user, expected) in cases {
        let decisions =
            acts.map(|permission| decide(permission, &announcement_rights_of(is), user));
        assert_eq!(decisions, expected, "{is:?} {user:?}");
    }
}

#[test]
fn purchases() {
    let id = Uuid::from_u128(7);
    let acts = [Permission::read_purchase(id), Permission::EditPurchase(id)];
    #[rustfmt::skip]
    let cases = [
        // what one is   who       read    edit
        ("",             NOBODY,  [RequireSignIn, RequireSignIn]),
        ("",             USER,    [Hide,   Hide]),
        ("buyer",        USER,    [Allow,  Deny]),
        ("manager",      USER,    [Hide,   Allow]),
        ("",             ADMIN,   [Allow,  Allow]),
    ];
    for (is, user, expected) in cases {
        let decisions = acts.map(|permission| decide(permission, &purchase_rights_of(is), user));
        assert_eq!(decisions, expected, "{is:?} {user:?}");
    }
}

/// What is hidden must look as what isn't there, whoever asks.
#[test]
fn hidden_resources_look_missing() {
    let id = Uuid::from_u128(7);
    let create = Permission::CreateMatch { event_id: Some(1), home_team_id: 1, away_team_id: 2 };
    let cases = [
        (Permission::read_event(1), event_rights_of("")),
        (Permission::BuyTickets(1), event_rights_of("")),
        (Permission::EditEvent(1), event_rights_of("")),
        (create, event_rights_of("")),
        (Permission::ReadAnnouncement(1), announcement_rights_of("")),
        (Permission::EditAnnouncement(1), announcement_rights_of("")),
        (Permission::read_purchase(id), purchase_rights_of("")),
        (Permission::EditPurchase(id), purchase_rights_of("")),
    ];
    for (permission, rights) in cases {
        for user in [NOBODY, USER] {
            let hidden = decide(permission, &rights, user);
            assert_eq!(
                hidden,
                decide_missing(permission, user.is_some()),
                "{permission:?} {user:?}"
            );
        }
    }
    assert_eq!(
        decide(Permission::read_match(1), &match_rights("secret"), USER),
        decide_missing(Permission::read_match(1), true)
    );
    // Of these, that they exist is no secret.
    for act in [Permission::read_match(1), Permission::read_team(1), Permission::EditTeam(1)] {
        assert_eq!(decide_missing(act, false), Hide, "{act:?}");
    }
}

#[test]
fn permissions_without_a_resource() {
    let create = Permission::CreateMatch { event_id: None, home_team_id: 1, away_team_id: 2 };
    let new_match = |manages_one| Rights::NewMatch { manages_a_team: manages_one };
    let account = |own| Rights::Account { is_own: own };
    #[rustfmt::skip]
    let cases = [
        (create,          new_match(true),     NOBODY, Allow),
        (create,          new_match(false),    NOBODY, RequireSignIn),
        (create,          new_match(true),     USER,   Allow),
        (create,          new_match(false),    USER,   Deny),
        (create,          new_match(false),    ADMIN,  Allow),
        (Permission::CreateTeam, Rights::NotNeeded, NOBODY, RequireSignIn),
        (Permission::CreateTeam, Rights::NotNeeded, USER,   Allow),
        (Permission::CreateEvent, Rights::NotNeeded, NOBODY, RequireSignIn),
        (Permission::CreateEvent, Rights::NotNeeded, USER,  Allow),
        (Permission::ManageUsers,      Rights::NotNeeded, NOBODY, RequireSignIn),
        (Permission::ManageUsers,      Rights::NotNeeded, USER,   Deny),
        (Permission::ManageUsers,      Rights::NotNeeded, ADMIN,  Allow),
        (Permission::ViewConnections,    Rights::NotNeeded, USER,   Deny),
        (Permission::ViewConnections,    Rights::NotNeeded, ADMIN,  Allow),
        (Permission::ManageAccount(1), account(true),   USER,   Allow),
        (Permission::ManageAccount(1), account(false),  USER,   Deny),
        (Permission::ManageAccount(1), account(false),  ADMIN,  Allow),
    ];
    for (permission, rights, user, expected) in cases {
        assert_eq!(
            decide(permission, &rights, user),
            expected,
            "{permission:?} {rights:?} {user:?}"
        );
    }
}

#[test]
fn rights_to_one_resource_kind_grant_nothing_on_another() {
    let game = match_rights("public created referee scorer member manager participant");
    let event = event_rights_of("public manager participant");
    let id = Uuid::from_u128(7);
    let everybody = [
        (Permission::EditTeam(1), &game),
        (Permission::EditEvent(1), &game),
        (Permission::ManageUsers, &game),
        (Permission::CreateEvent, &game),
        (Permission::EditTeam(1), &event),
        (Permission::ViewConnections, &event),
        (Permission::EditMatch(1), &team_rights_of("manager")),
        (Permission::EditMatch(1), &event),
        (Permission::EditPurchase(id), &event),
        (Permission::EditAnnouncement(1), &purchase_rights_of("manager")),
    ];
    for (permission, rights) in everybody {
        assert_ne!(decide(permission, rights, USER), Allow, "{permission:?} {rights:?}");
    }
}

#[test]
fn each_match_action_has_its_permission() {
    #[rustfmt::skip]
    let cases = [
        ("start",               Permission::ControlMatch(1)),
        ("pause",               Permission::ControlMatch(1)),
        ("resume",              Permission::ControlMatch(1)),
        ("end",                 Permission::ControlMatch(1)),
        ("abandon",             Permission::ControlMatch(1)),
        ("postpone",            Permission::EditMatch(1)),
        ("cancel",              Permission::EditMatch(1)),
        ("PUT result",          Permission::EditMatch(1)),
        ("incidents",           Permission::RecordMatch(1)),
        ("PATCH incidents/21",  Permission::RecordMatch(1)),
        ("DELETE incidents/21", Permission::RuleOnMatch(1)),
        ("rulings",             Permission::RuleOnMatch(1)),
        ("score",               Permission::RecordMatch(1)),
        ("balls",               Permission::RecordMatch(1)),
        ("DELETE balls/7",      Permission::RecordMatch(1)),
    ];
    for (action, expected) in cases {
        assert_eq!(Permission::for_match_action(1, action), expected, "{action}");
    }
}

#[test]
fn a_topic_token_only_reads_its_topics() {
    #[rustfmt::skip]
    let cases = [
        ("match_1",     Permission::Read(topic("match_1")),     true),
        ("event_1",     Permission::Read(topic("event_1")),     true),
        ("event_1",     Permission::Read(topic("event_1_results")), true),
        ("event_1_results", Permission::Read(topic("event_1_schedule")), false),
        ("event_1",     Permission::Read(topic("match_1")),     false),
        ("event_1",     Permission::EditEvent(1),               false),
        ("event_1",     Permission::BuyTickets(1),                     false),
        ("event_1",     Permission::ReadAnnouncement(1),        false),
        ("match_1",     Permission::Read(topic("match_2")),     false),
        ("match_1",     Permission::RecordMatch(1),                  false),
        ("match_1",     Permission::CreateTeam,                 false),
        ("team_7",      Permission::Read(topic("team_7_live")), true),
        ("team_7_live", Permission::Read(topic("team_7_live")), true),
        ("team_7_live", Permission::Read(topic("team_7")),      false),
        ("team_7_live", Permission::Read(topic("team_7_results")), false),
    ];
    for (token_topic, permission, expected) in cases {
        assert_eq!(
            token_covers(topic(token_topic), permission),
            expected,
            "{token_topic} {permission:?}"
        );
    }
}
