// Translations of the stadium display's texts: `?lang=de`. The English text is the key. A sport has
// its own beside these.

/** @typedef {{ [language: string]: { [text: string]: string } }} Translations */

/** @type {Translations} */
const TRANSLATIONS = {
  de: {
    "Not started": "Noch nicht begonnen",
    Live: "Läuft",
    Paused: "Unterbrochen",
    "Full time": "Endstand",
    Postponed: "Verlegt",
    Cancelled: "Abgesagt",
    Abandoned: "Abgebrochen",
    Pens: "i. E.",
    "Reconnecting since": "Verbindung unterbrochen seit",
    "There is no match at this address": "Die Adresse nennt kein Spiel",
    "This match can't be shown": "Dieses Spiel kann hier nicht gezeigt werden",
    Connecting: "Verbindung wird aufgebaut",
  },
  fr: {
    "Not started": "À venir",
    Live: "En cours",
    Paused: "Interrompu",
    "Full time": "Terminé",
    Postponed: "Reporté",
    Cancelled: "Annulé",
    Abandoned: "Arrêté",
    Pens: "t.a.b.",
    "Reconnecting since": "Reconnexion depuis",
    "There is no match at this address": "L’adresse ne désigne aucun match",
    "This match can't be shown": "Ce match ne peut pas être affiché ici",
    Connecting: "Connexion",
  },
};

/**
 * The best available language for a requested one.
 * @param {string | null} requested `de`, `de-CH`
 */
export function pickLanguage(requested) {
  const [code] = (requested ?? "").toLowerCase().split("-");
  return Object.hasOwn(TRANSLATIONS, code) ? code : "en";
}

/**
 * A translation function; texts without a translation stay English.
 * @param {string} language
 * @param {Translations} [sportTranslations]
 * @returns {(text: string) => string}
 */
export function translatorFor(language, sportTranslations = {}) {
  const tables = [TRANSLATIONS, sportTranslations].flatMap((one) => (Object.hasOwn(one, language) ? [one[language]] : []));
  return (text) => tables.find((table) => Object.hasOwn(table, text))?.[text] ?? text;
}
