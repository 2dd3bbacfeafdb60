// `/admin`: what organisers and operators create, correct and watch. The page is in the address,
// after its `#`, so that it can be linked to and the back button works.

import { html, render, useEffect, useState } from "../vendor/htm-preact.js";
import { requireElementById } from "../client/element.js";
import { SignInForm } from "../common/sign-in.js";
import { request, fetchCurrentUser } from "../common/api.js";
import { EventPage, Events } from "./events.js";
import { LiveMetrics } from "./live-metrics.js";
import { StreamInspector } from "./stream-inspector.js";
import { Matches, MatchPage } from "./matches.js";
import { parseRoute } from "./route.js";
import { TeamPage, Teams } from "./teams.js";
import { UserPage, Users } from "./users.js";

/** @import { Component } from "../vendor/htm-preact.js" */
/** @import { User } from "../common/api.js" */

/** @type {{ [page: string]: { list: Component<any>, one: Component<any>, title: string, forAdmins?: true } }} */
const PAGES = {
  events: { title: "Events", list: Events, one: EventPage },
  teams: { title: "Teams", list: Teams, one: TeamPage },
  matches: { title: "Matches", list: Matches, one: MatchPage },
  users: { title: "Users", list: Users, one: UserPage, forAdmins: true },
  live: { title: "Live metrics", list: LiveMetrics, one: LiveMetrics, forAdmins: true },
  streams: { title: "Streams", list: StreamInspector, one: StreamInspector },
};

function AdminPage() {
  const [user, setUser] = useState(/** @type {User | null | undefined} */ (undefined));
  const [problem, setProblem] = useState("");
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    fetchCurrentUser().then(({ user: signedInUser, problem: failure }) => {
      setProblem(failure?.detail ?? "");
      setUser(signedInUser);
    });
    const updateHash = () => setHash(location.hash);
    addEventListener("hashchange", updateHash);
    return () => removeEventListener("hashchange", updateHash);
  }, []);
  if (problem) return html`<p class="notice" role="alert">${problem}</p>`;
  if (user === undefined) return html`<p class="notice">Opening …</p>`;
  const signOut = async () => {
    const { problem: failure } = await request("POST", "/api/auth/logout");
    if (!failure) setUser(null);
  };
  return html`<${TopBar} user=${user} onSignOut=${signOut} hash=${hash} />${user ? html`<${PageContent} user=${user} hash=${hash} />` : html`<main><h1 class="visually-hidden">Admin</h1><${SignInForm} onSignedIn=${setUser} /></main>`}`;
}

/** @param {{ user: User | null, hash: string, onSignOut: () => void }} props */
function TopBar({ user, hash, onSignOut }) {
  const { page } = parseRoute(hash, Object.keys(PAGES));
  return html`
    <header class="top">
      <a class="brand" href="/">Touchline</a>
      ${user && html`<span class="who">${user.name}</span> <button type="button" class="action-button small" onClick=${onSignOut}>Sign out</button>`}
    </header>
    ${user && html`<nav class="pages" aria-label="Admin">
      ${Object.entries(PAGES).filter(([, { forAdmins }]) => !forAdmins || user.role === "admin").map(([name, { title }]) => html`
        <a key=${name} href="#/${name}" aria-current=${name === page ? "page" : undefined}>${title}</a>`)}
    </nav>`}`;
}

/** @param {{ user: User, hash: string }} props */
function PageContent({ user, hash }) {
  const { page, id, section } = parseRoute(hash, Object.keys(PAGES));
  const { list: ListPage, one: ItemPage } = PAGES[page];
  return html`<main>${id ? html`<${ItemPage} key="${page} ${id}" id=${id} section=${section} me=${user} />` : html`<${ListPage} key=${page} me=${user} />`}</main>`;
}

requireElementById("admin").replaceChildren();
render(html`<${AdminPage} />`, requireElementById("admin"));
