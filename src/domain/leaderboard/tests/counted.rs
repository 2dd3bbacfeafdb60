//! What each result counts for its two sides.

use serde_json::json;

use crate::domain::leaderboard::tests::{entrants, positions, ranking, results};
use crate::domain::leaderboard::{
    Entrant, PlayedMatch, Points, Ranking, TieBreaker, Verdict, compute_leaderboard,
};

const NAMES: [&str; 2] = ["Ajax", "Bohemians"];

#[test]
fn a_row_serialises_its_fields_in_wire_order() {
    let played = results(&NAMES, &["Ajax 3:1 Bohemians", "Bohemians 2:2 Ajax"]);
    let table = compute_leaderboard(&ranking(&[TieBreaker::Points]), &entrants(&NAMES), &played);
    assert_eq!(
        serde_json::to_string(&table[0]).unwrap(),
        r#"{"position":1,"team_id":1,"team":"Ajax","played":2,"won":1,"drawn":1,"lost":0,"for":5,"against":3,"difference":2,"points":4,"net_run_rate":null}"#
    );
    assert_eq!(
        json!(table[1]),
        json!({ "position": 2, "team_id": 2, "team": "Bohemians", "played": 2, "won": 0,
                "drawn": 1, "lost": 1, "for": 3, "against": 5, "difference": -2, "points": 1,
                "net_run_rate": null })
    );
}

/// Columns: played, won, drawn, lost, for, against, points; of home and away after one result.
#[test]
fn each_verdict_awards_its_points() {
    let points = Points { win: 5, draw: 2, loss: -1, no_result: 1 };
    let ranking = Ranking { points, tie_breakers: vec![] };
    #[rustfmt::skip]
    let cases = [
        ("a win",                         "Ajax 2:1 Bohemians",           [1, 1, 0, 0, 2, 1, 5],  [1, 0, 0, 1, 1, 2, -1]),
        ("an away win",                   "Ajax 0:1 Bohemians",           [1, 0, 0, 1, 0, 1, -1], [1, 1, 0, 0, 1, 0, 5]),
        ("a draw",                        "Ajax 1:1 Bohemians",           [1, 0, 1, 0, 1, 1, 2],  [1, 0, 1, 0, 1, 1, 2]),
        ("a walk-over without a score",   "Ajax 0:0 Bohemians home",      [1, 1, 0, 0, 0, 0, 5],  [1, 0, 0, 1, 0, 0, -1]),
        ("awarded against the score",     "Ajax 3:0 Bohemians away",      [1, 0, 0, 1, 3, 0, -1], [1, 1, 0, 0, 0, 3, 5]),
        ("no result, whatever was scored", "Ajax 9:2 Bohemians no_result", [1, 0, 0, 0, 0, 0, 1],  [1, 0, 0, 0, 0, 0, 1]),
    ];
    for (case, line, home, away) in cases {
        let mut table = compute_leaderboard(&ranking, &entrants(&NAMES), &results(&NAMES, &[line]));
        table.sort_by_key(|row| row.team_id);
        let figures = |row: usize| {
            let row = &table[row];
            [row.played, row.won, row.drawn, row.lost, row.r#for, row.against, row.points]
        };
        assert_eq!((figures(0), figures(1)), (home, away), "{case}");
        assert_eq!(table[0].difference, home[4] - home[5], "{case}");
    }
}

#[test]
fn teams_without_matches_are_listed() {
    let table = compute_leaderboard(&ranking(&[TieBreaker::Points]), &entrants(&NAMES), &[]);
    assert_eq!(positions(&table), ["1 Ajax", "1 Bohemians"]);
    assert!(table.iter().all(|row| row.played == 0 && row.points == 0));
    assert_eq!(compute_leaderboard(&ranking(&[]), &[], &[]), []);
}

#[test]
fn a_result_against_a_withdrawn_team_counts_for_its_opponent() {
    let against_withdrawn = PlayedMatch {
        home_team_id: 99,
        away_team_id: 2,
        home_score: 0,
        away_score: 4,
        verdict: Verdict::Away,
        rates: None,
    };
    let breakers = [TieBreaker::HeadToHead, TieBreaker::Points];
    let table = compute_leaderboard(&ranking(&breakers), &entrants(&NAMES), &[against_withdrawn]);
    assert_eq!(positions(&table), ["1 Bohemians", "2 Ajax"]);
    assert_eq!((table[0].points, table[0].r#for, table[1].played), (3, 4, 0));
}

#[test]
fn deductions_change_the_order_and_may_make_points_negative() {
    let played = results(&NAMES, &["Ajax 1:0 Bohemians"]);
    #[rustfmt::skip]
    let cases = [
        (0, 0, ["1 Ajax", "2 Bohemians"], [3, 0]),
        (2, 0, ["1 Ajax", "2 Bohemians"], [1, 0]),
        (3, 0, ["1 Ajax", "1 Bohemians"], [0, 0]),
        (4, 0, ["1 Bohemians", "2 Ajax"], [0, -1]),
        (0, 9, ["1 Ajax", "2 Bohemians"], [3, -9]),
    ];
    for (ajax, bohemians, expected, points) in cases {
        let mut teams = entrants(&NAMES);
        for (team, deduction) in teams.iter_mut().zip([ajax, bohemians]) {
            *team = Entrant { deduction, ..team.clone() };
        }
        let table = compute_leaderboard(&ranking(&[TieBreaker::Points]), &teams, &played);
        assert_eq!(positions(&table), expected, "minus {ajax} and {bohemians}");
        assert_eq!([table[0].points, table[1].points], points);
        assert!(table.iter().all(|row| row.played == 1), "deductions change points only");
    }
}
