// A cricket match as its pages draw it, as types for editors and `tsc`; there is no code here.

/** @import { Match } from "../../client/message-types.js" */

/**
 * @typedef {object} Batter
 * @property {number} player_id
 * @property {string} name
 * @property {number} runs
 * @property {number} balls
 * @property {number} fours
 * @property {number} sixes
 *
 * @typedef {Batter & { dismissal: string, strike_rate: number | null, out: any }} BatterRecord
 *
 * @typedef {object} Bowler
 * @property {number} player_id
 * @property {string} name
 * @property {string} overs `3.4`
 * @property {number} balls
 * @property {number} maidens
 * @property {number} runs
 * @property {number} wickets
 * @property {number} wides
 * @property {number} no_balls
 * @property {number | null} economy
 *
 * The totals of an innings.
 * @typedef {object} InningsSummary
 * @property {number} number from 1, over the whole match
 * @property {number} batting_team_id
 * @property {boolean} super_over
 * @property {number} runs
 * @property {number} wickets
 * @property {string} overs
 * @property {number} balls
 * @property {{ [kind: string]: number }} extras
 * @property {number | null} run_rate
 * @property {number | null} target
 * @property {string | null} [method] of the target
 * @property {number | null} required_rate
 * @property {number | null} runs_needed
 * @property {number | null} balls_left
 * @property {boolean} completed
 *
 * @typedef {{ wicket: number, runs: number, overs: string, player_id: number, name: string, text?: string }} FallOfWicket
 * @typedef {{ wicket: number, runs: number, balls: number, unbroken: boolean, batters: { player_id: number, name: string, runs: number, balls: number }[] }} Partnership
 * @typedef {{ kind: string, value: number, innings: number, ball_number?: number, team_id: number, player_ids: number[] }} Milestone
 *
 * @typedef {object} InningsDetails what only a scorecard has
 * @property {string | null} end
 * @property {string | null} overs_allotted
 * @property {BatterRecord[]} batting
 * @property {{ player_id: number, name: string }[]} absent
 * @property {Bowler[]} bowling who have bowled a ball
 * @property {Bowler[]} bowlers with one who is about to
 * @property {FallOfWicket[]} fall_of_wickets
 * @property {Partnership[]} partnerships
 * @property {string[]} this_over
 * @property {string[]} over_summaries `1 . 4 W 2nb 1lb`
 * @property {string | null} unfinished_over the over in play, or the one that the innings ended in
 * @property {boolean} [declared]
 * @property {boolean} [follow_on]
 *
 * @typedef {InningsSummary & InningsDetails} Innings
 *
 * The parts of a score's text.
 * @typedef {Pick<Innings, "number" | "batting_team_id" | "super_over" | "runs" | "wickets" | "overs" | "end">} InningsScore
 *
 * A ball in a message, in ids.
 * @typedef {object} BallEvent
 * @property {number} number
 * @property {number} innings
 * @property {string} over `11.3`
 * @property {number} striker_id
 * @property {number} bowler_id
 * @property {{ batter: number, total: number }} runs
 * @property {boolean} [boundary]
 * @property {boolean} [crossed]
 * @property {string} symbol
 * @property {string} [commentary]
 *
 * @typedef {Omit<BallEvent, "commentary"> & { striker: string, bowler: string, commentary: string | null }} Ball
 * @typedef {{ balls: BallEvent[], lastCorrectionSeq: number }} RecentBalls
 *
 * Current players and recent balls.
 * @typedef {object} LiveState
 * @property {InningsSummary | null} innings
 * @property {Batter | null} striker
 * @property {Batter | null} non_striker
 * @property {Bowler | null} bowler
 * @property {{ runs: number, balls: number }} partnership
 * @property {string[] | null} this_over
 * @property {string[] | null} last_over
 * @property {number[]} over_bowler_ids of this over
 * @property {number[]} last_bowler_ids of the last over
 * @property {boolean} free_hit
 * @property {number} next_number
 * @property {number | null} [next_target] between innings
 * @property {string | null} [next_method]
 *
 * How a match was decided.
 * @typedef {object} Outcome
 * @property {"won" | "tied" | "drawn" | "awarded" | "no_result" | "abandoned"} kind
 * @property {number} [winner_team_id]
 * @property {{ runs?: number, innings?: number, wickets?: number, balls_left?: number, penalty_runs?: true }} [by]
 * @property {string} [decided_by]
 * @property {string} [method] of the target
 *
 * What a cricket match has beside the common parts.
 * @typedef {object} CricketParts
 * @property {LiveState} live
 * @property {{ innings: Innings[] }} scorecard
 * @property {Outcome | null} outcome
 * @property {InningsScore[]} [innings] of a match in a list, which has no scorecard
 * @property {{ winner_team_id: number, decision: "bat" | "field" } | null} [toss]
 * @property {any} [playing_conditions]
 * @property {{ number: number }[]} [disputes]
 * @property {{ number: number, disputed: boolean, by: number[], submissions: any[] }[]} [pending]
 * @property {Ball[]} [recentBalls] from recent messages, in order
 * @property {number} [lastCorrectionSeq] the seq of the last correction that changed other balls
 * @property {string | null} [playerOfTheMatch] name of the player
 *
 * @typedef {Match & CricketParts} CricketMatch
 */

export {};
