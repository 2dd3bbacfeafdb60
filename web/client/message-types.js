// The shapes on the wire, as types for editors and `tsc`; there is no code here.

/**
 * @typedef {"home" | "away"} Side
 *
 * @typedef {{ home: number, away: number }} Score
 *
 * @typedef {object} MatchClock
 * @property {string | null} [period]
 * @property {boolean} running
 * @property {number} elapsed_ms at the time `at`
 * @property {string | null} [at] of the last start or stop; absent before the first
 *
 * @typedef {object} TeamInfo
 * @property {number} id
 * @property {string} name
 * @property {string} [short_name]
 * @property {string | null} [colour] `#rrggbb`
 *
 * @typedef {object} Incident
 * @property {number} id
 * @property {number} rev
 * @property {string} kind
 * @property {"provisional" | "confirmed" | "cancelled"} confirmation
 * @property {number | null} [team_id]
 * @property {number | null} [player_id]
 * @property {number | null} [related_player_id]
 * @property {string | null} [player] name of the player
 * @property {string | null} [related_player] name of the player who assisted, or comes on
 * @property {string} period
 * @property {number} minute
 * @property {number | null} [stoppage]
 * @property {string | null} [text]
 * @property {string | null} [reason]
 *
 * @typedef {{ [name: string]: number }} TeamStatistics
 *
 * Who plays for one side, by the ids of players.
 * @typedef {{ starting: number[], bench: number[], captain_id?: number, twelfth_id?: number, shape?: string }} Lineup
 *
 * The state of a match's stream; each sport has further members.
 * @typedef {{ match: any, clock: MatchClock, score: Score, shootout: Score | {} } & { [member: string]: any }} MatchState
 *
 * A match as a client follows it: the state that it folds, and what is no part of it.
 * @typedef {object} FollowedMatch
 * @property {number} seq of the last folded message
 * @property {MatchState} state
 * @property {{ teams?: { [id: string]: { name: string, short_name?: string, colour?: string } } }} [names]
 * @property {any} [recent] what the sport remembers of recent messages
 *
 * A match as pages draw it: a view of its state, or a match of a list.
 * @typedef {object} Match
 * @property {number} id
 * @property {number} seq of the last applied message
 * @property {string} sport
 * @property {string} status
 * @property {string | null} [reason] of a pause
 * @property {string | null} [venue]
 * @property {string | null} [pitch] of the venue
 * @property {string | null} [stage] of the competition: `Group stage`
 * @property {string | null} [round] of the stage: `6`, `Quarter-final`
 * @property {string | null} [group] of the stage: `B`
 * @property {string | null} [starts_at]
 * @property {{ home: TeamInfo, away: TeamInfo }} teams
 * @property {MatchClock | null} [clock]
 * @property {Score | null} [score]
 * @property {Score | null} [shootout_score]
 * @property {number | null} [event_id]
 * @property {any} [result]
 * @property {{ home?: Lineup, away?: Lineup }} [lineups]
 * @property {Incident[]} [incidents]
 * @property {{ home: TeamStatistics, away: TeamStatistics }} [statistics]
 *
 * @typedef {object} Message
 * @property {string} type
 * @property {string} topic
 * @property {number} seq
 * @property {string} at
 * @property {string} [reason] of a snapshot
 * @property {any} data
 * @property {{ [member: string]: any }} [patch] of the stream's state, RFC 7396
 */

export {};
