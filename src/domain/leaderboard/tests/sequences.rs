//! Properties that hold for every leaderboard.

use proptest::prelude::*;

use crate::domain::leaderboard::{
    Entrant, LeaderboardRow, PlayedMatch, Points, Ranking, TieBreaker, Verdict, compute_leaderboard,
};

const BREAKERS: [TieBreaker; 7] = [
    TieBreaker::Points,
    TieBreaker::Difference,
    TieBreaker::For,
    TieBreaker::HeadToHead,
    TieBreaker::Wins,
    TieBreaker::NetRunRate,
    TieBreaker::Name,
];

prop_compose! {
    /// Few teams and small scores, so that ties are common.
    fn teams()(
        named in prop::collection::vec((prop::sample::select(vec!["Ajax", "ajax", "AZ", "Brest"]),
                                        prop::option::weighted(0.2, -2..4_i64)), 0..8),
    ) -> Vec<Entrant> {
        let team = |((name, deduction), team_id): ((&str, Option<i64>), i64)| {
            Entrant { team_id, name: name.to_owned(), deduction: deduction.unwrap_or(0) }
        };
        named.into_iter().zip(1..).map(team).collect()
    }
}

prop_compose! {
    fn result(teams: i64)(
        home in 1..=teams,
        other in 1..teams,
        home_score in 0..3_i64,
        away_score in 0..3_i64,
        verdict in prop::option::weighted(
            0.2,
            prop::sample::select(vec![Verdict::Home, Verdict::Away, Verdict::NoResult]),
        ),
    ) -> PlayedMatch {
        PlayedMatch {
            home_team_id: home,
            // Any team other than the home team.
            away_team_id: (home + other - 1) % teams + 1,
            home_score,
            away_score,
            verdict: verdict.unwrap_or(Verdict::from_scores(home_score, away_score)),
            rates: None,
        }
    }
}

fn season() -> impl Strategy<Value = (Vec<Entrant>, Vec<PlayedMatch>, Vec<PlayedMatch>)> {
    teams().prop_flat_map(|teams| {
        let team_count = i64::try_from(teams.len()).unwrap();
        let max_results = if team_count < 2 { 0 } else { 20 };
        let played = prop::collection::vec(result(team_count.max(2)), 0..=max_results);
        let played =
            played.prop_flat_map(|played| (Just(played.clone()), Just(played).prop_shuffle()));
        (Just(teams), played).prop_map(|(teams, (played, shuffled))| (teams, played, shuffled))
    })
}

fn ranking() -> impl Strategy<Value = Ranking> {
    let points = (0..4_i64, 0..3_i64, -1..2_i64, 0..2_i64);
    let points =
        points.prop_map(|(win, draw, loss, no_result)| Points { win, draw, loss, no_result });
    let breakers = prop::sample::subsequence(BREAKERS.to_vec(), 0..=7).prop_shuffle();
    (points, breakers).prop_map(|(points, tie_breakers)| Ranking { points, tie_breakers })
}

/// The figure that a tie-breaker compares, greater first; 0 if the row alone doesn't hold it.
fn figure(row: &LeaderboardRow, breaker: TieBreaker) -> i64 {
    match breaker {
        TieBreaker::Points => row.points,
        TieBreaker::Difference => row.difference,
        TieBreaker::For => row.r#for,
        TieBreaker::Wins => row.won,
        TieBreaker::HeadToHead | TieBreaker::NetRunRate | TieBreaker::Name => 0,
    }
}

fn figures(row: &LeaderboardRow, breakers: &[TieBreaker]) -> Vec<i64> {
    breakers.iter().map(|breaker| figure(row, *breaker)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_leaderboard_is_complete_and_ordered((teams, played, shuffled) in season(), ranking in ranking()) {
        let table = compute_leaderboard(&ranking, &teams, &played);
        prop_assert_eq!(&table, &compute_leaderboard(&ranking, &teams, &shuffled), "the order of results doesn't matter");
        let backwards: Vec<_> = teams.iter().rev().cloned().collect();
        prop_assert_eq!(&table, &compute_leaderboard(&ranking, &backwards, &played), "the order of teams doesn't matter");

        let mut ids: Vec<_> = table.iter().map(|row| row.team_id).collect();
        ids.sort_unstable();
        prop_assert_eq!(ids, teams.iter().map(|team| team.team_id).collect::<Vec<_>>());

        let sum = |of: fn(&LeaderboardRow) -> i64| table.iter().map(of).sum::<i64>();
        prop_assert_eq!(sum(|row| row.won), sum(|row| row.lost));
        prop_assert_eq!(sum(|row| row.r#for), sum(|row| row.against));
        prop_assert_eq!(sum(|row| row.played), 2 * i64::try_from(played.len()).unwrap());
        prop_assert_eq!(sum(|row| row.drawn) % 2, 0);

        // Tie-breakers up to the first that a row alone can't decide.
        let in_row = |breaker: &&TieBreaker| !matches!(breaker, TieBreaker::HeadToHead | TieBreaker::Name);
        let leading: Vec<_> = ranking.tie_breakers.iter().take_while(in_row).copied().collect();
        for (row, row_number) in table.iter().zip(1..) {
            let better = |other: &&LeaderboardRow| other.position < row.position;
            let before = i64::try_from(table.iter().filter(better).count()).unwrap();
            prop_assert_eq!(row.position, before + 1, "1, 2, 2, 4");
            prop_assert!(row.position <= row_number);
        }
        for pair in table.windows(2) {
            let (first, second) = (&pair[0], &pair[1]);
            prop_assert!(figures(first, &leading) >= figures(second, &leading));
            if first.position == second.position {
                let all = &ranking.tie_breakers;
                prop_assert_eq!(figures(first, all), figures(second, all));
                let name = |row: &LeaderboardRow| (row.team.to_lowercase(), row.team.clone());
                prop_assert!((name(first), first.team_id) < (name(second), second.team_id));
                prop_assert!(first.team == second.team || !all.contains(&TieBreaker::Name));
            } else if leading.len() == ranking.tie_breakers.len() {
                prop_assert!(figures(first, &leading) != figures(second, &leading));
            }
        }
    }
}
