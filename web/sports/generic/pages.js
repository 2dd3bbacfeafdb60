// Score-only sports: their pages show what all sports have in common.

export { commonSport as sport } from "../common.js";
