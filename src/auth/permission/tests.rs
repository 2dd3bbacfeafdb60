//! The permission table, row by row.

use uuid::Uuid;

use super::AccessDecision::{Allow, Deny, Hide, RequireSignIn};
use super::*;

/// `is_admin` of an anonymous request, a user and an administrator.
const ANONYMOUS: Option<bool> = None;
const USER: Option<bool> = Some(false);
const ADMIN: Option<bool> = Some(true);

/// Rights as words: `public creator referee` …
fn rights_to_match(words: &str) -> Rights {
    let has = |word| words.split(' ').any(|candidate| candidate == word);
    Rights::Match(MatchRights {
        is_public: has("public"),
        is_creator: has("creator"),
        is_referee: has("referee"),
        is_scorer: has("scorer"),
        is_team_member: has("member"),
        is_in_private_event: has("hidden"),
        is_event_manager: has("manager"),
        is_event_participant: has("participant"),
    })
}

fn rights_to_team(words: &str) -> Rights {
    let role = words.parse().ok();
    Rights::Team(TeamRights {
        is_public: words == "public",
        role,
        is_event_participant: words == "participant",
    })
}

fn event_rights(words: &str) -> EventRights {
    let has = |word| words.split(' ').any(|candidate| candidate == word);
    EventRights {
        is_public: has("public"),
        is_manager: has("manager"),
        is_participant: has("participant"),
    }
}

fn rights_to_event(words: &str) -> Rights {
    Rights::Event(event_rights(words))
}

fn rights_to_announcement(words: &str) -> Rights {
    let has = |word| words.split(' ').any(|candidate| candidate == word);
    Rights::Announcement(AnnouncementRights {
        event: event_rights(words),
        is_targeted: has("targeted"),
        is_addressed: has("addressed"),
    })
}

fn rights_to_purchase(words: &str) -> Rights {
    Rights::Purchase(PurchaseRights {
        is_buyer: words == "buyer",
        is_event_manager: words == "manager",
    })
}

fn topic(text: &str) -> Topic {
    text.parse().unwrap()
}

#[test]
fn match_permissions_follow_the_rights_to_the_match() {
    let permissions = [
        Permission::read_match(1),
        Permission::RecordMatch(1),
        Permission::ControlMatch(1),
        Permission::RuleOnMatch(1),
        Permission::EditMatch(1),
    ];
    #[rustfmt::skip]
    let cases = [
        // rights                   user         read    record  control  rule  edit
        ("public",                  ANONYMOUS,  [Allow,  RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("",                        ANONYMOUS,  [RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("hidden",                  ANONYMOUS,  [RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("public",                  USER,       [Allow,  Deny, Deny, Deny, Deny]),
        ("",                        USER,       [Deny, Deny, Deny, Deny, Deny]),
        ("hidden",                  USER,       [Hide,   Hide,   Hide,   Hide,   Hide]),
        ("member",                  USER,       [Allow,  Deny, Deny, Deny, Deny]),
        ("hidden member",           USER,       [Allow,  Deny, Deny, Deny, Deny]),
        ("participant",             USER,       [Allow,  Deny, Deny, Deny, Deny]),
        ("hidden participant",      USER,       [Allow,  Deny, Deny, Deny, Deny]),
        ("scorer",                  USER,       [Allow,  Allow,  Deny, Deny, Deny]),
        ("hidden scorer",           USER,       [Allow,  Allow,  Deny, Deny, Deny]),
        ("referee",                 USER,       [Allow,  Allow,  Allow,  Allow,  Deny]),
        ("hidden referee",          USER,       [Allow,  Allow,  Allow,  Allow,  Deny]),
        ("creator",                 USER,       [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("manager",                 USER,       [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("hidden manager",          USER,       [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("",                        ADMIN,      [Allow,  Allow,  Allow,  Allow,  Allow]),
        ("hidden",                  ADMIN,      [Allow,  Allow,  Allow,  Allow,  Allow]),
    ];
    for (rights, user, expected) in cases {
        let decisions =
            permissions.map(|permission| decide(permission, &rights_to_match(rights), user));
        assert_eq!(decisions, expected, "{rights:?} {user:?}");
    }
}

#[test]
fn team_permissions_follow_the_role_in_the_team() {
    let permissions =
        [Permission::read_team(1), Permission::ReadMembers(1), Permission::EditTeam(1)];
    #[rustfmt::skip]
    let cases = [
        // rights         user         read    members edit
        ("public",        ANONYMOUS,  [Allow,  RequireSignIn, RequireSignIn]),
        ("",              ANONYMOUS,  [RequireSignIn, RequireSignIn, RequireSignIn]),
        ("public",        USER,       [Allow,  Deny, Deny]),
        ("",              USER,       [Deny, Deny, Deny]),
        ("participant",   USER,       [Allow,  Deny, Deny]),
        ("family",        USER,       [Allow,  Allow,  Deny]),
        ("player",        USER,       [Allow,  Allow,  Deny]),
        ("coach",         USER,       [Allow,  Allow,  Deny]),
        ("manager",       USER,       [Allow,  Allow,  Allow]),
        ("",              ADMIN,      [Allow,  Allow,  Allow]),
    ];
    for (rights, user, expected) in cases {
        let decisions =
            permissions.map(|permission| decide(permission, &rights_to_team(rights), user));
        assert_eq!(decisions, expected, "{rights:?} {user:?}");
    }
}

#[test]
fn event_permissions_follow_the_rights_to_the_event() {
    let create = Permission::CreateMatch { event_id: Some(1), home_team_id: 1, away_team_id: 2 };
    let permissions =
        [Permission::read_event(1), Permission::BuyTickets(1), Permission::EditEvent(1), create];
    #[rustfmt::skip]
    let cases = [
        // rights               user         read    buy     edit    create match
        ("public",              ANONYMOUS,  [Allow,  RequireSignIn, RequireSignIn, RequireSignIn]),
        ("",                    ANONYMOUS,  [RequireSignIn, RequireSignIn, RequireSignIn, RequireSignIn]),
        ("public",              USER,       [Allow,  Allow,  Deny, Deny]),
        ("",                    USER,       [Hide,   Hide,   Hide,   Hide]),
        ("participant",         USER,       [Allow,  Allow,  Deny, Deny]),
        ("public participant",  USER,       [Allow,  Allow,  Deny, Deny]),
        ("manager",             USER,       [Allow,  Allow,  Allow,  Allow]),
        ("public manager",      USER,       [Allow,  Allow,  Allow,  Allow]),
        ("",                    ADMIN,      [Allow,  Allow,  Allow,  Allow]),
    ];
    for (rights, user, expected) in cases {
        let decisions =
            permissions.map(|permission| decide(permission, &rights_to_event(rights), user));
        assert_eq!(decisions, expected, "{rights:?} {user:?}");
    }
    let channel = Permission::Read(topic("event_1_results"));
    assert_eq!(decide(channel, &rights_to_event(""), USER), Hide);
    assert_eq!(decide(channel, &rights_to_event("participant"), USER), Allow);
}

#[test]
fn a_targeted_announcement_is_hidden_from_other_teams() {
    let permissions = [Permission::ReadAnnouncement(1), Permission::EditAnnouncement(1)];
    #[rustfmt::skip]
    let cases = [
        // announcement and rights             user         read    edit
        ("public",                             ANONYMOUS,  [Allow,  RequireSignIn]),
        ("",                                   ANONYMOUS,  [RequireSignIn, RequireSignIn]),
        ("public targeted",                    ANONYMOUS,  [RequireSignIn, RequireSignIn]),
        ("public targeted addressed",          ANONYMOUS,  [Allow,  RequireSignIn]),
        ("public",                             USER,       [Allow,  Deny]),
        ("",                                   USER,       [Hide,   Hide]),
        ("participant",                        USER,       [Allow,  Deny]),
        ("participant targeted",               USER,       [Hide,   Hide]),
        ("public participant targeted",        USER,       [Hide,   Hide]),
        ("participant targeted addressed",     USER,       [Allow,  Deny]),
        ("manager",                            USER,       [Allow,  Allow]),
        ("manager targeted",                   USER,       [Allow,  Allow]),
        ("targeted",                           ADMIN,      [Allow,  Allow]),
    ];
    for (rights, user, expected) in cases {
        let decisions =
            permissions.map(|permission| decide(permission, &rights_to_announcement(rights), user));
        assert_eq!(decisions, expected, "{rights:?} {user:?}");
    }
}

#[test]
fn a_purchase_is_read_by_its_buyer_and_edited_by_event_managers() {
    let id = Uuid::from_u128(7);
    let permissions = [Permission::read_purchase(id), Permission::EditPurchase(id)];
    #[rustfmt::skip]
    let cases = [
        // rights        user         read    edit
        ("",             ANONYMOUS,  [RequireSignIn, RequireSignIn]),
        ("",             USER,       [Hide,   Hide]),
        ("buyer",        USER,       [Allow,  Deny]),
        ("manager",      USER,       [Hide,   Allow]),
        ("",             ADMIN,      [Allow,  Allow]),
    ];
    for (rights, user, expected) in cases {
        let decisions =
            permissions.map(|permission| decide(permission, &rights_to_purchase(rights), user));
        assert_eq!(decisions, expected, "{rights:?} {user:?}");
    }
}

#[test]
fn a_hidden_resource_gets_the_answer_of_a_missing_one() {
    let id = Uuid::from_u128(7);
    let create = Permission::CreateMatch { event_id: Some(1), home_team_id: 1, away_team_id: 2 };
    let cases = [
        (Permission::read_event(1), rights_to_event("")),
        (Permission::BuyTickets(1), rights_to_event("")),
        (Permission::EditEvent(1), rights_to_event("")),
        (create, rights_to_event("")),
        (Permission::ReadAnnouncement(1), rights_to_announcement("")),
        (Permission::EditAnnouncement(1), rights_to_announcement("")),
        (Permission::read_purchase(id), rights_to_purchase("")),
        (Permission::EditPurchase(id), rights_to_purchase("")),
    ];
    for (permission, rights) in cases {
        for user in [ANONYMOUS, USER] {
            let decision = decide(permission, &rights, user);
            let missing = decide_missing(permission, user.is_some());
            assert_eq!(decision, missing, "{permission:?} {user:?}");
        }
    }
    assert_eq!(
        decide(Permission::read_match(1), &rights_to_match("hidden"), USER),
        decide_missing(Permission::read_match(1), true)
    );
    // Existence of these is public, so a missing one is a 404 even for anonymous requests.
    for permission in [Permission::read_match(1), Permission::read_team(1), Permission::EditTeam(1)]
    {
        assert_eq!(decide_missing(permission, false), Hide, "{permission:?}");
    }
}

#[test]
fn permissions_without_a_resource_follow_the_role() {
    let create = Permission::CreateMatch { event_id: None, home_team_id: 1, away_team_id: 2 };
    let new_match = |manages_a_team| Rights::NewMatch { manages_a_team };
    let account = |is_own| Rights::Account { is_own };
    #[rustfmt::skip]
    let cases = [
        (create,          new_match(true),     ANONYMOUS, Allow),
        (create,          new_match(false),    ANONYMOUS, RequireSignIn),
        (create,          new_match(true),     USER,      Allow),
        (create,          new_match(false),    USER,      Deny),
        (create,          new_match(false),    ADMIN,     Allow),
        (Permission::CreateTeam, Rights::NotNeeded, ANONYMOUS, RequireSignIn),
        (Permission::CreateTeam, Rights::NotNeeded, USER,      Allow),
        (Permission::CreateEvent, Rights::NotNeeded, ANONYMOUS, RequireSignIn),
        (Permission::CreateEvent, Rights::NotNeeded, USER,     Allow),
        (Permission::ManageUsers,      Rights::NotNeeded, ANONYMOUS, RequireSignIn),
        (Permission::ManageUsers,      Rights::NotNeeded, USER,      Deny),
        (Permission::ManageUsers,      Rights::NotNeeded, ADMIN,     Allow),
        (Permission::ViewConnections,    Rights::NotNeeded, USER,      Deny),
        (Permission::ViewConnections,    Rights::NotNeeded, ADMIN,     Allow),
        (Permission::ManageAccount(1), account(true),   USER,      Allow),
        (Permission::ManageAccount(1), account(false),  USER,      Deny),
        (Permission::ManageAccount(1), account(false),  ADMIN,     Allow),
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
    let game = rights_to_match("public creator referee scorer member manager participant");
    let event = rights_to_event("public manager participant");
    let id = Uuid::from_u128(7);
    let cases = [
        (Permission::EditTeam(1), &game),
        (Permission::EditEvent(1), &game),
        (Permission::ManageUsers, &game),
        (Permission::CreateEvent, &game),
        (Permission::EditTeam(1), &event),
        (Permission::ViewConnections, &event),
        (Permission::EditMatch(1), &rights_to_team("manager")),
        (Permission::EditMatch(1), &event),
        (Permission::EditPurchase(id), &event),
        (Permission::EditAnnouncement(1), &rights_to_purchase("manager")),
    ];
    for (permission, rights) in cases {
        assert_ne!(decide(permission, rights, USER), Allow, "{permission:?} {rights:?}");
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
