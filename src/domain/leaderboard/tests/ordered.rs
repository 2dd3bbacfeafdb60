//! The order that each tie-breaker gives.

use crate::domain::leaderboard::TieBreaker::{
    Difference, For, HeadToHead, Name, NetRunRate, Points as ByPoints, Wins,
};
use crate::domain::leaderboard::tests::{entrants, positions, positions_for, ranking, results};
use crate::domain::leaderboard::{Entrant, Points, Ranking, TieBreaker, compute_leaderboard};

#[test]
fn each_tie_breaker_orders_by_its_own_figure() {
    let names = ["Arles", "Brest", "Caen", "Dijon"];
    // Points, won, goals: Arles 6, 2, 4:4; Brest 6, 1, 4:2; Caen 2, 0, 2:3; Dijon 4, 1, 5:6.
    let lines = [
        "Arles 1:0 Dijon",
        "Dijon 2:1 Caen",
        "Brest 2:0 Caen no_result",
        "Caen 1:1 Brest",
        "Brest 2:0 Arles",
        "Dijon 1:1 Brest",
        "Arles 3:2 Dijon",
    ];
    let cases: [(&[TieBreaker], [&str; 4]); 9] = [
        (&[], ["1 Arles", "1 Brest", "1 Caen", "1 Dijon"]),
        (&[ByPoints], ["1 Arles", "1 Brest", "3 Dijon", "4 Caen"]),
        (&[Difference], ["1 Brest", "2 Arles", "3 Caen", "3 Dijon"]),
        (&[For], ["1 Dijon", "2 Arles", "2 Brest", "4 Caen"]),
        (&[Wins], ["1 Arles", "2 Brest", "2 Dijon", "4 Caen"]),
        (&[Name], ["1 Arles", "2 Brest", "3 Caen", "4 Dijon"]),
        (&[NetRunRate], ["1 Arles", "1 Brest", "1 Caen", "1 Dijon"]),
        (&[Wins, For], ["1 Arles", "2 Dijon", "3 Brest", "4 Caen"]),
        (&[For, Wins], ["1 Dijon", "2 Arles", "3 Brest", "4 Caen"]),
    ];
    for (breakers, expected) in cases {
        assert_eq!(positions_for(breakers, &names, &lines), expected, "{breakers:?}");
    }
}

#[test]
fn names_sort_case_insensitively_first() {
    let names = ["ajax", "Zwolle", "Ajax", "élan", "AZ"];
    let expected = ["1 Ajax", "2 ajax", "3 AZ", "4 Zwolle", "5 élan"];
    assert_eq!(positions_for(&[Name], &names, &[]), expected);
}

#[test]
fn teams_sharing_a_position_are_listed_by_name_then_id() {
    let team = |team_id, name: &str| Entrant { team_id, name: name.into(), deduction: 0 };
    let teams = [team(9, "Rovers"), team(3, "rangers"), team(4, "Rovers"), team(7, "Albion")];
    let table = compute_leaderboard(&ranking(&[ByPoints]), &teams, &[]);
    let ids: Vec<_> = table.iter().map(|row| (row.position, row.team_id)).collect();
    assert_eq!(ids, [(1, 7), (1, 3), (1, 4), (1, 9)]);
    let table = compute_leaderboard(&ranking(&[Name]), &teams, &[]);
    let ids: Vec<_> = table.iter().map(|row| (row.position, row.team_id)).collect();
    assert_eq!(ids, [(1, 7), (2, 3), (3, 4), (3, 9)], "equal names stay tied");
}

#[test]
fn positions_skip_after_a_shared_one() {
    let names = ["Arles", "Brest", "Caen", "Dijon"];
    let lines = ["Arles 1:0 Dijon", "Brest 1:0 Dijon", "Caen 1:0 Dijon", "Arles 1:0 Caen"];
    let expected = ["1 Arles", "2 Brest", "2 Caen", "4 Dijon"];
    assert_eq!(positions_for(&[ByPoints], &names, &lines), expected);
}

#[test]
fn two_tied_teams_are_separated_by_their_own_matches() {
    let names = ["Arles", "Brest", "Caen"];
    // Both have four points; Arles beat Caen by nine, Brest beat Arles.
    let lines = ["Arles 9:0 Caen", "Brest 1:0 Arles", "Arles 0:0 Brest", "Caen 1:0 Brest"];
    let cases: [(&[TieBreaker], [&str; 3]); 4] = [
        (&[ByPoints], ["1 Arles", "1 Brest", "3 Caen"]),
        (&[ByPoints, Difference], ["1 Arles", "2 Brest", "3 Caen"]),
        (&[ByPoints, HeadToHead], ["1 Brest", "2 Arles", "3 Caen"]),
        (&[ByPoints, Difference, HeadToHead], ["1 Arles", "2 Brest", "3 Caen"]),
    ];
    for (breakers, expected) in cases {
        assert_eq!(positions_for(breakers, &names, &lines), expected, "{breakers:?}");
    }
    let level = ["Arles 9:0 Caen", "Brest 1:0 Caen", "Brest 1:0 Arles", "Arles 1:0 Brest"];
    let expected = ["1 Arles", "1 Brest", "3 Caen"];
    assert_eq!(positions_for(&[ByPoints, HeadToHead], &names, &level), expected);
    let expected = ["1 Arles", "2 Brest", "3 Caen"];
    assert_eq!(positions_for(&[ByPoints, HeadToHead, For], &names, &level), expected);
}

/// UEFA EURO 2004, group C: three teams had five points each and drew their matches; the goals
/// scored in these (Sweden 3, Denmark 2, Italy 1) eliminated Italy.
#[test]
fn goals_among_the_tied_teams_decided_euro_2004_group_c() {
    let names = ["Bulgaria", "Denmark", "Italy", "Sweden"];
    let lines = [
        "Denmark 0:0 Italy",
        "Sweden 5:0 Bulgaria",
        "Bulgaria 0:2 Denmark",
        "Italy 1:1 Sweden",
        "Italy 2:1 Bulgaria",
        "Denmark 2:2 Sweden",
    ];
    let expected = ["1 Sweden", "2 Denmark", "3 Italy", "4 Bulgaria"];
    assert_eq!(positions_for(&[ByPoints, HeadToHead], &names, &lines), expected);
}

#[test]
fn head_to_head_compares_points_then_difference_then_goals() {
    let names = ["Arles", "Brest", "Caen", "Dijon"];
    #[rustfmt::skip]
    let cases = [
        ("points",     ["Caen 1:0 Brest", "Caen 1:0 Arles", "Brest 1:0 Arles"], ["1 Caen", "2 Brest", "3 Arles"]),
        ("difference", ["Arles 1:0 Brest", "Brest 3:0 Caen", "Caen 4:1 Arles"], ["1 Brest", "2 Caen", "3 Arles"]),
        ("goals",      ["Arles 1:0 Brest", "Brest 3:2 Caen", "Caen 2:1 Arles"], ["1 Caen", "2 Brest", "3 Arles"]),
    ];
    for (case, lines, expected) in cases {
        // Dijon isn't tied, so matches against it must not count.
        let mut lines = lines.to_vec();
        lines.extend(["Arles 9:0 Dijon", "Dijon 5:0 Arles", "Dijon 9:0 Brest", "Dijon 1:0 Caen"]);
        let played = results(&names, &lines);
        let mut teams = entrants(&names);
        // Deductions bring the three to equal points, so that they are tied.
        let table = compute_leaderboard(&ranking(&[]), &teams, &played);
        for team in &mut teams {
            let row = table.iter().find(|row| row.team_id == team.team_id).unwrap();
            team.deduction = if team.name == "Dijon" { 0 } else { row.points };
        }
        let table = compute_leaderboard(&ranking(&[ByPoints, HeadToHead]), &teams, &played);
        assert_eq!(positions(&table)[0], "1 Dijon");
        let tied = table[1..].iter();
        let tied: Vec<_> = tied.map(|row| format!("{} {}", row.position - 1, row.team)).collect();
        assert_eq!(tied, expected, "{case}");
    }
}

#[test]
fn a_subgroup_that_is_still_tied_is_compared_again() {
    // Each has 3 points and difference 0 among the three; Arles scored 3, the others 2. Lyon beat
    // Caen, while the three's matches leave them tied and the alphabet puts Caen first.
    let names = ["Arles", "Caen", "Lyon"];
    let lines = ["Arles 2:1 Lyon", "Caen 2:1 Arles", "Lyon 1:0 Caen"];
    let expected = ["1 Arles", "2 Lyon", "3 Caen"];
    assert_eq!(positions_for(&[ByPoints, HeadToHead, Name], &names, &lines), expected);
}

#[test]
fn ties_left_by_head_to_head_go_to_the_next_tie_breaker() {
    // Arles beat all; the three others beat each other in a cycle.
    let names = ["Arles", "Brest", "Caen", "Dijon"];
    let lines = [
        "Arles 1:0 Brest",
        "Arles 1:0 Caen",
        "Arles 1:0 Dijon",
        "Brest 1:0 Caen",
        "Caen 1:0 Dijon",
        "Dijon 1:0 Brest",
    ];
    let expected = ["1 Arles", "2 Brest", "2 Caen", "2 Dijon"];
    assert_eq!(positions_for(&[HeadToHead], &names, &lines), expected);
    let expected = ["1 Arles", "2 Brest", "3 Caen", "4 Dijon"];
    assert_eq!(positions_for(&[HeadToHead, Name], &names, &lines), expected);
}

#[test]
fn a_circular_tie_shares_the_position() {
    let names = ["Caen", "Brest", "Arles"];
    let lines = ["Arles 1:0 Brest", "Brest 1:0 Caen", "Caen 1:0 Arles"];
    let expected = ["1 Arles", "1 Brest", "1 Caen"];
    assert_eq!(
        positions_for(&[ByPoints, HeadToHead, Difference, For, Wins], &names, &lines),
        expected
    );
}

#[test]
fn head_to_head_uses_the_events_points_and_no_deductions() {
    let names = ["Arles", "Brest"];
    let lines = ["Arles 1:0 Brest", "Brest 0:0 Arles away", "Arles 5:0 Brest no_result"];
    // Arles won twice, once by a verdict against the score; the deduction takes all its points.
    let mut teams = entrants(&names);
    teams[0].deduction = 6;
    let played = results(&names, &lines);
    let table = compute_leaderboard(&ranking(&[ByPoints, HeadToHead]), &teams, &played);
    assert_eq!(positions(&table), ["1 Arles", "2 Brest"]);
    assert_eq!((table[0].points, table[1].points), (1, 1));

    // If a defeat awards most, the loser ranks first.
    let points = Points { win: 0, draw: 0, loss: 2, no_result: 0 };
    let inverted = Ranking { points, tie_breakers: vec![HeadToHead] };
    let table = compute_leaderboard(&inverted, &entrants(&names), &played);
    assert_eq!(positions(&table), ["1 Brest", "2 Arles"]);
}
