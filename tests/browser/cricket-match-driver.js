// Scores a cricket match through REST; balls are written as scorers write them.

const BOWLERS_IN_ROTATION = 5; // the last players of a side, in turn

const HOME_PLAYERS = ["Ada Okafor", "Bram Lindqvist", "Caio Moreau", "Dana Tanaka", "Elif Silva", "Femi Novak", "Goran Haddad", "Hana Byrne", "Ivo Castellanos", "Jun Iversen", "Kaya Mbeki"];
const AWAY_PLAYERS = ["Lior Rossi", "Mina Patel", "Noor Khan", "Otto Weiss", "Pia Larsen", "Quim Prats", "Rhea Dutta", "Sami Aalto", "Tara Singh", "Umar Farooq", "Vera Costa"];

export class CricketMatchDriver {
  /** Creates two teams of eleven and a live match; the home side bats first. */
  static async start(server, { format = "t20", home = "Deccan Sunrisers", away = "Rajasthan Kings", colours = ["#e2711d", "#254aa5"], event = null, isOpen = true, scorers = null } = {}) {
    const driver = new CricketMatchDriver();
    driver.server = server;
    driver.teams = [];
    driver.players = new Map();
    for (const [at, name] of [home, away].entries()) {
      const { id } = await server.post("/api/teams", { name, short_name: name.slice(0, 3).toUpperCase(), colour: colours[at], visibility: "public" });
      if (event) await server.post(`/api/events/${event}/registrations`, { team_id: id });
      driver.teams.push(id);
      const ids = [];
      for (const [place, player] of [HOME_PLAYERS, AWAY_PLAYERS][at].entries()) ids.push((await server.post(`/api/teams/${id}/players`, { name: player, shirt_number: place + 1 })).id);
      driver.players.set(id, ids);
    }
    [driver.home, driver.away] = driver.teams;
    const match = { sport: "cricket", home_team_id: driver.home, away_team_id: driver.away, format, venue: "Riverside Oval", starts_at: new Date().toISOString() };
    if (event) match.event_id = event;
    if (scorers) match.scorers_required = scorers;
    driver.id = (await server.post("/api/matches", match)).id;
    if (!isOpen) return driver;
    await driver.postAction("toss", { winner_team_id: driver.home, decision: "bat" });
    await driver.postAction("start", {});
    await driver.openInnings(driver.home);
    return driver;
  }

  postAction(action, body) {
    return this.server.post(`/api/matches/${this.id}/${action}`, body);
  }

  readPart(part) {
    return fetch(`${this.server.url}/api/matches/${this.id}/${part}`).then((answer) => answer.json());
  }

  /** Polls all messages after a cursor: `{ messages, cursor }`; the first poll returns a snapshot. */
  async pollMessages(cursor = "") {
    const answer = await fetch(`${this.server.url}/api/matches/${this.id}/stream/?transport=poll&wait=1${cursor && `&last_event_id=${cursor}`}`);
    return answer.json();
  }

  async openInnings(team) {
    this.batting = team;
    this.fielding = this.teams.find((other) => other !== team);
    this.next = 2;
    const [striker_id, non_striker_id] = this.players.get(team);
    const { state } = await this.postAction("innings", { batting_team_id: team, striker_id, non_striker_id, bowler_id: this.bowlerOf(0) });
    this.live = state;
  }

  /** The bowler of an over, from 0. */
  bowlerOf(over) {
    return this.players.get(this.fielding).at(-1 - (over % BOWLERS_IN_ROTATION));
  }

  /** Bowls `. 1 4 6 W 1wd 2nb 1b 2lb`; a vacant role is filled by the next in order. */
  async bowlBalls(balls, more = {}) {
    for (const symbol of balls.split(/\s+/).filter(Boolean)) await this.recordBall(parseBall(symbol), more);
    return this.live;
  }

  async recordBall(ball, more = {}) {
    const body = { ...ball, ...more };
    for (const place of ["striker", "non_striker"]) {
      if (!this.live[place]) body[`${place}_id`] = this.players.get(this.batting)[this.next++];
    }
    if (!this.live.bowler) body.bowler_id = this.bowlerOf(Number(this.live.innings.overs.split(".")[0]));
    if (ball.wickets?.[0]?.kind === "caught") ball.wickets[0].fielder_ids = [this.players.get(this.fielding)[2]];
    const { state, cursor } = await this.postAction("balls", body);
    this.live = state;
    return cursor;
  }

  /** Undoes the last ball. */
  async undo() {
    await this.server.send("DELETE", `/api/matches/${this.id}/balls/${this.live.next_number - 1}`);
    await this.refreshState();
  }

  /** Reloads the state after changes other than balls. */
  async refreshState() {
    const { data } = await this.readPart("state");
    const [number, innings] = Object.entries(data.innings).at(-1);
    const player = (id) => (id === undefined ? null : { player_id: id });
    this.live = {
      striker: player(innings.striker_id), non_striker: player(innings.non_striker_id), bowler: player(innings.bowler_id),
      free_hit: innings.free_hit ?? false, next_number: data.next.ball,
      innings: { ...innings, number: Number(number), completed: "end" in innings },
    };
    this.batting = innings.batting_team_id;
    this.fielding = this.teams.find((other) => other !== this.batting);
    this.next = Math.max(2, Object.keys(innings.batting).length);
  }

  correct(number, symbol, more = {}) {
    return this.server.send("PATCH", `/api/matches/${this.id}/balls/${number}`, { ...parseBall(symbol), ...more });
  }
}

/** @param {string} symbol */
export function parseBall(symbol) {
  const runs = parseInt(symbol, 10) || 0;
  if (symbol === "W") return { runs: { batter: 0 }, wickets: [{ kind: "bowled" }] };
  if (symbol === "C") return { runs: { batter: 0 }, wickets: [{ kind: "caught" }] };
  if (symbol.endsWith("wd")) return { runs: { batter: 0 }, extras: { wides: runs } };
  if (symbol.endsWith("nb")) return { runs: { batter: runs - 1 }, extras: { no_balls: 1 } };
  if (symbol.endsWith("lb")) return { runs: { batter: 0 }, extras: { leg_byes: runs } };
  if (symbol.endsWith("b")) return { runs: { batter: 0 }, extras: { byes: runs } };
  return { runs: { batter: runs } };
}
