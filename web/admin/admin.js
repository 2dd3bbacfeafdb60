// `/admin`: everything that organisers and operators make, correct and watch. The page is in the address,
// after its `#`, so that it can be linked to and gone back from.

import { html, render, useEffect, useState } from "../vendor/htm-preact.js";
import { byId } from "../client/element.js";
import { SignIn } from "../desk/sign-in.js";
import { call, whoAmI } from "../desk/api.js";
import { EventPage, Events } from "./events.js";
import { Live } from "./live.js";
import { Inspector } from "./inspector.js";
import { Matches, MatchPage } from "./matches.js";
import { route } from "./route.js";
import { Team, Teams } from "./teams.js";
import { User, Users } from "./users.js";

/** @import { Part } from "../vendor/htm-preact.js" */
/** @import { Person } from "../desk/api.js" */

/** @type {{ [page: string]: { list: Part<any>, one: Part<any>, title: string, forAdmins?: true } }} */
const PAGES = {
  events: { title: "Events", list: Events, one: EventPage },
  teams: { title: "Teams", list: Teams, one: Team },
  matches: { title: "Matches", list: Matches, one: MatchPage },
  users: { title: "Users", list: Users, one: User, forAdmins: true },
  live: { title: "Live figures", list: Live, one: Live, forAdmins: true },
  streams: { title: "Streams", list: Inspector, one: Inspector },
};

function Admin() {
  const [me, setMe] = useState(/** @type {Person | null | undefined} */ (undefined));
  const [problem, setProblem] = useState("");
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    whoAmI().then(({ me: found, problem: no }) => {
      setProblem(no?.detail ?? "");
      setMe(found);
    });
    const go = () => setHash(location.hash);
    addEventListener("hashchange", go);
    return () => removeEventListener("hashchange", go);
  }, []);
  if (problem) return html`<p class="notice" role="alert">${problem}</p>`;
  if (me === undefined) return html`<p class="notice">Opening …</p>`;
  const leave = async () => {
    const { problem: no } = await call("POST", "/api/auth/logout");
    if (!no) setMe(null);
  };
  return html`<${Top} me=${me} onLeave=${leave} hash=${hash} />${me ? html`<${Page} me=${me} hash=${hash} />` : html`<main><h1 class="unseen">Admin</h1><${SignIn} onSignedIn=${setMe} /></main>`}`;
}

/** @param {{ me: Person | null, hash: string, onLeave: () => void }} props */
function Top({ me, hash, onLeave }) {
  const { page } = route(hash, Object.keys(PAGES));
  return html`
    <header class="top">
      <a class="brand" href="/">Touchline</a>
      ${me && html`<span class="who">${me.name}</span> <button type="button" class="act small" onClick=${onLeave}>Sign out</button>`}
    </header>
    ${me && html`<nav class="pages" aria-label="Admin">
      ${Object.entries(PAGES).filter(([, { forAdmins }]) => !forAdmins || me.role === "admin").map(([name, { title }]) => html`
        <a key=${name} href="#/${name}" aria-current=${name === page ? "page" : undefined}>${title}</a>`)}
    </nav>`}`;
}

/** @param {{ me: Person, hash: string }} props */
function Page({ me, hash }) {
  const { page, id, part } = route(hash, Object.keys(PAGES));
  const { list, one } = PAGES[page];
  return html`<main>${id ? html`<${one} key="${page} ${id}" id=${id} part=${part} me=${me} />` : html`<${list} key=${page} me=${me} />`}</main>`;
}

byId("admin").replaceChildren();
render(html`<${Admin} />`, byId("admin"));
