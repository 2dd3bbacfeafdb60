// What the console knows of a match of cricket beside the server's state: names, who was chosen to come
// next, and how it stood before earlier balls.

import { creaseOf } from "./crease.js";
import { isReady } from "./fold.js";

/** @import { Console } from "../console.js" */
/** @import { Crease } from "./crease.js" */
/** @import { Chosen } from "./project.js" */

/** An over and its extras can be undone without a network. */
const MOST = 12;

export class Known {
  /** @param {Console} console */
  constructor(console) {
    this.console = console;
    /** @type {{ [number: number]: Crease }} */ this.before = console.memory.recall("creases", {});
    /** @type {Chosen | null} */ this.chosen = console.memory.recall("chosen", null);
  }

  now() {
    const { before, chosen, console } = this;
    return { me: console.me?.id ?? null, name: (/** @type {number} */ id) => this.name(id), before, chosen };
  }

  /** @param {any} game as the server told it */
  hear(game) {
    const crease = creaseOf(game);
    // What came after a ball that was undone is another story now.
    this.before = Object.fromEntries(Object.entries(this.before).filter(([number]) => Number(number) <= crease.number));
    const known = this.before[crease.number];
    // An undo takes back the ball, not those who came in before it: states may come too far apart to show them.
    if (!known || !isReady(known) || isReady(crease)) this.keep(crease);
  }

  /** How it stands before its next ball. @param {Crease} crease */
  keep(crease) {
    const known = { ...this.before, [crease.number]: crease };
    const numbers = Object.keys(known).map(Number).sort((one, other) => one - other).slice(-MOST);
    this.before = Object.fromEntries(numbers.map((number) => [number, known[number]]));
    this.console.memory.keep("creases", this.before);
  }

  /** Who comes next where scorers must agree: their next ball says so. @param {Chosen} chosen */
  choose(chosen) {
    const { chosen: was } = this;
    this.chosen = was?.number === chosen.number ? { ...was, ...chosen } : chosen;
    this.console.memory.keep("chosen", this.chosen);
    this.console.onChange();
  }

  /** @param {number | null | undefined} id */
  name(id) {
    if (!id) return "";
    const { squads, told } = this.console;
    const listed = Object.values(squads).flat().find((player) => player.id === id);
    if (listed) return listed.name;
    const cards = /** @type {any} */ (told)?.scorecard?.innings.flatMap((/** @type {any} */ one) => [...one.batting, ...one.bowling]) ?? [];
    return cards.find((/** @type {any} */ one) => one.player_id === id)?.name ?? `Player ${id}`;
  }

  /** A scorer's name. @param {number} user */
  person(user) {
    const { me, people } = this.console;
    return user === me?.id ? "You" : (people[user] ?? `Scorer ${user}`);
  }
}
