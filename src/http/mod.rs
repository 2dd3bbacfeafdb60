//! HTTP in: every URL in one table. Handlers are thin: no SQL, no rules.

mod admin;
mod announcements;
mod around;
mod body;
mod commands;
mod cors;
mod events;
mod managers;
mod matches;
pub mod openapi;
mod pages;
mod path;
mod purchases;
mod reader;
mod registrations;
pub mod relay;
mod results;
mod sessions;
mod shape;
mod streams;
mod sync;
mod teams;
mod users;
mod writer;

use std::rc::Rc;
use std::sync::Arc;

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceFactory;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::web::Data;
use actix_web::web::QueryConfig;
use actix_web::web::ServiceConfig;
use actix_web::web::delete;
use actix_web::web::get;
use actix_web::web::head;
use actix_web::web::patch;
use actix_web::web::post;
use actix_web::web::put;
use actix_web_lab::middleware::CatchPanic;

use crate::App;
use crate::problem::Problem;
use crate::stream::hub::Hub;

/// Everything that answers requests, on one worker.
pub fn service(
    app: Data<App>,
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
        .app_data(Data::from(Arc::clone(&app.config)))
        .app_data(Data::from(Arc::clone(&app.limits)))
        .app_data(app)
        .app_data(Data::new(hub))
        .app_data(QueryConfig::default().error_handler(|error, _| {
            let words = error.to_string();
            let fault = words.trim_start_matches("Query deserialize error: ");
            Problem::BadRequest(format!("the query can't be read: {fault}")).into()
        }))
        .configure(routes)
        .default_service(web::to(nowhere))
        .wrap(CatchPanic::default())
        .wrap(from_fn(around::around))
}

async fn nowhere() -> Result<&'static str, Problem> {
    Err(Problem::NotFound("page"))
}

/// Gives a URL its reader, for GET and HEAD, and what may be written there.
macro_rules! at {
    ($config:expr, $path:expr, [$($read:path)?] $(, $method:ident => $write:path)*) => {
        $config.service(
            web::resource([$path.to_owned(), concat!($path, "/").to_owned()])
                $(.route(get().to($read)).route(head().to($read)))?
                $(.route($method().to($write)))*,
        )
    };
}

/// The table. A URL works with and without a slash at its end.
pub fn routes(config: &mut ServiceConfig) {
    // First, because they are looked for in this order, and crowds come for streams.
    of_streams(config);
    operations(config);
    accounts(config);
    of_teams(config);
    of_matches(config);
    of_events(config);
    of_announcements(config);
    of_purchases(config);
    pages::routes(config);
}

fn operations(config: &mut ServiceConfig) {
    at!(config, "/healthz", [admin::health]);
    at!(config, "/readyz", [admin::ready]);
    at!(config, "/metrics", [admin::metrics]);
    at!(config, "/api/openapi.json", [openapi::serve]);
    at!(config, "/api/admin/streams", [admin::streams]);
    at!(config, "/api/admin/connections", [admin::connections]);
    at!(config, "/api/admin/connections/{id}", [], delete => admin::disconnect);
}

/// Streams have no HEAD: it would open one.
fn of_streams(config: &mut ServiceConfig) {
    at!(config, "/api/matches/{id}/stream", [], get => streams::of_match);
    at!(config, "/api/stream", [], get => streams::of_topics);
    at!(config, "/api/teams/{id}/stream", [], get => streams::of_team);
    at!(config, "/api/teams/{id}/stream/{channel}", [], get => streams::of_team_channel);
    at!(config, "/api/events/{id}/stream", [], get => streams::of_event);
    at!(config, "/api/events/{id}/stream/{channel}", [], get => streams::of_event_channel);
    at!(config, "/api/purchases/{id}/stream", [], get => streams::of_purchase);
    at!(config, "/api/matches/{id}/replay", [], get => streams::replay);
    at!(config, "/api/streams/{topic}/messages", [streams::history::messages]);
}

fn accounts(config: &mut ServiceConfig) {
    at!(config, "/api/auth/login", [], post => sessions::login);
    at!(config, "/api/auth/logout", [], post => sessions::logout);
    at!(config, "/api/auth/me", [sessions::me]);
    at!(config, "/api/stream-tickets", [], post => sessions::ticket);
    at!(config, "/api/users", [users::list], post => users::create);
    at!(config, "/api/users/{id}", [users::read], patch => users::edit);
}

fn of_teams(config: &mut ServiceConfig) {
    at!(config, "/api/teams", [teams::list], post => teams::create);
    at!(config, "/api/teams/{id}", [teams::read], patch => teams::edit, delete => teams::delete);
    at!(config, "/api/teams/{id}/matches", [teams::matches], post => teams::accept_match);
    at!(config, "/api/teams/{id}/results", [results::of_team]);
    at!(config, "/api/teams/{id}/registrations", [registrations::of_team],
        post => registrations::accept);
    at!(config, "/api/teams/{id}/registrations/{event}", [], delete => registrations::withdraw);
    at!(config, "/api/teams/{id}/players", [teams::players], post => teams::add_player);
    at!(config, "/api/teams/{id}/players/{player}", [teams::player],
        patch => teams::edit_player, delete => teams::remove_player);
    at!(config, "/api/teams/{id}/members", [teams::members], post => teams::add_member);
    at!(config, "/api/teams/{id}/members/{user}", [], delete => teams::remove_member);
}

fn of_matches(config: &mut ServiceConfig) {
    at!(config, "/api/matches", [matches::list], post => matches::create);
    at!(config, "/api/matches/{id}", [matches::read],
        patch => matches::edit, delete => matches::delete);
    at!(config, "/api/matches/{id}/state", [matches::state]);
    at!(config, "/api/matches/{id}/officials", [matches::officials], post => matches::add_official);
    at!(config, "/api/matches/{id}/officials/{user}", [], delete => matches::remove_official);
    at!(config, "/api/matches/{id}/recorders", [matches::recorders]);
    at!(config, "/api/matches/{id}/sync", [], post => sync::sync);
    // What every sport has: other methods than these are told so.
    at!(config, "/api/matches/{id}/{action:start|pause|resume|end|postpone|cancel|abandon}", [],
        post => commands::act);
    at!(config, "/api/matches/{id}/{action:result}", [commands::read],
        put => commands::act, delete => commands::act);
    // What is left belongs to the match's sport.
    at!(config, "/api/matches/{id}/{action:.+}", [commands::read],
        post => commands::act, put => commands::act, patch => commands::act, delete => commands::act);
}

fn of_events(config: &mut ServiceConfig) {
    at!(config, "/api/events", [events::list], post => events::create);
    at!(config, "/api/events/{id}", [events::read], patch => events::edit, delete => events::delete);
    at!(config, "/api/events/{id}/managers", [managers::list], post => managers::add);
    at!(config, "/api/events/{id}/managers/{user}", [], delete => managers::remove);
    at!(config, "/api/events/{id}/registrations", [registrations::of_event],
        post => registrations::add);
    at!(config, "/api/events/{id}/registrations/users/{user}", [],
        delete => registrations::remove_user);
    at!(config, "/api/events/{id}/registrations/teams/{team}", [],
        patch => registrations::deduct, delete => registrations::remove_team);
    at!(config, "/api/events/{id}/matches", [events::matches]);
    at!(config, "/api/events/{id}/results", [results::of_event]);
    at!(config, "/api/events/{id}/leaderboard", [results::leaderboard]);
}

fn of_announcements(config: &mut ServiceConfig) {
    at!(config, "/api/announcements", [announcements::list], post => announcements::create);
    at!(config, "/api/announcements/{id}", [announcements::read],
        patch => announcements::edit, delete => announcements::delete);
    at!(config, "/api/announcements/{id}/broadcast", [], post => announcements::broadcast);
    at!(config, "/api/announcements/{id}/expire", [], post => announcements::expire);
    at!(config, "/api/events/{id}/announcements", [announcements::of_event]);
}

fn of_purchases(config: &mut ServiceConfig) {
    at!(config, "/api/purchases", [purchases::list]);
    at!(config, "/api/purchases/{id}", [purchases::read]);
    at!(config, "/api/purchases/{id}/status", [], post => purchases::set_status);
    at!(config, "/api/events/{id}/tickets", [purchases::offer]);
    at!(config, "/api/events/{id}/purchases", [purchases::of_event], post => purchases::create);
    at!(config, "/api/tickets/{code}", [], patch => purchases::edit_ticket);
    at!(config, "/api/tickets/{code}/check-in", [], post => purchases::check_in);
}
