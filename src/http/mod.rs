//! HTTP: the route table and the handlers, which hold no SQL and no rules.

mod admin;
mod announcements;
mod commit;
mod cors;
mod events;
mod json_body;
mod managers;
mod match_actions;
mod matches;
mod middleware;
pub mod node_state;
pub mod openapi;
mod outbox_sync;
mod pages;
mod path;
mod purchases;
mod read_context;
mod registrations;
pub mod relay;
mod results;
mod sessions;
pub mod streams;
mod teams;
mod users;
mod write_context;

use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, QueryConfig, ServiceConfig, delete, get, head, patch, post, put};
use actix_web::{Error, web};
use actix_web_lab::middleware::CatchPanic;

use crate::http::commit::{commit, commit_without_body};
use crate::http::node_state::NodeState;
use crate::http::streams::read_access::ReadAccess;
use crate::problem::Problem;
use crate::store::mutation::{
    AcceptMatch, AcceptRegistration, AddManager, AddMember, AddOfficial, AddPlayer,
    BroadcastAnnouncement, CreateAnnouncement, CreateEvent, CreateMatch, CreatePurchase,
    CreateTeam, DeleteAnnouncement, DeleteEvent, DeleteMatch, DeleteTeam, EditAnnouncement,
    EditEvent, EditMatch, EditPlayer, EditTeam, ExpireAnnouncement, RemoveManager, RemoveMember,
    RemoveOfficial, RemovePlayer, SetDeduction, SetPurchaseStatus, UnregisterTeam, UnregisterUser,
    WithdrawTeam,
};
use crate::stream::hub::Hub;

/// Builds the HTTP application of one worker, of a node with a database or of a relay.
pub fn build_app(
    node: Data<NodeState>,
    access: Arc<dyn ReadAccess>,
    hub: Rc<Hub>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    actix_web::App::new()
        .app_data(Data::from(Arc::clone(&node.config)))
        .app_data(Data::from(Arc::clone(&node.limiters)))
        .app_data(node)
        .app_data(Data::from(Arc::clone(&access)))
        .app_data(Data::new(hub))
        .app_data(QueryConfig::default().error_handler(|error, _| {
            let message = error.to_string();
            let cause = message.trim_start_matches("Query deserialize error: ");
            Problem::BadRequest(format!("invalid query: {cause}")).into()
        }))
        .configure(stream_routes)
        .configure(probe_routes)
        .configure(|config| access.add_routes(config))
        .configure(pages::routes)
        .wrap(CatchPanic::default())
        .wrap(from_fn(middleware::handle_request))
}

async fn not_found() -> Result<&'static str, Problem> {
    Err(Problem::NotFound("page"))
}

/// Adds a route for GET and HEAD, and for writes, with and without a trailing slash.
macro_rules! route {
    ($config:expr, $path:expr, [$($read:path)?] $(, $method:ident => $write:expr)*) => {
        $config.service(
            web::resource([$path.to_owned(), concat!($path, "/").to_owned()])
                $(.route(get().to($read)).route(head().to($read)))?
                $(.route($method().to($write)))*,
        )
    };
}

/// The routes of a database: all that aren't streams, probes or pages.
pub fn api_routes(config: &mut ServiceConfig) {
    operator_routes(config);
    account_routes(config);
    team_routes(config);
    match_routes(config);
    event_routes(config);
    announcement_routes(config);
    purchase_routes(config);
    config.default_service(web::to(not_found));
}

/// What operators and load balancers ask every node.
fn probe_routes(config: &mut ServiceConfig) {
    route!(config, "/healthz", [admin::health]);
    route!(config, "/readyz", [admin::ready]);
    route!(config, "/metrics", [admin::metrics]);
}

fn operator_routes(config: &mut ServiceConfig) {
    route!(config, "/api/openapi.json", [openapi::serve_document]);
    route!(config, "/api/admin/streams", [admin::list_streams]);
    route!(config, "/api/admin/connections", [admin::list_connections]);
    route!(config, "/api/admin/connections/{id}", [], delete => admin::close_connection);
}

/// The first routes, because they are tried in order and most requests are for streams. They have
/// no HEAD, which would open a stream.
fn stream_routes(config: &mut ServiceConfig) {
    route!(config, "/api/matches/{id}/stream", [], get => streams::open_match_stream);
    route!(config, "/api/stream", [], get => streams::open_topics_stream);
    route!(config, "/api/teams/{id}/stream", [], get => streams::open_team_stream);
    route!(config, "/api/teams/{id}/stream/{channel}", [], get => streams::open_team_channel_stream);
    route!(config, "/api/events/{id}/stream", [], get => streams::open_event_stream);
    route!(config, "/api/events/{id}/stream/{channel}", [], get => streams::open_event_channel_stream);
    route!(config, "/api/purchases/{id}/stream", [], get => streams::open_purchase_stream);
    route!(config, "/api/matches/{id}/replay", [], get => streams::open_replay);
    route!(config, "/api/streams/{topic}/messages", [streams::history::read_messages]);
}

fn account_routes(config: &mut ServiceConfig) {
    route!(config, "/api/auth/login", [], post => sessions::login);
    route!(config, "/api/auth/logout", [], post => sessions::logout);
    route!(config, "/api/auth/me", [sessions::current_user]);
    route!(config, "/api/stream-tickets", [], post => sessions::issue_stream_ticket);
    route!(config, "/api/users", [users::list], post => users::create);
    route!(config, "/api/users/{id}", [users::read], patch => users::edit);
}

fn team_routes(config: &mut ServiceConfig) {
    route!(config, "/api/teams", [teams::list], post => commit::<CreateTeam>);
    route!(config, "/api/teams/{id}", [teams::read], patch => commit::<EditTeam>, delete => commit_without_body::<DeleteTeam>);
    route!(config, "/api/teams/{id}/matches", [teams::list_matches], post => commit::<AcceptMatch>);
    route!(config, "/api/teams/{id}/results", [results::list_for_team]);
    route!(config, "/api/teams/{id}/registrations", [registrations::list_for_team],
        post => commit::<AcceptRegistration>);
    route!(config, "/api/teams/{id}/registrations/{event}", [], delete => commit_without_body::<WithdrawTeam>);
    route!(config, "/api/teams/{id}/players", [teams::list_players], post => commit::<AddPlayer>);
    route!(config, "/api/teams/{id}/players/{player}", [teams::read_player],
        patch => commit::<EditPlayer>, delete => commit_without_body::<RemovePlayer>);
    route!(config, "/api/teams/{id}/members", [teams::list_members], post => commit::<AddMember>);
    route!(config, "/api/teams/{id}/members/{user}", [], delete => commit_without_body::<RemoveMember>);
}

fn match_routes(config: &mut ServiceConfig) {
    route!(config, "/api/matches", [matches::list], post => commit::<CreateMatch>);
    route!(config, "/api/matches/{id}", [matches::read],
        patch => commit::<EditMatch>, delete => commit_without_body::<DeleteMatch>);
    route!(config, "/api/matches/{id}/state", [matches::match_snapshot]);
    route!(config, "/api/matches/{id}/officials", [matches::list_officials], post => commit::<AddOfficial>);
    route!(config, "/api/matches/{id}/officials/{user}", [], delete => commit_without_body::<RemoveOfficial>);
    route!(config, "/api/matches/{id}/recorders", [matches::incident_recorders]);
    route!(config, "/api/matches/{id}/sync", [], post => outbox_sync::sync_outbox);
    // Actions of every sport: other methods get 405 here.
    route!(config, "/api/matches/{id}/{action:start|pause|resume|end|postpone|cancel|abandon}", [],
        post => match_actions::apply_action);
    route!(config, "/api/matches/{id}/{action:result}", [match_actions::read_part],
        put => match_actions::apply_action, delete => match_actions::apply_action);
    // All other actions belong to the match's sport.
    route!(config, "/api/matches/{id}/{action:.+}", [match_actions::read_part],
        post => match_actions::apply_action, put => match_actions::apply_action, patch => match_actions::apply_action, delete => match_actions::apply_action);
}

fn event_routes(config: &mut ServiceConfig) {
    route!(config, "/api/events", [events::list], post => commit::<CreateEvent>);
    route!(config, "/api/events/{id}", [events::read], patch => commit::<EditEvent>, delete => commit_without_body::<DeleteEvent>);
    route!(config, "/api/events/{id}/managers", [managers::list], post => commit::<AddManager>);
    route!(config, "/api/events/{id}/managers/{user}", [], delete => commit_without_body::<RemoveManager>);
    route!(config, "/api/events/{id}/registrations", [registrations::list_for_event],
        post => registrations::add);
    route!(config, "/api/events/{id}/registrations/users/{user}", [],
        delete => commit_without_body::<UnregisterUser>);
    route!(config, "/api/events/{id}/registrations/teams/{team}", [],
        patch => commit::<SetDeduction>, delete => commit_without_body::<UnregisterTeam>);
    route!(config, "/api/events/{id}/matches", [events::list_matches]);
    route!(config, "/api/events/{id}/results", [results::list_for_event]);
    route!(config, "/api/events/{id}/leaderboard", [results::leaderboard]);
}

fn announcement_routes(config: &mut ServiceConfig) {
    route!(config, "/api/announcements", [announcements::list], post => commit::<CreateAnnouncement>);
    route!(config, "/api/announcements/{id}", [announcements::read],
        patch => commit::<EditAnnouncement>, delete => commit_without_body::<DeleteAnnouncement>);
    route!(config, "/api/announcements/{id}/broadcast", [], post => commit::<BroadcastAnnouncement>);
    route!(config, "/api/announcements/{id}/expire", [], post => commit::<ExpireAnnouncement>);
    route!(config, "/api/events/{id}/announcements", [announcements::list_for_event]);
}

fn purchase_routes(config: &mut ServiceConfig) {
    route!(config, "/api/purchases", [purchases::list]);
    route!(config, "/api/purchases/{id}", [purchases::read]);
    route!(config, "/api/purchases/{id}/status", [], post => commit::<SetPurchaseStatus>);
    route!(config, "/api/events/{id}/tickets", [purchases::ticket_offer]);
    route!(config, "/api/events/{id}/purchases", [purchases::list_for_event], post => commit::<CreatePurchase>);
    route!(config, "/api/tickets/{code}", [], patch => purchases::edit_ticket);
    route!(config, "/api/tickets/{code}/check-in", [], post => purchases::check_in);
}
