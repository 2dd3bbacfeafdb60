// What a stadium display says, in the language of its ground: `?lang=de`. English is the key.

/** @type {{ [lang: string]: { [text: string]: string } }} */
const WORDS = {
  de: {
    "First half": "1. Halbzeit",
    "Second half": "2. Halbzeit",
    "Extra time, first half": "Verlängerung, 1. Hälfte",
    "Extra time, second half": "Verlängerung, 2. Hälfte",
    "Penalty shoot-out": "Elfmeterschießen",
    "Not started": "Noch nicht begonnen",
    Live: "Läuft",
    Paused: "Unterbrochen",
    "Half time": "Halbzeit",
    "Extra half time": "Halbzeit der Verlängerung",
    "Before penalties": "Vor dem Elfmeterschießen",
    "Full time": "Endstand",
    Postponed: "Verlegt",
    Cancelled: "Abgesagt",
    Abandoned: "Abgebrochen",
    Provisional: "Vorläufig",
    Goal: "Tor",
    "Own goal": "Eigentor",
    "Penalty scored": "Elfmeter verwandelt",
    "Penalty missed": "Elfmeter verschossen",
    "Penalty saved": "Elfmeter gehalten",
    "Shoot-out: scored": "Elfmeter verwandelt",
    "Shoot-out: missed": "Elfmeter verschossen",
    "Yellow card": "Gelbe Karte",
    "Second yellow card": "Gelb-Rote Karte",
    "Red card": "Rote Karte",
    Substitution: "Auswechslung",
    "VAR review": "VAR-Prüfung",
    for: "für",
    assist: "Vorlage",
    Pens: "i. E.",
    "Reconnecting since": "Verbindung unterbrochen seit",
    "The address names no match": "Die Adresse nennt kein Spiel",
    "This match can't be shown here": "Dieses Spiel kann hier nicht gezeigt werden",
    Connecting: "Verbindung wird aufgebaut",
  },
  fr: {
    "First half": "1re mi-temps",
    "Second half": "2e mi-temps",
    "Extra time, first half": "Prolongation, 1re période",
    "Extra time, second half": "Prolongation, 2e période",
    "Penalty shoot-out": "Tirs au but",
    "Not started": "À venir",
    Live: "En cours",
    Paused: "Interrompu",
    "Half time": "Mi-temps",
    "Full time": "Terminé",
    Postponed: "Reporté",
    Cancelled: "Annulé",
    Abandoned: "Arrêté",
    Provisional: "Provisoire",
    Goal: "But",
    "Own goal": "But contre son camp",
    "Penalty scored": "Penalty marqué",
    "Penalty missed": "Penalty manqué",
    "Penalty saved": "Penalty arrêté",
    "Shoot-out: scored": "Tir au but marqué",
    "Shoot-out: missed": "Tir au but manqué",
    "Yellow card": "Carton jaune",
    "Second yellow card": "Second carton jaune",
    "Red card": "Carton rouge",
    Substitution: "Remplacement",
    "VAR review": "Vérification VAR",
    for: "pour",
    assist: "passe de",
    Pens: "t.a.b.",
    "Reconnecting since": "Reconnexion depuis",
    "The address names no match": "L’adresse ne désigne aucun match",
    "This match can't be shown here": "Ce match ne peut pas être affiché ici",
    Connecting: "Connexion",
  },
};

/**
 * The language to speak, out of those there are.
 * @param {string | null} wanted `de`, `de-CH`
 */
export function languageOf(wanted) {
  const [code] = (wanted ?? "").toLowerCase().split("-");
  return Object.hasOwn(WORDS, code) ? code : "en";
}

/**
 * What is said in that language; a word it lacks stays English.
 * @param {string} language
 * @returns {(text: string) => string}
 */
export function speak(language) {
  const words = Object.hasOwn(WORDS, language) ? WORDS[language] : {};
  return (text) => (Object.hasOwn(words, text) ? words[text] : text);
}
